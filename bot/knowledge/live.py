"""What is known now, while people teach and content changes: always whole, and swapped at once; it decides nothing."""

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
    """What was learned from which content files."""

    released_content: KnowledgeBase
    knowledge: KnowledgeBundle


class LiveKnowledge:
    """Serves the old until the new is whole; may be read and changed in any thread.

    `filed` is what stands in the content files, `curriculum` what was taught beside and is gone by.
    """

    def __init__(self, folder: Path | None, lesson_set: LessonSet = NO_LESSONS) -> None:
        """Reads and learns: that takes seconds.

        Raises:
            ContentError: names every mistake in the content.
        """
        self._folder = folder
        self._lock = Lock()
        self.released_content = load_knowledge_base(folder)
        self.lesson_set = lesson_set
        self.current = self._trained = train_knowledge(self.released_content, lesson_set.lessons)

    def apply_lessons(self, lesson_set: LessonSet) -> None:
        """Go by new lessons word for word, without learning from them: at once."""
        with self._lock:
            self._apply_lessons(lesson_set)

    @property
    def needs_training(self) -> bool:
        """Whether something was heard and not learned from."""
        return self.current is not self._trained

    def train(self, released_content: KnowledgeBase | None = None) -> TrainedKnowledge:
        """Learn from what was heard, and from the content files if they are given anew: that takes seconds.

        Nothing is changed by it, and more may be heard meanwhile.
        """
        released_content = released_content or self.released_content
        return TrainedKnowledge(
            released_content=released_content, knowledge=train_knowledge(released_content, self.lesson_set.lessons)
        )

    def swap_in(self, trained: TrainedKnowledge) -> None:
        """Go by what was learned, and by what was heard since."""
        with self._lock:
            self.released_content, self._trained = trained.released_content, trained.knowledge
            self._apply_lessons(self.lesson_set)

    def reload_content(self) -> KnowledgeBase:
        """What stands in the content files now; nothing is changed by it.

        Raises:
            ContentError: names every mistake in the content.
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
        # Last: whoever sees it finds the lessons heard.
        self.lesson_set = lesson_set
