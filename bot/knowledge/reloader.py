"""Keeps the knowledge up to date in a running program: polls for lessons, reloads files on demand; decides nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Final

import structlog
from sqlalchemy import Connection

from bot.concurrency.backoff import Backoff
from bot.concurrency.daemon_thread import run_in_daemon_thread
from bot.concurrency.periodic import PeriodicLoop
from bot.concurrency.task_set import TaskSet
from bot.database.transactions import Transactions
from bot.knowledge.live import LiveKnowledge, TrainedKnowledge
from bot.knowledge.training.process import StarvedTrainingError, TrainingError, TrainingProcess
from kb.loading.content_error import ContentError
from storage.curation import lessons
from storage.curation.lessons import LessonSet
from storage.errors import StorageError

log = structlog.get_logger()

POLL_INTERVAL_SECONDS: Final = 1.0
"""How often to poll for lessons taught in other processes."""
RETRY: Final = Backoff(first_seconds=30, max_seconds=900)
"""When to train again after a failure."""


class KnowledgeReloader:
    """One a process. Lessons are exact matches as soon as they are seen; training follows in a process beside this one.

    Lessons that arrive during a training are trained together in the next one. After a failed training the old model
    serves on, and it is tried again after a while, or with the next change.
    """

    def __init__(
        self,
        live: LiveKnowledge,
        transactions: Transactions,
        *,
        poll_interval: float = POLL_INTERVAL_SECONDS,
        on_training_ended: Callable[[bool], None] = lambda _: None,
        backoff: Backoff = RETRY,
    ) -> None:
        """`on_training_ended` is told whether each training succeeded."""
        self._live, self._transactions = live, transactions
        self._on_training_ended, self._backoff = on_training_ended, backoff
        self._poll_loop = PeriodicLoop(
            self._poll,
            interval_seconds=poll_interval,
            on_error=lambda exc: log.error("knowledge.lessons_failed", exc_info=exc),
        )
        # At the start too: lessons may have come while no process ran.
        self._training_loop = PeriodicLoop(self._train, interval_seconds=None, on_error=self._on_training_failed)
        self._reload_requested = self._database_unavailable = False
        self._failures = 0
        self._retry: asyncio.TimerHandle | None = None
        self._tasks = TaskSet()

    @property
    def training_failed(self) -> bool:
        """Whether the last training failed: the model in service is older than the lessons or the content."""
        return self._failures > 0

    def start(self) -> None:
        """Start polling."""
        self._tasks.start("lesson texts", asyncio.to_thread(self._live.prepare_for_lessons))
        self._tasks.start("lesson poll", self._poll_loop.run())
        self._tasks.start("training", self._training_loop.run())

    async def stop(self) -> None:
        """Stop polling; ends a training in progress."""
        if self._retry is not None:
            self._retry.cancel()
        await self._tasks.cancel()

    def poll_now(self) -> None:
        """Poll now: a lesson was taught in this process."""
        self._poll_loop.wake()

    def reload(self) -> None:
        """Reload the content files."""
        self._reload_requested = True
        self._training_loop.wake()

    async def _poll(self) -> None:
        """Apply lessons that were added or revoked since the last poll."""
        curriculum = await self._find_newer_lessons()
        if curriculum is None:
            return
        await asyncio.to_thread(self._live.apply_lessons, curriculum)
        log.info("knowledge.lessons_loaded", content=self._live.current.base.version, lessons=len(curriculum.stored))
        if self._live.needs_training:
            self._training_loop.wake()

    async def _train(self) -> None:
        reload_content, self._reload_requested = self._reload_requested, False
        if not reload_content and not self._live.needs_training:
            return
        try:
            await self._train_beside(reload_content=reload_content)
        except ContentError as exc:
            log.error("knowledge.content_invalid", problems=list(exc.problems), content=self._live.current.base.version)
            # Lessons that wait for a training do not need the new files.
            self._training_loop.wake()
        except Exception:
            self._reload_requested |= reload_content
            raise

    async def _train_beside(self, *, reload_content: bool) -> None:
        start = perf_counter()
        try:
            trained = await self._trained(reload_content=reload_content, idle=True)
        except StarvedTrainingError:
            log.warning("knowledge.training_starved", seconds=round(perf_counter() - start))
            trained = await self._trained(reload_content=reload_content, idle=False)
        await asyncio.to_thread(self._live.swap_in, trained)
        self._failures = 0
        self._on_training_ended(True)
        log.info(
            "knowledge.trained",
            content=trained.knowledge.base.version,
            entries=len(trained.knowledge.base.entries),
            seconds=round(perf_counter() - start, 2),
        )
        if self._live.needs_training:
            self._training_loop.wake()

    async def _trained(self, *, reload_content: bool, idle: bool) -> TrainedKnowledge:
        async with _running(self._live.start_training(reload_content=reload_content, idle=idle)) as process:
            log.info("knowledge.training_started", pid=process.pid)
            result = await run_in_daemon_thread(process.result)
            return await asyncio.to_thread(self._live.read_trained, result, process.request)

    def _on_training_failed(self, exc: Exception) -> None:
        self._failures += 1
        seconds = self._backoff.seconds(self._failures)
        # A failed process is told by its reason; anything else is a mistake in this one.
        log.error(
            "knowledge.training_failed",
            reason=exc.reason if isinstance(exc, TrainingError) else type(exc).__name__,
            content=self._live.current.base.version,
            retry_seconds=round(seconds),
            exc_info=None if isinstance(exc, TrainingError) else exc,
        )
        self._on_training_ended(False)
        self._retry = asyncio.get_running_loop().call_later(seconds, self._training_loop.wake)

    def _newer_lessons(self, connection: Connection) -> LessonSet | None:
        same = lessons.revision(connection) == self._live.lesson_set.revision
        return None if same else lessons.current_lessons(connection)

    async def _find_newer_lessons(self) -> LessonSet | None:
        """None if there are none; logs once that the database is away."""
        try:
            found = await self._transactions.read(self._newer_lessons)
        except StorageError as exc:
            if not self._database_unavailable:
                log.warning("knowledge.database_unavailable", error=type(exc).__name__)
            self._database_unavailable = True
            return None
        self._database_unavailable = False
        return found


@asynccontextmanager
async def _running(process: TrainingProcess) -> AsyncIterator[TrainingProcess]:
    """Its context, entered and left in a thread: a disk that is busy holds nobody up."""
    start = asyncio.ensure_future(asyncio.to_thread(process.__enter__))
    try:
        await asyncio.shield(start)
        yield process
    finally:
        # What is cancelled while it starts is ended once it has.
        await asyncio.wait([start])
        if not start.cancelled() and start.exception() is None:
            await asyncio.to_thread(process.__exit__, None, None, None)
