"""Erases once a day what is older than the settings say it is kept, in batches, so that nobody waits for it."""

from collections.abc import Callable, Iterator
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

log = structlog.get_logger()

INTERVAL: Final = timedelta(days=1)
BATCH: Final = 100
"""So many rows are erased in one transaction."""

EraseBatch = Callable[[Connection, datetime, int], int]
"""Erases at most so many that are older, and returns how many there were."""


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
            erased = await self._erase_all(kind, erase, now - timedelta(days=days))
            if erased:
                log.info("retention.erased", kind=kind, count=erased)
        self._next_at = now + INTERVAL

    def due_kinds(self) -> Iterator[tuple[str, int, EraseBatch]]:
        """What is not kept for ever: its kind, for how many days, and what erases it."""
        jobs: tuple[tuple[str, int | None, EraseBatch], ...] = (
            ("handoffs", self.periods.handoffs, retention.erase_handoffs),
            ("conversations", self.periods.conversations, retention.erase_conversations),
            ("audit", self.periods.audit, audit_log.purge),
            ("media", self.periods.media, retention.forget_media),
        )
        yield from ((kind, days, erase) for kind, days, erase in jobs if days is not None)

    async def _erase_all(self, kind: str, erase: EraseBatch, before: datetime) -> int:
        total, count = 0, BATCH
        while count == BATCH:
            count = await self.transactions.write(partial(_erase_batch, erase, before))
            self.metrics.count_erased(kind, count)
            total += count
        return total


def _erase_batch(erase: EraseBatch, before: datetime, connection: Connection) -> int:
    return erase(connection, before, BATCH)
