"""Jobs on many machines: queued in PostgreSQL by Procrastinate, within the transaction that made them necessary."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import structlog
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import ConnectorException
from psycopg import OperationalError
from psycopg.errors import UndefinedFunction, UndefinedObject, UndefinedTable
from sqlalchemy import Connection, Engine

from bot.delivery.jobs import procrastinate_schema
from bot.delivery.jobs.interface import Deliver, FindDue, Maintenance, Workers
from bot.delivery.jobs.procrastinate_tasks import DELIVER_TASK, QUEUE_NAME, WorkerTasks
from storage.database import pg_notify
from storage.database.engine import driver_arguments
from storage.delivery.outbox import OutgoingReply
from storage.errors import SchemaError, StorageError, UnavailableError

log = structlog.get_logger()

CONCURRENCY: Final = 16
"""Talks that one worker delivers to at the same time."""

POLL_SECONDS: Final = 0.2
"""How long a timer, or a job whose lock was taken, may wait unnoticed: nobody notifies of these."""

SHUTDOWN_GRACE_SECONDS: Final = 12.0
"""What may run on after a stop; longer jobs are given back. All of it has to be over within 20 s."""

DISCONNECT_GRACE_SECONDS: Final = 3.0
"""For saying goodbye to a database that may not answer."""

RESTART_SECONDS: Final = 1.0
"""Between two attempts to work while the database is away."""


@dataclass(kw_only=True)
class ProcrastinateJobs:
    """The port for `paligs web` (never started) and `paligs worker`.

    `heartbeat` is in seconds; a worker that missed four is taken for dead, and its jobs are given to others. `watched`
    is the channel whose pages hang on other processes than the one that decides: those are told
    (storage.database.pg_notify).
    """

    database: Engine
    deliver: Deliver
    find_due: FindDue
    maintenance: Maintenance
    heartbeat_seconds: float = 5.0
    notified_channel: str | None = None
    _deferring_app: App = field(default_factory=lambda: App(connector=SyncPsycopgConnector()), init=False)
    _worker_task: asyncio.Task[None] | None = field(default=None, init=False)

    def queue(self, connection: Connection, conversation_id: str) -> None:
        """One job a turn, committed or rolled back with it; those of a talk run one after the other."""
        driver = connection.connection.driver_connection
        job = self._deferring_app.configure_task(
            DELIVER_TASK, queue=QUEUE_NAME, lock=conversation_id, connection=driver
        )
        try:
            job.defer(talk=conversation_id)
        except ConnectorException as exc:
            raise _translate_error(exc) from exc
        if self.notified_channel is not None:
            pg_notify.notify(connection, conversation_id, self.notified_channel)

    @property
    def sends_in_process(self) -> bool:
        """No: who decides and who sends are different processes."""
        return False

    def submit(self, conversation_id: str, claimed: OutgoingReply | None = None) -> None:
        """Nothing: PostgreSQL notified the workers when the transaction was committed."""

    def start(self) -> None:
        """Work until told to stop."""
        self._worker_task = asyncio.create_task(self._run_worker(), name="procrastinate")

    async def stop(self) -> None:
        """Fetch nothing new; what does not end within GRACE_SECONDS is left to another worker."""
        if self._worker_task is None:
            return
        self._worker_task.cancel()
        _, running = await asyncio.wait({self._worker_task}, timeout=SHUTDOWN_GRACE_SECONDS + DISCONNECT_GRACE_SECONDS)
        for worker in running:
            log.warning("worker.abandoned")
            worker.cancel()

    def problems(self) -> list[str]:
        """None that a restart of this process would mend: a web process runs nothing, a worker comes back by itself."""
        return []

    def workers(self, connection: Connection) -> Workers:
        """Those whose sign of life is fresh enough for their jobs to be left to them."""
        return procrastinate_schema.read_workers(
            connection, stalled_after=timedelta(seconds=self._stalled_after_seconds)
        )

    async def _run_worker(self) -> None:
        while True:
            try:
                await self._run_worker_once()
            except Exception:
                log.exception("worker.broken")
            await asyncio.sleep(RESTART_SECONDS)

    async def _run_worker_once(self) -> None:
        # A new app each time: a pool that could not be opened is of no use any more.
        app = App(
            connector=PsycopgConnector(kwargs=driver_arguments(self.database), min_size=1, max_size=4, timeout=10)
        )
        WorkerTasks(
            app, self.deliver, self.find_due, self.maintenance, stalled_after_seconds=self._stalled_after_seconds
        )
        async with app.open_async():
            await app.run_worker_async(
                queues=[QUEUE_NAME],
                name="paligs",
                concurrency=CONCURRENCY,
                fetch_job_polling_interval=POLL_SECONDS,
                shutdown_graceful_timeout=SHUTDOWN_GRACE_SECONDS,
                delete_jobs="always",
                install_signal_handlers=False,
                update_heartbeat_interval=self.heartbeat_seconds,
                stalled_worker_timeout=self._stalled_after_seconds,
            )

    @property
    def _stalled_after_seconds(self) -> float:
        return 4 * self.heartbeat_seconds


def _translate_error(exc: ConnectorException) -> StorageError:
    cause = exc.__cause__
    if isinstance(cause, UndefinedFunction | UndefinedObject | UndefinedTable):
        return SchemaError()
    return UnavailableError() if isinstance(cause, OperationalError) else StorageError()
