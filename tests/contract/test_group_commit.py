"""What is written together is committed before anybody goes on, and nobody pays for another's mistake."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import Connection, Engine, event, func, select

from bot.database import group_commit as writing_module
from bot.database.group_commit import MAX_GROUP, RESERVED_FOR_BACKGROUND, GroupCommitWriter
from storage.conversations import conversations
from storage.database.engine import create_database_engine, read_transaction, write_transaction
from storage.errors import DatabaseLockedError
from storage.tables import conversations as talks
from tests.contract.talks import HELLO, NOW
from tests.patience import PATIENCE_SECONDS


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as threads:
        yield threads


def talk(number: int) -> Callable[[Connection], str]:
    """A change that opens a talk."""
    return lambda connection: (
        conversations.open_and_lock(connection, replace(HELLO, sender=f"person {number}"), NOW).sender
    )


def broken(connection: Connection) -> str:
    """A change that does something, and fails."""
    talk(1000)(connection)
    raise ZeroDivisionError


def stored(engine: Engine) -> int:
    with read_transaction(engine) as connection:
        return connection.execute(select(func.count()).select_from(talks)).scalar_one()


def commits(engine: Engine) -> list[Connection]:
    seen = list[Connection]()
    event.listen(engine, "commit", seen.append)
    return seen


async def test_each_gets_its_own_result_once_it_is_stored(engine: Engine, threads: ThreadPoolExecutor) -> None:
    writer = GroupCommitWriter(engine, threads)

    async def one(number: int) -> tuple[str, int]:
        return await writer(talk(number)), stored(engine)

    seen = await asyncio.gather(*(one(number) for number in range(10)))

    assert [name for name, _ in seen] == [f"person {number}" for number in range(10)]
    assert all(count >= 1 for _, count in seen)
    assert stored(engine) == 10


async def test_who_fails_fails_alone(engine: Engine, threads: ThreadPoolExecutor) -> None:
    writer = GroupCommitWriter(engine, threads)
    changes = [talk(1), broken, talk(2), broken, talk(3)]

    seen = await asyncio.gather(*(writer(change) for change in changes), return_exceptions=True)

    assert [type(result) for result in seen] == [str, ZeroDivisionError, str, ZeroDivisionError, str]
    assert stored(engine) == 3


async def test_who_stops_waiting_hinders_nobody(engine: Engine, threads: ThreadPoolExecutor) -> None:
    writer = GroupCommitWriter(engine, threads)
    impatient = asyncio.create_task(writer(talk(1)))
    patient = asyncio.create_task(writer(talk(2)))
    await asyncio.sleep(0)
    impatient.cancel()

    assert await patient == "person 2"
    assert await writer(talk(3)) == "person 3"


class TestOnSQLite:
    """There is one writer at a time."""

    @pytest.fixture
    def backend(self) -> str:
        return "sqlite"

    async def test_what_waits_together_is_committed_together(self, engine: Engine, threads: ThreadPoolExecutor) -> None:
        writer, seen = GroupCommitWriter(engine, threads), commits(engine)

        await asyncio.gather(*(writer(talk(number)) for number in range(3 * MAX_GROUP)))

        assert len(seen) == 3
        assert stored(engine) == 3 * MAX_GROUP

    async def test_who_comes_after_a_crowd_shares_and_who_comes_alone_does_not_wait(
        self, engine: Engine, threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(writing_module, "GROUP_DELAY_SECONDS", 3600)
        writer, seen = GroupCommitWriter(engine, threads), commits(engine)
        async with asyncio.timeout(PATIENCE_SECONDS):
            for number in range(3):
                await writer(talk(number))
        assert len(seen) == 3

        monkeypatch.setattr(writing_module, "GROUP_DELAY_SECONDS", 2)
        await asyncio.gather(writer(talk(10)), writer(talk(11)))
        later = [asyncio.create_task(writer(talk(number))) for number in (20, 21)]
        await asyncio.sleep(0.05)
        later += [asyncio.create_task(writer(talk(22)))]
        await asyncio.gather(*later)
        assert len(seen) == 5

    async def test_what_may_join_waits_for_the_transaction_of_another(
        self, engine: Engine, threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(writing_module, "MAX_JOIN_SECONDS", 3600)
        writer, seen = GroupCommitWriter(engine, threads), commits(engine)
        joining = [asyncio.create_task(writer(talk(number), urgent=True, may_join=True)) for number in (1, 2)]
        await asyncio.sleep(0)
        assert await writer(talk(3), urgent=True) == "person 3"
        assert await asyncio.gather(*joining) == ["person 1", "person 2"]
        assert len(seen) == 1

    async def test_who_comes_after_one_that_others_joined_does_not_wait(
        self, engine: Engine, threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(writing_module, "GROUP_DELAY_SECONDS", 3600)
        writer = GroupCommitWriter(engine, threads)
        await asyncio.gather(writer(talk(1), may_join=True), writer(talk(2)))
        assert await writer(talk(3)) == "person 3"

    async def test_what_may_join_does_not_wait_for_ever(
        self, engine: Engine, threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(writing_module, "MAX_JOIN_SECONDS", 0)
        writer = GroupCommitWriter(engine, threads)
        assert await writer(talk(1), may_join=True) == "person 1"
        assert await writer(talk(2), may_join=True) == "person 2"
        assert stored(engine) == 2

    async def test_they_are_done_in_the_order_of_their_coming(
        self, engine: Engine, threads: ThreadPoolExecutor
    ) -> None:
        writer, order = GroupCommitWriter(engine, threads), list[int]()
        await asyncio.gather(*(writer(lambda _, number=number: order.append(number)) for number in range(100)))  # type: ignore[misc]
        assert order == [*range(100)]

    async def test_what_a_platform_waits_for_goes_first_and_the_rest_is_not_forgotten(
        self, engine: Engine, threads: ThreadPoolExecutor
    ) -> None:
        writer, order = GroupCommitWriter(engine, threads), list[str]()
        replies = [writer(lambda _: order.append("reply")) for _ in range(MAX_GROUP)]
        messages = [writer(lambda _: order.append("message"), urgent=True) for _ in range(2 * MAX_GROUP)]
        await asyncio.gather(*replies, *messages)
        assert order[: MAX_GROUP - RESERVED_FOR_BACKGROUND] == ["message"] * (MAX_GROUP - RESERVED_FOR_BACKGROUND)
        assert order[:MAX_GROUP].count("reply") == RESERVED_FOR_BACKGROUND
        assert order[-1] == "reply"

    async def test_a_busy_database_is_told_to_all_at_once(self, url: str, threads: ThreadPoolExecutor) -> None:
        hasty, other = create_database_engine(f"{url}?timeout=0.1"), create_database_engine(url)
        writer, tried = GroupCommitWriter(hasty, threads), list[int]()
        with write_transaction(other) as holding:
            talk(0)(holding)
            seen = await asyncio.gather(
                *(writer(lambda _, number=number: tried.append(number)) for number in range(5)),  # type: ignore[misc]
                return_exceptions=True,
            )
        assert [type(result) for result in seen] == [DatabaseLockedError] * 5
        assert tried == []
        for one in (hasty, other):
            one.dispose()
