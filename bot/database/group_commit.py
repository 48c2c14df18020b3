"""Runs what is to be written in a thread; what waits for SQLite meanwhile shares one transaction; it knows no table."""

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
"""Does its part in a transaction and touches nothing else: where that fails it is run again, in another one."""

MAX_GROUP: Final = 32
"""Changes in one transaction at most: the first waits for the last."""

RESERVED_FOR_BACKGROUND: Final = 8
"""So many of them are for those that can wait: however much comes in, replies go out."""

GROUP_DELAY_SECONDS: Final = 0.005
"""After a shared transaction others are sure to come: fewer, larger ones leave more of the machine to them."""


@dataclass(frozen=True, kw_only=True)
class _PendingWrite:
    work: WriteWork[Any]
    future: asyncio.Future[Any]
    # A thread of the pool would not know whose message it logs about.
    context: contextvars.Context = field(default_factory=contextvars.copy_context)

    def run(self, connection: Connection) -> object:
        return self.context.run(self.work, connection)


class GroupCommitWriter:
    """Every change is whole or not there, and committed before its caller goes on, in the order of their coming.

    SQLite lets one transaction write at a time, so that changes queue: those that wait together are committed
    together, and those that a platform waits for go before the others. Where one of them fails, none of them stays,
    and each is run again alone. On PostgreSQL each has a
    transaction and a connection of its own, and waits for none but those of its talk.
    """

    def __init__(self, database: Engine, threads: ThreadPoolExecutor) -> None:
        self._database = database
        self._threads = threads
        self._commits_alone = database.dialect.name != "sqlite"
        self._urgent: deque[_PendingWrite] = deque()
        self._background: deque[_PendingWrite] = deque()
        self._write_task: asyncio.Task[None] | None = None

    async def __call__(self, work: WriteWork[Result], *, urgent: bool = False) -> Result:
        """What `change` returns, once it is committed.

        Raises:
            StorageError: nothing of it was stored.
        """
        loop = asyncio.get_running_loop()
        wanted = _PendingWrite(work=work, future=loop.create_future())
        if self._commits_alone:
            await self._write([wanted])
        else:
            (self._urgent if urgent else self._background).append(wanted)
            if self._write_task is None:
                self._write_task = loop.create_task(self._write_all(), name="write")
        result: Result = await wanted.future
        return result

    async def _write_all(self) -> None:
        try:
            while group := self._next_group():
                await self._write(group)
                if len(group) > 1:
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
            # Who no longer waits does not want to know.
            if wanted.future.cancelled():
                continue
            if isinstance(outcome, _FailedWrite):
                wanted.future.set_exception(outcome.error)
            else:
                wanted.future.set_result(outcome)

    def _commit(self, group: Sequence[_PendingWrite]) -> Sequence[object]:
        """What each returned, or how it failed."""
        try:
            with engine.write_transaction(self._database) as connection:
                return [wanted.run(connection) for wanted in group]
        except Exception as exc:  # noqa: BLE001 each caller gets its own
            if len(group) == 1:
                return [_FailedWrite(error=exc)]
            # A database that is away or busy would be so for each of them.
            if isinstance(exc, StorageError) and not exc.permanent:
                return [_FailedWrite(error=exc) for _ in group]
        log.info("writing.apart", changes=len(group))
        return [self._commit([wanted])[0] for wanted in group]


@dataclass(frozen=True, kw_only=True)
class _FailedWrite:
    error: Exception
