"""The SMS channel: sends a reply as plain texts, its choices as numbered lines."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from bot.channels.interface import OutgoingMessage, Receive, ServedChannel
from bot.channels.sms.parsing import to_answerable_inbound
from bot.channels.sms.product import PRODUCT
from bot.channels.text_split import split_text
from bot.channels.twilio.account import TwilioAccount
from bot.channels.twilio.client import TwilioClient, TwilioMessages
from bot.channels.twilio.message_part import MAX_TEXT_UNITS, PartSender, numbered_text
from bot.channels.twilio.webhook import OnStatus, OnWebhookRejected, Webhooks

NUMBER_FORMAT: Final = "{number}) {title}"


class Sms(ServedChannel):
    """One number at Twilio.

    `receive` gets messages, `on_status` status reports; `on_rejected` counts rejected webhooks.
    """

    name = PRODUCT.channel

    def __init__(
        self,
        account: TwilioAccount,
        *,
        receive: Receive,
        on_status: OnStatus,
        on_rejected: OnWebhookRejected = lambda why: None,  # noqa: ARG005
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        messages: TwilioMessages | None = None,
    ) -> None:
        self._webhooks = Webhooks(
            account,
            receive=receive,
            on_status=on_status,
            on_rejected=on_rejected,
            clock=clock,
            parse_message=to_answerable_inbound,
        )
        self._messages: TwilioMessages = messages or TwilioClient(account)
        self._part_sender = PartSender(self._messages.create)

    def routes(self) -> tuple[web.RouteDef, ...]:
        """POST /webhooks/twilio/sms and /webhooks/twilio/sms/status."""
        return self._webhooks.routes()

    async def send(self, address: str, message: OutgoingMessage) -> str:
        """The sid of the reply's last message.

        Raises:
            DeliveryError: not all parts were accepted. Called again (in this process), it continues after the last one.
        """
        parts = split_text(numbered_text(message.text, message.options, NUMBER_FORMAT), MAX_TEXT_UNITS)
        return await self._part_sender.send_parts(address, message.sequence, parts)

    async def close(self) -> None:
        """Close the connections."""
        await self._messages.close()
