"""Whether the program is alive, and whether it can take messages; says nothing of people."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlalchemy import Engine

from bot.delivery.jobs.interface import Jobs, Workers
from bot.observability.metrics import waited
from storage.database import engine
from storage.delivery import outbox
from storage.delivery.outbox import Backlog
from storage.errors import StorageError
from storage.migrations import upgrade

NOTHING: Final = Backlog(waiting=0, oldest=None)
NOBODY: Final = Workers(alive=0, seconds=None)


@dataclass(frozen=True, kw_only=True)
class _Found:
    """What a look into the database brought; `faults` where it could not."""

    faults: list[str]
    backlog: Backlog = NOTHING
    workers: Workers = NOBODY


def health_routes(
    database: Engine,
    threads: ThreadPoolExecutor,
    content_version: Callable[[], str],
    clock: Callable[[], datetime],
    jobs: Jobs,
) -> Iterable[web.AbstractRouteDef]:
    """GET /healthz: 200 while the process and what it runs are alive, else 503: a restart helps.

    GET /readyz: 200 while a message that comes in can be kept, else 503. Where nobody delivers elsewhere it is
    "degraded", and still 200: what is stored is answered when a worker is back, what is turned away may be lost.
    """

    async def healthz(_request: web.Request) -> web.Response:
        faults = jobs.faults()
        found = {"status": "not alive", "faults": faults} if faults else {"status": "alive"}
        return web.json_response(found, status=503 if faults else 200)

    async def readyz(_request: web.Request) -> web.Response:
        found = await asyncio.get_running_loop().run_in_executor(threads, _look, database, jobs)
        faults = [*jobs.faults(), *found.faults]
        warnings = [] if faults else _warnings(found.workers)
        answer = {
            "status": "not ready" if faults else "degraded" if warnings else "ready",
            "faults": faults,
            "warnings": warnings,
            "content": content_version(),
            "workers": found.workers.alive,
            "heartbeat_seconds": None if found.workers.seconds is None else round(found.workers.seconds, 1),
            "replies_waiting": found.backlog.waiting,
            "oldest_reply_seconds": round(waited(found.backlog, clock()), 1),
        }
        return web.json_response(answer, status=503 if faults else 200)

    return (web.get("/healthz", healthz), web.get("/readyz", readyz))


def _warnings(workers: Workers) -> list[str]:
    if workers.alive:
        return []
    since = "" if workers.seconds is None else f" for {workers.seconds:.0f} s"
    return [f"No worker has given a sign of life{since}, so that no reply is delivered: start paligs worker."]


def _look(database: Engine, jobs: Jobs) -> _Found:
    try:
        faults = upgrade.outdated(database)
        with engine.reading(database) as connection:
            return _Found(faults=faults, backlog=outbox.backlog(connection), workers=jobs.workers(connection))
    except StorageError as exc:
        return _Found(faults=[str(exc)])
