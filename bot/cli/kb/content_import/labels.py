"""Titles and ids out of questions; pure."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

MAX_TITLE_CHARS: Final = 24
"""What a choice's label may have on every channel."""
MAX_ID_CHARS: Final = 40
_CYRILLIC: Final = str.maketrans(
    {
        **dict(zip("абвгдеёзийклмнопрстуфхцыэіїєґ", "abvgdeezijklmnoprstufhcyeiieg", strict=True)),
        "ж": "zh",
        "ч": "ch",
        "ш": "sh",
        "щ": "shch",
        "ю": "yu",
        "я": "ya",
        "ъ": "",
        "ь": "",
        "ß": "ss",
        "ł": "l",
        "ø": "o",
        "æ": "ae",
        "đ": "d",
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "õ": "o",
    }
)


def slug(text: str) -> str:
    """An id out of a title: lower-case letters and digits of ASCII, with hyphens between."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_CYRILLIC)).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain)
    cut = ""
    for word in words:
        if cut and len(cut) + len(word) >= MAX_ID_CHARS:
            break
        cut = f"{cut}-{word}" if cut else word[:MAX_ID_CHARS]
    return cut or "topic"


def unique(names: Sequence[str], taken: frozenset[str] = frozenset()) -> list[str]:
    """The names, the second of the same with a number behind it."""
    seen = set(taken)
    found = []
    for name in names:
        number = 2
        candidate = name
        while candidate in seen:
            candidate, number = f"{name}-{number}", number + 1
        seen.add(candidate)
        found.append(candidate)
    return found


def title_of(question: str) -> str:
    """A title for a question: all of it, or as many of its last words as fit, for the first ones only ask."""
    text = question.strip().rstrip("?!.: ")
    if len(text) <= MAX_TITLE_CHARS:
        return text
    words = text.split()
    while len(words) > 1 and len(" ".join(words)) > MAX_TITLE_CHARS:
        words = words[1:]
    end = " ".join(words)
    return fitting_title(end[:1].upper() + end[1:])


def fitting_title(text: str) -> str:
    """`text` in at most 24 characters, cut between words."""
    if len(text) <= MAX_TITLE_CHARS:
        return text
    cut = text[:MAX_TITLE_CHARS]
    head = cut.rpartition(" ")[0].rstrip(" ,;:-–(") or cut[:-1]
    return f"{head[: MAX_TITLE_CHARS - 1]}…"
