"""Polling, without a network: what is stored is confirmed, and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs
from telegram.error import Conflict, NetworkError, RetryAfter

from bot.channels.telegram.api.address import ChatAddress
from bot.channels.telegram.api.background_calls import BackgroundCalls
from bot.channels.telegram.api.chat_places import ChatPlaces
from bot.channels.telegram.api.client import make_bot_api
from bot.channels.telegram.api.timing import Timing
from bot.channels.telegram.incoming.mentions import BotIdentity
from bot.channels.telegram.incoming.polling import Poller
from bot.channels.telegram.incoming.update_handler import UpdateCallbacks, UpdateHandler
from bot.channels.telegram.outgoing.callback_answers import CallbackAnswers
from bot.concurrency.backoff import Backoff
from handlers.model.messages import Inbound
from tests.patience import PATIENCE_SECONDS
from tests.unit.bot.channels.telegram.updates import BOT_IDENTITY, message

FAST_TIMING = Timing(
    long_poll_seconds=5,
    repoll_seconds=0.01,
    backoff=Backoff(first_seconds=0.01, max_seconds=0.05),
    shutdown_grace_seconds=1,
)


class FakeTelegram:
    """Telegram's side and the bot's: updates, answers that fail, what was received and what was confirmed."""

    def __init__(self) -> None:
        self.updates: list[Any] = []
        self.fetch_errors: list[Exception] = []
        self.offset = 0
        self.polls = 0
        self.received: list[str] = []
        self.failing_messages: set[str] = set()
        self.dropped: list[str] = []
        self.hold_update = asyncio.Event()
        self.hold_update.set()

    def push_message(self, text: str, chat: int = 42) -> None:
        written = message(text=text, chat={"id": chat, "type": "private"}, message_id=len(self.updates) + 1)
        self.updates.append({"update_id": len(self.updates) + 1, "message": written})

    async def fetch(self, *, offset: int, timeout_seconds: int, limit: int = 100) -> list[Any]:
        self.polls += 1
        if self.fetch_errors:
            raise self.fetch_errors.pop(0)
        self.offset = max(offset, self.offset)
        async with asyncio.timeout(timeout_seconds + 0.001):
            while not (found := [raw for raw in self.updates if raw["update_id"] >= offset]):
                try:
                    await asyncio.sleep(0.002)
                except TimeoutError:
                    return []
        return found[:limit]

    async def receive(self, inbound: Inbound) -> None:
        await self.hold_update.wait()
        if inbound.text in self.failing_messages:
            raise RuntimeError("the database is away")
        self.received.append(inbound.text)

    async def until(self, done: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not done():
                await asyncio.sleep(0.002)


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[Any]]:
    """What was logged; written nowhere, because a traceback with all its values takes a second."""
    with capture_logs() as logs:
        yield logs


@pytest.fixture
async def line() -> FakeTelegram:
    return FakeTelegram()


@pytest.fixture
async def poller(line: FakeTelegram) -> AsyncIterator[Poller]:
    async def typing(_place: ChatAddress) -> None:
        return

    api = make_bot_api("1:x", "http://127.0.0.1:9")
    ear = UpdateHandler(
        receive=line.receive,
        callback_answers=CallbackAnswers(api, BackgroundCalls()),
        send_typing=typing,
        clock=lambda: datetime.now(UTC),
        callbacks=UpdateCallbacks(update_dropped=line.dropped.append),
        places=ChatPlaces(lambda: datetime.now(UTC)),
        bot=BotIdentity(id=BOT_IDENTITY.id, username=BOT_IDENTITY.username),
    )
    poller = Poller(line.fetch, ear, FAST_TIMING)
    yield poller
    await poller.stop()
    await api.close_connections()


async def test_what_was_stored_is_confirmed(line: FakeTelegram, poller: Poller) -> None:
    for text in "abc":
        line.push_message(text)
    poller.start()
    await line.until(lambda: line.offset == 4)
    assert line.received == ["a", "b", "c"]


async def test_nothing_is_confirmed_before_it_was_stored(line: FakeTelegram, poller: Poller) -> None:
    line.hold_update.clear()
    line.push_message("a")
    poller.start()
    await line.until(lambda: line.polls > 5)
    assert line.offset <= 1
    line.hold_update.set()
    await line.until(lambda: line.offset == 2)


async def test_a_message_that_cannot_be_stored_holds_up_its_own_chat_only(line: FakeTelegram, poller: Poller) -> None:
    line.failing_messages = {"bad"}
    for text, chat in [("bad", 1), ("behind it", 1), ("elsewhere", 2)]:
        line.push_message(text, chat)
    poller.start()
    await line.until(lambda: line.received == ["elsewhere"])
    line.push_message("later", 2)
    await line.until(lambda: line.received == ["elsewhere", "later"])
    assert line.offset <= 1
    line.failing_messages.clear()
    await line.until(lambda: line.offset == 5)
    assert line.received == ["elsewhere", "later", "bad", "behind it"]


async def test_order_within_a_chat_is_kept(line: FakeTelegram, poller: Poller) -> None:
    for number in range(150):
        line.push_message(f"{number}", chat=number % 3 + 1)
    poller.start()
    await line.until(lambda: line.offset == 151)
    for chat in range(3):
        assert [text for text in line.received if int(text) % 3 == chat] == [f"{n}" for n in range(chat, 150, 3)]


async def test_what_is_no_update_is_parked_and_passed(line: FakeTelegram, poller: Poller) -> None:
    line.updates.append({"update_id": 1, "message": {"text": "?"}})
    line.push_message("after it")
    poller.start()
    await line.until(lambda: line.offset == 3)
    assert (line.dropped, line.received) == (["malformed"], ["after it"])


async def test_faults_of_the_network_are_outlived(line: FakeTelegram, poller: Poller) -> None:
    line.fetch_errors = [
        NetworkError("away"),
        Conflict("terminated by other getUpdates request"),
        RetryAfter(0),
        ValueError("nobody knows why"),
        NetworkError(""),
    ]
    line.push_message("a")
    poller.start()
    await line.until(lambda: line.received == ["a"])


async def test_stopping_finishes_what_runs_and_tells_how_far_it_got(line: FakeTelegram, poller: Poller) -> None:
    line.hold_update.clear()
    line.push_message("a")
    poller.start()
    await line.until(lambda: line.polls > 1)
    stopping = asyncio.create_task(poller.stop())
    await asyncio.sleep(0.05)
    line.hold_update.set()
    await stopping
    assert (line.received, line.offset) == (["a"], 2)


async def test_stopping_does_not_wait_for_ever(line: FakeTelegram, poller: Poller) -> None:
    line.hold_update.clear()
    line.push_message("a")
    poller.start()
    await line.until(lambda: line.polls > 1)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await poller.stop()
    assert (line.received, line.offset) == ([], 1)


async def test_stopping_just_when_something_was_stored_stops(line: FakeTelegram, poller: Poller) -> None:
    """asyncio.wait_for of Python 3.11 forgets that it was cancelled where what it waits for happens at the same moment."""
    line.hold_update.clear()
    line.push_message("a")
    poller.start()
    await line.until(lambda: line.polls > 1)
    await asyncio.sleep(FAST_TIMING.repoll_seconds / 5)
    line.hold_update.set()
    poller._all_confirmed.set()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await poller.stop()


async def test_a_server_that_answers_at_once_is_not_asked_without_end(line: FakeTelegram, poller: Poller) -> None:
    async def empty(*, offset: int, timeout_seconds: int, limit: int = 100) -> list[Any]:
        line.polls += 1
        return []

    poller._fetch = empty
    poller.start()
    await asyncio.sleep(0.1)
    assert line.polls < 20
