"""What the parts of the application share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from bot.database.transactions import Transactions
from bot.observability.metrics import PrometheusMetrics
from bot.observability.tracing import NO_TRACING, Tracing


def utc_now() -> datetime:
    """The application's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Services:
    """The database, the clock and its time zone, metrics and tracing."""

    transactions: Transactions
    metrics: PrometheusMetrics
    tracing: Tracing = NO_TRACING
    clock: Callable[[], datetime] = utc_now
    zone: tzinfo = UTC
