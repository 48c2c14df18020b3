"""Transactions from async code: the event loop never waits for the database, and nobody pays for another's mistake."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import Connection, Engine

from bot.database.transactions import Transactions
from storage.conversations import conversations
from storage.errors import StorageError
from tests.contract.talks import HELLO, NOW


@pytest.fixture
def transactions(engine: Engine) -> Iterator[Transactions]:
    with ThreadPoolExecutor(4) as threads:
        yield Transactions(engine, threads)


def open_conversation(connection: Connection) -> str:
    return conversations.open_and_lock(connection, HELLO, NOW).id


def find_conversation(connection: Connection) -> str | None:
    found = conversations.find(connection, channel=HELLO.channel, address=HELLO.conversation, sender=HELLO.sender)
    return None if found is None else found.id


async def test_what_was_written_is_there_for_the_next_reader(transactions: Transactions) -> None:
    assert await transactions.read(find_conversation) is None
    conversation_id = await transactions.write(open_conversation)
    assert await transactions.read(find_conversation) == conversation_id


async def test_a_reader_cannot_write(transactions: Transactions) -> None:
    with pytest.raises(StorageError):
        await transactions.read(open_conversation)
    assert await transactions.read(find_conversation) is None


async def test_reads_writes_and_other_work_run_outside_of_the_event_loop(transactions: Transactions) -> None:
    names = [
        await transactions.read(lambda _: threading.get_ident()),
        await transactions.write(lambda _: threading.get_ident()),
        await transactions.run(lambda _: threading.get_ident()),
    ]
    assert threading.get_ident() not in names


async def test_other_work_gets_the_database_itself(transactions: Transactions, engine: Engine) -> None:
    assert await transactions.run(lambda database: database is engine)


async def test_a_write_that_fails_leaves_nothing_and_hinders_no_other(transactions: Transactions) -> None:
    def fail(connection: Connection) -> None:
        conversations.open_and_lock(connection, replace(HELLO, sender="nobody", conversation="nobody"), NOW)
        raise LookupError("there is no such page")

    results = await asyncio.gather(
        transactions.write(open_conversation),
        transactions.write(fail),
        transactions.write(find_conversation),
        return_exceptions=True,
    )

    # On PostgreSQL each has a transaction of its own, and the last may come first.
    assert isinstance(results[0], str)
    assert isinstance(results[1], LookupError)
    assert results[2] in {results[0], None}
    assert await transactions.read(find_conversation) == results[0]
    assert (
        await transactions.read(
            lambda connection: conversations.find(connection, channel=HELLO.channel, address="nobody", sender="nobody")
        )
        is None
    )
