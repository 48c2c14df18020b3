"""Goes by new lessons word for word, until a matcher has learned from them; pure."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from kb.lessons import Lesson
from kb.loading.validation import folded
from kb.model import EntryId, Language
from kb.understanding.result import Match, Outcome, Understanding, Understands

SURE: Final = 0.99
"""How sure it is of words that were taught as they stand."""


class AtOnce:
    """A matcher that has not learned the lessons yet; what is not one of them it understands as before."""

    def __init__(self, matcher: Understands, lessons: Iterable[Lesson]) -> None:
        self._matcher = matcher
        self._lessons = {folded(lesson.text): lesson for lesson in lessons}

    def cue(self, text: str) -> str | None:
        """As the matcher."""
        return self._matcher.cue(text)

    def understand(self, text: str, *, language: Language | None = None, after: EntryId | None = None) -> Understanding:
        """As the matcher, but a lesson means its entry, or none."""
        meant = self._matcher.understand(text, language=language, after=after)
        lesson = self._lessons.get(folded(text))
        if lesson is None:
            return meant
        why = replace(meant.why, known=True, decided_by="taught") if meant.why is not None else None
        meant = replace(meant, why=why)
        if lesson.entry is None:
            return replace(meant, outcome=Outcome.UNKNOWN, matches=(), others=())
        match = Match(entry=lesson.entry, score=SURE, question=lesson.text)
        rest = tuple(other for other in meant.matches if other.entry != lesson.entry)
        return replace(meant, outcome=Outcome.ANSWERED, matches=(match, *rest[:4]), others=())
