"""Sends one message through Twilio's REST API, and classifies its errors."""

import asyncio
from typing import Final, Protocol

from aiohttp import ClientConnectorError, ClientError, ConnectionTimeoutError
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.rest import Client

from bot.channels.interface import DeliveryError
from bot.channels.whatsapp.account import TwilioAccount
from bot.channels.whatsapp.composer import MessagePart, TemplateContent
from bot.channels.whatsapp.status import describe_code
from bot.channels.whatsapp.transport import CONNECT_TIMEOUT_SECONDS, TwilioHttpClient

REQUEST_TIMEOUT_SECONDS: Final = 20.0
"""For one message in total."""


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

    async def create(self, to: str, part: MessagePart) -> str:
        """The sid of the accepted message.

        Raises:
            DeliveryError: it was rejected; permanent also if the outcome is unknown, because sending is not idempotent.
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

    async def create(self, to: str, part: MessagePart) -> str:
        """As TwilioMessages.create."""
        content = (
            {"content_sid": part.template_sid, "content_variables": part.variables}
            if isinstance(part, TemplateContent)
            else {"body": part}
        )
        created = self._messages.create_async(
            to=to, from_=self._account.sender, status_callback=self._account.status_url, **content
        )
        try:
            async with asyncio.timeout(self._timeout_seconds):
                message = await created
        except (ClientConnectorError, ConnectionTimeoutError) as exc:
            raise DeliveryError("Twilio could not be reached", permanent=False) from exc
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
        return UnknownOutcomeError()
    if code in _TEMPLATE_ERROR_CODES:
        return TemplateError(code)
    return DeliveryError(describe_code(code), permanent=True)
