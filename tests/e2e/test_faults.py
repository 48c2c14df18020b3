"""A platform that fails, played by mountebank: what is sent again, what never, and what the database says of it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final
from unittest.mock import patch
from urllib.parse import parse_qs

import pytest
from aiohttp import ClientSession
from sqlalchemy import select

from bot.channels.telegram.api.timing import Timing
from bot.channels.telegram.channel import Telegram
from bot.channels.twilio.client import TwilioClient
from bot.channels.whatsapp.channel import WhatsApp
from bot.delivery.deliverer import RETRY_BACKOFF, Deliverer
from storage.database import engine
from storage.tables import messages
from tests.e2e import npm
from tests.patience import PATIENCE_SECONDS
from tests.unit.bot.channels.conftest import ANNA, RecordingWebhookHandlers, make_account
from tests.unit.bot.conftest import ProgramFixture, program  # noqa: F401 a fixture

pytestmark = [pytest.mark.timeout(600)]

Json = dict[str, Any]
TOKEN: Final = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawX"
IMPATIENCE_SECONDS: Final = 2.0
"""How long our side waits where the answer is to be slow, which takes three times as long; elsewhere it is patient."""

RESET: Final[Json] = {"fault": "CONNECTION_RESET_BY_PEER"}
NONSENSE: Final[Json] = {"fault": "RANDOM_DATA_THEN_CLOSE"}
BAD_GATEWAY: Final[Json] = {"is": {"statusCode": 502, "body": "<html>Bad Gateway</html>"}}
UNAVAILABLE: Final[Json] = {"is": {"statusCode": 503, "body": ""}}

TAKEN: Final[dict[str, Json]] = {
    "telegram": {
        "ok": True,
        "result": {"message_id": 7, "date": 1, "chat": {"id": 42, "type": "private"}, "text": "x"},
    },
    "whatsapp": {"sid": "SM" + "7" * 32, "status": "queued"},
}
RECEIPT: Final = {"telegram": "7", "whatsapp": "SM" + "7" * 32}
PATHS: Final = {"telegram": f"/bot{TOKEN}/sendMessage", "whatsapp": f"/2010-04-01/Accounts/AC{'0' * 32}/Messages.json"}
ADDRESS: Final = {"telegram": "42", "whatsapp": ANNA}
TEXTS: Final = {"telegram": "text", "whatsapp": "Body"}


def slow(channel: str) -> Json:
    """It is taken, and that is told too late."""
    behaviours = [{"wait": int(IMPATIENCE_SECONDS * 3000)}]
    return {"is": {"statusCode": 200, "body": TAKEN[channel]}, "behaviors": behaviours}


def too_many(channel: str, seconds: int) -> Json:
    """429 as each of the two words it."""
    told: Json = (
        {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": seconds}}
        if channel == "telegram"
        else {"code": 20429, "message": "Too many requests", "status": 429}
    )
    return {"is": {"statusCode": 429, "headers": {"Retry-After": str(seconds)}, "body": told}}


@dataclass
class FakePlatform:
    """One of the two, as mountebank plays it."""

    name: str
    control: str
    client: ClientSession
    url: str = ""

    async def script_responses(self, *responses: Json) -> None:
        """These one after the other, then all is well."""
        well = {"is": {"statusCode": 200, "body": TAKEN[self.name]}, "repeat": 1000}
        stub = {
            "predicates": [{"equals": {"path": PATHS[self.name], "method": "POST"}}],
            "responses": [*responses, well],
        }
        typing = {"statusCode": 200, "body": {"ok": True, "result": True}}
        wanted = {"protocol": "http", "recordRequests": True, "stubs": [stub], "defaultResponse": typing}
        async with self.client.post(f"{self.control}/imposters", json=wanted) as response:
            assert response.status == 201, await response.text()
            self.url = f"http://127.0.0.1:{(await response.json())['port']}"

    async def texts(self) -> list[str]:
        """What it was asked to send; mountebank notes a request that it answers badly too."""
        async with self.client.get(f"{self.control}/imposters/{self.url.rpartition(':')[2]}") as response:
            requests = (await response.json())["requests"]
        sends = (request for request in requests if request["path"] == PATHS[self.name])
        return [parse_qs(request["body"])[TEXTS[self.name]][0] for request in sends]


@dataclass(frozen=True, kw_only=True)
class PendingReply:
    """A reply that waits, and the program that is to deliver it."""

    platform: FakePlatform
    program: ProgramFixture
    deliver: Deliverer

    async def attempt_delivery(self, *, after: timedelta = timedelta(0)) -> str:
        """Deliver, some time later; the state of the reply."""
        self.program.time[0] += after
        await self.deliver(self.program.submitted[-1])
        return str(self.row().state)

    def row(self) -> Any:
        """The reply as it is stored."""
        with engine.read_transaction(self.program.database) as connection:
            return connection.execute(select(messages).where(messages.c.side == "bot")).one()

    def retry_delay(self) -> timedelta:
        """In how long it is tried again."""
        due: datetime = self.row().due_at
        return due - self.program.time[0]


@pytest.fixture(scope="module")
def control(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A mountebank."""
    npm.needed()
    with npm.mountebank(tmp_path_factory.mktemp("mountebank") / "mb.log") as url:
        yield url


@pytest.fixture(params=["telegram", "whatsapp"])
async def platform(request: pytest.FixtureRequest, control: str) -> AsyncIterator[FakePlatform]:
    """Each of the two."""
    async with ClientSession() as client:
        yield FakePlatform(str(request.param), control, client)


def _channel(platform: FakePlatform, clock: Callable[[], datetime], patience: float) -> Telegram | WhatsApp:
    behind = RecordingWebhookHandlers()
    if platform.name == "telegram":
        with patch("bot.channels.telegram.api.client._TIMEOUT_SECONDS", patience):
            tempo = Timing(
                chat_interval_seconds=0.01, group_interval_seconds=0.01, max_wait_seconds=2, shutdown_grace_seconds=1
            )
            return Telegram(behind.receive, token=TOKEN, api_url=platform.url, timing=tempo)
    account = make_account(platform.url)
    rest = TwilioClient(account, timeout_seconds=patience, connect_timeout_seconds=patience)
    return WhatsApp(account, receive=behind.receive, on_status=behind.on_status, messages=rest, clock=clock)


StartSending = Callable[..., Awaitable[PendingReply]]


@pytest.fixture
async def sending(platform: FakePlatform, program: ProgramFixture) -> AsyncIterator[StartSending]:  # noqa: F811
    """Makes a reply wait for a platform that plays as told."""
    async with AsyncExitStack() as closing:

        async def sending(*responses: Json, patience: float = PATIENCE_SECONDS) -> PendingReply:
            await platform.script_responses(*responses)
            channel = _channel(platform, program.deliver.clock, patience)
            closing.push_async_callback(channel.close)
            heard = program.inbound("hours", sender=ADDRESS[platform.name])
            await program.intake(replace(heard, channel=platform.name))
            deliver = replace(program.deliver, channels={channel.name: channel})
            return PendingReply(platform=platform, program=program, deliver=deliver)

        yield sending


MINUTE: Final = timedelta(minutes=1)


async def test_what_is_taken_is_noted_with_its_receipt(platform: FakePlatform, sending: StartSending) -> None:
    reply = await sending()
    assert await reply.attempt_delivery() == "sent"
    assert reply.row().receipt == RECEIPT[platform.name]
    assert len(await platform.texts()) == 1


async def test_a_platform_that_asks_to_wait_is_waited_for(platform: FakePlatform, sending: StartSending) -> None:
    reply = await sending(too_many(platform.name, 30))
    assert await reply.attempt_delivery() == "pending"
    assert len(await platform.texts()) == 1
    if platform.name == "telegram":
        assert timedelta(seconds=29) < reply.retry_delay() <= timedelta(seconds=30)
    assert await reply.attempt_delivery() == "pending", "not before its time"
    assert len(await platform.texts()) == 1


async def test_a_short_wait_ends_in_the_same_try_or_in_the_next(platform: FakePlatform, sending: StartSending) -> None:
    reply = await sending(too_many(platform.name, 1))
    begin = monotonic()
    state = await reply.attempt_delivery()
    if platform.name == "telegram":
        assert state == "sent"
        assert monotonic() - begin >= 1
    else:
        assert state == "pending"
        assert await reply.attempt_delivery(after=MINUTE) == "sent"
    assert len(await platform.texts()) == 2


FAULTS: Final = ("reset", "nonsense", "502", "503", "slow")


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_may_be_sent_twice_is_sent_again_and_what_may_not_ends_with_its_reason(
    platform: FakePlatform, sending: StartSending, fault: str
) -> None:
    """Telegram's messages may come twice, never not at all; of Twilio's, which cost, those that clearly failed are sent
    again, and those that broke off a few times."""
    reply = await sending(
        {"reset": RESET, "nonsense": NONSENSE, "502": BAD_GATEWAY, "503": UNAVAILABLE, "slow": slow(platform.name)}[
            fault
        ],
        patience=IMPATIENCE_SECONDS if fault == "slow" else PATIENCE_SECONDS,
    )
    state, row = await reply.attempt_delivery(), reply.row()
    assert TOKEN not in row.error
    if platform.name == "telegram" or fault in {"reset", "502", "503"}:
        assert (state, row.attempts) == ("pending", 1)
        assert timedelta(0) < reply.retry_delay() <= timedelta(seconds=1 if platform.name == "telegram" else 30)
        assert await reply.attempt_delivery(after=MINUTE) == "sent"
        first, second = await platform.texts()
        assert first == second
    else:
        assert state == "failed"
        assert "outcome is unknown" in row.error
        assert row.due_at is None
        assert len(await platform.texts()) == 1


@pytest.mark.parametrize("platform", ["whatsapp"], indirect=True)
@pytest.mark.parametrize(("fault", "attempts"), [(RESET, 6), (BAD_GATEWAY, 6)], ids=["reset", "502"])
async def test_what_twilio_may_have_sent_is_not_sent_on_and_on(
    platform: FakePlatform, sending: StartSending, fault: Json, attempts: int
) -> None:
    reply = await sending(*[fault] * (attempts + 4))
    states = [await reply.attempt_delivery(after=5 * MINUTE) for _ in range(attempts + 2)]
    assert states == ["pending"] * (attempts - 1) + ["failed"] * 3
    assert len(await platform.texts()) == attempts
    assert "may have been sent" in reply.row().error


async def test_a_platform_that_goes_on_failing_is_asked_less_and_less(
    platform: FakePlatform, sending: StartSending
) -> None:
    reply = await sending(*[too_many(platform.name, 3)] * 4)
    waits = []
    for _ in range(4):
        assert await reply.attempt_delivery(after=timedelta(minutes=10)) == "pending"
        waits.append(reply.retry_delay())
        if platform.name == "telegram":
            # The chat is held here for as long as was asked; another process would not know.
            reply.deliver.channels["telegram"]._senders = None  # type: ignore[attr-defined]
    assert waits[-1] > waits[0] or platform.name == "telegram"
    assert all(wait.total_seconds() <= RETRY_BACKOFF.max_seconds for wait in waits)
    assert await reply.attempt_delivery(after=timedelta(minutes=10)) == "sent"
    assert len(await platform.texts()) == 5


async def test_those_behind_a_reply_that_waits_wait_in_order(platform: FakePlatform, sending: StartSending) -> None:
    reply = await sending(too_many(platform.name, 30))
    heard = reply.program.inbound("dead", sender=ADDRESS[platform.name])
    await reply.program.intake(replace(heard, channel=platform.name))
    with engine.read_transaction(reply.program.database) as connection:
        written = [*connection.scalars(select(messages.c.text).where(messages.c.side == "bot").order_by(messages.c.id))]
    await reply.deliver(reply.program.submitted[-1])
    assert len(await platform.texts()) == 1
    if platform.name == "telegram":
        reply.deliver.channels["telegram"]._senders = None  # type: ignore[attr-defined]
    reply.program.time[0] += MINUTE
    await reply.deliver(reply.program.submitted[-1])
    sent = await platform.texts()
    assert [text.splitlines()[0] for text in sent] == [written[place].splitlines()[0] for place in (0, 0, 1)]
