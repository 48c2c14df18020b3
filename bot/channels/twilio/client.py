"""Sends one message through Twilio's REST API over one aiohttp session, and classifies its errors; never retries."""

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Protocol

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    DummyCookieJar,
    ServerDisconnectedError,
)
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.http.response import Response
from twilio.rest import Client

from bot.channels.interface import DeliveryError
from bot.channels.twilio.account import TwilioAccount
from bot.channels.twilio.form_encoding import encode_form
from bot.channels.twilio.message_part import MessagePart, TemplateContent
from bot.channels.twilio.reply_reference import ReplyReference
from bot.channels.twilio.status_codes import describe_code

CONNECT_TIMEOUT_SECONDS: Final = 5.0

REQUEST_TIMEOUT_SECONDS: Final = 20.0
"""For one message in total."""


MAX_UNCERTAIN_ATTEMPTS: Final = 6
UNCERTAIN_RETRY_AFTER: Final = timedelta(seconds=30)
"""A connection that broke, or a gateway's error: Twilio may have the message. Whoever stands before a dead till is
better off with an answer twice than with none."""

_ACCOUNT_ERROR_CODES: Final = frozenset({20003, 20005, 20006})
"""The account or its credentials are refused, whatever the message."""


class UnknownOutcomeError(DeliveryError):
    """The outcome is unknown: the request was sent, and no answer arrived."""

    def __init__(self) -> None:
        super().__init__(permanent=True)


class TemplateError(DeliveryError):
    """Twilio rejected the content template."""

    def __init__(self, code: int) -> None:
        super().__init__(describe_code(code), permanent=True)
        self.code = code


_TEMPLATE_ERROR_CODES: Final = frozenset({20404, 21654, 21655, 21656, 21657, 21658})


class TwilioMessages(Protocol):
    """The interface that the channel sends through."""

    async def create(self, to: str, part: MessagePart, reference: ReplyReference) -> str:
        """The sid of the accepted message; reports of its status come with `reference`.

        Raises:
            DeliveryError: it was rejected; permanent also if no answer came in time, because sending is not idempotent.
        """
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


class TwilioClient:
    """The Messages resource of one account, by the Twilio library."""

    def __init__(
        self,
        account: TwilioAccount,
        *,
        timeout_seconds: float = REQUEST_TIMEOUT_SECONDS,
        connect_timeout_seconds: float = CONNECT_TIMEOUT_SECONDS,
    ) -> None:
        self._account = account
        self._timeout_seconds = timeout_seconds
        self._transport = TwilioHttpClient(connect_timeout_seconds)
        client = Client(account.sid, account.token, http_client=self._transport)
        client.api.base_url = account.api_url
        self._messages = client.messages

    async def create(self, to: str, part: MessagePart, reference: ReplyReference) -> str:
        """As TwilioMessages.create."""
        content = (
            {"content_sid": part.template_sid, "content_variables": part.variables}
            if isinstance(part, TemplateContent)
            else {"body": part}
        )
        created = self._messages.create_async(
            to=to,
            from_=self._account.sender,
            status_callback=reference.callback_url(self._account),
            **content,
        )
        try:
            async with asyncio.timeout(self._timeout_seconds):
                message = await created
        except (ClientConnectorError, ConnectionTimeoutError) as exc:
            raise DeliveryError("Twilio could not be reached", permanent=False) from exc
        except (ServerDisconnectedError, ConnectionResetError) as exc:
            raise _may_have_been_sent("Twilio broke the connection") from exc
        except (TwilioRestException, TwilioServiceException) as exc:
            raise _to_delivery_error(exc.status, exc.code) from exc
        except (ClientError, OSError, ValueError, AttributeError) as exc:  # no answer in time, or an invalid one
            raise UnknownOutcomeError from exc
        if not message.sid:
            raise UnknownOutcomeError
        return str(message.sid)

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()


def _to_delivery_error(status: int, code: int | None) -> DeliveryError:
    if status == 429:
        return DeliveryError(f"Twilio asks to slow down: {describe_code(code)}", permanent=False)
    if status >= 500:
        if code is None or code == status:  # not in Twilio's words: a gateway before it
            return _may_have_been_sent(f"Twilio answered HTTP {status}")
        return DeliveryError(f"Twilio is not available: {describe_code(code)}", permanent=False)
    if status == 401 or (status == 403 and code in _ACCOUNT_ERROR_CODES):
        # Nothing was sent, and all of it can be once the account or the settings are corrected.
        return DeliveryError(describe_code(code), permanent=False)
    if code in _TEMPLATE_ERROR_CODES:
        return TemplateError(code)
    return DeliveryError(describe_code(code), permanent=True)


def _may_have_been_sent(what: str) -> DeliveryError:
    return DeliveryError(
        f"{what}: the message may have been sent",
        permanent=False,
        retry_after=UNCERTAIN_RETRY_AFTER,
        max_attempts=MAX_UNCERTAIN_ATTEMPTS,
    )


class TwilioHttpClient:
    """What twilio.rest.Client expects of an http_client.

    The library's own ignores timeouts and logs addresses. Here a failed connection differs from a missing answer: only
    the former may be retried.
    """

    is_async = True

    def __init__(self, connect_timeout_seconds: float = CONNECT_TIMEOUT_SECONDS) -> None:
        self._timeout = ClientTimeout(total=None, connect=connect_timeout_seconds)
        self._session: ClientSession | None = None

    async def request(  # noqa: PLR0913 - the library's signature
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
        """Make one request."""
        if self._session is None:
            # Twilio's API knows no cookies; to look for some costs as much as the rest of a request.
            self._session = ClientSession(timeout=self._timeout, cookie_jar=DummyCookieJar())
        async with self._session.request(
            method,
            url,
            params=params,
            # As bytes: aiohttp's own form is as slow as it is general. The library's headers name the type.
            data=None if data is None else encode_form(data),
            headers={**(headers or {}), **_authorization(auth)},
            allow_redirects=allow_redirects,
        ) as response:
            return Response(response.status, await response.text(), response.headers)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _authorization(auth: tuple[str, str] | None) -> Mapping[str, str]:
    return {} if auth is None else {"Authorization": f"Basic {b64encode(':'.join(auth).encode()).decode()}"}
