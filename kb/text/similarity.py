"""Puts messages that say nearly the same together, whatever alphabet and endings they were typed with; pure."""

import unicodedata
from collections.abc import Hashable, Iterable, Sequence
from typing import Final, TypeVar

from rapidfuzz import fuzz, process

from kb.text.stemmer import stem
from kb.text.tokenize import phonetic_tokens

SIMILARITY_THRESHOLD: Final = 82.0
"""From this likeness on (0 to 100, rapidfuzz's ratio of sorted words) two messages are put together."""

Key = TypeVar("Key", bound=Hashable)


def stem_key(text: str) -> str:
    """What is compared: the stems of the message's words, in the order of the alphabet, each once."""
    return " ".join(sorted({stem(word) for word in phonetic_tokens(text)}))


def cluster(messages: Iterable[tuple[Key, str]]) -> list[list[Key]]:
    """The keys of messages that are alike, the largest group first, and in it the first given first.

    Each message joins the group whose first message it is most like, or begins one of its own: the same messages in the
    same order always give the same groups.
    """
    same: dict[str, list[Key]] = {}
    for key, text in messages:
        same.setdefault(stem_key(text), []).append(key)
    representatives: list[str] = []
    clusters: list[list[Key]] = []
    for said, keys in same.items():
        place = _nearest_representative(said, representatives)
        if place is None:
            representatives.append(said)
            clusters.append(list(keys))
        else:
            clusters[place].extend(keys)
    # sorted() keeps the order of those that are equally large.
    return sorted(clusters, key=lambda keys: -len(keys))


def _nearest_representative(stem_keys: str, representatives: Sequence[str]) -> int | None:
    if not stem_keys:
        return None
    found = process.extractOne(stem_keys, representatives, scorer=fuzz.ratio, score_cutoff=SIMILARITY_THRESHOLD)
    return None if found is None else found[2]


class TextSearch:
    """Whether a message holds some words, or the beginnings of words, in whatever alphabet they were typed."""

    def __init__(self, query: str) -> None:
        self._casefolded = _comparable(query).strip()
        self._phonetic = " ".join(phonetic_tokens(query))

    def __call__(self, message: str) -> bool:
        """True where it does."""
        if self._casefolded and self._casefolded in _comparable(message):
            return True
        return bool(self._phonetic) and f" {self._phonetic}" in f" {' '.join(phonetic_tokens(message))}"


def _comparable(text: str) -> str:
    """Casefolded, an emoji as its bare picture: messages are stored without joiners, and keyboards add tones and
    variation selectors."""
    if text.isascii():
        return text.casefold()
    return "".join(letter for letter in text.casefold() if not _is_emoji_modifier(letter))


def _is_emoji_modifier(letter: str) -> bool:
    return letter in _VARIATION_SELECTORS or letter in _SKIN_TONES or unicodedata.category(letter) == "Cf"


_VARIATION_SELECTORS: Final = "\ufe0e\ufe0f"
_SKIN_TONES: Final = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
