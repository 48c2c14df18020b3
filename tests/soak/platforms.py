"""The platforms of the soak: strict ones of the tests that can be away for a while, and a mail server to switch off."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, web
from aiosmtpd.smtp import SMTP
from twilio.request_validator import RequestValidator

from tests.e2e.telegram_peer import ScriptedFailure, TelegramPeer
from tests.e2e.test_notices import FakeMailServer
from tests.e2e.twilio_peer import Answer, TwilioPeer

TWILIO_TOKEN: Final = "a token for tests"
_OUTGOING: Final = frozenset({"sendMessage", "editMessageText", "editMessageReplyMarkup", "answerCallbackQuery"})


@dataclass(kw_only=True)
class FailingTelegram(TelegramPeer):
    """While `outage` is set, every call that says something goes wrong so."""

    outage: ScriptedFailure | None = None

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            await request.read()  # now: a caller may have hung up before a late answer is made
        except ConnectionError:  # it was killed
            return web.Response(status=400)
        if self.outage is not None and method in _OUTGOING:
            self.script_failures(method, self.outage)
        return await super()._handle(request)


@dataclass
class FailingTwilio(TwilioPeer):
    """While `outage` is set, every message is answered so; with `takes_anyway` it was sent nevertheless.

    As the real one, it reports later what became of a message.
    """

    outage: Answer | None = None
    takes_anyway: bool = False
    delivered: list[dict[str, str]] = field(default_factory=list)
    _reports: set["asyncio.Task[None]"] = field(default_factory=set)

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """POST Messages.json"""
        outage, form = self.outage, {name: str(value) for name, value in (await request.post()).items()}
        if outage is None or self.takes_anyway:
            self.delivered.append(form)
            report = asyncio.create_task(self._report(form["StatusCallback"], f"SM{len(self.delivered):032}"))
            self._reports.add(report)
            report.add_done_callback(self._reports.discard)
        if outage is not None:
            return await outage(request)
        self.requests.append(form)
        return web.json_response({"sid": f"SM{len(self.delivered):032}", "status": "queued"}, status=201)

    async def _report(self, url: str, sid: str) -> None:
        form = {"MessageSid": sid, "MessageStatus": "delivered"}
        await asyncio.sleep(1)
        async with ClientSession() as client:
            for _ in range(20):
                if await _post(client, url, form) == 204:
                    return
                await asyncio.sleep(2)


async def _post(client: ClientSession, url: str, form: dict[str, str]) -> int:
    signature = RequestValidator(TWILIO_TOKEN).compute_signature(url, form)
    with suppress(ClientError, TimeoutError):
        async with client.post(url, data=form, headers={"X-Twilio-Signature": signature}) as response:
            return response.status
    return 0


async def post_message(client: ClientSession, origin: str, form: dict[str, str]) -> bool:
    """Twilio hands a message over; whether it was taken. `origin` is the public address."""
    assert urlsplit(origin).path in ("", "/")
    return await _post(client, f"{origin.rstrip('/')}/webhooks/twilio", form) == 200


@dataclass
class SwitchableMail:
    """A mail server at one port, there or not."""

    port: int
    room: FakeMailServer = field(default_factory=FakeMailServer)
    _server: asyncio.Server | None = None

    async def switch_on(self) -> None:
        """It is there."""
        factory: Callable[[], SMTP] = lambda: SMTP(self.room)  # noqa: E731
        self._server = await asyncio.get_running_loop().create_server(factory, "127.0.0.1", self.port)

    async def switch_off(self) -> None:
        """Nobody listens."""
        if self._server is not None:
            self._server.close()
            self._server = None
