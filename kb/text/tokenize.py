"""Text normalized, and divided into sentences and words; pure."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from kb.text.phonetic import phonetic_key

KEEP_START: Final = 900
KEEP_END: Final = 700
"""How many characters of a long story are read from its beginning and from its end, where the question stands."""
MAX_WORDS: Final = 120
"""So many words of a message are read."""

_INVISIBLE: Final = re.compile(
    "[\u00ad\u0300-\u036f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\ud800-\udfff]+"
)
_WORD: Final = re.compile(r"[^\W_]+(?:['’ʼ`´‘][^\W_]+)*")
_REPEATED: Final = re.compile(r"(.)\1{3,}", re.DOTALL)
_SENTENCE_BOUNDARY: Final = re.compile(r"[.!?;\n…]+(?=\s|$)|\n+|\s[-–—]\s")

_CLAUSE_BOUNDARY: Final = re.compile(r"[.!?;,:\n…]+(?=\s|$)|\s[-–—]\s")
MIN_WORDS_OF_CLAUSE: Final = 2


def normalize(text: str) -> str:
    """`text` in lower case without what nobody sees; a long one is cut to its head and its tail."""
    if len(text) > KEEP_START + KEEP_END:
        text = (
            _REPEATED.sub(r"\1\1", text[: 8 * KEEP_START]) + " \n " + text[-KEEP_END:]
            if len(text) > 8 * KEEP_START
            else text
        )
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    if len(text) > KEEP_START + KEEP_END:
        text = text[:KEEP_START] + " \n " + text[-KEEP_END:]
    return text.lower()


def tokenize(normalized: str) -> list[str]:
    """The words and numbers of a normalized text, as they are spelt."""
    return _WORD.findall(normalized)


def split_sentences(normalized: str) -> list[str]:
    """The sentences of a normalized text."""
    return [part for part in (piece.strip() for piece in _SENTENCE_BOUNDARY.split(normalized)) if part]


def split_clauses(text: str) -> tuple[str, ...]:
    """The clauses of a message of several, at most four: the first two and the last two; none where it is one."""
    clauses = [part for part in _CLAUSE_BOUNDARY.split(text) if len(part.split()) >= MIN_WORDS_OF_CLAUSE]
    return (*clauses[:2], *clauses[2:][-2:]) if len(clauses) > 1 else ()


def phonetic_tokens(text: str) -> list[str]:
    """The words of `text` as phonetic keys."""
    return phonetic_keys(tokenize(normalize(text)))


def phonetic_keys(surface_tokens: Sequence[str]) -> list[str]:
    """The phonetic keys of a normalized text's words."""
    return list(filter(None, map(phonetic_key, surface_tokens[:MAX_WORDS])))
