"""Speaks with an identity provider: discovery, the way there, and what it says of who came back; it lets nobody in."""

import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote_plus

from aiohttp import ClientError, ClientSession, ClientTimeout
from pydantic import AliasChoices, BaseModel, Field, ValidationError

from bot.console.auth.oidc.id_token import ExpectedClaims, verify_id_token

METADATA_TTL: Final = timedelta(hours=1)
"""How long what the provider says of itself is believed."""

_TIMEOUT: Final = ClientTimeout(total=10)


class OidcError(Exception):
    """The identity provider did not answer as it should; see OIDC_ISSUER and its registration of this program."""

    def __init__(self, message: str) -> None:
        super().__init__(message)


class ProviderMetadata(BaseModel):
    """What is needed of a provider's /.well-known/openid-configuration."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    auth_methods: list[str] = Field(
        default=["client_secret_basic"], validation_alias=AliasChoices("token_endpoint_auth_methods_supported")
    )


class TokenResponse(BaseModel):
    """What is needed of the answer to a code."""

    id_token: str
    access_token: str | None = None


@dataclass(frozen=True, kw_only=True)
class AuthorizationState:
    """What the browser's session keeps of the way there, to be told apart from another on the way back."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who came back. `email` is one that the provider has verified, or None."""

    email: str | None
    claims: Mapping[str, Any]


class OidcClient:
    """The provider of `issuer`, at which this program is known as `client_id`."""

    def __init__(self, *, issuer: str, client_id: str, client_secret: str, clock: Callable[[], datetime]) -> None:
        self._issuer, self._client_id, self._client_secret, self._clock = issuer, client_id, client_secret, clock
        self._cached_metadata: tuple[datetime, ProviderMetadata, Any] | None = None

    async def authorization_url(self, state: AuthorizationState, redirect_uri: str) -> str:
        """Where the browser is sent.

        Raises:
            OidcError: the provider cannot be asked.
        """
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # noqa: PLC0415 - heavy, and seldom needed
        from authlib.oauth2.rfc7636 import create_s256_code_challenge  # noqa: PLC0415

        async with self._open_session() as session:
            metadata, _ = await self._metadata(session)
        address: str = prepare_grant_uri(
            metadata.authorization_endpoint,
            self._client_id,
            "code",
            redirect_uri=redirect_uri,
            scope="openid email profile",
            state=state.state,
            nonce=state.nonce,
            code_challenge=create_s256_code_challenge(state.verifier),
            code_challenge_method="S256",
        )
        return address

    async def fetch_identity(self, code: str, state: AuthorizationState, redirect_uri: str) -> Identity:
        """Who came back with a code.

        Raises:
            OidcError: the provider cannot be asked, or what it says does not hold.
        """
        async with self._open_session() as session:
            metadata, keys = await self._metadata(session)
            tokens = await self._exchange_code(session, metadata, code, state, redirect_uri)
            claims = await self._verify_tokens(session, tokens, state, keys)
            if "email" not in claims and metadata.userinfo_endpoint is not None and tokens.access_token is not None:
                claims |= await self._fetch_userinfo(
                    session, metadata.userinfo_endpoint, tokens.access_token, claims["sub"]
                )
        email = claims.get("email")
        verified = claims.get("email_verified") is True and isinstance(email, str) and "@" in email
        return Identity(email=email.casefold() if verified and isinstance(email, str) else None, claims=claims)

    def is_issuer(self, named: str | None) -> bool:
        """Whether an answer that names its issuer (RFC 9207) names this one."""
        return named is None or named == self._issuer

    async def _metadata(self, session: ClientSession, *, refresh: bool = False) -> tuple[ProviderMetadata, Any]:
        if (
            self._cached_metadata is not None
            and not refresh
            and self._clock() - self._cached_metadata[0] < METADATA_TTL
        ):
            return self._cached_metadata[1:]
        try:
            about = await _get_json(session, f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
            metadata = ProviderMetadata.model_validate(about)
        except ValidationError as exc:
            raise OidcError("its configuration lacks what is needed") from exc
        if metadata.issuer != self._issuer:
            raise OidcError("its configuration names another issuer")
        keys = await _get_json(session, metadata.jwks_uri)
        self._cached_metadata = (self._clock(), metadata, keys)
        return metadata, keys

    async def _exchange_code(
        self,
        session: ClientSession,
        metadata: ProviderMetadata,
        code: str,
        state: AuthorizationState,
        redirect_uri: str,
    ) -> TokenResponse:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": state.verifier,
            "client_id": self._client_id,
        }
        headers = {"Authorization": _basic_authorization(self._client_id, self._client_secret)}
        if "client_secret_basic" not in metadata.auth_methods and "client_secret_post" in metadata.auth_methods:
            headers, form["client_secret"] = {}, self._client_secret
        try:
            async with session.post(
                metadata.token_endpoint, data=form, headers=headers, allow_redirects=False
            ) as answer:
                if answer.status != 200:
                    raise OidcError(f"it did not take the code ({answer.status})")
                return TokenResponse.model_validate(await answer.json(content_type=None))
        except (ClientError, TimeoutError, ValueError) as exc:
            raise OidcError(f"it did not give tokens ({type(exc).__name__})") from exc

    async def _verify_tokens(
        self, session: ClientSession, tokens: TokenResponse, state: AuthorizationState, keys: Any
    ) -> dict[str, Any]:
        from joserfc.errors import InvalidKeyIdError, JoseError  # noqa: PLC0415

        expected = ExpectedClaims(
            issuer=self._issuer,
            audience=self._client_id,
            nonce=state.nonce,
            access_token=tokens.access_token,
            now=self._clock(),
        )
        try:
            try:
                return verify_id_token(tokens.id_token, keys, expected)
            except InvalidKeyIdError:
                # It has new keys.
                _, keys = await self._metadata(session, refresh=True)
                return verify_id_token(tokens.id_token, keys, expected)
        except (JoseError, ValueError, KeyError, TypeError, AttributeError) as exc:
            raise OidcError(f"its token does not hold ({type(exc).__name__})") from exc

    async def _fetch_userinfo(self, session: ClientSession, address: str, token: str, subject: str) -> dict[str, Any]:
        """What else it says of them; nothing where it is of somebody else."""
        found = await _get_json(session, address, Authorization=f"Bearer {token}")
        if not isinstance(found, dict) or found.get("sub") != subject:
            raise OidcError("it told of another person")
        return {name: found[name] for name in ("email", "email_verified") if name in found}

    def _open_session(self) -> ClientSession:
        return ClientSession(timeout=_TIMEOUT)


def _basic_authorization(name: str, secret: str) -> str:
    # RFC 6749, 2.3.1: both are written as in a form before they are joined.
    return "Basic " + base64.b64encode(f"{quote_plus(name)}:{quote_plus(secret)}".encode()).decode()


async def _get_json(session: ClientSession, address: str, **headers: str) -> Any:
    try:
        async with session.get(address, headers=headers, allow_redirects=False) as answer:
            if answer.status != 200:
                raise OidcError(f"it answered {answer.status}")
            return await answer.json(content_type=None)
    except (ClientError, TimeoutError, ValueError) as exc:
        raise OidcError(f"it cannot be asked ({type(exc).__name__})") from exc
