"""A stop waits for nothing that hangs, and nothing of what was under way is lost."""

import asyncio
from pathlib import Path
from typing import Final

import pytest
from aiohttp import ClientSession, CookieJar, web
from aiohttp.test_utils import TestServer
from twilio.request_validator import RequestValidator

from bot.app.roles import REQUEST_GRACE_SECONDS
from bot.channels.webchat.server import CLOSE_TIMEOUT_SECONDS
from bot.concurrency import task_set
from bot.delivery.jobs import embedded, procrastinate
from bot.helpdesk import notification_worker
from bot.observability.tracing import otel
from tests.e2e.loaded_program import LoadedProgram
from tests.e2e.telegram_peer import ScriptedFailure, TelegramPeer
from tests.e2e.test_traces import answers
from tests.e2e.twilio_peer import TwilioPeer
from tests.ports import own_port
from tests.unit.bot.channels.conftest import ANNA, PUBLIC_URL, TOKEN

HANGS: Final = 3600.0
"""Seconds: longer than any test lasts, so that a stop that waited for it would never end."""
PATIENCE: Final = 90.0
"""Seconds: what a busy machine may need for anything that a quiet one does in a few."""
MANY: Final = 100
"""More calls than the program tries meanwhile."""
MOST_SECONDS: Final = 20
BRIEF: Final = "tests.e2e.brief_stop"
"""What waits for a tenth of that."""

pytestmark = pytest.mark.timeout(400)


async def hangs(request: web.Request) -> web.StreamResponse:
    """The answer never comes."""
    await asyncio.sleep(HANGS)
    return web.Response()


def test_what_a_stop_may_wait_for_adds_up_to_less_than_20_seconds() -> None:
    delivering = max(
        embedded.SHUTDOWN_GRACE_SECONDS, notification_worker.SHUTDOWN_GRACE_SECONDS + task_set.CANCEL_GRACE_SECONDS
    )
    serving = delivering + CLOSE_TIMEOUT_SECONDS + REQUEST_GRACE_SECONDS + otel.CLOSE_TIMEOUT_SECONDS
    working = procrastinate.SHUTDOWN_GRACE_SECONDS + procrastinate.DISCONNECT_GRACE_SECONDS + otel.CLOSE_TIMEOUT_SECONDS
    assert max(serving, working) < MOST_SECONDS


async def test_a_telegram_that_hangs_and_a_page_that_sleeps_hold_up_no_stop(tmp_path: Path) -> None:
    async with TelegramPeer() as peer, ClientSession(cookie_jar=CookieJar(unsafe=True)) as client:
        port = own_port()
        url = f"http://127.0.0.1:{port}"
        settings = {"PORT": str(port), "TELEGRAM_BOT_TOKEN": peer.token, "TELEGRAM_API_URL": peer.url}
        with LoadedProgram(tmp_path, settings, module=BRIEF) as program:
            program.start()
            await answers(client, url)
            await client.get(url)
            # A phone that was put away: it does not even answer the goodbye.
            sleeping = await client.ws_connect(f"{url}/chat/ws", headers={"Origin": url}, autoclose=False)
            await sleeping.send_json({"type": "hello", "after": 0, "lang": "lv"})
            peer.script_failures("sendMessage", *[ScriptedFailure(delay_seconds=HANGS)] * MANY)
            peer.send_text("kase nedrukā čeku")
            await peer.until(lambda: not peer.pending and peer.failures_left("sendMessage") < MANY, PATIENCE)
            peer.script_failures("getUpdates", *[ScriptedFailure(delay_seconds=HANGS)] * MANY)
            peer.end_poll()
            await peer.until(lambda: peer.failures_left("getUpdates") < MANY, PATIENCE)

            assert await asyncio.to_thread(program.stop, PATIENCE) == 0
            assert peer.sent == []

            for method in ("sendMessage", "getUpdates"):
                peer.end_failures(method)
            program.start()
            await peer.until(lambda: peer.sent, PATIENCE)
            assert await asyncio.to_thread(program.stop, PATIENCE) == 0
            await sleeping.close()
            assert not program.logged_errors()


async def test_a_stop_while_the_program_still_opens_is_one_too(tmp_path: Path) -> None:
    """A signal that ended the process there would cut off replies that are on their way, and they would come twice."""
    async with TelegramPeer() as peer:
        settings = {"PORT": str(own_port()), "TELEGRAM_BOT_TOKEN": peer.token, "TELEGRAM_API_URL": peer.url}
        with LoadedProgram(tmp_path, settings, module=BRIEF) as program:
            peer.script_failures("getMe", ScriptedFailure(delay_seconds=HANGS))
            program.start()
            await peer.until(lambda: not peer.failures_left("getMe"), PATIENCE)
            assert await asyncio.to_thread(program.stop, PATIENCE) == 0
            assert not program.logged_errors()


async def test_a_twilio_that_hangs_holds_up_no_stop(tmp_path: Path) -> None:
    async with TwilioPeer(answers=[hangs]).serving() as peer, ClientSession() as client:
        port = own_port()
        settings = {
            "PORT": str(port),
            "PUBLIC_URL": PUBLIC_URL,
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_WHATSAPP_FROM": "+37120000000",
            "TWILIO_API_URL": peer.url,
        }
        with LoadedProgram(tmp_path, settings, module=BRIEF) as program:
            program.start()
            await answers(client, f"http://127.0.0.1:{port}")
            said = {"MessageSid": "SM1", "From": ANNA, "Body": "kase nedrukā čeku", "NumMedia": "0"}
            signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC_URL}/webhooks/twilio", said)
            headers = {"X-Twilio-Signature": signature}
            async with client.post(f"http://127.0.0.1:{port}/webhooks/twilio", data=said, headers=headers) as response:
                assert response.status == 200
            await _requested(peer, 1)
            assert await asyncio.to_thread(program.stop, PATIENCE) == 0
            program.start()
            await _requested(peer, 2)
            assert await asyncio.to_thread(program.stop, PATIENCE) == 0
            assert not program.logged_errors()


async def test_staff_that_cannot_be_reached_holds_up_no_stop(tmp_path: Path) -> None:
    """A mail server that answers nothing after the sender, and a receiver of Apprise's that answers nothing at all."""
    recipient, posted = asyncio.Event(), asyncio.Event()

    async def mail(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail\r\n")
        while (line := await reader.readline()) and not line.upper().startswith(b"RCPT"):
            writer.write(b"250 OK\r\n")
        recipient.set()
        await reader.read()
        writer.close()

    async def post(request: web.Request) -> web.StreamResponse:
        posted.set()
        return await hangs(request)

    application = web.Application()
    application.router.add_post("/tills", post)
    server = await asyncio.start_server(mail, "127.0.0.1", 0)
    async with (
        server,
        TestServer(application, host="127.0.0.1") as apprise,
        ClientSession(cookie_jar=CookieJar(unsafe=True)) as client,
    ):
        port = own_port()
        url = f"http://127.0.0.1:{port}"
        settings = {
            "PORT": str(port),
            "SMTP_URL": f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}",
            "NOTIFY_FROM": "bot@example.lv",
            "NOTIFY_TECHNICAL": f"ops@example.lv, json://127.0.0.1:{apprise.port}/tills",
        }
        with LoadedProgram(tmp_path, settings) as program:
            program.start()
            await answers(client, url)
            await client.get(url)
            async with client.ws_connect(f"{url}/chat/ws", headers={"Origin": url}) as chat:
                await chat.send_json({"type": "hello", "after": 0, "lang": "lv"})
                said = {"type": "say", "id": "message1", "text": "kase uzkārusies, nevaram neko pārdot"}
                await chat.send_json(said)
                async with asyncio.timeout(PATIENCE):
                    await recipient.wait()
                    await posted.wait()
                # The promise itself: systemd and Docker kill what takes longer.
                assert await asyncio.to_thread(program.stop, MOST_SECONDS) == 0
            assert not program.logged_errors()


async def _requested(peer: TwilioPeer, times: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while len(peer.requests) < times:
            await asyncio.sleep(0.02)
