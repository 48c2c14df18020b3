"""Finds links in a text: phone numbers, e-mail addresses, web addresses; pure, for pages and channels."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote


@dataclass(frozen=True)
class TextSpan:
    """A piece of a text; `href` is its link, None for plain text."""

    text: str
    href: str | None = None


# Every alternative begins at a word boundary, so that a long text without links is scanned once.
_LINK: Final = re.compile(
    r"""(?P<web>(?<!\w)https?://[^\s<>"„“”«»]+)
      | (?P<mail>(?<![\w.+%-])[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.[^\W\d_]{2,24}(?![\w-]))
      | (?P<phone>(?<![\w+])\+(?:371(?:[ \u00a0\u202f-]?[0-9]){8}
                                   |(?!371)[1-9](?:[ \u00a0\u202f-]?[0-9]){7,14})(?!\d))""",
    re.VERBOSE | re.IGNORECASE,
)
_SENTENCE_PUNCTUATION: Final = ".,;:!?…'’"
_BRACKET_PAIRS: Final = {")": "(", "]": "[", "}": "{"}


def text_spans(text: str) -> tuple[TextSpan, ...]:
    """`text` split into plain pieces and links, in order; joined again they are `text`."""
    return tuple(_iterate_spans(text))


def _iterate_spans(text: str) -> Iterator[TextSpan]:
    position = 0
    for found in _LINK.finditer(text):
        link_text = _strip_punctuation(found.group()) if found.lastgroup == "web" else found.group()
        if link_text.endswith("//"):
            continue
        if found.start() > position:
            yield TextSpan(text[position : found.start()])
        yield TextSpan(link_text, _link_target(found.lastgroup, link_text))
        position = found.start() + len(link_text)
    if position < len(text):
        yield TextSpan(text[position:])


def _link_target(kind: str | None, text: str) -> str:
    if kind == "mail":
        return f"mailto:{quote(text, safe='@+')}"
    if kind == "phone":
        return f"tel:+{re.sub(r'[^0-9]', '', text)}"
    return text


def _strip_punctuation(address: str) -> str:
    """A web address without the punctuation of the sentence around it; a bracket stays if it was opened inside."""
    surplus = {closing: address.count(closing) - address.count(opening) for closing, opening in _BRACKET_PAIRS.items()}
    end = len(address)
    while end and (address[end - 1] in _SENTENCE_PUNCTUATION or surplus.get(address[end - 1], 0) > 0):
        end -= 1
        if address[end] in surplus:
            surplus[address[end]] -= 1
    return address[:end]
