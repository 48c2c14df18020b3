"""WhatsApp against independent counterparts: Twilio's OpenAPI files, Twilio's own signatures, and a Twilio that fails."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestClient

from bot.channels.interface import DeliveryError, OutgoingMessage
from bot.channels.twilio.client import TwilioClient
from bot.channels.twilio.reply_reference import ReplyReference
from bot.channels.whatsapp.channel import WhatsApp
from bot.channels.whatsapp.templates import template_requests
from handlers.model.messages import Option
from tests.doubles import NOW
from tests.e2e import npm
from tests.e2e.twilio_peer import Answer, TwilioPeer, never_answer, refuse, reset_connection
from tests.patience import PATIENCE_SECONDS
from tests.unit.bot.channels.conftest import ANNA, PUBLIC_URL, TOKEN, RecordingWebhookHandlers, make_account

CONTENT = {"quick-reply-2": "HX" + "a" * 32}
SAID = OutgoingMessage(sequence=1, from_user=False, text="Zvaniet: +371 20110505", options=(), at=NOW, turn="7")
ASKED = replace(SAID, options=(Option(id="entry:a", title="Kase"), Option(id="entry:b", title="Printeris")))
LONG = replace(SAID, text="\n\n".join(["pirmā " * 200, "otrā " * 200, "trešā " * 200]))

needs_npm = [pytest.mark.timeout(600), pytest.mark.usefixtures("counterparts")]


@pytest.fixture(scope="session")
def counterparts() -> None:
    """What npm gives is there."""
    npm.needed()


@pytest.fixture(scope="module")
def api(counterparts: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Twilio's core API."""
    with npm.prism("twilio_api_v2010.json", tmp_path_factory.mktemp("prism") / "api.log") as url:
        yield url


@pytest.fixture(scope="module")
def content_api(counterparts: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Twilio's API for content templates."""
    with npm.prism("twilio_content_v1.json", tmp_path_factory.mktemp("prism") / "content.log") as url:
        yield url


def channel(api_url: str, *, seconds: float = 10.0, connect_seconds: float = 5.0) -> WhatsApp:
    account, behind = make_account(api_url), RecordingWebhookHandlers()
    rest = TwilioClient(account, timeout_seconds=seconds, connect_timeout_seconds=connect_seconds)
    return WhatsApp(
        account, receive=behind.receive, on_status=behind.on_status, content_templates=CONTENT, messages=rest
    )


class TestTwilioItself:
    """Prism answers from Twilio's OpenAPI file, and refuses what does not fit it."""

    pytestmark = needs_npm

    @pytest.mark.parametrize("shown", [SAID, ASKED, LONG], ids=["text", "buttons", "long text"])
    async def test_it_takes_what_we_send(self, api: str, shown: OutgoingMessage) -> None:
        whatsapp = channel(api)
        try:
            assert await whatsapp.send(ANNA, shown) == "SM" + "a" * 32
        finally:
            await whatsapp.close()

    async def test_it_refuses_what_does_not_fit(self, api: str) -> None:
        """Or the test above would prove nothing."""
        account = make_account(api_url=api)
        form = {"Body": "no one to send to", "StatusCallback": "not an address"}
        path = f"{api}/2010-04-01/Accounts/{account.sid}/Messages.json"
        headers = {"Authorization": "Basic QUM6eA=="}
        async with ClientSession() as client, client.post(path, data=form, headers=headers) as response:
            said = await response.text()
            assert response.status == 422
        assert "'To'" in said
        assert "StatusCallback" in said

    @pytest.mark.parametrize("name", list(template_requests()))
    async def test_it_takes_our_templates(self, content_api: str, name: str) -> None:
        headers = {"Authorization": "Basic QUM6eA=="}
        body = template_requests()[name]
        async with (
            ClientSession() as client,
            client.post(f"{content_api}/v1/Content", json=body, headers=headers) as response,
        ):
            assert response.status == 201, await response.text()


class TestSignatures:
    """Made by Twilio's library for Node; what it signs comes in."""

    pytestmark = needs_npm

    FORMS = (
        {"Body": "kase nestrādā", "MessageSid": "SM1", "From": ANNA},
        {"Body": "  касса не работает 🙁\n\n", "MessageSid": "SM2", "From": ANNA, "Empty": "", "ProfileName": " Anna "},
        {"Body": "a+b=c & 100 % „citāts” \\ \"'", "MessageSid": "SM3", "From": ANNA, "NewField[0]": '{"a": [1, 2]}'},
        {"Body": "", "MessageSid": "SM4", "From": ANNA, "Latitude": "56.946285", "Longitude": "24.105078"},
        {"Body": "Jā", "MessageSid": "SM5", "From": ANNA, "ButtonPayload": "7|entry:a", "ButtonText": "Jā"},
        {"body": "case", "Body": "matters", "MessageSid": "SM6", "From": ANNA, "From2": "x", "a": "1", "Z": "2"},
    )
    PATHS = ("/webhooks/twilio", "/webhooks/twilio?key=a%20b&key=%C4%81&empty=")

    @pytest.fixture
    async def client(
        self, aiohttp_client: Callable[[web.Application], Awaitable[TestClient[web.Request, web.Application]]]
    ) -> tuple[TestClient[web.Request, web.Application], RecordingWebhookHandlers]:
        """The channel's routes, served, and what came through."""
        behind = RecordingWebhookHandlers()
        whatsapp = WhatsApp(make_account(), receive=behind.receive, on_status=behind.on_status)
        application = web.Application()
        application.add_routes(whatsapp.routes())
        return await aiohttp_client(application), behind

    async def test_what_twilio_signs_comes_in(
        self, client: tuple[TestClient[web.Request, web.Application], RecordingWebhookHandlers]
    ) -> None:
        served, behind = client
        cases = [(path, form) for path in self.PATHS for form in self.FORMS]
        requests = [{"token": TOKEN, "url": PUBLIC_URL + path, "params": form} for path, form in cases]
        signatures = await asyncio.to_thread(npm.node, "sign.cjs", "".join(f"{json.dumps(one)}\n" for one in requests))
        for (path, form), signature in zip(cases, signatures, strict=True):
            headers = {"X-Twilio-Signature": signature}
            async with served.post(path, data=form, headers=headers) as response:
                assert response.status == 200, form
            async with served.post(path, data={**form, "Body": "forged"}, headers=headers) as response:
                assert response.status == 403, form
        assert [heard.text for heard in behind.received] == [form["Body"] for _, form in cases]


class TestFailures:
    """A Twilio that fails: what may be sent again, and what may not."""

    @pytest.fixture
    async def peer(self) -> AsyncIterator[TwilioPeer]:
        """It fails as told."""
        async with TwilioPeer().serving() as peer:
            yield peer

    @pytest.fixture
    async def whatsapp(self, peer: TwilioPeer) -> AsyncIterator[WhatsApp]:
        """Before it; it waits for as long as a busy machine may need."""
        whatsapp = channel(peer.url, seconds=PATIENCE_SECONDS)
        yield whatsapp
        await whatsapp.close()

    async def test_an_answer_that_does_not_come(self, peer: TwilioPeer) -> None:
        peer.answers = [never_answer]
        whatsapp = channel(peer.url, seconds=3.0)
        try:
            with pytest.raises(DeliveryError, match="outcome is unknown") as caught:
                await whatsapp.send(ANNA, SAID)
        finally:
            await whatsapp.close()
        assert caught.value.permanent
        assert len(peer.requests) == 1

    async def test_what_is_sent(self, peer: TwilioPeer, whatsapp: WhatsApp) -> None:
        assert await whatsapp.send(ANNA, ASKED) == f"SM{1:032}"
        (request,) = peer.requests
        variables = request.pop("ContentVariables")
        assert request == {
            "To": ANNA,
            "From": "whatsapp:+37120000000",
            "StatusCallback": ReplyReference(sequence=1, last=True).callback_url(make_account()),
            "ContentSid": CONTENT["quick-reply-2"],
        }
        assert json.loads(variables)["1"] == SAID.text

    @pytest.mark.parametrize(
        ("answer", "permanent", "said"),
        [
            (refuse(429, 20429), False, "slow down"),
            (refuse(429, text="<html>"), False, "slow down"),
            (refuse(400, 63016), True, "24 hours"),
            (refuse(400, 21610), True, "opted out"),
            (refuse(401, 20003), False, "TWILIO_AUTH_TOKEN"),
            (refuse(401, text="<html>"), False, "HTTP 401"),
            (refuse(403, 20005), False, "errors/20005"),
            (refuse(403, 21408), True, "not allowed"),
            (refuse(400, 99999), True, "errors/99999"),
            (refuse(404, text="no such page"), True, "HTTP 404"),
            (refuse(302, text=""), True, "HTTP 302"),
            (refuse(500, 20500), False, "not available"),
            (refuse(503, 20503), False, "not available"),
            (refuse(502, text="<html>"), False, "HTTP 502: the message may have been sent"),
            (refuse(201, text="not JSON"), True, "outcome is unknown"),
            (refuse(201, text="[]"), True, "outcome is unknown"),
            (refuse(201, text="{}"), True, "outcome is unknown"),
            (reset_connection, False, "broke the connection: the message may have been sent"),
        ],
    )
    async def test_each_failure(
        self, peer: TwilioPeer, whatsapp: WhatsApp, answer: Answer, permanent: bool, said: str
    ) -> None:
        peer.answers = [answer]
        with pytest.raises(DeliveryError, match=said) as caught:
            await whatsapp.send(ANNA, SAID)
        assert caught.value.permanent is permanent
        assert "20000001" not in str(caught.value)
        assert len(peer.requests) == 1, "nothing is repeated by the library"

    async def test_nobody_listens(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            await self._unreachable(f"http://127.0.0.1:{taken.getsockname()[1]}")

    async def test_no_such_host(self) -> None:
        await self._unreachable("http://api.twilio.invalid")

    async def test_no_connection_in_time(self) -> None:
        """A full backlog: the connection is never made, so nothing was sent."""
        with socket.socket() as server, socket.socket() as first, socket.socket() as second:
            server.bind(("127.0.0.1", 0))
            server.listen(0)
            for waiting in (first, second):
                waiting.setblocking(False)
                waiting.connect_ex(server.getsockname())
            await asyncio.sleep(0.1)
            await self._unreachable(f"http://127.0.0.1:{server.getsockname()[1]}", connect_seconds=0.3)

    async def _unreachable(self, url: str, **limits: Any) -> None:
        whatsapp = channel(url, **limits)
        try:
            with pytest.raises(DeliveryError, match="could not be reached") as caught:
                await whatsapp.send(ANNA, SAID)
        finally:
            await whatsapp.close()
        assert not caught.value.permanent

    async def test_it_goes_on_where_it_was_slowed_down(self, peer: TwilioPeer, whatsapp: WhatsApp) -> None:
        peer.answers = [refuse(201, text='{"sid": "SM1"}'), refuse(429, 20429)]
        with pytest.raises(DeliveryError):
            await whatsapp.send(ANNA, LONG)
        await whatsapp.send(ANNA, LONG)
        bodies = [request["Body"].split()[0] for request in peer.requests]
        assert bodies == ["pirmā", "otrā", "otrā", "trešā"]

    async def test_a_template_that_is_gone_is_said_in_words(self, peer: TwilioPeer, whatsapp: WhatsApp) -> None:
        peer.answers = [refuse(400, 21655)]
        await whatsapp.send(ANNA, ASKED)
        assert peer.requests[-1]["Body"] == f"{SAID.text}\n\n1. Kase\n2. Printeris"
