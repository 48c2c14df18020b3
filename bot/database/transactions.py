"""Database access of the console, each call in a thread and a transaction of its own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, Engine

from storage.database import engine

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Transactions:
    """Reads and writes without blocking the event loop."""

    database: Engine
    threads: ThreadPoolExecutor
    clock: Callable[[], datetime]

    async def read(self, query: Callable[[Connection], Result]) -> Result:
        """The result of `query`, in a transaction that cannot write."""

        def ask() -> Result:
            with engine.read_transaction(self.database) as connection:
                return query(connection)

        return await asyncio.get_running_loop().run_in_executor(self.threads, ask)

    async def write(self, work: Callable[[Connection], Result]) -> Result:
        """The result of `work`, in one transaction."""

        def make() -> Result:
            with engine.write_transaction(self.database) as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self.threads, make)

    async def run(self, work: Callable[[Engine], Result]) -> Result:
        """Run `work` outside of a transaction."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, work, self.database)
