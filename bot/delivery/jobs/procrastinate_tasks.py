"""What a worker does for Procrastinate: deliver to a talk, wake those whose time has come, free what is stuck."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from procrastinate import App, RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import Job, Status

from bot.delivery.jobs.interface import Deliver, FindDue, Maintenance

log = structlog.get_logger()

QUEUE_NAME: Final = "paligs"
DELIVER_TASK: Final = "paligs.deliver"
"""Jobs that wait in a database refer to it: it stays as it is."""

RETRY_STALLED_TASK: Final = "paligs.rescue"
EVERY_MINUTE_TASK: Final = "paligs.minute"
HIGH_PRIORITY: Final = 100
"""Ahead of all deliveries: a rescue that waits in the queue which it should free would be none."""

RETRY_AFTER_ERROR: Final = timedelta(seconds=2)
"""How long to leave a talk alone whose delivery raised what it should not."""


class WorkerTasks:
    """The tasks, on an app that is open; made anew for each connection to the database."""

    def __init__(
        self, app: App, deliver: Deliver, find_due: FindDue, maintenance: Maintenance, *, stalled_after_seconds: float
    ) -> None:
        self._app = app
        self._deliver, self._find_due, self._maintenance = deliver, find_due, maintenance
        self._stalled_after_seconds = stalled_after_seconds
        # Only what cannot be put off in `deliver` comes back by this: a stop that could not wait, a lost database.
        app.task(name=DELIVER_TASK, queue=QUEUE_NAME, retry=RetryStrategy(wait=1))(self.deliver)
        # No `lock` here: one that died in the middle would keep all later ones from running.
        rescue = app.task(
            name=RETRY_STALLED_TASK, queue=QUEUE_NAME, priority=HIGH_PRIORITY, queueing_lock=RETRY_STALLED_TASK
        )(self.retry_stalled)
        minute = app.task(
            name=EVERY_MINUTE_TASK, queue=QUEUE_NAME, priority=HIGH_PRIORITY, queueing_lock=EVERY_MINUTE_TASK
        )(self.every_minute)
        app.periodic(cron="* * * * * */5")(rescue)
        app.periodic(cron="* * * * *")(minute)

    async def deliver(self, talk: str) -> None:
        """Deliver to a talk, and see to it that somebody comes again when that is needed."""
        try:
            retry_at = await self._deliver(talk)
        except Exception:
            log.exception("delivery.broken", talk=talk)
            retry_at = datetime.now(UTC) + RETRY_AFTER_ERROR
        if retry_at is not None:
            await self._schedule(talk, retry_at)

    async def retry_stalled(self, timestamp: int) -> None:
        """Give back the jobs of workers that show no life any more."""
        del timestamp
        manager = self._app.job_manager
        for job in await manager.get_stalled_jobs(
            queue=QUEUE_NAME, seconds_since_heartbeat=self._stalled_after_seconds
        ):
            log.warning("job.stalled", task=job.task_name, job=job.id)
            await self._retry_job(job)

    async def every_minute(self, timestamp: int) -> None:
        """Look for talks that no job is left for, and do the chore."""
        del timestamp
        now = datetime.now(UTC)
        for talk in await self._find_due():
            await self._schedule(talk, now, "look")
        await self._maintenance()

    async def _schedule(self, conversation_id: str, at: datetime, reason: str | None = None) -> None:
        # Without a lock: a job that waits for its time would hold back all others of its lock.
        once = f"{conversation_id} {reason or at.isoformat()}"
        timer = self._app.configure_task(DELIVER_TASK, queue=QUEUE_NAME, schedule_at=at, queueing_lock=once)
        with suppress(AlreadyEnqueued):
            await timer.defer_async(talk=conversation_id)

    async def _retry_job(self, job: Job) -> None:
        manager = self._app.job_manager
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            # Another one with the same `queueing_lock` waits already.
            await manager.finish_job(job, Status.ABORTED, delete_job=True)
