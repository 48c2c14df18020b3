"""The job queue's interface: conversations with waiting replies are delivered to, soon and eventually."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from storage.delivery.outbox import OutgoingReply

Deliver = Callable[[str], Awaitable[datetime | None]]
"""Sends the replies of a conversation; returns when to call again, None if nothing is left. Safe to repeat or run
concurrently."""

Send = Callable[[OutgoingReply], Awaitable[None]]
"""Sends one claimed reply."""

FindDue = Callable[[], Awaitable[Sequence[str]]]
"""The conversations with a due reply."""

Maintenance = Callable[[], Awaitable[None]]
"""Periodic work, every minute."""


@dataclass(frozen=True, kw_only=True)
class Workers:
    """How many workers are alive, and the age in seconds of the newest heartbeat; None if there never was one."""

    alive: int
    last_heartbeat_seconds: float | None


class JobQueue(Protocol):
    """What the intake calls: once inside its transaction, once after it. No conversation is lost in between."""

    def queue(self, connection: Connection, conversation_id: str) -> None:
        """Queue a delivery for this conversation, effective with the commit of `connection`.

        Raises:
            StorageError: the transaction cannot be committed any more.
        """
        ...

    @property
    def sends_in_process(self) -> bool:
        """Whether `submit` accepts a reply that was claimed when it was queued
        (storage.delivery.outbox.enqueue_claimed)."""
        ...

    def submit(self, conversation_id: str, claimed: OutgoingReply | None = None) -> None:
        """The transaction is committed. Call in the event loop."""
        ...


class JobRunner(JobQueue, Protocol):
    """What the application calls."""

    def start(self) -> None:
        """Start to deliver, including replies of an earlier run. Not called in a process that only receives."""
        ...

    async def stop(self) -> None:
        """Start nothing new, and finish or release what runs."""
        ...

    def problems(self) -> list[str]:
        """Problems of the jobs of this process, each with its remedy; does no I/O."""
        ...

    def workers(self, connection: Connection) -> Workers:
        """The workers, in this process or elsewhere."""
        ...
