"""Runs deliveries inside this process: at once when told, and by looking into the database for what was left."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic
from typing import Final

import structlog
from sqlalchemy import Connection

from bot.delivery.jobs.interface import Chore, Deliver, Due, Send, Workers
from storage.delivery.outbox import Outgoing

log = structlog.get_logger()

LOOK_SECONDS: Final = 1.0
"""How often to look for replies whose time has come."""

CHORE_SECONDS: Final = 60.0
"""How often to do what is nobody's message."""

STUCK_SECONDS: Final = 60.0
"""Longer than a look can take, a database that is away and waited for included: something holds it up for good."""

GRACE_SECONDS: Final = 10.0
"""What may run on after a stop. A platform that hangs longer is left; the reply is sent after the next start."""

AT_ONCE: Final = 64
"""Talks that are delivered to at the same time: most of them wait for the pace of their platform."""


class EmbeddedRunner:
    """One delivery a talk at a time, several talks at once. `stopping` is set when it is told to stop.

    With `send` it takes replies straight from those who queue them: nothing has to be looked up.
    """

    def __init__(
        self,
        deliver: Deliver,
        due: Due,
        chore: Chore,
        stopping: asyncio.Event | None = None,
        *,
        send: Send | None = None,
    ) -> None:
        self._deliver = deliver
        self._send = send
        self._due = due
        self._chore = chore
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: dict[str, deque[Outgoing | None]] = {}
        self._room = asyncio.Semaphore(AT_ONCE)
        self._stopping = stopping or asyncio.Event()
        self._loops: tuple[asyncio.Task[None], ...] = ()
        self._looked = monotonic()

    def queue(self, connection: Connection, talk: str) -> None:
        """Nothing: what waits stands in the database, and is looked for."""

    @property
    def at_hand(self) -> bool:
        """As Queue.at_hand."""
        return self._send is not None

    def submit(self, talk: str, claimed: Outgoing | None = None) -> None:
        """Something waits in this talk. To be called in the event loop."""
        if talk in self._running:
            following = self._again.setdefault(talk, deque())
            if claimed is not None or None not in following:
                following.append(claimed)
        elif not self._stopping.is_set():
            self._running[talk] = asyncio.create_task(self._run(talk, claimed), name=f"deliver {talk}")

    def start(self) -> None:
        """Begin to look for what was left by an earlier run."""
        self._loops = (
            asyncio.create_task(self._every(LOOK_SECONDS, self._look), name="look for due replies"),
            asyncio.create_task(self._every(CHORE_SECONDS, self._chore), name="chores"),
        )

    async def stop(self) -> None:
        """Take nothing new, and finish what runs, within GRACE_SECONDS."""
        self._stopping.set()
        running = {*self._loops, *self._running.values()}
        if not running:
            return
        _, late = await asyncio.wait(running, timeout=GRACE_SECONDS)
        for task in late:
            log.warning("runner.cut_off", task=task.get_name())
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def faults(self) -> list[str]:
        """As Jobs.faults."""
        if self._stopping.is_set():
            return ["The program is stopping."]
        if not self._loops or any(loop.done() for loop in self._loops):
            return ["Nobody looks for replies to deliver: restart the program."]
        if self._silence() > STUCK_SECONDS:
            return [f"Nobody has looked for replies to deliver for {self._silence():.0f} s: restart the program."]
        return []

    def workers(self, connection: Connection) -> Workers:  # noqa: ARG002
        """This process alone."""
        return Workers(alive=0 if self.faults() else 1, seconds=self._silence() if self._loops else None)

    def _silence(self) -> float:
        return monotonic() - self._looked

    async def _run(self, talk: str, claimed: Outgoing | None) -> None:
        try:
            async with self._room:
                if claimed is not None and self._send is not None:
                    await self._send(claimed)
                else:
                    await self._deliver(talk)
        except Exception:
            log.exception("delivery.broken", talk=talk)
        finally:
            del self._running[talk]
            if following := self._again.pop(talk, None):
                self.submit(talk, following.popleft())
                for one in following:
                    self.submit(talk, one)

    async def _look(self) -> None:
        self._looked = monotonic()
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
