"""Hears from PostgreSQL which talks have something new, so that the open pages of this process show it at once."""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog
from psycopg import AsyncConnection, Error
from sqlalchemy import Engine

from storage.database import engine, pg_notify

log = structlog.get_logger()

OnChange = Callable[[str | None], None]
"""Is told the mark of a talk that has something new (see storage.database.pg_notify); None: any may have."""

KEEPALIVE_SECONDS: Final = 20.0
"""After so long without news the connection is tried: one that a firewall has dropped looks like a quiet one."""

CONNECT_TIMEOUT_SECONDS: Final = 10.0
RETRY_SECONDS: Final = 1.0
"""Between two attempts to listen while the database is away."""


class PgListener:
    """One connection of its own, made again when it is lost; then every page looks, for what was missed."""

    def __init__(self, database: Engine, on_change: OnChange) -> None:
        self._database, self._on_change = database, on_change
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen."""
        self._task = asyncio.create_task(self._listen(), name="listen for news")

    async def stop(self) -> None:
        """Listen no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except (Error, OSError, TimeoutError) as exc:
                log.warning("news.lost", error=type(exc).__name__)
            await asyncio.sleep(RETRY_SECONDS)

    async def _listen_once(self) -> None:
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
