"""The WhatsApp channel: sends a reply part by part, and remembers which parts were taken when it has to stop."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from aiohttp import web

from bot.channels.interface import DeliveryError, OutgoingMessage, Receive
from bot.channels.whatsapp.account import TwilioAccount
from bot.channels.whatsapp.client import TemplateError, TwilioClient, TwilioMessages
from bot.channels.whatsapp.composer import MessagePart, TemplateContent, compose_parts
from bot.channels.whatsapp.parsing import CHANNEL
from bot.channels.whatsapp.status import OUTSIDE_SERVICE_WINDOW, describe_code
from bot.channels.whatsapp.webhook import OnStatus, OnWebhookRejected, Webhooks

log = structlog.get_logger()

SERVICE_WINDOW: Final = timedelta(hours=24)
"""How long after a person's last message WhatsApp takes free text (Twilio error 63016 tells of the rest)."""

MAX_PROGRESS_ENTRIES: Final = 1000
"""Replies that stopped half-way."""


class WhatsApp:
    """One sender at Twilio.

    `receive` takes messages in; `reported` is told what becomes of those sent; `rejected` counts refused webhooks.
    """

    name = CHANNEL

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
        self._webhooks = Webhooks(account, receive=receive, on_status=on_status, on_rejected=on_rejected, clock=clock)
        self._content = account.content_templates
        self._clock = clock
        self._messages: TwilioMessages = messages or TwilioClient(account)
        self._parts_sent: dict[tuple[str, int], int] = {}

    def routes(self) -> tuple[web.RouteDef, ...]:
        """POST /webhooks/twilio and /webhooks/twilio/status."""
        return self._webhooks.routes()

    async def send(self, address: str, message: OutgoingMessage) -> str:
        """The sid of the reply's last message.

        Raises:
            DeliveryError: not all of it was taken. Sent again (by this process), it goes on where it stopped.
        """
        if message.last_user_message_at is not None and self._clock() - message.last_user_message_at >= SERVICE_WINDOW:
            raise DeliveryError(describe_code(OUTSIDE_SERVICE_WINDOW), permanent=True)
        parts = compose_parts(message, self._content)
        if not parts:
            raise DeliveryError("there is nothing to read in it", permanent=True)
        key = (address, message.sequence)
        already_sent = self._parts_sent.pop(key, 0)
        for done, part in enumerate(parts[already_sent:], start=already_sent):
            try:
                receipt = await self._send_part(address, part)
            except DeliveryError as exc:
                if not exc.permanent and done:
                    self._record_progress(key, done)
                raise
        return receipt

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._messages.close()

    async def _send_part(self, address: str, part: MessagePart) -> str:
        try:
            return await self._messages.create(address, part)
        except TemplateError as exc:
            if not isinstance(part, TemplateContent):
                raise
            log.warning("whatsapp.template_refused", template=part.template_sid, code=exc.code)
            for text in part.fallback_text:
                receipt = await self._messages.create(address, text)
            return receipt

    def _record_progress(self, key: tuple[str, int], parts_sent: int) -> None:
        while len(self._parts_sent) >= MAX_PROGRESS_ENTRIES:
            del self._parts_sent[next(iter(self._parts_sent))]
        self._parts_sent[key] = parts_sent
