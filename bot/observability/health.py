"""Answers whether the process is alive, and whether it can receive messages; reveals nothing about people."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from aiohttp import web

from bot.database.transactions import Transactions
from bot.delivery.jobs.interface import JobRunner, Workers
from bot.observability.metrics import oldest_age_seconds
from storage.database.write_probe import prove_writable
from storage.delivery import outbox, undelivered_notifications
from storage.delivery.outbox import Backlog
from storage.errors import StorageError
from storage.migrations import upgrade

log = structlog.get_logger()

EMPTY_BACKLOG: Final = Backlog(waiting=0, oldest=None)
NO_WORKERS: Final = Workers(alive=0, last_heartbeat_seconds=None)


@dataclass(frozen=True, kw_only=True)
class _DatabaseStatus:
    """The result of a database check; `problems` if it failed."""

    problems: list[str]
    backlog: Backlog = EMPTY_BACKLOG
    workers: Workers = NO_WORKERS
    urgent_failures: int = 0


def health_routes(
    transactions: Transactions,
    content_version: Callable[[], str],
    clock: Callable[[], datetime],
    jobs: JobRunner,
) -> Iterable[web.AbstractRouteDef]:
    """GET /healthz: 200 while the process and its jobs are alive, else 503: a restart helps.

    GET /readyz: 200 while a message can be stored, which a write proves, else 503 with the cause. Without a worker
    elsewhere it is "degraded", and still 200: stored messages are answered when a worker is back, rejected ones may be
    lost.
    """

    async def healthz(_request: web.Request) -> web.Response:
        faults = jobs.problems()
        status = {"status": "not alive", "faults": faults} if faults else {"status": "alive"}
        return web.json_response(status, status=503 if faults else 200)

    async def readyz(_request: web.Request) -> web.Response:
        status = await _check_database(transactions, jobs)
        faults = [*jobs.problems(), *status.problems]
        warnings = [] if faults else [*_worker_warnings(status.workers), *_staff_warnings(status.urgent_failures)]
        answer = {
            "status": "not ready" if faults else "degraded" if warnings else "ready",
            "faults": faults,
            "warnings": warnings,
            "content": content_version(),
            "workers": status.workers.alive,
            "heartbeat_seconds": None
            if status.workers.last_heartbeat_seconds is None
            else round(status.workers.last_heartbeat_seconds, 1),
            "replies_waiting": status.backlog.waiting,
            "oldest_reply_seconds": round(oldest_age_seconds(status.backlog, clock()), 1),
        }
        return web.json_response(answer, status=503 if faults else 200)

    return (web.get("/healthz", healthz), web.get("/readyz", readyz))


def _worker_warnings(workers: Workers) -> list[str]:
    if workers.alive:
        return []
    since = "" if workers.last_heartbeat_seconds is None else f" for {workers.last_heartbeat_seconds:.0f} s"
    return [f"No worker has given a sign of life{since}, so that no reply is delivered: start paligs worker."]


def _staff_warnings(urgent_failures: int) -> list[str]:
    if not urgent_failures:
        return []
    return [f"Staff may not know of {urgent_failures} urgent calls: their notifications failed, see Delivery."]


async def _check_database(transactions: Transactions, jobs: JobRunner) -> _DatabaseStatus:
    try:
        problems = await transactions.run(upgrade.revision_problems)
        await transactions.run(prove_writable)
        return await transactions.read(
            lambda connection: _DatabaseStatus(
                problems=problems,
                backlog=outbox.backlog(connection),
                workers=jobs.workers(connection),
                urgent_failures=len(undelivered_notifications.urgent_failures(connection)),
            )
        )
    except StorageError as exc:
        log.error("readiness.failed", error=type(exc).__name__, cause=str(exc))
        return _DatabaseStatus(problems=[str(exc)])
