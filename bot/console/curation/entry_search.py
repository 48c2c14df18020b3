"""Finds entries for a text: candidates of the classifier first, then entries that contain it; pure."""

from dataclasses import dataclass
from typing import Final

from handlers.model.context import KnowledgeBundle
from kb.model import Entry, EntryId, Language
from kb.text.similarity import TextSearch
from kb.understanding.result import Candidate

MAX_CHOICES: Final = 8


@dataclass(frozen=True, kw_only=True)
class EntryChoice:
    """An entry to choose; `score` is its confidence, None if it is no candidate."""

    entry: EntryId
    title: str
    answer_first_line: str
    score: float | None = None


def search_entries(
    knowledge: KnowledgeBundle, text: str, language: Language, *, limit: int = MAX_CHOICES
) -> tuple[EntryChoice, ...]:
    """The most likely first, at most `limit`."""
    matches = {
        match.entry: match
        for match in knowledge.interpreter.understand(text).candidates
        if match.entry in knowledge.base.entries
    }
    found = [_entry_choice(knowledge.base.entries[match.entry], language, match) for match in matches.values()]
    if text.strip():
        finder = TextSearch(text)
        entries = (entry for entry in knowledge.base.entries.values() if entry.id not in matches)
        found.extend(_entry_choice(entry, language) for entry in entries if entry_contains(entry, finder))
    return tuple(found[:limit])


def entry_contains(entry: Entry, search: TextSearch) -> bool:
    """Whether the text is in an entry's id, title or answer."""
    texts = (text for language in entry.title for text in (entry.title[language], entry.body[language]))
    return search(entry.id.replace("-", " ")) or any(search(text) for text in texts)


def _entry_choice(entry: Entry, language: Language, match: Candidate | None = None) -> EntryChoice:
    return EntryChoice(
        entry=entry.id,
        title=entry.title[language],
        answer_first_line=entry.body[language].split("\n", maxsplit=1)[0],
        score=None if match is None else match.confidence,
    )
