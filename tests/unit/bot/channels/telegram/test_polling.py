"""Polling, without a network: what is stored is confirmed, and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs
from telegram.error import Conflict, NetworkError, RetryAfter

from bot.channels.telegram.api.address import Place
from bot.channels.telegram.api.client import connect
from bot.channels.telegram.api.timing import Tempo
from bot.channels.telegram.incoming.mentions import Me
from bot.channels.telegram.incoming.polling import Poller
from bot.channels.telegram.incoming.update_handler import Ear, Watch
from bot.channels.telegram.outgoing.callback_answers import Taps
from bot.concurrency.task_set import Errands
from handlers.model.messages import Inbound
from tests.unit.bot.channels.telegram.updates import ME, message

QUICK = Tempo(poll=5, look=0.01, first_pause=0.01, longest_pause=0.05, finish=1)


class Line:
    """Telegram's side and the bot's: updates, answers that fail, what was received and what was confirmed."""

    def __init__(self) -> None:
        self.updates: list[Any] = []
        self.faults: list[Exception] = []
        self.offset = 0
        self.asked = 0
        self.received: list[str] = []
        self.failing: set[str] = set()
        self.parked: list[str] = []
        self.hold = asyncio.Event()
        self.hold.set()

    def says(self, text: str, chat: int = 42) -> None:
        written = message(text=text, chat={"id": chat, "type": "private"}, message_id=len(self.updates) + 1)
        self.updates.append({"update_id": len(self.updates) + 1, "message": written})

    async def fetch(self, *, offset: int, wait: int, limit: int = 100) -> list[Any]:
        self.asked += 1
        if self.faults:
            raise self.faults.pop(0)
        self.offset = max(offset, self.offset)
        async with asyncio.timeout(wait + 0.001):
            while not (found := [raw for raw in self.updates if raw["update_id"] >= offset]):
                try:
                    await asyncio.sleep(0.002)
                except TimeoutError:
                    return []
        return found[:limit]

    async def receive(self, inbound: Inbound) -> None:
        await self.hold.wait()
        if inbound.text in self.failing:
            raise RuntimeError("the database is away")
        self.received.append(inbound.text)

    async def until(self, done: Callable[[], object]) -> None:
        async with asyncio.timeout(5):
            while not done():
                await asyncio.sleep(0.002)


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[Any]]:
    """What was logged; written nowhere, because a traceback with all its values takes a second."""
    with capture_logs() as logs:
        yield logs


@pytest.fixture
async def line() -> Line:
    return Line()


@pytest.fixture
async def poller(line: Line) -> AsyncIterator[Poller]:
    async def typing(_place: Place) -> None:
        return

    api = connect("1:x", "http://127.0.0.1:9")
    ear = Ear(
        receive=line.receive,
        taps=Taps(api, Errands()),
        typing=typing,
        clock=lambda: datetime.now(UTC),
        watch=Watch(parked=line.parked.append),
        me=Me(id=ME.id, username=ME.username),
    )
    poller = Poller(line.fetch, ear, QUICK)
    yield poller
    await poller.stop()
    await api.close_connections()


async def test_what_was_stored_is_confirmed(line: Line, poller: Poller) -> None:
    for text in "abc":
        line.says(text)
    poller.start()
    await line.until(lambda: line.offset == 4)
    assert line.received == ["a", "b", "c"]


async def test_nothing_is_confirmed_before_it_was_stored(line: Line, poller: Poller) -> None:
    line.hold.clear()
    line.says("a")
    poller.start()
    await line.until(lambda: line.asked > 5)
    assert line.offset <= 1
    line.hold.set()
    await line.until(lambda: line.offset == 2)


async def test_a_message_that_cannot_be_stored_holds_up_its_own_chat_only(line: Line, poller: Poller) -> None:
    line.failing = {"bad"}
    for text, chat in [("bad", 1), ("behind it", 1), ("elsewhere", 2)]:
        line.says(text, chat)
    poller.start()
    await line.until(lambda: line.received == ["elsewhere"])
    line.says("later", 2)
    await line.until(lambda: line.received == ["elsewhere", "later"])
    assert line.offset <= 1
    line.failing.clear()
    await line.until(lambda: line.offset == 5)
    assert line.received == ["elsewhere", "later", "bad", "behind it"]


async def test_order_within_a_chat_is_kept(line: Line, poller: Poller) -> None:
    for number in range(150):
        line.says(f"{number}", chat=number % 3 + 1)
    poller.start()
    await line.until(lambda: line.offset == 151)
    for chat in range(3):
        assert [text for text in line.received if int(text) % 3 == chat] == [f"{n}" for n in range(chat, 150, 3)]


async def test_what_is_no_update_is_parked_and_passed(line: Line, poller: Poller) -> None:
    line.updates.append({"update_id": 1, "message": {"text": "?"}})
    line.says("after it")
    poller.start()
    await line.until(lambda: line.offset == 3)
    assert (line.parked, line.received) == (["malformed"], ["after it"])


async def test_faults_of_the_network_are_outlived(line: Line, poller: Poller) -> None:
    line.faults = [
        NetworkError("away"),
        Conflict("terminated by other getUpdates request"),
        RetryAfter(0),
        ValueError("nobody knows why"),
        NetworkError(""),
    ]
    line.says("a")
    poller.start()
    await line.until(lambda: line.received == ["a"])


async def test_stopping_finishes_what_runs_and_tells_how_far_it_got(line: Line, poller: Poller) -> None:
    line.hold.clear()
    line.says("a")
    poller.start()
    await line.until(lambda: line.asked > 1)
    stopping = asyncio.create_task(poller.stop())
    await asyncio.sleep(0.05)
    line.hold.set()
    await stopping
    assert (line.received, line.offset) == (["a"], 2)


async def test_stopping_does_not_wait_for_ever(line: Line, poller: Poller) -> None:
    line.hold.clear()
    line.says("a")
    poller.start()
    await line.until(lambda: line.asked > 1)
    async with asyncio.timeout(3):
        await poller.stop()
    assert (line.received, line.offset) == ([], 1)


async def test_stopping_just_when_something_was_stored_stops(line: Line, poller: Poller) -> None:
    """asyncio.wait_for of Python 3.11 forgets that it was cancelled where what it waits for happens at the same moment."""
    line.hold.clear()
    line.says("a")
    poller.start()
    await line.until(lambda: line.asked > 1)
    await asyncio.sleep(QUICK.look / 5)
    line.hold.set()
    poller._progress.set()
    async with asyncio.timeout(3):
        await poller.stop()


async def test_a_server_that_answers_at_once_is_not_asked_without_end(line: Line, poller: Poller) -> None:
    async def empty(*, offset: int, wait: int, limit: int = 100) -> list[Any]:
        line.asked += 1
        return []

    poller._fetch = empty
    poller.start()
    await asyncio.sleep(0.1)
    assert line.asked < 20
