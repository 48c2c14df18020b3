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
Change = Callable[[Connection], Result]
"""Does its part in a transaction and touches nothing else: where that fails it is run again, in another one."""

TOGETHER: Final = 32
"""Changes in one transaction at most: the first waits for the last."""

KEPT: Final = 8
"""So many of them are for those that can wait: however much comes in, replies go out."""

GATHER_SECONDS: Final = 0.005
"""After a shared transaction others are sure to come: fewer, larger ones leave more of the machine to them."""


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    change: Change[Any]
    done: asyncio.Future[Any]
    # A thread of the pool would not know whose message it logs about.
    context: contextvars.Context = field(default_factory=contextvars.copy_context)

    def run(self, connection: Connection) -> object:
        return self.context.run(self.change, connection)


class Writer:
    """Every change is whole or not there, and committed before its caller goes on, in the order of their coming.

    SQLite lets one transaction write at a time, so that changes queue: those that wait together are committed
    together, and those that a platform waits for go before the others. Where one of them fails, none of them stays,
    and each is run again alone. On PostgreSQL each has a
    transaction and a connection of its own, and waits for none but those of its talk.
    """

    def __init__(self, database: Engine, threads: ThreadPoolExecutor) -> None:
        self._database = database
        self._threads = threads
        self._alone = database.dialect.name != "sqlite"
        self._urgent: deque[_Wanted] = deque()
        self._others: deque[_Wanted] = deque()
        self._writing: asyncio.Task[None] | None = None

    async def __call__(self, change: Change[Result], *, urgent: bool = False) -> Result:
        """What `change` returns, once it is committed.

        Raises:
            StorageError: nothing of it was stored.
        """
        loop = asyncio.get_running_loop()
        wanted = _Wanted(change=change, done=loop.create_future())
        if self._alone:
            await self._write([wanted])
        else:
            (self._urgent if urgent else self._others).append(wanted)
            if self._writing is None:
                self._writing = loop.create_task(self._write_all(), name="write")
        result: Result = await wanted.done
        return result

    async def _write_all(self) -> None:
        try:
            while group := self._next():
                await self._write(group)
                if len(group) > 1:
                    await asyncio.sleep(GATHER_SECONDS)
        finally:
            self._writing = None

    def _next(self) -> list[_Wanted]:
        room = TOGETHER - min(KEPT, len(self._others))
        group = [self._urgent.popleft() for _ in range(min(room, len(self._urgent)))]
        return group + [self._others.popleft() for _ in range(min(TOGETHER - len(group), len(self._others)))]

    async def _write(self, group: Sequence[_Wanted]) -> None:
        outcomes = await asyncio.get_running_loop().run_in_executor(self._threads, self._committed, group)
        for wanted, outcome in zip(group, outcomes, strict=True):
            # Who no longer waits does not want to know.
            if wanted.done.cancelled():
                continue
            if isinstance(outcome, _Failed):
                wanted.done.set_exception(outcome.error)
            else:
                wanted.done.set_result(outcome)

    def _committed(self, group: Sequence[_Wanted]) -> Sequence[object]:
        """What each returned, or how it failed."""
        try:
            with engine.writing(self._database) as connection:
                return [wanted.run(connection) for wanted in group]
        except Exception as exc:  # noqa: BLE001 each caller gets its own
            if len(group) == 1:
                return [_Failed(error=exc)]
            # A database that is away or busy would be so for each of them.
            if isinstance(exc, StorageError) and not exc.permanent:
                return [_Failed(error=exc) for _ in group]
        log.info("writing.apart", changes=len(group))
        return [self._committed([wanted])[0] for wanted in group]


@dataclass(frozen=True, kw_only=True)
class _Failed:
    error: Exception
