"""The HTTP requests to an identity provider, and what it says of itself; verifies no token."""

import base64
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote_plus

from aiohttp import ClientError, ClientSession, ClientTimeout
from pydantic import AliasChoices, BaseModel, Field, ValidationError

from bot.console.auth.oidc.errors import OidcError, OidcFailure

METADATA_TTL: Final = timedelta(hours=1)
"""How long the provider's metadata is cached."""

_TIMEOUT: Final = ClientTimeout(total=10)


class ProviderMetadata(BaseModel):
    """The needed part of a provider's /.well-known/openid-configuration."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    auth_methods: list[str] = Field(
        default=["client_secret_basic"], validation_alias=AliasChoices("token_endpoint_auth_methods_supported")
    )


class TokenResponse(BaseModel):
    """The needed part of the token response."""

    id_token: str
    access_token: str | None = None


class ProviderClient:
    """Requests to the provider `issuer`; remembers its metadata and keys for METADATA_TTL."""

    def __init__(self, *, issuer: str, client_id: str, client_secret: str, clock: Callable[[], datetime]) -> None:
        self._issuer, self._client_id, self._client_secret, self._clock = issuer, client_id, client_secret, clock
        self._cached: tuple[datetime, ProviderMetadata, Any] | None = None

    async def metadata(self, *, refresh: bool = False) -> tuple[ProviderMetadata, Any]:
        """What the provider says of itself, and its keys.

        Raises:
            OidcError: it cannot be asked, or lacks what is needed.
        """
        if self._cached is not None and not refresh and self._clock() - self._cached[0] < METADATA_TTL:
            return self._cached[1:]
        async with _open_session() as session:
            try:
                about = await _get_json(session, f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
                metadata = ProviderMetadata.model_validate(about)
            except ValidationError as exc:
                raise OidcError("its configuration lacks what is needed") from exc
            if metadata.issuer != self._issuer:
                raise OidcError("its configuration names another issuer")
            keys = await _get_json(session, metadata.jwks_uri)
        self._cached = (self._clock(), metadata, keys)
        return metadata, keys

    async def exchange_code(self, metadata: ProviderMetadata, form: Mapping[str, str]) -> TokenResponse:
        """The tokens for a code.

        Raises:
            OidcError: it gives none.
        """
        fields = {"grant_type": "authorization_code", "client_id": self._client_id, **form}
        headers = {"Authorization": _basic_authorization(self._client_id, self._client_secret)}
        if "client_secret_basic" not in metadata.auth_methods and "client_secret_post" in metadata.auth_methods:
            headers, fields["client_secret"] = {}, self._client_secret
        try:
            async with (
                _open_session() as session,
                session.post(metadata.token_endpoint, data=fields, headers=headers, allow_redirects=False) as answer,
            ):
                if answer.status != 200:
                    raise OidcError(f"it did not take the code ({answer.status})", _failure_of(answer.status))
                return TokenResponse.model_validate(await answer.json(content_type=None))
        except (ClientError, TimeoutError) as exc:
            raise OidcError(f"it did not give tokens ({type(exc).__name__})", OidcFailure.UNREACHABLE) from exc
        except ValueError as exc:
            raise OidcError(f"it did not give tokens ({type(exc).__name__})") from exc

    async def fetch_userinfo(self, address: str, token: str, subject: str) -> dict[str, Any]:
        """The claims of the userinfo endpoint.

        Raises:
            OidcError: it cannot be asked, or tells of another subject.
        """
        async with _open_session() as session:
            found = await _get_json(session, address, Authorization=f"Bearer {token}")
        if not isinstance(found, dict) or found.get("sub") != subject:
            raise OidcError("it told of another person")
        return found


def _open_session() -> ClientSession:
    return ClientSession(timeout=_TIMEOUT)


def _basic_authorization(name: str, secret: str) -> str:
    # RFC 6749, 2.3.1: both are form-encoded before they are joined.
    return "Basic " + base64.b64encode(f"{quote_plus(name)}:{quote_plus(secret)}".encode()).decode()


def _failure_of(status: int) -> OidcFailure:
    return OidcFailure.UNREACHABLE if status >= 500 else OidcFailure.INVALID


async def _get_json(session: ClientSession, address: str, **headers: str) -> Any:
    try:
        async with session.get(address, headers=headers, allow_redirects=False) as answer:
            if answer.status != 200:
                raise OidcError(f"it answered {answer.status}", _failure_of(answer.status))
            return await answer.json(content_type=None)
    except (ClientError, TimeoutError) as exc:
        raise OidcError(f"it cannot be asked ({type(exc).__name__})", OidcFailure.UNREACHABLE) from exc
    except ValueError as exc:
        raise OidcError(f"it cannot be asked ({type(exc).__name__})") from exc
