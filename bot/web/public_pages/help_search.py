"""Finds entries for a search as one types: what the matcher takes it for, and entries that hold the words; pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from bot.web.public_pages.help_catalogue import HelpCatalogue
from kb.model import Entry, Language
from kb.text.similarity import TextSearch
from kb.understanding.result import Interpreter

MAX_QUERY_CHARS: Final = 200
MAX_RESULTS: Final = 8
LIKELY: Final = 0.3
"""From this confidence on a candidate stands before entries whose title holds the words."""
POSSIBLE: Final = 0.02
"""Below this confidence a candidate is none: words that nothing is known of still have a nearest entry."""
MIN_ANSWER_QUERY_CHARS: Final = 3
"""Fewer letters begin a word of nearly every answer."""


def search_help(catalogue: HelpCatalogue, interpreter: Interpreter, query: str, language: Language) -> Sequence[Entry]:
    """The most likely first, each once, at most MAX_RESULTS; none for an empty query."""
    query = query.strip()[:MAX_QUERY_CHARS]
    if not query:
        return ()
    found = dict.fromkeys(entry.id for entry in _in_order(catalogue, interpreter, query, language))
    return [catalogue.entries[entry] for entry in found][:MAX_RESULTS]


def _in_order(catalogue: HelpCatalogue, interpreter: Interpreter, query: str, language: Language) -> Iterator[Entry]:
    candidates = [
        (candidate.confidence, catalogue.entries[candidate.entry])
        for candidate in interpreter.understand(query, language=language).candidates
        if candidate.entry in catalogue.entries and candidate.confidence >= POSSIBLE
    ]
    holds = TextSearch(query)
    yield from (entry for confidence, entry in candidates if confidence >= LIKELY)
    yield from (entry for entry in catalogue.entries.values() if any(map(holds, entry.title.values())))
    yield from (entry for _, entry in candidates)
    if len(query) >= MIN_ANSWER_QUERY_CHARS:
        yield from (entry for entry in catalogue.entries.values() if any(map(holds, entry.body.values())))
