"""Runs deliveries inside this process: at once when told, and by looking into the database for what was left."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import structlog
from sqlalchemy import Connection

from bot.jobs.port import Chore, Deliver, Due

log = structlog.get_logger()

LOOK_SECONDS: Final = 1.0
"""How often to look for replies whose time has come."""

CHORE_SECONDS: Final = 60.0
"""How often to do what is nobody's message."""

AT_ONCE: Final = 64
"""Talks that are delivered to at the same time: most of them wait for the pace of their platform."""


class EmbeddedRunner:
    """One delivery a talk at a time, several talks at once. `stopping` is set when it is told to stop."""

    def __init__(self, deliver: Deliver, due: Due, chore: Chore, stopping: asyncio.Event | None = None) -> None:
        self._deliver = deliver
        self._due = due
        self._chore = chore
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._stopping = stopping or asyncio.Event()
        self._loops: tuple[asyncio.Task[None], ...] = ()

    def queue(self, connection: Connection, talk: str) -> None:
        """Nothing: what waits stands in the database, and is looked for."""

    def submit(self, talk: str) -> None:
        """Something waits in this talk. To be called in the event loop."""
        if talk in self._running:
            self._again.add(talk)
        elif not self._stopping.is_set():
            self._running[talk] = asyncio.create_task(self._run(talk), name=f"deliver {talk}")

    def start(self) -> None:
        """Begin to look for what was left by an earlier run."""
        self._loops = (
            asyncio.create_task(self._every(LOOK_SECONDS, self._look), name="look for due replies"),
            asyncio.create_task(self._every(CHORE_SECONDS, self._chore), name="chores"),
        )

    async def stop(self) -> None:
        """Take nothing new, and finish what runs."""
        self._stopping.set()
        await asyncio.gather(*self._loops)
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _run(self, talk: str) -> None:
        try:
            async with self._room:
                await self._deliver(talk)
        except Exception:
            log.exception("delivery.broken", talk=talk)
        finally:
            del self._running[talk]
            if talk in self._again:
                self._again.discard(talk)
                self.submit(talk)

    async def _look(self) -> None:
        for talk in await self._due():
            if talk not in self._running:
                self.submit(talk)

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while not self._stopping.is_set():
            try:
                await work()
            except Exception:
                log.exception("runner.failed")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), seconds)
