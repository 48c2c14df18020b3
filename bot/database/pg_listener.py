"""Listens to PostgreSQL for changed conversations, so that open pages of this process refresh at once."""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog
from psycopg import AsyncConnection
from sqlalchemy import Engine

from bot.concurrency.periodic import PeriodicLoop
from bot.concurrency.task_set import TaskSet
from storage.database import engine, pg_notify

log = structlog.get_logger()

OnChange = Callable[[str | None], None]
"""Called with the fingerprint of a changed conversation (see storage.database.pg_notify); None: any may have
changed."""

KEEPALIVE_SECONDS: Final = 20.0
"""A silent connection is tested after this: one that a firewall dropped looks the same."""

CONNECT_TIMEOUT_SECONDS: Final = 10.0
RETRY_SECONDS: Final = 1.0
"""Between two attempts while the database is away."""


class PgListener:
    """A connection of its own, reopened when lost; then every page refreshes, as notifications may have been missed."""

    def __init__(self, database: Engine, on_change: OnChange) -> None:
        self._database, self._on_change = database, on_change
        self._loop = PeriodicLoop(self._listen, interval_seconds=RETRY_SECONDS, on_error=_log_disconnection)
        self._tasks = TaskSet()

    def start(self) -> None:
        """Start to listen."""
        self._tasks.start("pg listener", self._loop.run())

    async def stop(self) -> None:
        """Stop listening."""
        await self._tasks.cancel()

    async def _listen(self) -> None:
        async with asyncio.timeout(CONNECT_TIMEOUT_SECONDS):
            connection = await AsyncConnection.connect(**engine.driver_arguments(self._database), autocommit=True)
        async with connection:
            await connection.execute(f"LISTEN {pg_notify.CHANNEL}")
            self._on_change(None)
            while True:
                async for notice in connection.notifies(timeout=KEEPALIVE_SECONDS):
                    self._on_change(notice.payload)
                async with asyncio.timeout(CONNECT_TIMEOUT_SECONDS):
                    await connection.execute("SELECT 1")


def _log_disconnection(exc: Exception) -> None:
    log.warning("pg_listener.disconnected", error=type(exc).__name__)
