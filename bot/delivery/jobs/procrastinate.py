"""Jobs on many machines: queued in PostgreSQL by Procrastinate, within the caller's transaction."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import structlog
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import ConnectorException
from psycopg import OperationalError
from psycopg.errors import UndefinedFunction, UndefinedObject, UndefinedTable
from sqlalchemy import Connection, Engine

from bot.concurrency.periodic import PeriodicLoop
from bot.concurrency.task_set import TaskSet
from bot.delivery.jobs import procrastinate_schema
from bot.delivery.jobs.interface import Deliver, FindDue, Maintenance, Workers
from bot.delivery.jobs.procrastinate_tasks import DELIVER_TASK, QUEUE_NAME, WorkerTasks
from bot.delivery.jobs.worker_wakeup import WorkerWakeup
from storage.database import pg_notify
from storage.database.engine import driver_arguments
from storage.delivery.outbox import OutgoingReply
from storage.errors import SchemaError, StorageError, UnavailableError

log = structlog.get_logger()

CONCURRENCY: Final = 16
"""Conversations that one worker delivers to concurrently."""

POLL_SECONDS: Final = 0.2
"""How long a scheduled job, one whose lock was held, or one whose wake-up was lost may wait unnoticed."""

SHUTDOWN_GRACE_SECONDS: Final = 12.0
"""How long deliveries may finish after a stop; longer jobs are released. The whole shutdown has to end within 20 s."""

DISCONNECT_GRACE_SECONDS: Final = 3.0
"""For closing the connection to a database that may not answer."""

RESTART_SECONDS: Final = 1.0
"""Between two attempts while the database is away."""


@dataclass(kw_only=True)
class ProcrastinateJobs:
    """The job interface for `paligs web` (never started) and `paligs worker`.

    A worker that missed four heartbeats is considered dead, and its jobs are released. `notified_channel` is the one
    whose pages are served by other processes: these are notified (storage.database.pg_notify).
    """

    database: Engine
    deliver: Deliver
    find_due: FindDue
    maintenance: Maintenance
    heartbeat_seconds: float = 5.0
    notified_channel: str | None = None
    _deferring_app: App = field(default_factory=lambda: App(connector=SyncPsycopgConnector()), init=False)
    _tasks: TaskSet = field(default_factory=TaskSet, init=False)
    _wakeup: WorkerWakeup = field(init=False)

    def __post_init__(self) -> None:
        self._wakeup = WorkerWakeup(self.database)

    def queue(self, connection: Connection, conversation_id: str) -> None:
        """One job a turn, in the caller's transaction; jobs of a conversation run one after the other."""
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
        """No: the deciding and the sending process differ."""
        return False

    def submit(self, conversation_id: str, claimed: OutgoingReply | None = None) -> None:  # noqa: ARG002
        """Wake the workers: the job is committed."""
        self._wakeup.wake()

    def start(self) -> None:
        """Work until stopped."""
        worker = PeriodicLoop(
            self._run_worker,
            interval_seconds=RESTART_SECONDS,
            on_error=lambda exc: log.error("worker.error", exc_info=exc),
        )
        self._tasks.start("procrastinate", worker.run())

    async def stop(self) -> None:
        """Fetch nothing new; what does not end within SHUTDOWN_GRACE_SECONDS is left to another worker."""
        await self._wakeup.stop()
        await self._tasks.cancel(SHUTDOWN_GRACE_SECONDS + DISCONNECT_GRACE_SECONDS)
        if self._tasks:
            log.warning("worker.cancelled_at_shutdown")
            # A second cancellation ends it without waiting for its deliveries.
            await self._tasks.cancel(0)

    def problems(self) -> list[str]:
        """None that a restart would fix: a web process runs no jobs, a worker reconnects by itself."""
        return []

    def workers(self, connection: Connection) -> Workers:
        """Workers whose heartbeat is recent enough to keep their jobs."""
        return procrastinate_schema.read_workers(
            connection, stalled_after=timedelta(seconds=self._stalled_after_seconds)
        )

    async def _run_worker(self) -> None:
        # A new app each time: a pool that failed to open cannot be reused.
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
