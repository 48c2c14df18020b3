"""Proposes phrasings of an item out of what its file says of it: title, heading, words in bold; pure."""

from collections.abc import Iterator
from typing import Final

from bot.cli.kb.content_import.faq_item import FaqText

MAX_PROPOSAL_WORDS: Final = 8
MAX_PROPOSALS: Final = 8


def proposals(text: FaqText, title: str) -> tuple[str, ...]:
    """What people might write for it, without what it is asked already; to be read over before it is taken."""
    known = {_key(question) for question in text.questions}
    found = {_key(one): one for one in _found(text, title) if len(one.split()) <= MAX_PROPOSAL_WORDS}
    return tuple(one for key, one in found.items() if key and key not in known)[:MAX_PROPOSALS]


def _found(text: FaqText, title: str) -> Iterator[str]:
    if "…" not in title:
        yield title
        if text.section:
            yield f"{text.section}: {title}"
    yield from text.emphasis


def _key(text: str) -> str:
    return " ".join(text.casefold().strip(" ?!.:").split())
