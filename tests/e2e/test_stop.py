"""A stop is over within 20 seconds whatever hangs, and nothing of what was under way is lost."""

import asyncio
from pathlib import Path
from time import monotonic

from aiohttp import ClientSession, CookieJar, web
from twilio.request_validator import RequestValidator

from bot.delivery.jobs.embedded import SHUTDOWN_GRACE_SECONDS
from tests.e2e.kill_program import ProgramProcess, own_port
from tests.e2e.telegram_peer import ScriptedFailure, TelegramPeer
from tests.e2e.test_traces import answers
from tests.e2e.twilio_peer import TwilioPeer
from tests.unit.bot.channels.conftest import ANNA, PUBLIC_URL, TOKEN

HANGS = SHUTDOWN_GRACE_SECONDS + 4
"""Seconds."""


async def hangs(request: web.Request) -> web.StreamResponse:
    """The answer comes when nobody waits any more."""
    await asyncio.sleep(HANGS)
    return web.Response()


async def test_a_telegram_that_hangs_and_a_page_that_sleeps_hold_up_no_stop(tmp_path: Path) -> None:
    async with TelegramPeer() as peer, ClientSession(cookie_jar=CookieJar(unsafe=True)) as client:
        port = own_port()
        url = f"http://127.0.0.1:{port}"
        settings = {"PORT": str(port), "TELEGRAM_BOT_TOKEN": peer.token, "TELEGRAM_API_URL": peer.url}
        with ProgramProcess(tmp_path, settings) as program:
            program.start()
            await answers(client, url)
            await client.get(url)
            # A phone that was put away: it does not even answer the goodbye.
            sleeping = await client.ws_connect(f"{url}/chat/ws", headers={"Origin": url}, autoclose=False)
            await sleeping.send_json({"type": "hello", "after": 0, "lang": "lv"})
            peer.script_failures("sendMessage", ScriptedFailure(delay_seconds=HANGS, status=502))
            peer.send_text("kase nedrukā čeku")
            await peer.until(lambda: not peer.pending, 40)
            await asyncio.sleep(0.5)
            peer.script_failures("getUpdates", *[ScriptedFailure(delay_seconds=HANGS)] * 3)

            begin = monotonic()
            assert await asyncio.to_thread(program.stop, 40) == 0
            took = monotonic() - begin
            assert took < 20, f"{took:.1f} s"
            assert peer.sent == []

            peer._faults.clear()
            program.start()
            await peer.until(lambda: peer.sent, 40)
            assert await asyncio.to_thread(program.stop, 20) == 0
            await sleeping.close()
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
        with ProgramProcess(tmp_path, settings) as program:
            program.start()
            await answers(client, f"http://127.0.0.1:{port}")
            said = {"MessageSid": "SM1", "From": ANNA, "Body": "kase nedrukā čeku", "NumMedia": "0"}
            signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC_URL}/webhooks/twilio", said)
            headers = {"X-Twilio-Signature": signature}
            async with client.post(f"http://127.0.0.1:{port}/webhooks/twilio", data=said, headers=headers) as response:
                assert response.status == 200
            while not peer.requests:
                await asyncio.sleep(0.02)

            begin = monotonic()
            assert await asyncio.to_thread(program.stop, 40) == 0
            took = monotonic() - begin
            assert took < 20, f"{took:.1f} s"
            program.start()
            end = monotonic() + 40
            while len(peer.requests) < 2:
                assert monotonic() < end
                await asyncio.sleep(0.02)
            assert await asyncio.to_thread(program.stop, 20) == 0
            assert not program.logged_errors()
