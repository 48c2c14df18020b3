"""Twilio's two webhooks: checks, hands on, and answers only when what came is stored; decides nothing."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

import structlog
from aiohttp import web

from bot.channels.interface import Receive
from bot.channels.whatsapp.account import MESSAGES, STATUS, Account
from bot.channels.whatsapp.parsing import NAME, inbound
from bot.channels.whatsapp.signature import Form, signed
from bot.channels.whatsapp.status import report

log = structlog.get_logger()

LONGEST_BODY: Final = 256 * 1024
"""A message of 4096 letters takes up to 50 kB."""

Reported = Callable[[str, str, str | None], Awaitable[None]]
"""Is told the id of a message, its state (sent, delivered, read, failed), and why it failed."""

Rejected = Callable[[str], None]
"""Is told why a webhook was refused: signature, form, size."""


class Webhooks:
    """The way in."""

    def __init__(
        self,
        account: Account,
        *,
        receive: Receive,
        reported: Reported,
        rejected: Rejected,
        clock: Callable[[], datetime],
    ) -> None:
        self._account = account
        self._receive = receive
        self._reported = reported
        self._rejected = rejected
        self._clock = clock

    def routes(self) -> tuple[web.RouteDef, ...]:
        """For an aiohttp application."""
        return (web.post(MESSAGES, self.message), web.post(STATUS, self.status))

    async def message(self, request: web.Request) -> web.Response:
        """A message from a person."""
        heard = inbound(await self._signed(request), self._clock())
        if heard is None:
            log.info("webhook.ignored", channel=NAME)
            return _taken()
        try:
            await self._receive(heard)
        except Exception as exc:
            # Answer 500: with rc and rp set on the webhook's address, Twilio sends it again.
            log.exception("webhook.not_stored", channel=NAME, message=heard.message_id)
            raise web.HTTPInternalServerError from exc
        return _taken()

    async def status(self, request: web.Request) -> web.Response:
        """What became of a message of ours."""
        told = report(await self._signed(request))
        if told is not None:
            await self._reported(told.receipt, told.state, told.error)
        return web.Response(status=204)

    async def _signed(self, request: web.Request) -> Form:
        try:
            form = Form(await request.clone(client_max_size=LONGEST_BODY).read())
        except web.HTTPRequestEntityTooLarge:
            self._refuse("size")
            raise
        except ValueError as exc:
            self._refuse("form")
            raise web.HTTPForbidden from exc
        # The raw path, for a signature is over the very letters; never the Host header, which anyone may write.
        url = self._account.url(request.raw_path)
        if not signed(self._account.token, url, form, request.headers.get("X-Twilio-Signature", "")):
            self._refuse("signature")
            raise web.HTTPForbidden
        return form

    def _refuse(self, why: str) -> None:
        log.warning("webhook.rejected", channel=NAME, why=why)
        self._rejected(why)


def _taken() -> web.Response:
    """Empty TwiML: replies go through the REST API, where they have receipts."""
    return web.Response(text="<Response/>", content_type="text/xml")
