"""How the Twilio library reaches the network: one aiohttp session; it repeats nothing and logs nothing."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Final

from aiohttp import ClientSession, ClientTimeout
from twilio.http.response import Response

CONNECT_TIMEOUT_SECONDS: Final = 5.0


class TwilioHttpClient:
    """What twilio.rest.Client asks of an http_client.

    The library's own ignores time limits and logs addresses. Here a connection that is not made in time is told
    from an answer that does not come: only the first may be repeated.
    """

    is_async = True

    def __init__(self, connect_timeout_seconds: float = CONNECT_TIMEOUT_SECONDS) -> None:
        self._timeout = ClientTimeout(total=None, connect=connect_timeout_seconds)
        self._session: ClientSession | None = None

    async def request(  # noqa: PLR0913 - the library calls it so
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - the caller limits the whole call
        allow_redirects: bool = False,
    ) -> Response:
        """One exchange."""
        if self._session is None:
            self._session = ClientSession(timeout=self._timeout)
        async with self._session.request(
            method,
            url,
            params=params,
            data=data,
            headers={**(headers or {}), **_authorization(auth)},
            allow_redirects=allow_redirects,
        ) as response:
            return Response(response.status, await response.text(), response.headers)

    async def close(self) -> None:
        """Lets go of the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _authorization(auth: tuple[str, str] | None) -> Mapping[str, str]:
    return {} if auth is None else {"Authorization": f"Basic {b64encode(':'.join(auth).encode()).decode()}"}
