"""Twilio's two webhooks: checks, hands on, and answers only when what came is stored; decides nothing."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

import structlog
from aiohttp import web

from bot.channels.interface import Receive
from bot.channels.whatsapp.account import MESSAGES_PATH, STATUS_PATH, TwilioAccount
from bot.channels.whatsapp.parsing import CHANNEL, to_inbound
from bot.channels.whatsapp.signature import WebhookFields, is_signature_valid
from bot.channels.whatsapp.status import parse_status

log = structlog.get_logger()

MAX_BODY_BYTES: Final = 256 * 1024
"""A message of 4096 letters takes up to 50 kB."""

OnStatus = Callable[[str, str, str | None], Awaitable[None]]
"""Is told the id of a message, its state (sent, delivered, read, failed), and why it failed."""

OnWebhookRejected = Callable[[str], None]
"""Is told why a webhook was refused: signature, form, size."""


class Webhooks:
    """The way in."""

    def __init__(
        self,
        account: TwilioAccount,
        *,
        receive: Receive,
        on_status: OnStatus,
        on_rejected: OnWebhookRejected,
        clock: Callable[[], datetime],
    ) -> None:
        self._account = account
        self._receive = receive
        self._on_status = on_status
        self._on_rejected = on_rejected
        self._clock = clock

    def routes(self) -> tuple[web.RouteDef, ...]:
        """For an aiohttp application."""
        return (web.post(MESSAGES_PATH, self.handle_message), web.post(STATUS_PATH, self.handle_status))

    async def handle_message(self, request: web.Request) -> web.Response:
        """A message from a person."""
        inbound_message = to_inbound(await self._verified_fields(request), self._clock())
        if inbound_message is None:
            log.info("webhook.ignored", channel=CHANNEL)
            return _empty_twiml()
        try:
            await self._receive(inbound_message)
        except Exception as exc:
            # Answer 500: with rc and rp set on the webhook's address, Twilio sends it again.
            log.exception("webhook.not_stored", channel=CHANNEL, message=inbound_message.message_id)
            raise web.HTTPInternalServerError from exc
        return _empty_twiml()

    async def handle_status(self, request: web.Request) -> web.Response:
        """What became of a message of ours."""
        status = parse_status(await self._verified_fields(request))
        if status is not None:
            await self._on_status(status.provider_message_id, status.state, status.error)
        return web.Response(status=204)

    async def _verified_fields(self, request: web.Request) -> WebhookFields:
        try:
            form = WebhookFields(await request.clone(client_max_size=MAX_BODY_BYTES).read())
        except web.HTTPRequestEntityTooLarge:
            self._reject("size")
            raise
        except ValueError as exc:
            self._reject("form")
            raise web.HTTPForbidden from exc
        # The raw path, for a signature is over the very letters; never the Host header, which anyone may write.
        url = self._account.webhook_url(request.raw_path)
        if not is_signature_valid(self._account.token, url, form, request.headers.get("X-Twilio-Signature", "")):
            self._reject("signature")
            raise web.HTTPForbidden
        return form

    def _reject(self, reason: str) -> None:
        log.warning("webhook.rejected", channel=CHANNEL, why=reason)
        self._on_rejected(reason)


def _empty_twiml() -> web.Response:
    """Empty TwiML: replies go through the REST API, where they have receipts."""
    return web.Response(text="<Response/>", content_type="text/xml")
