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
from bot.delivery.jobs.interface import Chore, Deliver, Due, Workers
from bot.delivery.jobs.procrastinate_tasks import DELIVER, QUEUE, Work
from storage.database import pg_notify
from storage.database.engine import driver_arguments
from storage.delivery.outbox import Outgoing
from storage.errors import SchemaError, StorageError, UnavailableError

log = structlog.get_logger()

AT_ONCE: Final = 16
"""Talks that one worker delivers to at the same time."""

POLL_SECONDS: Final = 0.2
"""How long a timer, or a job whose lock was taken, may wait unnoticed: nobody notifies of these."""

GRACE_SECONDS: Final = 12.0
"""What may run on after a stop; longer jobs are given back. All of it has to be over within 20 s."""

LAST_SECONDS: Final = 3.0
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
    due: Due
    chore: Chore
    heartbeat: float = 5.0
    watched: str | None = None
    _deferring: App = field(default_factory=lambda: App(connector=SyncPsycopgConnector()), init=False)
    _worker: asyncio.Task[None] | None = field(default=None, init=False)

    def queue(self, connection: Connection, talk: str) -> None:
        """One job a turn, committed or rolled back with it; those of a talk run one after the other."""
        driver = connection.connection.driver_connection
        job = self._deferring.configure_task(DELIVER, queue=QUEUE, lock=talk, connection=driver)
        try:
            job.defer(talk=talk)
        except ConnectorException as exc:
            raise _explained(exc) from exc
        if self.watched is not None:
            pg_notify.tell(connection, talk, self.watched)

    @property
    def at_hand(self) -> bool:
        """No: who decides and who sends are different processes."""
        return False

    def submit(self, talk: str, claimed: Outgoing | None = None) -> None:
        """Nothing: PostgreSQL notified the workers when the transaction was committed."""

    def start(self) -> None:
        """Work until told to stop."""
        self._worker = asyncio.create_task(self._work(), name="procrastinate")

    async def stop(self) -> None:
        """Fetch nothing new; what does not end within GRACE_SECONDS is left to another worker."""
        if self._worker is None:
            return
        self._worker.cancel()
        _, running = await asyncio.wait({self._worker}, timeout=GRACE_SECONDS + LAST_SECONDS)
        for worker in running:
            log.warning("worker.abandoned")
            worker.cancel()

    def faults(self) -> list[str]:
        """None that a restart of this process would mend: a web process runs nothing, a worker comes back by itself."""
        return []

    def workers(self, connection: Connection) -> Workers:
        """Those whose sign of life is fresh enough for their jobs to be left to them."""
        return procrastinate_schema.workers(connection, stalled=timedelta(seconds=self._stalled))

    async def _work(self) -> None:
        while True:
            try:
                await self._work_once()
            except Exception:
                log.exception("worker.broken")
            await asyncio.sleep(RESTART_SECONDS)

    async def _work_once(self) -> None:
        # A new app each time: a pool that could not be opened is of no use any more.
        app = App(
            connector=PsycopgConnector(kwargs=driver_arguments(self.database), min_size=1, max_size=4, timeout=10)
        )
        Work(app, self.deliver, self.due, self.chore, stalled=self._stalled)
        async with app.open_async():
            await app.run_worker_async(
                queues=[QUEUE],
                name="paligs",
                concurrency=AT_ONCE,
                fetch_job_polling_interval=POLL_SECONDS,
                shutdown_graceful_timeout=GRACE_SECONDS,
                delete_jobs="always",
                install_signal_handlers=False,
                update_heartbeat_interval=self.heartbeat,
                stalled_worker_timeout=self._stalled,
            )

    @property
    def _stalled(self) -> float:
        return 4 * self.heartbeat


def _explained(exc: ConnectorException) -> StorageError:
    cause = exc.__cause__
    if isinstance(cause, UndefinedFunction | UndefinedObject | UndefinedTable):
        return SchemaError()
    return UnavailableError() if isinstance(cause, OperationalError) else StorageError()
