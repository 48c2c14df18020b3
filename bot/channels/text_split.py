"""Splits a text that is too long for one message, at the best place; pure."""

from collections.abc import Iterator
from typing import Final

_BREAKPOINTS: Final = ("\n\n", "\n", ". ", " ")
"""Where a text may be split, the best place first: between paragraphs, lines, sentences, words."""


def split_text(text: str, limit: int) -> tuple[str, ...]:
    """`text` in parts of at most `limit` UTF-16 units, none empty."""
    return tuple(part for part in _split(text.strip(), limit) if part)


def utf16_length(text: str) -> int:
    """The length in UTF-16 units, the strictest count and Telegram's own: an emoji is two."""
    # By the encoder: letter by letter it takes twenty-five times as long, for each part of a reply.
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _split(text: str, limit: int) -> Iterator[str]:
    while utf16_length(text) > limit:
        head = text[: _chars_that_fit(text, limit)]
        end = next((head.rfind(at) + len(at.rstrip()) for at in _BREAKPOINTS if head.rfind(at) > 0), len(head))
        yield text[:end].rstrip()
        text = text[end:].lstrip()
    yield text


def _chars_that_fit(text: str, limit: int) -> int:
    """How many characters of `text` fit."""
    room = limit
    for place, letter in enumerate(text):
        room -= 2 if letter > "\uffff" else 1
        if room < 0:
            return place
    return len(text)
