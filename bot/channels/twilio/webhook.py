"""Twilio's two webhooks: verify, pass on, and answer only when stored; decides nothing."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final

import structlog
from aiohttp import web

from bot.channels.interface import Receive
from bot.channels.twilio.account import TwilioAccount, TwilioProduct
from bot.channels.twilio.parsing import to_inbound
from bot.channels.twilio.reply_reference import QUERY_FIELD, ReplyReference
from bot.channels.twilio.signature import WebhookFields, is_signature_valid
from bot.channels.twilio.status_codes import StatusReport, parse_status
from handlers.model.messages import Inbound

log = structlog.get_logger()

MAX_BODY_BYTES: Final = 256 * 1024
"""A message of 4096 letters takes up to 50 kB."""

OnStatus = Callable[[str, str, str | None, int | None], Awaitable[None]]
"""Called with the id of a message, its state (sent, delivered, read, failed), why it failed, and the reply that the
report tells about, where its own reference says so."""

ParseMessage = Callable[[Mapping[str, str], datetime, TwilioProduct], Inbound | None]
"""As parsing.to_inbound; None for a message that is acknowledged and not passed on."""

OnWebhookRejected = Callable[[str], None]
"""Called with the reason of a rejected webhook: signature, form, size."""


class Webhooks:
    """The webhook handlers of one product."""

    def __init__(
        self,
        account: TwilioAccount,
        *,
        receive: Receive,
        on_status: OnStatus,
        on_rejected: OnWebhookRejected,
        clock: Callable[[], datetime],
        parse_message: ParseMessage = to_inbound,
    ) -> None:
        self._account = account
        self._channel = account.product.channel
        self._receive = receive
        self._on_status = on_status
        self._on_rejected = on_rejected
        self._clock = clock
        self._parse_message = parse_message

    def routes(self) -> tuple[web.RouteDef, ...]:
        """Routes for an aiohttp application."""
        product = self._account.product
        return (
            web.post(product.messages_path, self.handle_message),
            web.post(product.status_path, self.handle_status),
        )

    async def handle_message(self, request: web.Request) -> web.Response:
        """Handle a message from a person."""
        fields = await self._verified_fields(request)
        inbound_message = self._parse_message(fields, self._clock(), self._account.product)
        if inbound_message is None:
            log.info("webhook.ignored", channel=self._channel)
            return _empty_twiml()
        try:
            await self._receive(inbound_message)
        except Exception as exc:
            # Answer 500: with rc and rp set on the webhook's address, Twilio sends it again.
            log.exception("webhook.store_failed", channel=self._channel, message=inbound_message.message_id)
            raise web.HTTPInternalServerError from exc
        return _empty_twiml()

    async def handle_status(self, request: web.Request) -> web.Response:
        """Handle a status report."""
        status = parse_status(await self._verified_fields(request))
        if status is not None:
            reply = self._reply_of(request, status)
            try:
                await self._on_status(status.provider_message_id, status.state, status.error, reply)
            except Exception as exc:
                log.exception("webhook.store_failed", channel=self._channel, message=status.provider_message_id)
                raise web.HTTPInternalServerError from exc
        return web.Response(status=204)

    def _reply_of(self, request: web.Request, status: StatusReport) -> int | None:
        """The reply by its own reference. One part that failed spoils it; that it arrived is told by the last part."""
        reference = ReplyReference.parse(request.query.get(QUERY_FIELD, ""), self._account)
        if reference is None or not (reference.last or status.state == "failed"):
            return None
        return reference.sequence

    async def _verified_fields(self, request: web.Request) -> WebhookFields:
        try:
            form = WebhookFields(await _limited(request).read())
        except web.HTTPRequestEntityTooLarge:
            self._reject("size")
            raise
        except ValueError as exc:
            self._reject("form")
            raise web.HTTPForbidden from exc
        # The raw path: the signature covers the exact characters; never the Host header, which anyone may write.
        url = self._account.webhook_url(request.raw_path)
        if not is_signature_valid(self._account.token, url, form, request.headers.get("X-Twilio-Signature", "")):
            self._reject("signature")
            raise web.HTTPForbidden
        return form

    def _reject(self, reason: str) -> None:
        log.warning("webhook.rejected", channel=self._channel, reason=reason)
        self._on_rejected(reason)


def _limited(request: web.Request) -> web.Request:
    """A request whose body is read up to MAX_BODY_BYTES: this one, where its head says that it is no longer."""
    length = request.content_length
    return request if length is not None and length <= MAX_BODY_BYTES else request.clone(client_max_size=MAX_BODY_BYTES)


def _empty_twiml() -> web.Response:
    """Empty TwiML: replies are sent through the REST API, which gives them ids."""
    return web.Response(text="<Response/>", content_type="text/xml")
