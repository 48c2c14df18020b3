"""What a worker does for Procrastinate: deliver to a talk, wake those whose time has come, free what is stuck."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from procrastinate import App, RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import Job, Status

from bot.delivery.jobs.interface import Chore, Deliver, Due

log = structlog.get_logger()

QUEUE: Final = "paligs"
DELIVER: Final = "paligs.deliver"
"""Jobs that wait in a database refer to it: it stays as it is."""

RESCUE: Final = "paligs.rescue"
MINUTE: Final = "paligs.minute"
FIRST: Final = 100
"""Ahead of all deliveries: a rescue that waits in the queue which it should free would be none."""

BROKEN: Final = timedelta(seconds=2)
"""How long to leave a talk alone whose delivery raised what it should not."""


class Work:
    """The tasks, on an app that is open; made anew for each connection to the database."""

    def __init__(self, app: App, deliver: Deliver, due: Due, chore: Chore, *, stalled: float) -> None:
        self._app = app
        self._deliver, self._due, self._chore = deliver, due, chore
        self._stalled = stalled
        # Only what cannot be put off in `deliver` comes back by this: a stop that could not wait, a lost database.
        app.task(name=DELIVER, queue=QUEUE, retry=RetryStrategy(wait=1))(self.deliver)
        # No `lock` here: one that died in the middle would keep all later ones from running.
        rescue = app.task(name=RESCUE, queue=QUEUE, priority=FIRST, queueing_lock=RESCUE)(self.rescue)
        minute = app.task(name=MINUTE, queue=QUEUE, priority=FIRST, queueing_lock=MINUTE)(self.minute)
        app.periodic(cron="* * * * * */5")(rescue)
        app.periodic(cron="* * * * *")(minute)

    async def deliver(self, talk: str) -> None:
        """Deliver to a talk, and see to it that somebody comes again when that is needed."""
        try:
            again = await self._deliver(talk)
        except Exception:
            log.exception("delivery.broken", talk=talk)
            again = datetime.now(UTC) + BROKEN
        if again is not None:
            await self._wake(talk, again)

    async def rescue(self, timestamp: int) -> None:
        """Give back the jobs of workers that show no life any more."""
        del timestamp
        manager = self._app.job_manager
        for job in await manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=self._stalled):
            log.warning("job.stalled", task=job.task_name, job=job.id)
            await self._give_back(job)

    async def minute(self, timestamp: int) -> None:
        """Look for talks that no job is left for, and do the chore."""
        del timestamp
        now = datetime.now(UTC)
        for talk in await self._due():
            await self._wake(talk, now, "look")
        await self._chore()

    async def _wake(self, talk: str, at: datetime, reason: str | None = None) -> None:
        # Without a lock: a job that waits for its time would hold back all others of its lock.
        once = f"{talk} {reason or at.isoformat()}"
        timer = self._app.configure_task(DELIVER, queue=QUEUE, schedule_at=at, queueing_lock=once)
        with suppress(AlreadyEnqueued):
            await timer.defer_async(talk=talk)

    async def _give_back(self, job: Job) -> None:
        manager = self._app.job_manager
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            # Another one with the same `queueing_lock` waits already.
            await manager.finish_job(job, Status.ABORTED, delete_job=True)
