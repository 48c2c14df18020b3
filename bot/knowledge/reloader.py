"""Keeps the knowledge up to date in a running program: polls for lessons, reloads files on demand; decides nothing."""

import asyncio
from time import perf_counter
from typing import Final

import structlog
from sqlalchemy import Connection

from bot.concurrency.periodic import PeriodicLoop
from bot.concurrency.task_set import TaskSet
from bot.database.transactions import Transactions
from bot.knowledge.live import LiveKnowledge
from kb.loading.loader import ContentError
from kb.model import KnowledgeBase
from storage.curation import lessons
from storage.curation.lessons import LessonSet
from storage.errors import StorageError

log = structlog.get_logger()

POLL_INTERVAL_SECONDS: Final = 1.0
"""How often to poll for lessons taught in other processes."""


class KnowledgeReloader:
    """One a process. Lessons are exact matches as soon as they are seen; training follows in a thread.

    A thread, not a process: answers become slower by some milliseconds (docs/teaching.md), while a process would need
    its memory twice, and transferring the model would stall everything.
    """

    def __init__(
        self,
        live: LiveKnowledge,
        transactions: Transactions,
        *,
        poll_interval: float = POLL_INTERVAL_SECONDS,
    ) -> None:
        self._live, self._transactions = live, transactions
        self._poll_loop = PeriodicLoop(
            self._poll,
            interval_seconds=poll_interval,
            on_error=lambda exc: log.error("knowledge.lessons_failed", exc_info=exc),
        )
        # After an error the old knowledge stays in service; the next change is tried again.
        self._training_loop = PeriodicLoop(
            self._train,
            interval_seconds=None,
            on_error=lambda exc: log.error("knowledge.training_failed", exc_info=exc),
            run_at_start=False,
        )
        self._reload_requested = self._database_unavailable = False
        self._tasks = TaskSet()

    def start(self) -> None:
        """Start polling."""
        self._tasks.start("lesson poll", self._poll_loop.run())
        self._tasks.start("training", self._training_loop.run())

    async def stop(self) -> None:
        """Stop polling; discards a training in progress."""
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
        released_content = await self._reloaded_content()
        if released_content is None and not self._live.needs_training:
            return
        start = perf_counter()
        trained = await asyncio.to_thread(self._live.train, released_content)
        await asyncio.to_thread(self._live.swap_in, trained)
        log.info(
            "knowledge.trained",
            content=trained.knowledge.base.version,
            entries=len(trained.knowledge.base.entries),
            seconds=round(perf_counter() - start, 2),
        )

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

    async def _reloaded_content(self) -> KnowledgeBase | None:
        """The reloaded content, if a reload was requested and the content is valid."""
        if not self._reload_requested:
            return None
        self._reload_requested = False
        try:
            return await asyncio.to_thread(self._live.reload_content)
        except ContentError as exc:
            log.error("knowledge.content_invalid", problems=list(exc.problems), content=self._live.current.base.version)
            return None
