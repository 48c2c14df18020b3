"""What the program asks of its jobs: to see that a talk with waiting replies is delivered to, soon and in the end."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from storage.delivery.outbox import OutgoingReply

Deliver = Callable[[str], Awaitable[datetime | None]]
"""Sends what waits in a talk; when to come again, None where nothing waits any more. Safe to run twice, or at once."""

Send = Callable[[OutgoingReply], Awaitable[None]]
"""Sends one reply that is claimed already."""

FindDue = Callable[[], Awaitable[Sequence[str]]]
"""The talks in which something can be sent now."""

Maintenance = Callable[[], Awaitable[None]]
"""What is nobody's message and is done every minute."""


@dataclass(frozen=True, kw_only=True)
class Workers:
    """Who delivers: how many are alive, and how many seconds ago the liveliest gave a sign of it; None: nobody ever."""

    alive: int
    last_heartbeat_seconds: float | None


class JobQueue(Protocol):
    """What intake asks: one call inside its transaction, one after it. Between them no talk is lost, come what may."""

    def queue(self, connection: Connection, conversation_id: str) -> None:
        """Something waits in this talk, once the transaction of `connection` is committed.

        Raises:
            StorageError: the transaction cannot be committed any more.
        """
        ...

    @property
    def sends_in_process(self) -> bool:
        """Whether `submit` takes a reply that was claimed when it was queued (storage.delivery.outbox.hand_over)."""
        ...

    def submit(self, conversation_id: str, claimed: OutgoingReply | None = None) -> None:
        """The transaction is committed. To be called in the event loop."""
        ...


class JobRunner(JobQueue, Protocol):
    """What the program asks."""

    def start(self) -> None:
        """Begin to deliver, what an earlier run left too. A process that only takes messages in does not."""
        ...

    async def stop(self) -> None:
        """Take nothing new, and finish or give back what runs."""
        ...

    def problems(self) -> list[str]:
        """What is amiss with that which is to run in this process, with its remedy; asks nobody."""
        ...

    def workers(self, connection: Connection) -> Workers:
        """Who delivers, in this process or elsewhere."""
        ...
