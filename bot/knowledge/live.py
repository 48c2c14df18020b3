"""Holds the current knowledge while lessons and content change: always complete, swapped atomically; decides
nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from time import sleep
from typing import Final

import structlog

from bot.knowledge.content_cache import cached_or_load, content_path
from bot.knowledge.factory import cached_knowledge, frozen_gc, train_knowledge
from bot.knowledge.memory import keep_heap_compact, trim_heap
from bot.knowledge.phrases import load_phrases
from bot.knowledge.reply_model import load_reply_model
from bot.knowledge.training.handover import TrainingRequest, TrainingResult
from bot.knowledge.training.process import PAUSE_SECONDS, TrainingError, TrainingProcess, read_result
from handlers.model.context import KnowledgeBundle
from kb.entry_edits import added_questions, apply_edits
from kb.lessons import Lesson, add_lessons, effective_lessons, existing_texts
from kb.model import KnowledgeBase
from kb.understanding.lesson_overlay import LessonOverlay
from storage.curation.lessons import LessonSet

log = structlog.get_logger()

NO_LESSONS: Final = LessonSet(revision=0, stored=())


@dataclass(frozen=True, kw_only=True)
class TrainedKnowledge:
    """A trained knowledge, the content files it was trained on, and where they are cached."""

    released_content: KnowledgeBase
    knowledge: KnowledgeBundle
    content_at: Path


class LiveKnowledge:
    """Serves the old knowledge until the new one is complete; thread-safe.

    `released_content` is that of the content files, `edited_content` that with the entries that were edited in the
    console, `lesson_set` what is applied beside it.
    """

    def __init__(self, folder: Path | None, lesson_set: LessonSet = NO_LESSONS) -> None:
        """Load the content and its model; without a cached one it is trained now, which takes seconds.

        Where only the content's own model is cached, it serves, and the lessons need training.

        Raises:
            ContentError: names every problem in the content.
        """
        keep_heap_compact()
        self._folder = folder
        self._lock = Lock()
        self._on_swap: Callable[[], None] = lambda: None
        # Before the content is loaded: a file that changes in between gives a path where nothing is.
        self._content_at = content_path(folder)
        self.released_content = cached_or_load(folder)
        self.edited_content = apply_edits(self.released_content, lesson_set.edits)
        self.lesson_set = lesson_set
        self.current = self._trained = self._first_knowledge(lesson_set.lessons)
        self._apply_lessons(lesson_set)

    def _first_knowledge(self, lessons: tuple[Lesson, ...]) -> KnowledgeBundle:
        known = cached_knowledge(self.edited_content, lessons) or cached_knowledge(self.released_content)
        if known is not None:
            return known
        try:
            # In a process of its own: the memory that training takes would never come back to the system as a whole.
            with self.start_training() as process:
                return self.read_trained(process.result(), process.request).knowledge
        except TrainingError as exc:
            log.warning("knowledge.training_failed", reason=exc.reason, content=self.released_content.version)
            return train_knowledge(self.edited_content, lessons)

    def on_swap(self, release: Callable[[], None]) -> None:
        """Call `release` after each swap, in its thread: whoever keeps something of the knowledge lets go of it."""
        self._on_swap = release

    def prepare_for_lessons(self) -> None:
        """Fold the texts that lessons are looked up among, in pieces.

        The first lesson would take .2 s of a core for it, and all who write would wait.
        """
        existing_texts(self.released_content, partial(sleep, PAUSE_SECONDS))

    def apply_lessons(self, lesson_set: LessonSet) -> None:
        """Apply new lessons and the questions of edited entries as exact matches without retraining; texts at once."""
        with self._lock:
            self._apply_lessons(lesson_set)

    @property
    def needs_training(self) -> bool:
        """Whether there are lessons or edits that the model was not trained on."""
        return self.current is not self._trained

    def start_training(self, *, reload_content: bool = False, idle: bool = False) -> TrainingProcess:
        """A process, started when its context is entered, that trains on the current lessons.

        `reload_content`: on the content files as they are now. `idle`: while nobody else wants the processor. Changes
        nothing; lessons may be applied meanwhile.
        """
        request = TrainingRequest(
            folder=None if self._folder is None else str(self._folder.absolute()),
            content=None if reload_content else str(self._content_at),
            lessons=self.lesson_set.lessons,
            edits=self.lesson_set.edits,
        )
        return TrainingProcess(request, None if reload_content else self.released_content, idle=idle)

    def read_trained(self, result: TrainingResult, request: TrainingRequest) -> TrainedKnowledge:
        """What a training process has handed back; changes nothing.

        Raises:
            TrainingError: something of it is missing or broken.
        """
        same_content = request.content is not None
        with frozen_gc():
            content, base, pipeline = read_result(result, request, self.released_content if same_content else None)
            phrases = load_phrases(base)
        return TrainedKnowledge(
            released_content=content,
            knowledge=KnowledgeBundle(base=base, interpreter=pipeline, phrases=phrases, replies=load_reply_model()),
            content_at=Path(result.content),
        )

    def swap_in(self, trained: TrainedKnowledge) -> None:
        """Swap the trained knowledge in, and apply lessons that arrived meanwhile."""
        with self._lock:
            self.released_content, self._trained = trained.released_content, trained.knowledge
            self._content_at = trained.content_at
            self._apply_lessons(self.lesson_set)
        self._on_swap()
        # What was replaced is gone by now.
        trim_heap()

    def _apply_lessons(self, lesson_set: LessonSet) -> None:
        trained, edited = self._trained, apply_edits(self.released_content, lesson_set.edits)
        added = effective_lessons(edited, lesson_set.lessons)
        base = add_lessons(edited, added)
        if base.version == trained.base.version:
            self.current = trained
        else:
            exact = (*added_questions(self.released_content, edited), *added)
            self.current = KnowledgeBundle(
                base=base,
                interpreter=LessonOverlay(trained.interpreter, exact),
                phrases=trained.phrases,
                replies=trained.replies,
            )
        self.edited_content = edited
        # Last: whoever sees it finds the lessons applied.
        self.lesson_set = lesson_set
