"""What the pages ask of the database, each in a thread and a transaction of its own."""

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
    """Reads and writes without holding up the event loop."""

    database: Engine
    threads: ThreadPoolExecutor
    clock: Callable[[], datetime]

    async def read(self, query: Callable[[Connection], Result]) -> Result:
        """What the question finds, in a transaction that cannot write."""

        def ask() -> Result:
            with engine.read_transaction(self.database) as connection:
                return query(connection)

        return await asyncio.get_running_loop().run_in_executor(self.threads, ask)

    async def write(self, work: Callable[[Connection], Result]) -> Result:
        """What the change gives back; all of it is kept, or nothing."""

        def make() -> Result:
            with engine.write_transaction(self.database) as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self.threads, make)

    async def run(self, work: Callable[[Engine], Result]) -> Result:
        """What needs the database outside of a transaction."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, work, self.database)
