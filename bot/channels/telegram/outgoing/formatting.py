"""Lays a reply out for Telegram: parts of at most 4096 characters, and their HTML; pure."""

import re
from collections.abc import Iterator
from html import escape
from typing import Final

from bot.channels.links import spans

LONGEST: Final = 4096
"""Of a message, after Telegram has taken the HTML out of it."""

_BREAKS: Final = ("\n\n", "\n", ". ", " ")
"""Where a text may be cut, the best place first."""

_WEB: Final = re.compile(r"https?://", re.IGNORECASE)


def size(text: str) -> int:
    """The length as Telegram counts it at worst: UTF-16 units."""
    return len(text) + sum(letter > "\uffff" for letter in text)


def parts(text: str, longest: int = LONGEST) -> tuple[str, ...]:
    """`text` in as many messages as it needs, cut between paragraphs, else lines, sentences, words."""
    return tuple(part for part in _cut(text.strip(), longest) if part)


def html(text: str) -> str:
    """`text` for parse_mode HTML. Telegram itself makes phone numbers and e-mail addresses tappable."""
    return "".join(
        f'<a href="{escape(span.href)}">{escape(span.text)}</a>'
        if span.href is not None and _WEB.match(span.href)
        else escape(span.text)
        for span in spans(text)
    )


def _cut(text: str, longest: int) -> Iterator[str]:
    while size(text) > longest:
        head = text[: _fitting(text, longest)]
        end = next((head.rfind(at) + len(at.rstrip()) for at in _BREAKS if head.rfind(at) > 0), len(head))
        yield text[:end].rstrip()
        text = text[end:].lstrip()
    yield text


def _fitting(text: str, longest: int) -> int:
    """How many characters of `text` fit."""
    room = longest
    for place, letter in enumerate(text):
        room -= 2 if letter > "\uffff" else 1
        if room < 0:
            return place
    return len(text)
