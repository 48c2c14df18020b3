"""Runs writes in a thread; on SQLite waiting writes share one transaction (group commit); knows no table."""

import asyncio
import contextvars
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import structlog
from sqlalchemy import Connection, Engine

from storage.database import engine
from storage.errors import StorageError

log = structlog.get_logger()

Result = TypeVar("Result")
WriteWork = Callable[[Connection], Result]
"""A write that touches nothing but its transaction: it may be run again in another one."""

MAX_GROUP: Final = 32
"""Maximum number of writes in one transaction: the first waits for the last."""

RESERVED_FOR_BACKGROUND: Final = 8
"""So many of them are reserved for background writes: replies are sent however many messages arrive."""

GROUP_DELAY_SECONDS: Final = 0.005
"""The delay after a shared transaction, in which more writes gather: fewer, larger transactions cost less."""

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
    one fails, the transaction is rolled back and each is run again alone. On PostgreSQL each write has a transaction
    and a connection of its own, and waits only for those of its conversation.
    """

    def __init__(self, database: Engine, threads: ThreadPoolExecutor) -> None:
        self._database = database
        self._threads = threads
        self._commits_alone = database.dialect.name != "sqlite"
        self._urgent: deque[_PendingWrite] = deque()
        self._background: deque[_PendingWrite] = deque()
        self._write_task: asyncio.Task[None] | None = None
        self._deadline: asyncio.TimerHandle | None = None

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
            while group := self._next_group():
                await self._write(group)
                if sum(not wanted.may_join for wanted in group) > 1:
                    await asyncio.sleep(GROUP_DELAY_SECONDS)
        finally:
            self._write_task = None

    def _next_group(self) -> list[_PendingWrite]:
        room = MAX_GROUP - min(RESERVED_FOR_BACKGROUND, len(self._background))
        group = [self._urgent.popleft() for _ in range(min(room, len(self._urgent)))]
        return group + [self._background.popleft() for _ in range(min(MAX_GROUP - len(group), len(self._background)))]

    async def _write(self, group: Sequence[_PendingWrite]) -> None:
        outcomes = await asyncio.get_running_loop().run_in_executor(self._threads, self._commit, group)
        for wanted, outcome in zip(group, outcomes, strict=True):
            # The caller was cancelled: nobody needs the result.
            if wanted.future.cancelled():
                continue
            if isinstance(outcome, _FailedWrite):
                wanted.future.set_exception(outcome.error)
            else:
                wanted.future.set_result(outcome)

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
