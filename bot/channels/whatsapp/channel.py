"""The WhatsApp channel: sends a reply part by part within the service window; a rejected template as text."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

import structlog
from aiohttp import web

from bot.channels.interface import DeliveryError, OutgoingMessage, Receive, ServedChannel
from bot.channels.media import MediaFile
from bot.channels.twilio.account import TwilioAccount
from bot.channels.twilio.client import TemplateError, TwilioClient, TwilioMessages
from bot.channels.twilio.media_fetch import fetch_media
from bot.channels.twilio.message_part import MessagePart, PartSender, TemplateContent
from bot.channels.twilio.reply_reference import ReplyReference
from bot.channels.twilio.status_codes import OUTSIDE_SERVICE_WINDOW, describe_code
from bot.channels.twilio.webhook import OnStatus, OnWebhookRejected, Webhooks
from bot.channels.whatsapp.composer import compose_parts
from bot.channels.whatsapp.description import SERVICE_WINDOW
from bot.channels.whatsapp.product import PRODUCT

log = structlog.get_logger()

_NO_TEMPLATES: Final[Mapping[str, str]] = MappingProxyType({})


class WhatsApp(ServedChannel):
    """One sender at Twilio.

    `receive` gets messages, `on_status` status reports; `on_rejected` counts rejected webhooks. `content_templates`
    maps a format and a number of options to a content template: {"quick-reply-2": "HX...", "list-picker-5": "HX..."}
    (see templates.py). Everything else is sent as numbered text.
    """

    name = PRODUCT.channel

    def __init__(
        self,
        account: TwilioAccount,
        *,
        receive: Receive,
        on_status: OnStatus,
        content_templates: Mapping[str, str] = _NO_TEMPLATES,
        on_rejected: OnWebhookRejected = lambda why: None,  # noqa: ARG005
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        messages: TwilioMessages | None = None,
    ) -> None:
        self._webhooks = Webhooks(account, receive=receive, on_status=on_status, on_rejected=on_rejected, clock=clock)
        self._account = account
        self._content_templates = content_templates
        self._clock = clock
        self._messages: TwilioMessages = messages or TwilioClient(account)
        self._part_sender = PartSender(self._send_part)

    def routes(self) -> tuple[web.RouteDef, ...]:
        """POST /webhooks/twilio and /webhooks/twilio/status."""
        return self._webhooks.routes()

    async def send(self, address: str, message: OutgoingMessage) -> str:
        """The sid of the reply's last message.

        Raises:
            DeliveryError: not all parts were accepted. Called again (in this process), it continues after the last one.
        """
        if message.last_user_message_at is not None and self._clock() - message.last_user_message_at >= SERVICE_WINDOW:
            raise DeliveryError(describe_code(OUTSIDE_SERVICE_WINDOW), permanent=True)
        parts = compose_parts(message, self._content_templates)
        return await self._part_sender.send_parts(address, message.sequence, parts)

    async def fetch_media(self, reference: str) -> MediaFile:
        """As MediaSource.fetch_media; `reference` is an address at Twilio."""
        return await fetch_media(self._account, reference)

    async def close(self) -> None:
        """Close the connections."""
        await self._messages.close()

    async def _send_part(self, address: str, part: MessagePart, reference: ReplyReference) -> str:
        try:
            return await self._messages.create(address, part, reference)
        except TemplateError as exc:
            if not isinstance(part, TemplateContent):
                raise
            log.warning("whatsapp.template_rejected", template=part.template_sid, code=exc.code)
            for number, text in enumerate(part.fallback_text, start=1):
                ends = reference.last and number == len(part.fallback_text)
                receipt = await self._messages.create(address, text, replace(reference, last=ends))
            return receipt
