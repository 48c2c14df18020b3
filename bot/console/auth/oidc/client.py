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

from bot.console.auth.oidc.id_token import Expected, checked

KNOWN_FOR: Final = timedelta(hours=1)
"""How long what the provider says of itself is believed."""

_TIMEOUT: Final = ClientTimeout(total=10)


class OidcError(Exception):
    """The identity provider did not answer as it should; see OIDC_ISSUER and its registration of this program."""

    def __init__(self, what: str) -> None:
        super().__init__(what)


class Metadata(BaseModel):
    """What is needed of a provider's /.well-known/openid-configuration."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    auth_methods: list[str] = Field(
        default=["client_secret_basic"], validation_alias=AliasChoices("token_endpoint_auth_methods_supported")
    )


class Tokens(BaseModel):
    """What is needed of the answer to a code."""

    id_token: str
    access_token: str | None = None


@dataclass(frozen=True, kw_only=True)
class Started:
    """What the browser's session keeps of the way there, to be told apart from another on the way back."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who came back. `email` is one that the provider has verified, or None."""

    email: str | None
    claims: Mapping[str, Any]


class Provider:
    """The provider of `issuer`, at which this program is known as `client_id`."""

    def __init__(self, *, issuer: str, client_id: str, client_secret: str, clock: Callable[[], datetime]) -> None:
        self._issuer, self._id, self._secret, self._clock = issuer, client_id, client_secret, clock
        self._known: tuple[datetime, Metadata, Any] | None = None

    async def way(self, started: Started, redirect: str) -> str:
        """Where the browser is sent.

        Raises:
            OidcError: the provider cannot be asked.
        """
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # noqa: PLC0415 - heavy, and seldom needed
        from authlib.oauth2.rfc7636 import create_s256_code_challenge  # noqa: PLC0415

        async with self._session() as session:
            metadata, _ = await self._metadata(session)
        address: str = prepare_grant_uri(
            metadata.authorization_endpoint,
            self._id,
            "code",
            redirect_uri=redirect,
            scope="openid email profile",
            state=started.state,
            nonce=started.nonce,
            code_challenge=create_s256_code_challenge(started.verifier),
            code_challenge_method="S256",
        )
        return address

    async def person(self, code: str, started: Started, redirect: str) -> Person:
        """Who came back with a code.

        Raises:
            OidcError: the provider cannot be asked, or what it says does not hold.
        """
        async with self._session() as session:
            metadata, keys = await self._metadata(session)
            tokens = await self._exchanged(session, metadata, code, started, redirect)
            claims = await self._checked(session, tokens, started, keys)
            if "email" not in claims and metadata.userinfo_endpoint is not None and tokens.access_token is not None:
                claims |= await self._more(session, metadata.userinfo_endpoint, tokens.access_token, claims["sub"])
        email = claims.get("email")
        verified = claims.get("email_verified") is True and isinstance(email, str) and "@" in email
        return Person(email=email.casefold() if verified and isinstance(email, str) else None, claims=claims)

    def issuer_is(self, named: str | None) -> bool:
        """Whether an answer that names its issuer (RFC 9207) names this one."""
        return named is None or named == self._issuer

    async def _metadata(self, session: ClientSession, *, afresh: bool = False) -> tuple[Metadata, Any]:
        if self._known is not None and not afresh and self._clock() - self._known[0] < KNOWN_FOR:
            return self._known[1:]
        try:
            about = await _json(session, f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
            metadata = Metadata.model_validate(about)
        except ValidationError as exc:
            raise OidcError("its configuration lacks what is needed") from exc
        if metadata.issuer != self._issuer:
            raise OidcError("its configuration names another issuer")
        keys = await _json(session, metadata.jwks_uri)
        self._known = (self._clock(), metadata, keys)
        return metadata, keys

    async def _exchanged(
        self, session: ClientSession, metadata: Metadata, code: str, started: Started, redirect: str
    ) -> Tokens:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "code_verifier": started.verifier,
            "client_id": self._id,
        }
        headers = {"Authorization": _basic(self._id, self._secret)}
        if "client_secret_basic" not in metadata.auth_methods and "client_secret_post" in metadata.auth_methods:
            headers, form["client_secret"] = {}, self._secret
        try:
            async with session.post(
                metadata.token_endpoint, data=form, headers=headers, allow_redirects=False
            ) as answer:
                if answer.status != 200:
                    raise OidcError(f"it did not take the code ({answer.status})")
                return Tokens.model_validate(await answer.json(content_type=None))
        except (ClientError, TimeoutError, ValueError) as exc:
            raise OidcError(f"it did not give tokens ({type(exc).__name__})") from exc

    async def _checked(self, session: ClientSession, tokens: Tokens, started: Started, keys: Any) -> dict[str, Any]:
        from joserfc.errors import InvalidKeyIdError, JoseError  # noqa: PLC0415

        expected = Expected(
            issuer=self._issuer,
            audience=self._id,
            nonce=started.nonce,
            access_token=tokens.access_token,
            now=self._clock(),
        )
        try:
            try:
                return checked(tokens.id_token, keys, expected)
            except InvalidKeyIdError:
                # It has new keys.
                _, keys = await self._metadata(session, afresh=True)
                return checked(tokens.id_token, keys, expected)
        except (JoseError, ValueError, KeyError, TypeError, AttributeError) as exc:
            raise OidcError(f"its token does not hold ({type(exc).__name__})") from exc

    async def _more(self, session: ClientSession, address: str, token: str, subject: str) -> dict[str, Any]:
        """What else it says of them; nothing where it is of somebody else."""
        found = await _json(session, address, Authorization=f"Bearer {token}")
        if not isinstance(found, dict) or found.get("sub") != subject:
            raise OidcError("it told of another person")
        return {name: found[name] for name in ("email", "email_verified") if name in found}

    def _session(self) -> ClientSession:
        return ClientSession(timeout=_TIMEOUT)


def _basic(name: str, secret: str) -> str:
    # RFC 6749, 2.3.1: both are written as in a form before they are joined.
    return "Basic " + base64.b64encode(f"{quote_plus(name)}:{quote_plus(secret)}".encode()).decode()


async def _json(session: ClientSession, address: str, **headers: str) -> Any:
    try:
        async with session.get(address, headers=headers, allow_redirects=False) as answer:
            if answer.status != 200:
                raise OidcError(f"it answered {answer.status}")
            return await answer.json(content_type=None)
    except (ClientError, TimeoutError, ValueError) as exc:
        raise OidcError(f"it cannot be asked ({type(exc).__name__})") from exc
