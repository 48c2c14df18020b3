"""Whether the program is alive, and whether it can take messages; says nothing of people."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from aiohttp import web
from sqlalchemy import Engine

from bot.metrics import waited
from storage import engine, migrate, outbox
from storage.errors import StorageError
from storage.outbox import Backlog


def health_routes(
    database: Engine, threads: ThreadPoolExecutor, content_version: str, clock: Callable[[], datetime]
) -> Iterable[web.AbstractRouteDef]:
    """GET /healthz: 200 while the process answers. GET /readyz: 200 while the database is up to date, else 503."""

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def readyz(_request: web.Request) -> web.Response:
        faults, backlog = await asyncio.get_running_loop().run_in_executor(threads, _look, database)
        found = {
            "status": "ready" if not faults else "not ready",
            "faults": faults,
            "content": content_version,
            "replies_waiting": backlog.waiting,
            "oldest_reply_seconds": round(waited(backlog, clock()), 1),
        }
        return web.json_response(found, status=503 if faults else 200)

    return (web.get("/healthz", healthz), web.get("/readyz", readyz))


def _look(database: Engine) -> tuple[list[str], Backlog]:
    try:
        faults = migrate.check(database)
        with engine.reading(database) as connection:
            return faults, outbox.backlog(connection)
    except StorageError as exc:
        return [str(exc)], Backlog(waiting=0, oldest=None)
