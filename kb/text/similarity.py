"""Puts messages that say nearly the same together, whatever alphabet and endings they were typed with; pure."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Final, TypeVar

from rapidfuzz import fuzz, process

from kb.features.featurizer import spelt
from kb.text.phonetic import stem

ALIKE: Final = 82.0
"""From this likeness on (0 to 100, rapidfuzz's ratio of sorted words) two messages are put together."""

Key = TypeVar("Key", bound=Hashable)


def plain(text: str) -> str:
    """What is compared: the stems of the message's words, in the order of the alphabet, each once."""
    return " ".join(sorted({stem(word) for word in spelt(text)}))


def groups(messages: Iterable[tuple[Key, str]]) -> list[list[Key]]:
    """The keys of messages that are alike, the largest group first, and in it the first given first.

    Each message joins the group whose first message it is most like, or begins one of its own: the same messages in the
    same order always give the same groups.
    """
    same: dict[str, list[Key]] = {}
    for key, text in messages:
        same.setdefault(plain(text), []).append(key)
    leaders: list[str] = []
    gathered: list[list[Key]] = []
    for said, keys in same.items():
        place = _nearest(said, leaders)
        if place is None:
            leaders.append(said)
            gathered.append(list(keys))
        else:
            gathered[place].extend(keys)
    # sorted() keeps the order of those that are equally large.
    return sorted(gathered, key=lambda keys: -len(keys))


def _nearest(said: str, leaders: Sequence[str]) -> int | None:
    if not said:
        return None
    found = process.extractOne(said, leaders, scorer=fuzz.ratio, score_cutoff=ALIKE)
    return None if found is None else found[2]


class Finder:
    """Whether a message holds some words, or the beginnings of words, in whatever alphabet they were typed."""

    def __init__(self, wanted: str) -> None:
        self._exact = wanted.casefold().strip()
        self._spelt = " ".join(spelt(wanted))

    def __call__(self, message: str) -> bool:
        """True where it does."""
        if self._exact in message.casefold():
            return True
        return bool(self._spelt) and f" {self._spelt}" in f" {' '.join(spelt(message))}"
