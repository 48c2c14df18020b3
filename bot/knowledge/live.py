"""What is known now, while people teach and content changes: always whole, and swapped at once; it decides nothing."""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from bot.knowledge.factory import learned
from handlers.model.context import KnowledgeBundle
from kb.lessons import add_lessons, effective_lessons
from kb.loading.loader import load_knowledge_base
from kb.model import KnowledgeBase
from kb.understanding.lesson_overlay import LessonOverlay
from storage.curation.lessons import Curriculum

NOTHING_TAUGHT: Final = Curriculum(revision=0, taught=())


@dataclass(frozen=True, kw_only=True)
class Studied:
    """What was learned from which content files."""

    filed: KnowledgeBase
    known: KnowledgeBundle


class LiveKnowledge:
    """Serves the old until the new is whole; may be read and changed in any thread.

    `filed` is what stands in the content files, `curriculum` what was taught beside and is gone by.
    """

    def __init__(self, folder: Path | None, curriculum: Curriculum = NOTHING_TAUGHT) -> None:
        """Reads and learns: that takes seconds.

        Raises:
            ContentError: names every mistake in the content.
        """
        self._folder = folder
        self._changing = Lock()
        self.filed = load_knowledge_base(folder)
        self.curriculum = curriculum
        self.current = self._learned = learned(self.filed, curriculum.lessons)

    def hear(self, curriculum: Curriculum) -> None:
        """Go by new lessons word for word, without learning from them: at once."""
        with self._changing:
            self._hear(curriculum)

    @property
    def has_to_learn(self) -> bool:
        """Whether something was heard and not learned from."""
        return self.current is not self._learned

    def study(self, filed: KnowledgeBase | None = None) -> Studied:
        """Learn from what was heard, and from the content files if they are given anew: that takes seconds.

        Nothing is changed by it, and more may be heard meanwhile.
        """
        filed = filed or self.filed
        return Studied(filed=filed, known=learned(filed, self.curriculum.lessons))

    def adopt(self, studied: Studied) -> None:
        """Go by what was learned, and by what was heard since."""
        with self._changing:
            self.filed, self._learned = studied.filed, studied.known
            self._hear(self.curriculum)

    def reread(self) -> KnowledgeBase:
        """What stands in the content files now; nothing is changed by it.

        Raises:
            ContentError: names every mistake in the content.
        """
        return load_knowledge_base(self._folder)

    def _hear(self, curriculum: Curriculum) -> None:
        added, known = effective_lessons(self.filed, curriculum.lessons), self._learned
        base = add_lessons(self.filed, added)
        if base.version == known.base.version:
            self.current = known
        else:
            self.current = KnowledgeBundle(
                base=base, interpreter=LessonOverlay(known.interpreter, added), phrases=known.phrases
            )
        # Last: whoever sees it finds the lessons heard.
        self.curriculum = curriculum
