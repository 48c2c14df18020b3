"""Hands one message to Twilio's REST API, and tells what an error means for trying again."""

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
"""For one message, all in all."""


class UnknownOutcomeError(DeliveryError):
    """It may have been sent: the request left, and no answer told what became of it."""

    def __init__(self) -> None:
        super().__init__(permanent=True)


class TemplateError(DeliveryError):
    """Twilio did not take the content template."""

    def __init__(self, code: int) -> None:
        super().__init__(describe_code(code), permanent=True)
        self.code = code


_TEMPLATE_ERROR_CODES: Final = frozenset({20404, 21654, 21655, 21656, 21657, 21658})


class TwilioMessages(Protocol):
    """What the channel sends by."""

    async def create(self, to: str, part: MessagePart) -> str:
        """The sid of the message that Twilio took.

        Raises:
            DeliveryError: it did not; permanent also where nobody knows, because sending is not idempotent.
        """
        ...

    async def close(self) -> None:
        """Lets go of the connections."""
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
        """As Messages says."""
        content = (
            {"content_sid": part.template_sid, "content_variables": part.variables}
            if isinstance(part, TemplateContent)
            else {"body": part}
        )
        created = self._messages.create_async(
            to=to, from_=self._account.sender, status_callback=self._account.status_url, **content
        )
        try:
            message = await asyncio.wait_for(created, self._timeout_seconds)
        except (ClientConnectorError, ConnectionTimeoutError) as exc:
            raise DeliveryError("Twilio could not be reached", permanent=False) from exc
        except (TwilioRestException, TwilioServiceException) as exc:
            raise _to_delivery_error(exc.status, exc.code) from exc
        except (ClientError, OSError, ValueError, AttributeError) as exc:  # no answer in time, or none that can be read
            raise UnknownOutcomeError from exc
        if not message.sid:
            raise UnknownOutcomeError
        return str(message.sid)

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._transport.close()


def _to_delivery_error(status: int, code: int | None) -> DeliveryError:
    if status == 429:
        return DeliveryError(f"Twilio asks to slow down: {describe_code(code)}", permanent=False)
    if status >= 500:
        return UnknownOutcomeError()
    if code in _TEMPLATE_ERROR_CODES:
        return TemplateError(code)
    return DeliveryError(describe_code(code), permanent=True)
