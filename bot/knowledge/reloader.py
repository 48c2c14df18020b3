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
from storage.curation.lessons import Curriculum
from storage.database import engine
from storage.errors import StorageError

log = structlog.get_logger()

Result = TypeVar("Result")

LOOK_EVERY: Final = 1.0
"""Seconds between two looks at whether somebody taught something in another process."""


class Relearner:
    """One a process. Lessons count word for word as soon as they are seen; learning from them follows, in a thread.

    A thread and not a process of its own: answering gets slower by some milliseconds meanwhile (docs/teaching.md),
    a process would take its memory a second time, and what it learned would have to come back in one long stall.
    """

    def __init__(
        self, live: LiveKnowledge, database: Engine, threads: ThreadPoolExecutor, *, every: float = LOOK_EVERY
    ) -> None:
        self._live, self._database, self._threads, self._every = live, database, threads, every
        self._to_look, self._to_learn = asyncio.Event(), asyncio.Event()
        self._to_reread = self._away = False
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Look from now on."""
        self._tasks = [
            asyncio.create_task(self._listening(), name="hearing lessons"),
            asyncio.create_task(self._learning(), name="learning lessons"),
        ]

    async def stop(self) -> None:
        """Look no more; what is being learned is thrown away."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def look(self) -> None:
        """Somebody taught something in this very process: look now."""
        self._to_look.set()

    def reread(self) -> None:
        """The content files may have changed."""
        self._to_reread = True
        self._to_learn.set()

    async def _listening(self) -> None:
        while True:
            self._to_look.clear()
            try:
                await self._listen()
            except Exception:
                log.exception("knowledge.not_heard")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._to_look.wait(), self._every)

    async def _listen(self) -> None:
        """Go by what was taught or taken back since the last look."""
        curriculum = await self._stored(self._newer)
        if curriculum is None:
            return
        await asyncio.to_thread(self._live.hear, curriculum)
        log.info("knowledge.taught", content=self._live.current.base.version, lessons=len(curriculum.taught))
        if self._live.has_to_learn:
            self._to_learn.set()

    async def _learning(self) -> None:
        while True:
            await self._to_learn.wait()
            self._to_learn.clear()
            try:
                await self._learn()
            except Exception:
                # The old knowledge serves on; the next change is tried again.
                log.exception("knowledge.not_learned")

    async def _learn(self) -> None:
        filed = await self._filed()
        if filed is None and not self._live.has_to_learn:
            return
        start = perf_counter()
        studied = await asyncio.to_thread(self._live.study, filed)
        await asyncio.to_thread(self._live.adopt, studied)
        log.info(
            "knowledge.learned",
            content=studied.known.base.version,
            entries=len(studied.known.base.entries),
            seconds=round(perf_counter() - start, 2),
        )

    def _newer(self, connection: Connection) -> Curriculum | None:
        same = lessons.revision(connection) == self._live.curriculum.revision
        return None if same else lessons.current(connection)

    async def _stored(self, question: Callable[[Connection], Result | None]) -> Result | None:
        def ask() -> Result | None:
            with engine.reading(self._database) as connection:
                return question(connection)

        try:
            found = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        except StorageError as exc:
            if not self._away:
                log.warning("knowledge.not_looked_up", error=type(exc).__name__)
            self._away = True
            return None
        self._away = False
        return found

    async def _filed(self) -> KnowledgeBase | None:
        """What stands in the files, if they were to be read again and are whole."""
        if not self._to_reread:
            return None
        self._to_reread = False
        try:
            return await asyncio.to_thread(self._live.reread)
        except ContentError as exc:
            log.error("knowledge.refused", problems=list(exc.problems), content=self._live.current.base.version)
            return None
