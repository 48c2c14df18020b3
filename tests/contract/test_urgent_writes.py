"""On SQLite urgent writes are run in the event loop, as long as they wait for nothing there."""

import asyncio
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, func, select

from bot.database import group_commit as writing_module
from bot.database.group_commit import GroupCommitWriter
from storage import personal_data
from storage.database import write_ahead_log
from storage.database.engine import create_database_engine, read_transaction, write_transaction
from storage.errors import DatabaseIOError
from storage.tables import conversations as talks
from tests.contract.talks import said, take_in
from tests.contract.test_group_commit import broken, stored, talk, threads
from tests.patience import PATIENCE_SECONDS

_threads = threads


@pytest.fixture
def backend() -> str:
    return "sqlite"


@pytest.fixture
def file(engine: Engine) -> Path:
    assert engine.url.database is not None
    return Path(engine.url.database)


@pytest.fixture
async def writer(engine: Engine, threads: ThreadPoolExecutor) -> GroupCommitWriter:
    """Its connection is open: the first write of a program opens it in a thread."""
    made = GroupCommitWriter(engine, threads)
    assert await made(_thread, urgent=True) != threading.get_ident()
    return made


@pytest.fixture
def other(url: str) -> Iterator[Engine]:
    """As another program opens it."""
    engine = create_database_engine(url)
    yield engine
    engine.dispose()


def _thread(_: Connection) -> int:
    return threading.get_ident()


async def test_urgent_ones_need_no_thread_and_all_others_have_one(writer: GroupCommitWriter) -> None:
    assert await writer(_thread, urgent=True) == threading.get_ident()
    assert await writer(_thread) != threading.get_ident()
    assert await writer(_thread, urgent=True) == threading.get_ident()


async def test_whoever_waits_with_background_work_waits_in_its_thread(writer: GroupCommitWriter) -> None:
    assert threading.get_ident() not in await asyncio.gather(writer(_thread, urgent=True), writer(_thread))


@pytest.mark.parametrize("same_program", [True, False])
async def test_the_event_loop_waits_for_no_other_writer(
    writer: GroupCommitWriter, engine: Engine, other: Engine, *, same_program: bool
) -> None:
    with write_transaction(engine if same_program else other):
        waiting = asyncio.create_task(writer(talk(1), urgent=True))
        # It goes on while the other one writes, or this would never end.
        for _ in range(10):
            await asyncio.sleep(0)
        assert not waiting.done()
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await waiting == "person 1"
        assert await writer(talk(2), urgent=True) == "person 2"
    assert stored(engine) == 2


async def test_who_fails_fails_alone_and_once(writer: GroupCommitWriter, engine: Engine) -> None:
    tried = list[int]()

    def fail(connection: Connection) -> None:
        tried.append(1)
        broken(connection)

    with pytest.raises(ZeroDivisionError):
        await writer(fail, urgent=True)
    assert (tried, stored(engine)) == ([1], 0)

    await writer(talk(1), urgent=True)
    changes = [talk(2), broken, talk(3)]
    seen = await asyncio.gather(*(writer(change, urgent=True) for change in changes), return_exceptions=True)
    assert [type(one) for one in seen] == [str, ZeroDivisionError, str]
    assert stored(engine) == 3


async def test_after_one_that_waited_long_for_the_disk_all_go_to_a_thread_for_a_while(
    writer: GroupCommitWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing_module, "MAX_DISK_WAIT_SECONDS", -1)
    monkeypatch.setattr(writing_module, "SLOW_DISK_SECONDS", 3600)
    assert await writer(_thread, urgent=True) == threading.get_ident()
    assert await writer(_thread, urgent=True) != threading.get_ident()

    monkeypatch.setattr(writing_module, "monotonic", lambda: time.monotonic() + 7200)
    assert await writer(_thread, urgent=True) == threading.get_ident()


async def test_a_thread_writes_the_log_into_the_file_now_and_then(
    writer: GroupCommitWriter, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing_module, "CHECKPOINT_WRITES", 3)
    for number in (1, 2):
        await writer(talk(number), urgent=True)
    assert _talks_without_log(file, tmp_path) == 0
    await writer(talk(3), urgent=True)
    assert _talks_without_log(file, tmp_path) == 3
    await writer(talk(4), urgent=True)
    assert _talks_without_log(file, tmp_path) == 3


def _talks_without_log(file: Path, folder: Path) -> int:
    alone = folder / "alone.db"
    shutil.copy(file, alone)
    with closing(sqlite3.connect(alone)) as connection:
        (count,) = connection.execute(str(select(func.count()).select_from(talks))).fetchone()
    return int(count)


async def test_a_log_that_cannot_be_written_into_the_file_loses_nothing(
    writer: GroupCommitWriter, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Engine) -> None:
        raise DatabaseIOError

    monkeypatch.setattr(writing_module, "CHECKPOINT_WRITES", 1)
    monkeypatch.setattr(write_ahead_log, "deferred_checkpoint", fail)
    assert await writer(talk(1), urgent=True) == "person 1"
    assert await writer(talk(2), urgent=True) == "person 2"
    assert stored(engine) == 2


async def test_what_is_erased_has_left_the_files_before_anybody_hears_of_it(
    writer: GroupCommitWriter, engine: Engine, other: Engine, file: Path
) -> None:
    take_in(engine, said("Mans ŠNICELIS"), ["ŠNICELIS"])

    def erase(connection: Connection) -> int:
        personal_data.erase(connection, personal_data.find_conversations(connection, "anna"))
        return _thread(connection)

    with read_transaction(other) as reading:
        reading.execute(select(talks)).all()
        assert await writer(erase, urgent=True) == threading.get_ident()
        # Whoever reads still sees it.
        assert _files_with("ŠNICELIS", file) != []
    await writer(talk(1), urgent=True)
    assert _files_with("ŠNICELIS", file) == []

    take_in(engine, said("Mans ŠNICELIS"), ["ŠNICELIS"])
    await writer(erase, urgent=True)
    assert _files_with("ŠNICELIS", file) == []


def _files_with(word: str, file: Path) -> list[str]:
    return [one.name for one in file.parent.glob(f"{file.name}*") if word.encode() in one.read_bytes()]
