"""What people add to the content while the program runs: which words may be taught, and the base with them; pure."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from types import MappingProxyType
from typing import Final
from weakref import ref

from kb.model import Entry, EntryId, KnowledgeBase, Language, LanguagePhrases
from kb.text.contacts import casefold_key, contains_contact

MAX_LESSON_CHARS: Final = 200
"""Characters: longer is a story, and teaches too many words at once."""

OUT_OF_SCOPE: Final = "decoys"
"""Where what nobody answers stands."""


class RejectionReason(StrEnum):
    """Why words cannot be taught."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    CONTAINS_CONTACT = "contact"
    NO_SUCH_ENTRY = "no_such_entry"
    IN_ANOTHER_ENTRY = "elsewhere"
    ALREADY_KNOWN = "known"


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """Words that mean an entry from now on; or, without an entry, words that mean none (a decoy)."""

    entry: EntryId | None
    language: Language
    text: str

    @property
    def place(self) -> str:
        """Where it stands: an entry's id, or DECOYS."""
        return self.entry or OUT_OF_SCOPE


@dataclass(frozen=True, kw_only=True)
class Rejection:
    """Words that cannot be taught; `place` is where they stand already, or the entry that is not there."""

    reason: RejectionReason
    place: str = ""


def collapse_whitespace(text: str) -> str:
    """Words as they stand in a list: on one line, without spaces around."""
    return " ".join(text.split())


def validate_lesson(lesson: Lesson, base: KnowledgeBase) -> Rejection | None:
    """Why a lesson cannot be added to `base`; None where it can."""
    if lesson.entry is not None and lesson.entry not in base.entries:
        return Rejection(reason=RejectionReason.NO_SUCH_ENTRY, place=lesson.entry)
    if not casefold_key(lesson.text):
        return Rejection(reason=RejectionReason.EMPTY)
    if len(lesson.text) > MAX_LESSON_CHARS:
        return Rejection(reason=RejectionReason.TOO_LONG)
    if contains_contact(lesson.text):
        return Rejection(reason=RejectionReason.CONTAINS_CONTACT)
    place = existing_texts(base).get(casefold_key(lesson.text))
    if place is None:
        return None
    return Rejection(
        reason=RejectionReason.ALREADY_KNOWN if place == lesson.place else RejectionReason.IN_ANOTHER_ENTRY, place=place
    )


def existing_texts(base: KnowledgeBase, pause: Callable[[], None] = lambda: None) -> Mapping[str, str]:
    """Where each question and decoy stands (an entry's id, or DECOYS), by its folded words.

    They are folded when `base` is first asked about; `pause` is called after every TEXTS_FOLDED_AT_ONCE, so that other
    threads can run in between.
    """
    known = _recent_texts.get(base.version)
    if known is None or known[0]() is not base:
        decoys = ((OUT_OF_SCOPE, text) for texts in base.out_of_scope.values() for text in texts)
        questions = ((entry.id, question) for entry, _, question in base.questions())
        places: dict[str, str] = {}
        for number, (place, text) in enumerate(chain(decoys, questions), 1):
            places[casefold_key(text)] = place
            if number % TEXTS_FOLDED_AT_ONCE == 0:
                pause()
        known = ref(base), MappingProxyType(places)
        _recent_texts.clear()
        _recent_texts[base.version] = known
    return known[1]


TEXTS_FOLDED_AT_ONCE: Final = 100
"""Some half a millisecond."""

_recent_texts: Final[dict[str, tuple[ref[KnowledgeBase], Mapping[str, str]]]] = {}
"""Those of the content that was asked about last: each lesson asks again."""


def effective_lessons(base: KnowledgeBase, lessons: Iterable[Lesson]) -> tuple[Lesson, ...]:
    """What of the lessons adds something to `base`.

    The content files win: a lesson whose entry has gone, or whose words stand in a file by now, adds nothing.
    """
    lessons = tuple(lessons)
    known = existing_texts(base) if lessons else {}
    added = dict[str, Lesson]()
    for lesson in lessons:
        gone, key = lesson.entry is not None and lesson.entry not in base.entries, casefold_key(lesson.text)
        if not gone and key not in known:
            added.setdefault(key, lesson)
    return tuple(added.values())


def extend(base: KnowledgeBase, lessons: Iterable[Lesson]) -> KnowledgeBase:
    """`base` and what was taught, with a version of its own; `base` itself where nothing is added."""
    return add_lessons(base, effective_lessons(base, lessons))


def add_lessons(base: KnowledgeBase, added: Collection[Lesson]) -> KnowledgeBase:
    """As `extended`, for lessons that are known to be effective."""
    if not added:
        return base
    entries = {entry.id: _extend_entry(entry, added, base.languages) for entry in base.entries.values()}
    decoys = {
        language: (*base.out_of_scope.get(language, ()), *_texts(added, None, language)) for language in base.languages
    }
    return replace(
        base, version=_version(base, added), entries=MappingProxyType(entries), out_of_scope=MappingProxyType(decoys)
    )


def _extend_entry(entry: Entry, added: Iterable[Lesson], languages: Iterable[Language]) -> Entry:
    own = [lesson for lesson in added if lesson.entry == entry.id]
    if not own:
        return entry
    questions = {language: (*entry.questions[language], *_texts(own, entry.id, language)) for language in languages}
    return replace(entry, questions=MappingProxyType(LanguagePhrases(questions)))


def _texts(lessons: Iterable[Lesson], entry: EntryId | None, language: Language) -> tuple[str, ...]:
    return tuple(lesson.text for lesson in lessons if lesson.entry == entry and lesson.language == language)


def _version(base: KnowledgeBase, added: Iterable[Lesson]) -> str:
    digest = hashlib.sha256(base.version.encode())
    for lesson in sorted(added, key=lambda lesson: (lesson.place, lesson.language, lesson.text)):
        digest.update(f"{lesson.place}\x00{lesson.language}\x00{lesson.text}\x00".encode())
    return digest.hexdigest()[:12]
