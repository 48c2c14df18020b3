"""Keeps the knowledge up to date while the program runs: hears lessons, rereads files when told; decides nothing."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import perf_counter
from typing import Final, TypeVar

import structlog
from sqlalchemy import Connection, Engine

from bot.knowledge.live import LiveKnowledge
from kb.loading.loader import ContentError
from kb.model import KnowledgeBase
from storage.curation import lessons
from storage.curation.lessons import LessonSet
from storage.database import engine
from storage.errors import StorageError

log = structlog.get_logger()

Result = TypeVar("Result")

POLL_INTERVAL_SECONDS: Final = 1.0
"""Seconds between two looks at whether somebody taught something in another process."""


class KnowledgeReloader:
    """One a process. Lessons count word for word as soon as they are seen; learning from them follows, in a thread.

    A thread and not a process of its own: answering gets slower by some milliseconds meanwhile (docs/teaching.md),
    a process would take its memory a second time, and what it learned would have to come back in one long stall.
    """

    def __init__(
        self,
        live: LiveKnowledge,
        database: Engine,
        threads: ThreadPoolExecutor,
        *,
        poll_interval: float = POLL_INTERVAL_SECONDS,
    ) -> None:
        self._live, self._database, self._threads, self._poll_interval = live, database, threads, poll_interval
        self._poll_requested, self._training_requested = asyncio.Event(), asyncio.Event()
        self._reload_requested = self._database_unavailable = False
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Look from now on."""
        self._tasks = [
            asyncio.create_task(self._poll_loop(), name="hearing lessons"),
            asyncio.create_task(self._train_loop(), name="learning lessons"),
        ]

    async def stop(self) -> None:
        """Look no more; what is being learned is thrown away."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def poll_now(self) -> None:
        """Somebody taught something in this very process: look now."""
        self._poll_requested.set()

    def reload(self) -> None:
        """The content files may have changed."""
        self._reload_requested = True
        self._training_requested.set()

    async def _poll_loop(self) -> None:
        while True:
            self._poll_requested.clear()
            try:
                await self._poll()
            except Exception:
                log.exception("knowledge.not_heard")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._poll_requested.wait(), self._poll_interval)

    async def _poll(self) -> None:
        """Go by what was taught or taken back since the last look."""
        curriculum = await self._query(self._newer_lessons)
        if curriculum is None:
            return
        await asyncio.to_thread(self._live.apply_lessons, curriculum)
        log.info("knowledge.taught", content=self._live.current.base.version, lessons=len(curriculum.stored))
        if self._live.needs_training:
            self._training_requested.set()

    async def _train_loop(self) -> None:
        while True:
            await self._training_requested.wait()
            self._training_requested.clear()
            try:
                await self._train()
            except Exception:
                # The old knowledge serves on; the next change is tried again.
                log.exception("knowledge.not_learned")

    async def _train(self) -> None:
        released_content = await self._reloaded_content()
        if released_content is None and not self._live.needs_training:
            return
        start = perf_counter()
        trained = await asyncio.to_thread(self._live.train, released_content)
        await asyncio.to_thread(self._live.swap_in, trained)
        log.info(
            "knowledge.learned",
            content=trained.knowledge.base.version,
            entries=len(trained.knowledge.base.entries),
            seconds=round(perf_counter() - start, 2),
        )

    def _newer_lessons(self, connection: Connection) -> LessonSet | None:
        same = lessons.revision(connection) == self._live.lesson_set.revision
        return None if same else lessons.current_lessons(connection)

    async def _query(self, query: Callable[[Connection], Result | None]) -> Result | None:
        def ask() -> Result | None:
            with engine.read_transaction(self._database) as connection:
                return query(connection)

        try:
            found = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        except StorageError as exc:
            if not self._database_unavailable:
                log.warning("knowledge.not_looked_up", error=type(exc).__name__)
            self._database_unavailable = True
            return None
        self._database_unavailable = False
        return found

    async def _reloaded_content(self) -> KnowledgeBase | None:
        """What stands in the files, if they were to be read again and are whole."""
        if not self._reload_requested:
            return None
        self._reload_requested = False
        try:
            return await asyncio.to_thread(self._live.reload_content)
        except ContentError as exc:
            log.error("knowledge.refused", problems=list(exc.problems), content=self._live.current.base.version)
            return None
