"""Runs queries and writes so that the event loop does not wait for the database, mostly in threads; knows no table."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection, Engine

from bot.database.group_commit import GroupCommitWriter, WriteWork
from storage.database import engine

Result = TypeVar("Result")


class Transactions:
    """The transactions of a process. There is one, because writes that wait together share a commit."""

    def __init__(self, database: Engine, threads: ThreadPoolExecutor) -> None:
        self.database = database
        self._threads = threads
        self._writer = GroupCommitWriter(database, threads)

    async def read(self, query: Callable[[Connection], Result]) -> Result:
        """The result of `query`, in a transaction that cannot write.

        Raises:
            StorageError: the database is busy or out of reach.
        """

        def ask(database: Engine) -> Result:
            with engine.read_transaction(database) as connection:
                return query(connection)

        return await self.run(ask)

    async def write(self, work: WriteWork[Result], *, urgent: bool = False, may_join: bool = False) -> Result:
        """The result of `work`, once it is committed; urgent work is done before other work that is waiting.

        Urgent work takes some milliseconds at most: on SQLite it may run in the event loop itself.

        Work that nobody waits for `may_join` the transaction of other work; it has one of its own after
        group_commit.MAX_JOIN_SECONDS.

        `work` may run twice, if another write of the same commit fails: it changes nothing but its transaction.

        Raises:
            StorageError: nothing of it was stored. What `work` raises itself is raised here, too.
        """
        return await self._writer(work, urgent=urgent, may_join=may_join)

    async def run(self, work: Callable[[Engine], Result]) -> Result:
        """Run `work` outside of a transaction."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, self.database)
