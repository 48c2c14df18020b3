"""Runs writes, on SQLite those that wait together in one transaction (group commit): urgent ones in the event loop,
others, and all that would have to wait, in a thread; knows no table."""

import asyncio
import contextvars
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import monotonic, thread_time
from typing import Any, Final, TypeVar

import structlog
from sqlalchemy import Connection, Engine

from storage.database import engine, write_ahead_log
from storage.errors import StorageError

log = structlog.get_logger()

Result = TypeVar("Result")
WriteWork = Callable[[Connection], Result]
"""A write that touches nothing but its transaction: it may be run again in another one."""

MAX_GROUP: Final = 32
"""Maximum number of writes in one transaction: the first waits for the last."""

RESERVED_FOR_BACKGROUND: Final = 8
"""So many of them are reserved for background writes: replies are sent however many messages arrive."""

MAX_DISK_WAIT_SECONDS: Final = 0.1
"""The longest that a transaction in the event loop may wait for the disk."""

SLOW_DISK_SECONDS: Final = 60.0
"""How long all transactions go to a thread after one that waited longer."""

CHECKPOINT_WRITES: Final = 100
"""After how many writes in the event loop a thread writes SQLite's log into the file; messages wait for it."""

GROUP_DELAY_SECONDS: Final = 0.005
"""The delay after a shared transaction, in which more writes gather: fewer, larger transactions cost less."""

MAX_GROUP_WITHOUT_DELAY: Final = 5
"""After so few writes in the event loop there is no delay: what waits there is gathered by itself."""

MAX_JOIN_SECONDS: Final = 0.02
"""How long a write that may join another one's transaction waits for one, before it has one of its own."""


@dataclass(frozen=True, kw_only=True)
class _PendingWrite:
    work: WriteWork[Any]
    future: asyncio.Future[Any]
    may_join: bool = False
    # Context variables do not reach a thread of the pool by themselves, and its logs need them.
    context: contextvars.Context = field(default_factory=contextvars.copy_context)

    def run(self, connection: Connection) -> object:
        return self.context.run(self.work, connection)


class GroupCommitWriter:
    """Each write is atomic, and committed before its caller continues, in order of arrival.

    SQLite has a single writer, so writes queue: those waiting together are committed together, urgent ones first. If
    one fails, the transaction is rolled back and each is run again alone. Two threads would take the interpreter from
    each other, so urgent writes, of some milliseconds each, are run in the event loop as long as nobody else writes
    and the disk is fast; what was tried there in vain is run again in a thread. On PostgreSQL each write has a
    transaction and a connection of its own, and waits only for those of its conversation.
    """

    def __init__(self, database: Engine, threads: ThreadPoolExecutor) -> None:
        self._database = database
        self._threads = threads
        self._commits_alone = database.dialect.name != "sqlite"
        self._urgent: deque[_PendingWrite] = deque()
        self._background: deque[_PendingWrite] = deque()
        self._write_task: asyncio.Task[None] | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._in_thread_until = 0.0
        self._writes_since_checkpoint = 0

    async def __call__(self, work: WriteWork[Result], *, urgent: bool = False, may_join: bool = False) -> Result:
        """The result of `work`, once it is committed. If it `may_join`, it waits shortly for another one's transaction.

        Raises:
            StorageError: nothing of it was stored.
        """
        loop = asyncio.get_running_loop()
        wanted = _PendingWrite(work=work, future=loop.create_future(), may_join=may_join)
        if self._commits_alone:
            await self._write([wanted])
        else:
            (self._urgent if urgent else self._background).append(wanted)
            if not may_join:
                self._start()
            elif self._deadline is None:
                self._deadline = loop.call_later(MAX_JOIN_SECONDS, self._start)
        result: Result = await wanted.future
        return result

    def _start(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if self._write_task is None:
            self._write_task = asyncio.get_running_loop().create_task(self._write_all(), name="group commit")

    async def _write_all(self) -> None:
        try:
            while self._urgent or self._background:
                here = self._may_run_here()
                group = self._next_group()
                await self._write(group, here=here)
                is_crowd = sum(not wanted.may_join for wanted in group) > (MAX_GROUP_WITHOUT_DELAY if here else 1)
                await asyncio.sleep(GROUP_DELAY_SECONDS if is_crowd else 0)
        finally:
            self._write_task = None

    def _next_group(self) -> list[_PendingWrite]:
        room = MAX_GROUP - min(RESERVED_FOR_BACKGROUND, len(self._background))
        group = [self._urgent.popleft() for _ in range(min(room, len(self._urgent)))]
        return group + [self._background.popleft() for _ in range(min(MAX_GROUP - len(group), len(self._background)))]

    def _may_run_here(self) -> bool:
        """Whether all that waits may be run in the event loop: background work may take long."""
        return not self._background and monotonic() >= self._in_thread_until

    async def _write(self, group: Sequence[_PendingWrite], *, here: bool = False) -> None:
        outcomes = self._commit_here(group) if here else None
        if outcomes is None:
            outcomes = await asyncio.get_running_loop().run_in_executor(self._threads, self._commit, group)
        elif self._writes_since_checkpoint >= CHECKPOINT_WRITES or write_ahead_log.holds_erased(self._database):
            await asyncio.get_running_loop().run_in_executor(self._threads, self._checkpoint)
        for wanted, outcome in zip(group, outcomes, strict=True):
            # The caller was cancelled: nobody needs the result.
            if wanted.future.cancelled():
                continue
            if isinstance(outcome, _FailedWrite):
                wanted.future.set_exception(outcome.error)
            else:
                wanted.future.set_result(outcome)

    def _commit_here(self, group: Sequence[_PendingWrite]) -> Sequence[object] | None:
        """The result or the exception of each write; None where a thread is to wait for the database, or to find who
        fails."""
        start, worked = monotonic(), thread_time()
        try:
            with engine.write_transaction_at_once(self._database) as connection:
                outcomes = [wanted.run(connection) for wanted in group]
        except StorageError:
            return None
        except Exception as exc:  # noqa: BLE001 - its caller gets it
            return [_FailedWrite(error=exc)] if len(group) == 1 else None
        waited = monotonic() - start - (thread_time() - worked)
        if waited > MAX_DISK_WAIT_SECONDS:
            self._in_thread_until = monotonic() + SLOW_DISK_SECONDS
            log.info("group_commit.slow_disk", changes=len(group), waited_ms=round(waited * 1000))
        self._writes_since_checkpoint += len(group)
        return outcomes

    def _checkpoint(self) -> None:
        self._writes_since_checkpoint = 0
        try:
            write_ahead_log.deferred_checkpoint(self._database)
        except StorageError as exc:
            log.warning("group_commit.checkpoint_failed", error=type(exc).__name__)

    def _commit(self, group: Sequence[_PendingWrite]) -> Sequence[object]:
        """The result or the exception of each write."""
        try:
            with engine.write_transaction(self._database) as connection:
                return [wanted.run(connection) for wanted in group]
        except Exception as exc:  # noqa: BLE001 - each caller gets its own
            if len(group) == 1:
                return [_FailedWrite(error=exc)]
            # A database that is away or busy would be so for each of them.
            if isinstance(exc, StorageError) and not exc.permanent:
                return [_FailedWrite(error=exc) for _ in group]
        log.info("group_commit.split", changes=len(group))
        return [self._commit([wanted])[0] for wanted in group]


@dataclass(frozen=True, kw_only=True)
class _FailedWrite:
    error: Exception
