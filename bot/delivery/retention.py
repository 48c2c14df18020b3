"""Erases once a day what is older than the settings say it is kept, in batches, so that nobody waits for it."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection

from bot.database.transactions import Transactions
from bot.observability.metrics import PrometheusMetrics
from storage import retention
from storage.helpdesk import audit_log
from storage.retention import OldMedia

log = structlog.get_logger()

INTERVAL: Final = timedelta(days=1)
BATCH: Final = 100
"""So many rows are erased in one transaction."""
CONVERSATIONS_BATCH: Final = 25
"""A conversation has rows in many tables: whoever writes meanwhile waits for so many for some 20 ms."""

EraseBatch = Callable[[Connection, datetime, int], int]
"""Erases at most so many that are older, and returns how many there were."""
Erase = Callable[[str, datetime], Awaitable[int]]
"""Erases all of a kind that are older, and returns how many there were."""


@dataclass(frozen=True, kw_only=True)
class RetentionPeriods:
    """For how many days each is kept; None for ever."""

    conversations: int | None = None
    handoffs: int | None = None
    audit: int | None = None
    media: int | None = None


@dataclass(kw_only=True)
class RetentionJob:
    """Called as often as one likes, it works once a day; after a fault the next call goes on."""

    transactions: Transactions
    clock: Callable[[], datetime]
    periods: RetentionPeriods
    metrics: PrometheusMetrics = field(default_factory=PrometheusMetrics)
    _next_at: datetime | None = None

    async def __call__(self) -> None:
        """Erase what is due."""
        now = self.clock()
        if self._next_at is not None and now < self._next_at:
            return
        for kind, days, erase in self.due_kinds():
            if erased := await erase(kind, now - timedelta(days=days)):
                log.info("retention.erased", kind=kind, count=erased)
        self._next_at = now + INTERVAL

    def due_kinds(self) -> Iterator[tuple[str, int, Erase]]:
        """What is not kept for ever: its kind, for how many days, and what erases it."""
        jobs: tuple[tuple[str, int | None, Erase], ...] = (
            ("handoffs", self.periods.handoffs, partial(self._erase_all, retention.erase_handoffs)),
            ("conversations", self.periods.conversations, self._erase_conversations),
            ("audit", self.periods.audit, partial(self._erase_all, audit_log.purge)),
            ("media", self.periods.media, self._forget_media),
        )
        yield from ((kind, days, erase) for kind, days, erase in jobs if days is not None)

    async def _erase_conversations(self, kind: str, before: datetime) -> int:
        # Found by a reader, who holds nobody up: among many that are kept, that takes longer than to erase a batch.
        total, after = 0, ""
        self.metrics.count_erased(kind, total)
        while ids := await self.transactions.read(partial(_next_conversations, before, after)):
            count = await self.transactions.write(partial(_erase_found, before, ids))
            self.metrics.count_erased(kind, count)
            total, after = total + count, ids[-1]
        return total

    async def _forget_media(self, kind: str, before: datetime) -> int:
        # As with conversations: whoever looks through all messages may not be the one who writes.
        total, after = 0, 0
        self.metrics.count_erased(kind, total)
        while found := await self.transactions.read(partial(_next_media, before, after)):
            for start in range(0, len(found.ids), BATCH):
                count = await self.transactions.write(partial(_forget_found, found.ids[start : start + BATCH]))
                self.metrics.count_erased(kind, count)
                total += count
            after = found.looked_to
        return total

    async def _erase_all(self, erase: EraseBatch, kind: str, before: datetime) -> int:
        total, count = 0, BATCH
        while count == BATCH:
            count = await self.transactions.write(partial(_erase_batch, erase, before))
            self.metrics.count_erased(kind, count)
            total += count
        return total


def _erase_batch(erase: EraseBatch, before: datetime, connection: Connection) -> int:
    return erase(connection, before, BATCH)


def _next_conversations(before: datetime, after: str, connection: Connection) -> list[str]:
    return retention.old_conversations(connection, before, CONVERSATIONS_BATCH, after)


def _erase_found(before: datetime, ids: list[str], connection: Connection) -> int:
    return retention.erase_conversations(connection, before, ids)


def _next_media(before: datetime, after: int, connection: Connection) -> OldMedia | None:
    return retention.old_media(connection, before, after)


def _forget_found(ids: Sequence[int], connection: Connection) -> int:
    return retention.forget_media(connection, ids)
