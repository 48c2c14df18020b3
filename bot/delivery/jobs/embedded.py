"""Runs deliveries inside this process: at once when notified, and by polling the database for the rest."""

import asyncio
from collections import deque
from time import monotonic
from typing import Final

import structlog
from sqlalchemy import Connection

from bot.concurrency.periodic import PeriodicLoop
from bot.concurrency.task_set import TaskSet
from bot.delivery.jobs.interface import Deliver, FindDue, Maintenance, Send, Workers
from storage.delivery.outbox import OutgoingReply

log = structlog.get_logger()

POLL_INTERVAL_SECONDS: Final = 1.0
"""How often to poll for due replies."""

MAINTENANCE_INTERVAL_SECONDS: Final = 60.0
"""How often to run maintenance."""

STALLED_AFTER_SECONDS: Final = 60.0
"""Longer than a poll can take, including waits for the database: something blocks it for good."""

SHUTDOWN_GRACE_SECONDS: Final = 10.0
"""How long deliveries may finish after a stop. A platform that hangs longer is cut off; the reply is sent after the
next start."""

CONCURRENCY: Final = 64
"""Conversations that are delivered to concurrently: most of them wait for the rate limit of their platform."""


class EmbeddedRunner:
    """One delivery a conversation at a time, several conversations concurrently. `stopping` is set on shutdown.

    With `send` it takes claimed replies directly: no query is needed.
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
        self._running: set[str] = set()
        self._queued: dict[str, deque[OutgoingReply | None]] = {}
        self._semaphore = asyncio.Semaphore(CONCURRENCY)
        self._stopping = stopping or asyncio.Event()
        self._loops: tuple[PeriodicLoop, ...] = ()
        self._tasks = TaskSet()
        self._last_poll = monotonic()

    def queue(self, connection: Connection, conversation_id: str) -> None:
        """Nothing: polling finds the reply."""

    @property
    def sends_in_process(self) -> bool:
        """As JobQueue.sends_in_process."""
        return self._send is not None

    def submit(self, conversation_id: str, claimed: OutgoingReply | None = None) -> None:
        """A conversation has a reply. Call in the event loop."""
        if conversation_id in self._running:
            following = self._queued.setdefault(conversation_id, deque())
            if claimed is not None or None not in following:
                following.append(claimed)
        elif not self._stopping.is_set():
            self._running.add(conversation_id)
            self._tasks.start(f"deliver {conversation_id}", self._run(conversation_id, claimed))

    def start(self) -> None:
        """Start polling, which also finds replies of an earlier run."""
        poll = PeriodicLoop(self._poll, interval_seconds=POLL_INTERVAL_SECONDS, on_error=_log_error)
        maintenance = PeriodicLoop(
            self._maintenance, interval_seconds=MAINTENANCE_INTERVAL_SECONDS, on_error=_log_error
        )
        self._loops = (poll, maintenance)
        self._tasks.start("delivery poll", poll.run())
        self._tasks.start("maintenance", maintenance.run())

    async def stop(self) -> None:
        """Start nothing new, and finish running deliveries within SHUTDOWN_GRACE_SECONDS."""
        self._stopping.set()
        for loop in self._loops:
            loop.stop()
        for task in await self._tasks.stop(SHUTDOWN_GRACE_SECONDS):
            log.warning("delivery.cancelled_at_shutdown", task=task)

    def problems(self) -> list[str]:
        """As JobRunner.problems."""
        if self._stopping.is_set():
            return ["The program is stopping."]
        if not self._loops or any(loop.ended for loop in self._loops):
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
            log.exception("delivery.error", conversation=conversation_id)
        finally:
            self._running.discard(conversation_id)
            if following := self._queued.pop(conversation_id, None):
                self.submit(conversation_id, following.popleft())
                for one in following:
                    self.submit(conversation_id, one)

    async def _poll(self) -> None:
        self._last_poll = monotonic()
        for talk in await self._find_due():
            if talk not in self._running:
                self.submit(talk)


def _log_error(exc: Exception) -> None:
    log.error("delivery_runner.error", exc_info=exc)
