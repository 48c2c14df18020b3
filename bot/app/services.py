"""What the parts of the application share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo

from bot.database.transactions import Transactions
from bot.delivery.retention import RetentionPeriods
from bot.observability.metrics import PrometheusMetrics
from bot.observability.tracing import NO_TRACING, Tracing


def utc_now() -> datetime:
    """The application's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Services:
    """The database, the clock and its time zone, metrics and tracing, and how long things are kept."""

    transactions: Transactions
    metrics: PrometheusMetrics
    tracing: Tracing = NO_TRACING
    clock: Callable[[], datetime] = utc_now
    zone: tzinfo = UTC
    retention: RetentionPeriods = field(default_factory=RetentionPeriods)
    """For how long what is stored is kept."""

    def today(self) -> date:
        """The day that messages are counted under."""
        return self.clock().astimezone(self.zone).date()
