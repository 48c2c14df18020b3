"""Proposes further phrasings of a question, only of words that the file holds."""

import re
from collections.abc import Iterator
from typing import Final

from bot.faq_import.articles import Article
from kb.text.contacts import casefold_key

MAX_WORDS: Final = 6
_OPENING: Final = re.compile(
    r"^(?:how (?:do|can|should) (?:i|we|you)|how to|what (?:is|are) (?:the|your)|what (?:is|are)|where (?:is|are|can i)"
    r"|(?:can|may|could|should|do|does|is|are) (?:i|we|you|there|the|it)"
    r"|do you (?:have|offer)|i (?:want|need|would like) to"
    r"|wie (?:kann|muss|soll) (?:ich|man)|wo (?:ist|sind|kann ich)|was (?:ist|sind|kostet)"
    r"|(?:kann|darf|gibt) (?:ich|man|es)"
    r"|haben sie|k[āa] (?:var|lai)|vai (?:var|ir|man)|как|можно ли|где|что такое)\s+",
    re.IGNORECASE,
)
"""How questions begin; what stands behind it is what they are about."""
_CLAUSE: Final = re.compile(r"[.!?;:,]\s+|\s+[-–—]\s+|\s*\(.*?\)\s*")


def propose_phrasings(article: Article) -> tuple[str, ...]:
    """Shorter ways to ask the same, without those that the article has: the question without its opening words, its
    title, the headings above it and what is in bold."""
    known = {casefold_key(one) for one in (article.question, *article.questions)}
    found: dict[str, str] = {}
    for text in _phrasings(article):
        key = casefold_key(text)
        if key and key not in known and len(text.split()) <= MAX_WORDS:
            found.setdefault(key, text)
    return tuple(found.values())


def _phrasings(article: Article) -> Iterator[str]:
    for asked in (article.question, *article.questions):
        bare = asked.strip().rstrip("?!. ")
        yield _OPENING.sub("", bare)
        yield from (_OPENING.sub("", part).strip() for part in _CLAUSE.split(bare) if part and part.strip() != bare)
    if article.title:
        yield article.title
    yield from article.hints
