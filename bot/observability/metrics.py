"""Collects Prometheus metrics and serves them at /metrics; labels hold nothing personal."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Final

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import choose_encoder
from sqlalchemy import Connection

from bot.database.transactions import Transactions
from bot.delivery.jobs.interface import JobRunner, Workers
from storage.conversations import dead_letters as parked
from storage.delivery import outbox
from storage.delivery.outbox import Backlog
from storage.errors import StorageError
from storage.helpdesk import handoffs
from storage.helpdesk.handoffs import QueueStats

DECISION_BUCKETS_SECONDS: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5)
INTAKE_BUCKETS_SECONDS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5, 15)
"""Upper bounds of the histograms' buckets, in seconds; Twilio gives up after 15."""


@dataclass(frozen=True, kw_only=True)
class DatabaseGauges:
    """The state of the database: waiting replies, dead letters, hand-offs, and workers."""

    backlog: Backlog
    dead_letters: int
    workers: Workers
    handoffs: tuple[QueueStats, ...] = ()


class PrometheusMetrics:
    """The metrics, on a registry of their own. Labels come from closed sets: channel, act, result, reason."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._messages = Counter("paligs_messages", "Decided messages, by act.", ("channel", "act"), registry=registry)
        self._decision_duration = Histogram(
            "paligs_decision_duration_seconds",
            "Time to interpret and decide a message.",
            buckets=DECISION_BUCKETS_SECONDS,
            registry=registry,
        )
        self._intake_duration = Histogram(
            "paligs_intake_duration_seconds",
            "Time from the channel to the commit of a message.",
            ("channel",),
            buckets=INTAKE_BUCKETS_SECONDS,
            registry=registry,
        )
        self._throttled = Counter(
            "paligs_messages_throttled",
            "Messages over a sender's limit (too_fast, repeating: notified once; silent).",
            ("channel", "reason"),
            registry=registry,
        )
        self._deliveries = Counter(
            "paligs_deliveries",
            "Delivery attempts (sent, retried, failed).",
            ("channel", "result"),
            registry=registry,
        )
        self._rejected = Counter(
            "paligs_webhooks_rejected", "Rejected webhook calls.", ("channel", "reason"), registry=registry
        )
        self._dropped_updates = Counter(
            "paligs_updates_dropped",
            "Updates that could not be parsed.",
            ("channel", "reason"),
            registry=registry,
        )
        self._notifications = Counter(
            "paligs_notifications",
            "Notifications to staff (sent, updated, retried, failed).",
            ("kind", "result"),
            registry=registry,
        )
        self._erased = Counter(
            "paligs_retention_erased",
            "What was older than it is kept and was erased (conversations, handoffs, audit).",
            ("kind",),
            registry=registry,
        )
        self._trainings = Counter(
            "paligs_trainings", "Trainings beside the program (succeeded, failed).", ("result",), registry=registry
        )
        self._gauges = _GaugeSet(registry)

    def observe_decision(self, channel: str, act: str, seconds: float) -> None:
        """Count a decided and stored message."""
        self._messages.labels(channel, act).inc()
        self._decision_duration.observe(seconds)

    @contextmanager
    def time_intake(self, channel: str) -> Iterator[None]:
        """Time an intake, failed or not."""
        start = perf_counter()
        try:
            yield
        finally:
            self._intake_duration.labels(channel).observe(perf_counter() - start)

    def count_throttled(self, channel: str, reason: str) -> None:
        """Count a message over a sender's limit."""
        self._throttled.labels(channel, reason).inc()

    def count_delivery(self, channel: str, result: str) -> None:
        """Count a delivery attempt: sent, retried or failed."""
        self._deliveries.labels(channel, result).inc()

    def count_notification(self, kind: str, result: str) -> None:
        """Count an attempt to notify staff."""
        self._notifications.labels(kind, result).inc()

    def count_rejected_webhook(self, channel: str, reason: str) -> None:
        """Count a rejected webhook call."""
        self._rejected.labels(channel, reason).inc()

    def count_dropped_update(self, channel: str, reason: str) -> None:
        """Count an update that cannot be parsed."""
        self._dropped_updates.labels(channel, reason).inc()

    def count_erased(self, kind: str, number: int) -> None:
        """Count what was older than it is kept."""
        self._erased.labels(kind).inc(number)

    def count_training(self, succeeded: bool) -> None:
        """Count a training beside the program."""
        self._trainings.labels("succeeded" if succeeded else "failed").inc()

    def set_gauges(self, values: DatabaseGauges | None, now: datetime) -> None:
        """Set the gauges; None if the database is unreachable."""
        self._gauges.set(values, now)


class _GaugeSet:
    """Gauges of the database's state; the same in every process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._database_up = Gauge("paligs_database_up", "Whether the database is reachable.", registry=registry)
        self._outbox_waiting = Gauge("paligs_outbox_waiting", "Replies waiting to be sent.", registry=registry)
        self._outbox_oldest = Gauge(
            "paligs_outbox_oldest_age_seconds", "Age of the oldest waiting reply.", registry=registry
        )
        self._dead_letters = Gauge("paligs_dead_letters", "Dead-lettered messages.", registry=registry)
        self._workers_alive = Gauge("paligs_workers_alive", "Workers with a recent heartbeat.", registry=registry)

        self._handoffs = Gauge(
            "paligs_handoffs", "Hand-offs by line and state (open, taken).", ("line", "state"), registry=registry
        )
        self._handoff_oldest = Gauge(
            "paligs_handoff_oldest_age_seconds",
            "Age of the oldest hand-off.",
            ("line", "state"),
            registry=registry,
        )

    def set(self, values: DatabaseGauges | None, now: datetime) -> None:
        self._database_up.set(values is not None)
        if values is None:
            return
        self._outbox_waiting.set(values.backlog.waiting)
        self._outbox_oldest.set(oldest_age_seconds(values.backlog, now))
        self._dead_letters.set(values.dead_letters)
        self._workers_alive.set(values.workers.alive)
        # A line without hand-offs must not keep its last value.
        self._handoffs.clear()
        self._handoff_oldest.clear()
        for waiting in values.handoffs:
            age = max(0.0, (now - waiting.oldest).total_seconds())
            self._handoffs.labels(waiting.line, waiting.state).set(waiting.count)
            self._handoff_oldest.labels(waiting.line, waiting.state).set(age)


def oldest_age_seconds(backlog: Backlog, now: datetime) -> float:
    """The age of the oldest undelivered reply in seconds; 0 if there is none."""
    return 0.0 if backlog.oldest is None else max(0.0, (now - backlog.oldest).total_seconds())


def metrics_routes(
    metrics: PrometheusMetrics,
    transactions: Transactions,
    clock: Callable[[], datetime],
    jobs: JobRunner,
) -> Iterable[web.AbstractRouteDef]:
    """GET /metrics for Prometheus; works without the database, which has a metric of its own."""

    async def show(request: web.Request) -> web.Response:
        metrics.set_gauges(await read_gauges(transactions, jobs), clock())
        encode, kind = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(metrics.registry), headers={"Content-Type": kind})

    return (web.get("/metrics", show),)


async def read_gauges(transactions: Transactions, jobs: JobRunner) -> DatabaseGauges | None:
    """The gauges' values; None if the database is unreachable."""

    def query(connection: Connection) -> DatabaseGauges:
        return DatabaseGauges(
            backlog=outbox.backlog(connection),
            dead_letters=parked.count_dead_letters(connection),
            workers=jobs.workers(connection),
            handoffs=handoffs.queue_stats(connection),
        )

    try:
        return await transactions.read(query)
    except StorageError:
        return None
