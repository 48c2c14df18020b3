"""Goes by new lessons word for word, until a matcher has learned from them; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from kb.lessons import Lesson
from kb.model import EntryId, Language
from kb.text.contacts import casefold_key
from kb.understanding.result import Candidate, Evidence, Interpretation, Interpreter, Outcome, Passage

LESSON_CONFIDENCE: Final = 0.99
"""How sure it is of words that were taught as they stand."""


class LessonOverlay:
    """A matcher that has not learned the lessons yet; what is not one of them it understands as before."""

    def __init__(self, interpreter: Interpreter, lessons: Iterable[Lesson]) -> None:
        self._interpreter = interpreter
        self._lesson_by_key = {casefold_key(lesson.text): lesson for lesson in lessons}

    def match_cue(self, text: str) -> str | None:
        """As the interpreter."""
        return self._interpreter.match_cue(text)

    def out_of_scope(self, text: str) -> float:
        """As the interpreter."""
        return self._interpreter.out_of_scope(text)

    def devices_in(self, text: str) -> frozenset[str]:
        """As the interpreter."""
        return self._interpreter.devices_in(text)

    def names_another_device(self, text: str, entry: EntryId) -> bool:
        """As the interpreter."""
        return self._interpreter.names_another_device(text, entry)

    def passage(self, text: str, entry: EntryId, language: Language) -> Passage | None:
        """As the interpreter."""
        return self._interpreter.passage(text, entry, language)

    def choose(self, text: str, entries: Sequence[EntryId]) -> EntryId | None:
        """As the interpreter."""
        return self._interpreter.choose(text, entries)

    def evidence(self, text: str, entries: Sequence[EntryId]) -> Evidence:
        """As the interpreter."""
        return self._interpreter.evidence(text, entries)

    def understand(
        self,
        text: str,
        *,
        language: Language | None = None,
        previous_entry: EntryId | None = None,
        previous_terms: Sequence[str] = (),
        previous_tokens: Sequence[str] = (),
    ) -> Interpretation:
        """As the interpreter, but a lesson means its entry, or none."""
        interpretation = self._interpreter.understand(
            text,
            language=language,
            previous_entry=previous_entry,
            previous_terms=previous_terms,
            previous_tokens=previous_tokens,
        )
        lesson = self._lesson_by_key.get(casefold_key(text))
        if lesson is None:
            return interpretation
        why = (
            replace(interpretation.explanation, exact_match=True, decided_by="taught")
            if interpretation.explanation is not None
            else None
        )
        interpretation = replace(interpretation, explanation=why)
        if lesson.entry is None:
            return replace(interpretation, outcome=Outcome.UNKNOWN, candidates=(), secondary=())
        match = Candidate(entry=lesson.entry, confidence=LESSON_CONFIDENCE, question=lesson.text)
        rest = tuple(other for other in interpretation.candidates if other.entry != lesson.entry)
        return replace(interpretation, outcome=Outcome.ANSWERED, candidates=(match, *rest[:4]), secondary=(), acts=())
