"""Counts and times what the program does, and shows it at /metrics; nothing of a person gets into a label."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Final

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import choose_encoder
from sqlalchemy import Engine

from bot.delivery.jobs.interface import JobRunner, Workers
from storage.conversations import dead_letters as parked
from storage.database import engine
from storage.delivery import outbox
from storage.delivery.outbox import Backlog
from storage.errors import StorageError
from storage.helpdesk import handoffs
from storage.helpdesk.handoffs import QueueStats

DECISION_BUCKETS_SECONDS: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5)
INTAKE_BUCKETS_SECONDS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5, 15)
"""Upper ends of the histograms' buckets, in seconds; after 15 Twilio no longer waits."""


@dataclass(frozen=True, kw_only=True)
class DatabaseGauges:
    """What the database holds: replies that wait to be sent, messages that are parked, who waits for people; and who
    delivers."""

    backlog: Backlog
    dead_letters: int
    workers: Workers
    handoffs: tuple[QueueStats, ...] = ()


class PrometheusMetrics:
    """One set of counters, on a registry of its own. Labels are names out of closed sets: channel, act, result, why."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._messages = Counter(
            "paligs_messages", "Messages decided, by what they were about.", ("channel", "act"), registry=registry
        )
        self._decision_duration = Histogram(
            "paligs_decide_seconds",
            "How long understanding and deciding took.",
            buckets=DECISION_BUCKETS_SECONDS,
            registry=registry,
        )
        self._intake_duration = Histogram(
            "paligs_intake_seconds",
            "How long a message took from the channel to the commit.",
            ("channel",),
            buckets=INTAKE_BUCKETS_SECONDS,
            registry=registry,
        )
        self._throttled = Counter(
            "paligs_messages_held_back",
            "Messages over a sender's limits (too_fast, repeating: told once; silent).",
            ("channel", "verdict"),
            registry=registry,
        )
        self._deliveries = Counter(
            "paligs_deliveries",
            "Tries to bring a reply out (sent, later, failed).",
            ("channel", "result"),
            registry=registry,
        )
        self._rejected = Counter(
            "paligs_webhooks_rejected", "Webhook calls that were refused.", ("channel", "why"), registry=registry
        )
        self._dropped_updates = Counter(
            "paligs_updates_unreadable",
            "What a platform sent and nobody can read.",
            ("channel", "why"),
            registry=registry,
        )
        self._notifications = Counter(
            "paligs_notices",
            "Notices to staff (sent, changed, later, failed).",
            ("kind", "result"),
            registry=registry,
        )
        self._gauges = _GaugeSet(registry)

    def observe_decision(self, channel: str, act: str, seconds: float) -> None:
        """A message was decided and stored."""
        self._messages.labels(channel, act).inc()
        self._decision_duration.observe(seconds)

    @contextmanager
    def time_intake(self, channel: str) -> Iterator[None]:
        """Times an intake, failed or not."""
        start = perf_counter()
        try:
            yield
        finally:
            self._intake_duration.labels(channel).observe(perf_counter() - start)

    def count_throttled(self, channel: str, reason: str) -> None:
        """A sender is over a limit."""
        self._throttled.labels(channel, reason).inc()

    def count_delivery(self, channel: str, result: str) -> None:
        """A reply was sent, must be sent later, or failed for good."""
        self._deliveries.labels(channel, result).inc()

    def count_notification(self, kind: str, result: str) -> None:
        """Staff was told something, or was not."""
        self._notifications.labels(kind, result).inc()

    def count_rejected_webhook(self, channel: str, reason: str) -> None:
        """A webhook call was refused."""
        self._rejected.labels(channel, reason).inc()

    def count_dropped_update(self, channel: str, reason: str) -> None:
        """An update can never be read."""
        self._dropped_updates.labels(channel, reason).inc()

    def set_gauges(self, values: DatabaseGauges | None, now: datetime) -> None:
        """What the database holds now; None where it is away."""
        self._gauges.set(values, now)


class _GaugeSet:
    """Gauges of what lies in the database; the same from every process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._database_up = Gauge("paligs_database_up", "Whether the database answers.", registry=registry)
        self._outbox_waiting = Gauge("paligs_outbox_waiting", "Replies that wait to be sent.", registry=registry)
        self._outbox_oldest = Gauge(
            "paligs_outbox_oldest_seconds", "How long the oldest of them has been waiting.", registry=registry
        )
        self._dead_letters = Gauge("paligs_parked", "Messages that failed too often to be decided.", registry=registry)
        self._workers_alive = Gauge(
            "paligs_workers_alive", "Those who deliver and gave a sign of life.", registry=registry
        )

        self._handoffs = Gauge(
            "paligs_handoffs", "People who wait for a line (open, taken).", ("line", "state"), registry=registry
        )
        self._handoff_oldest = Gauge(
            "paligs_handoff_oldest_seconds",
            "How long the first of them has been waiting.",
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
        # A line that nobody waits for any more is not to show what was.
        self._handoffs.clear()
        self._handoff_oldest.clear()
        for waiting in values.handoffs:
            age = max(0.0, (now - waiting.oldest).total_seconds())
            self._handoffs.labels(waiting.line, waiting.state).set(waiting.count)
            self._handoff_oldest.labels(waiting.line, waiting.state).set(age)


def oldest_age_seconds(backlog: Backlog, now: datetime) -> float:
    """For how many seconds the oldest undelivered reply has been waiting; 0 where none does."""
    return 0.0 if backlog.oldest is None else max(0.0, (now - backlog.oldest).total_seconds())


def metrics_routes(
    metrics: PrometheusMetrics,
    database: Engine,
    threads: ThreadPoolExecutor,
    clock: Callable[[], datetime],
    jobs: JobRunner,
) -> Iterable[web.AbstractRouteDef]:
    """GET /metrics, as Prometheus reads it; a database that is away is told, and hides nothing else."""

    def shown(accept: str) -> tuple[bytes, str]:
        metrics.set_gauges(read_gauges(database, jobs), clock())
        encode, kind = choose_encoder(accept)
        return encode(metrics.registry), kind

    async def show(request: web.Request) -> web.Response:
        accept = request.headers.get("Accept", "")
        body, kind = await asyncio.get_running_loop().run_in_executor(threads, shown, accept)
        return web.Response(body=body, headers={"Content-Type": kind})

    return (web.get("/metrics", show),)


def read_gauges(database: Engine, jobs: JobRunner) -> DatabaseGauges | None:
    """What waits to be sent, what is parked, who delivers; None where the database is away."""
    try:
        with engine.read_transaction(database) as connection:
            return DatabaseGauges(
                backlog=outbox.backlog(connection),
                dead_letters=parked.count_dead_letters(connection),
                workers=jobs.workers(connection),
                handoffs=handoffs.queue_stats(connection),
            )
    except StorageError:
        return None
