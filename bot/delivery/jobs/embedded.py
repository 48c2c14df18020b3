"""Runs deliveries inside this process: at once when told, and by looking into the database for what was left."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic
from typing import Final

import structlog
from sqlalchemy import Connection

from bot.delivery.jobs.interface import Deliver, FindDue, Maintenance, Send, Workers
from storage.delivery.outbox import OutgoingReply

log = structlog.get_logger()

POLL_INTERVAL_SECONDS: Final = 1.0
"""How often to look for replies whose time has come."""

MAINTENANCE_INTERVAL_SECONDS: Final = 60.0
"""How often to do what is nobody's message."""

STALLED_AFTER_SECONDS: Final = 60.0
"""Longer than a look can take, a database that is away and waited for included: something holds it up for good."""

SHUTDOWN_GRACE_SECONDS: Final = 10.0
"""What may run on after a stop. A platform that hangs longer is left; the reply is sent after the next start."""

CONCURRENCY: Final = 64
"""Talks that are delivered to at the same time: most of them wait for the pace of their platform."""


class EmbeddedRunner:
    """One delivery a talk at a time, several talks at once. `stopping` is set when it is told to stop.

    With `send` it takes replies straight from those who queue them: nothing has to be looked up.
    """

    def __init__(
        self,
        deliver: Deliver,
        find_due: FindDue,
        maintenance: Maintenance,
        stopping: asyncio.Event | None = None,
        *,
        send: Send | None = None,
    ) -> None:
        self._deliver = deliver
        self._send = send
        self._find_due = find_due
        self._maintenance = maintenance
        self._running: dict[str, asyncio.Task[None]] = {}
        self._queued: dict[str, deque[OutgoingReply | None]] = {}
        self._semaphore = asyncio.Semaphore(CONCURRENCY)
        self._stopping = stopping or asyncio.Event()
        self._loops: tuple[asyncio.Task[None], ...] = ()
        self._last_poll = monotonic()

    def queue(self, connection: Connection, conversation_id: str) -> None:
        """Nothing: what waits stands in the database, and is looked for."""

    @property
    def sends_in_process(self) -> bool:
        """As Queue.at_hand."""
        return self._send is not None

    def submit(self, conversation_id: str, claimed: OutgoingReply | None = None) -> None:
        """Something waits in this talk. To be called in the event loop."""
        if conversation_id in self._running:
            following = self._queued.setdefault(conversation_id, deque())
            if claimed is not None or None not in following:
                following.append(claimed)
        elif not self._stopping.is_set():
            self._running[conversation_id] = asyncio.create_task(
                self._run(conversation_id, claimed), name=f"deliver {conversation_id}"
            )

    def start(self) -> None:
        """Begin to look for what was left by an earlier run."""
        self._loops = (
            asyncio.create_task(self._run_periodically(POLL_INTERVAL_SECONDS, self._poll), name="look for due replies"),
            asyncio.create_task(self._run_periodically(MAINTENANCE_INTERVAL_SECONDS, self._maintenance), name="chores"),
        )

    async def stop(self) -> None:
        """Take nothing new, and finish what runs, within GRACE_SECONDS."""
        self._stopping.set()
        running = {*self._loops, *self._running.values()}
        if not running:
            return
        _, late = await asyncio.wait(running, timeout=SHUTDOWN_GRACE_SECONDS)
        for task in late:
            log.warning("runner.cut_off", task=task.get_name())
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def problems(self) -> list[str]:
        """As Jobs.faults."""
        if self._stopping.is_set():
            return ["The program is stopping."]
        if not self._loops or any(loop.done() for loop in self._loops):
            return ["Nobody looks for replies to deliver: restart the program."]
        if self._seconds_since_poll() > STALLED_AFTER_SECONDS:
            return [
                f"Nobody has looked for replies to deliver for {self._seconds_since_poll():.0f} s: restart the program."
            ]
        return []

    def workers(self, connection: Connection) -> Workers:  # noqa: ARG002
        """This process alone."""
        return Workers(
            alive=0 if self.problems() else 1,
            last_heartbeat_seconds=self._seconds_since_poll() if self._loops else None,
        )

    def _seconds_since_poll(self) -> float:
        return monotonic() - self._last_poll

    async def _run(self, conversation_id: str, claimed: OutgoingReply | None) -> None:
        try:
            async with self._semaphore:
                if claimed is not None and self._send is not None:
                    await self._send(claimed)
                else:
                    await self._deliver(conversation_id)
        except Exception:
            log.exception("delivery.broken", talk=conversation_id)
        finally:
            del self._running[conversation_id]
            if following := self._queued.pop(conversation_id, None):
                self.submit(conversation_id, following.popleft())
                for one in following:
                    self.submit(conversation_id, one)

    async def _poll(self) -> None:
        self._last_poll = monotonic()
        for talk in await self._find_due():
            if talk not in self._running:
                self.submit(talk)

    async def _run_periodically(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while not self._stopping.is_set():
            try:
                await work()
            except Exception:
                log.exception("runner.failed")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), seconds)
