"""Which entries words may mean: what the matcher thinks of first, then those in which the words stand; pure."""

from dataclasses import dataclass
from typing import Final

from handlers.model.context import KnowledgeBundle
from kb.model import LANGUAGES, Entry, EntryId, Language
from kb.text.similarity import TextSearch
from kb.understanding.result import Candidate

MOST: Final = 8


@dataclass(frozen=True, kw_only=True)
class Choice:
    """An entry to choose; `score` is how likely the matcher thinks it, None where it does not."""

    entry: EntryId
    title: str
    answer: str
    score: float | None = None


def choices(known: KnowledgeBundle, words: str, language: Language, *, most: int = MOST) -> tuple[Choice, ...]:
    """The likeliest first; at most so many."""
    matches = {
        match.entry: match
        for match in known.interpreter.understand(words).candidates
        if match.entry in known.base.entries
    }
    found = [_choice(known.base.entries[match.entry], language, match) for match in matches.values()]
    if words.strip():
        finder = TextSearch(words)
        entries = (entry for entry in known.base.entries.values() if entry.id not in matches)
        found.extend(_choice(entry, language) for entry in entries if holds(entry, finder))
    return tuple(found[:most])


def holds(entry: Entry, finder: TextSearch) -> bool:
    """Whether the words stand in an entry's name, title or answer."""
    texts = (text for language in LANGUAGES for text in (entry.title[language], entry.body[language]))
    return finder(entry.id.replace("-", " ")) or any(finder(text) for text in texts)


def _choice(entry: Entry, language: Language, match: Candidate | None = None) -> Choice:
    return Choice(
        entry=entry.id,
        title=entry.title[language],
        answer=entry.body[language].split("\n", maxsplit=1)[0],
        score=None if match is None else match.confidence,
    )
