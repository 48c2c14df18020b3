"""An OpenID Connect client: authorization URL, token, identity and sign-out; grants no access itself."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from bot.console.auth.oidc.errors import OidcError
from bot.console.auth.oidc.id_token import ExpectedClaims, verify_id_token
from bot.console.auth.oidc.provider import ProviderClient, TokenResponse

SCOPES: Final = ("openid", "email", "profile")

EMAIL_CLAIMS: Final = frozenset(("email", "email_verified"))

MAX_HINT_CHARS: Final = 1500
"""A longer ID token is not kept for the sign-out: a cookie holds 4096 characters."""


@dataclass(frozen=True, kw_only=True)
class AuthorizationState:
    """Kept in the browser's session during the authorization, and compared on the way back."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    prompt: str | None = None
    """`select_account`: the provider asks which account; `login`: it asks to sign in again."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """The signed-in person. `email_verified` is None where the provider does not say it."""

    subject: str
    email: str | None
    email_verified: bool | None
    claims: Mapping[str, Any]
    sign_out_hint: str | None = None
    """The ID token, where the provider offers a sign-out; empty if it is too long to keep."""


class OidcClient:
    """A client of the provider `issuer`, registered as `client_id`.

    `extra_scopes` are asked for beside SCOPES; `wanted_claims` decide beside the e-mail who may sign in.
    """

    def __init__(
        self,
        *,
        issuer: str,
        client_id: str,
        client_secret: str,
        clock: Callable[[], datetime],
        extra_scopes: tuple[str, ...] = (),
        wanted_claims: frozenset[str] = frozenset(),
    ) -> None:
        self._provider = ProviderClient(issuer=issuer, client_id=client_id, client_secret=client_secret, clock=clock)
        self._issuer, self._client_id, self._clock = issuer, client_id, clock
        self._scope = " ".join(dict.fromkeys((*SCOPES, *extra_scopes)))
        self._wanted_claims = wanted_claims | EMAIL_CLAIMS

    async def authorization_url(self, state: AuthorizationState, redirect_uri: str) -> str:
        """The address to send the browser to.

        Raises:
            OidcError: the provider cannot be asked.
        """
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # noqa: PLC0415 - heavy, and rarely needed
        from authlib.oauth2.rfc7636 import create_s256_code_challenge  # noqa: PLC0415

        metadata, _ = await self._provider.metadata()
        address: str = prepare_grant_uri(
            metadata.authorization_endpoint,
            self._client_id,
            "code",
            redirect_uri=redirect_uri,
            scope=self._scope,
            state=state.state,
            nonce=state.nonce,
            code_challenge=create_s256_code_challenge(state.verifier),
            code_challenge_method="S256",
            **({} if state.prompt is None else {"prompt": state.prompt}),
        )
        return address

    async def fetch_identity(self, code: str, state: AuthorizationState, redirect_uri: str) -> Identity:
        """Exchange a code for an identity.

        Raises:
            OidcError: the provider is unreachable, or its answer is invalid.
        """
        metadata, keys = await self._provider.metadata()
        form = {"code": code, "redirect_uri": redirect_uri, "code_verifier": state.verifier}
        tokens = await self._provider.exchange_code(metadata, form)
        claims = await self._verify_tokens(tokens, state, keys)
        userinfo, access = metadata.userinfo_endpoint, tokens.access_token
        if not self._wanted_claims <= claims.keys() and userinfo is not None and access is not None:
            claims = merge_userinfo(claims, await self._provider.fetch_userinfo(userinfo, access, claims["sub"]))
        hint = None if metadata.end_session_endpoint is None else tokens.id_token
        return _identity(claims, hint)

    async def sign_out_url(self, hint: str) -> str | None:
        """Where the person signs out at the provider, which shows its own page then; None if it has no such address.

        Raises:
            OidcError: the provider cannot be asked.
        """
        metadata, _ = await self._provider.metadata()
        if metadata.end_session_endpoint is None:
            return None
        query = {"client_id": self._client_id, **({"id_token_hint": hint} if hint else {})}
        joint = "&" if "?" in metadata.end_session_endpoint else "?"
        return f"{metadata.end_session_endpoint}{joint}{urlencode(query)}"

    def is_issuer(self, named: str | None) -> bool:
        """Whether a response that names its issuer (RFC 9207) names this one."""
        return named is None or named == self._issuer

    async def _verify_tokens(self, tokens: TokenResponse, state: AuthorizationState, keys: Any) -> dict[str, Any]:
        from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError  # noqa: PLC0415

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
            except (InvalidKeyIdError, BadSignatureError):
                # The provider has changed its keys, perhaps under the same name.
                _, keys = await self._provider.metadata(refresh=True)
                return verify_id_token(tokens.id_token, keys, expected)
        except (JoseError, ValueError, KeyError, TypeError, AttributeError) as exc:
            raise OidcError(f"its token does not hold ({type(exc).__name__})") from exc


def merge_userinfo(claims: Mapping[str, Any], userinfo: Mapping[str, Any]) -> dict[str, Any]:
    """All claims; those of the signed token win. What userinfo says of another e-mail does not verify the token's."""
    same = "email" not in claims or claims["email"] == userinfo.get("email", claims["email"])
    more = {name: value for name, value in userinfo.items() if same or name not in EMAIL_CLAIMS}
    return {**more, **claims}


def _identity(claims: Mapping[str, Any], hint: str | None) -> Identity:
    email, verified = claims.get("email"), claims.get("email_verified")
    return Identity(
        subject=str(claims["sub"]),
        email=email.casefold() if isinstance(email, str) and "@" in email else None,
        email_verified=None if verified is None else verified is True,
        claims=claims,
        sign_out_hint=hint if hint is None or len(hint) <= MAX_HINT_CHARS else "",
    )
