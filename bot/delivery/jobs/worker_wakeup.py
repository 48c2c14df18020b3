"""Wakes the workers once a job is committed; several jobs at once by one notification.

PostgreSQL lets no two transactions that notify commit at the same time: each waits until the log of the one before is
on the disk. So the transaction of a message notifies nobody (procrastinate_schema); a transaction of its own that
changes nothing does, and that waits for no disk. A wake-up that is lost costs no job and little time: workers look for
jobs by themselves, every procrastinate.POLL_SECONDS.
"""

import asyncio
import json
from typing import Final

import structlog
from procrastinate.manager import get_channel_for_queues
from psycopg import AsyncConnection, OperationalError
from sqlalchemy import Engine

from bot.concurrency.periodic import PeriodicLoop
from bot.concurrency.task_set import TaskSet
from bot.delivery.jobs.procrastinate_tasks import QUEUE_NAME
from storage.database.engine import driver_arguments

log = structlog.get_logger()

TIMEOUT_SECONDS: Final = 2.0
"""For connecting, and for notifying."""

_CHANNELS: Final = get_channel_for_queues(queues=[QUEUE_NAME])
_PAYLOAD: Final = json.dumps({"type": "job_inserted", "job_id": 0})
"""As Procrastinate's own; workers do not ask which job it is."""


class WorkerWakeup:
    """A connection of its own, opened when it is first needed, and opened again when lost."""

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._loop = PeriodicLoop(self._notify, interval_seconds=None, on_error=_log_failure, run_at_start=False)
        self._tasks = TaskSet()
        self._connection: AsyncConnection | None = None

    def wake(self) -> None:
        """Wake the workers soon; what comes meanwhile goes along. Call in the event loop, after the commit."""
        if not self._tasks:
            self._tasks.start("worker wake-up", self._run())
        self._loop.wake()

    async def stop(self) -> None:
        """Wake nobody any more."""
        await self._tasks.cancel()

    async def _run(self) -> None:
        try:
            await self._loop.run()
        finally:
            await self._disconnect()

    async def _notify(self) -> None:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                if self._connection is None:
                    arguments = driver_arguments(self._database)
                    self._connection = await AsyncConnection.connect(**arguments, autocommit=True)
                for channel in _CHANNELS:
                    await self._connection.execute("SELECT pg_notify(%s, %s)", (channel, _PAYLOAD))
        except (OperationalError, TimeoutError):
            await self._disconnect()
            raise

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


def _log_failure(exc: Exception) -> None:
    log.warning("worker_wakeup.failed", error=type(exc).__name__)
