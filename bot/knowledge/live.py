"""Holds the current knowledge while lessons and content change: always complete, swapped atomically; decides
nothing."""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from bot.knowledge.factory import train_knowledge
from handlers.model.context import KnowledgeBundle
from kb.lessons import add_lessons, effective_lessons
from kb.loading.loader import load_knowledge_base
from kb.model import KnowledgeBase
from kb.understanding.lesson_overlay import LessonOverlay
from storage.curation.lessons import LessonSet

NO_LESSONS: Final = LessonSet(revision=0, stored=())


@dataclass(frozen=True, kw_only=True)
class TrainedKnowledge:
    """A trained knowledge, and the content files and lessons it was trained on."""

    released_content: KnowledgeBase
    knowledge: KnowledgeBundle


class LiveKnowledge:
    """Serves the old knowledge until the new one is complete; thread-safe.

    `released_content` is that of the content files, `lesson_set` what is applied beside it.
    """

    def __init__(self, folder: Path | None, lesson_set: LessonSet = NO_LESSONS) -> None:
        """Load the content and train: takes seconds.

        Raises:
            ContentError: names every problem in the content.
        """
        self._folder = folder
        self._lock = Lock()
        self.released_content = load_knowledge_base(folder)
        self.lesson_set = lesson_set
        self.current = self._trained = train_knowledge(self.released_content, lesson_set.lessons)

    def apply_lessons(self, lesson_set: LessonSet) -> None:
        """Apply new lessons as exact matches without retraining."""
        with self._lock:
            self._apply_lessons(lesson_set)

    @property
    def needs_training(self) -> bool:
        """Whether there are lessons that the model was not trained on."""
        return self.current is not self._trained

    def train(self, released_content: KnowledgeBase | None = None) -> TrainedKnowledge:
        """Train on the current lessons, and on `released_content` if it is given: takes seconds.

        Changes nothing; lessons may be applied meanwhile.
        """
        released_content = released_content or self.released_content
        return TrainedKnowledge(
            released_content=released_content, knowledge=train_knowledge(released_content, self.lesson_set.lessons)
        )

    def swap_in(self, trained: TrainedKnowledge) -> None:
        """Swap the trained knowledge in, and apply lessons that arrived meanwhile."""
        with self._lock:
            self.released_content, self._trained = trained.released_content, trained.knowledge
            self._apply_lessons(self.lesson_set)

    def reload_content(self) -> KnowledgeBase:
        """Load the content files; changes nothing.

        Raises:
            ContentError: names every problem in the content.
        """
        return load_knowledge_base(self._folder)

    def _apply_lessons(self, lesson_set: LessonSet) -> None:
        added, trained = effective_lessons(self.released_content, lesson_set.lessons), self._trained
        base = add_lessons(self.released_content, added)
        if base.version == trained.base.version:
            self.current = trained
        else:
            self.current = KnowledgeBundle(
                base=base, interpreter=LessonOverlay(trained.interpreter, added), phrases=trained.phrases
            )
        # Last: whoever sees it finds the lessons applied.
        self.lesson_set = lesson_set
