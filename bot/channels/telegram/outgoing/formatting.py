"""Formats a reply for Telegram: parts of at most 4096 characters, and their HTML; pure."""

import re
from collections.abc import Iterator
from html import escape
from typing import Final

from bot.web.links import text_spans

MAX_MESSAGE_UNITS: Final = 4096
"""Of a message, after HTML parsing."""

_BREAKPOINTS: Final = ("\n\n", "\n", ". ", " ")
"""Where a text may be split, the best place first."""

_WEB_ADDRESS: Final = re.compile(r"https?://", re.IGNORECASE)


def utf16_length(text: str) -> int:
    """The length as Telegram counts it: UTF-16 units."""
    return len(text) + sum(letter > "\uffff" for letter in text)


def split_message(text: str, limit: int = MAX_MESSAGE_UNITS) -> tuple[str, ...]:
    """`text` in as many messages as it needs, split between paragraphs, else lines, sentences, words."""
    return tuple(part for part in _split(text.strip(), limit) if part)


def to_html(text: str) -> str:
    """`text` for parse_mode HTML. Telegram links phone numbers and e-mail addresses by itself."""
    return "".join(
        f'<a href="{escape(span.href)}">{escape(span.text)}</a>'
        if span.href is not None and _WEB_ADDRESS.match(span.href)
        else escape(span.text)
        for span in text_spans(text)
    )


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
