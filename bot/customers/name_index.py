"""Which names of venues sound most like some words: a few candidates by their letter pairs, then a fuzzy score."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from functools import lru_cache
from itertools import pairwise
from threading import Lock
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from sqlalchemy import Connection, Engine

from kb.text.tokenize import phonetic_tokens
from storage.customers import venues

MAX_CANDIDATES: Final = 300
"""So many names are scored: those that share the most letter pairs with the words."""


class NameIndex:
    """All names and other names of venues, by the pairs of letters that their sounds are made of."""

    def __init__(self, names: Sequence[tuple[int, str]]) -> None:
        self._numbers = [number for number, _ in names]
        self._sounds = [sound_of(name) for _, name in names]
        places: defaultdict[str, list[int]] = defaultdict(list)
        for place, sound in enumerate(self._sounds):
            for pair in _pairs(sound):
                places[pair].append(place)
        self._places: dict[str, NDArray[np.int32]] = {
            pair: np.array(found, dtype=np.int32) for pair, found in places.items()
        }
        self._pair_counts = np.array([len(_pairs(sound)) or 1 for sound in self._sounds], dtype=np.float64)

    def __len__(self) -> int:
        """How many names there are."""
        return len(self._sounds)

    def most_alike(self, words: str, *, min_score: float, limit: int) -> tuple[tuple[int, float], ...]:
        """The numbers of venues whose names sound like the words, each with its score (0 to 100), best first."""
        said = sound_of(words)
        shared = [self._places[pair] for pair in _pairs(said) if pair in self._places]
        if not shared:
            return ()
        counts = np.bincount(np.concatenate(shared), minlength=len(self._sounds)) / self._pair_counts
        chosen = np.argsort(-counts, kind="stable")[:MAX_CANDIDATES]
        sounds = {int(place): self._sounds[place] for place in chosen if counts[place]}
        scored = process.extract(said, sounds, scorer=fuzz.token_set_ratio, score_cutoff=min_score, limit=limit)
        best: dict[int, float] = {}
        for _, score, place in scored:
            best.setdefault(self._numbers[place], score)
        return tuple(best.items())


_kept: Final[WeakKeyDictionary[Engine, tuple[Hashable, NameIndex]]] = WeakKeyDictionary()
_lock: Final = Lock()


def name_index(connection: Connection) -> NameIndex:
    """The index of a database's venues; made again when these have changed."""
    state = venues.fingerprint(connection)
    with _lock:
        known = _kept.get(connection.engine)
        if known is None or known[0] != state:
            known = (state, NameIndex(venues.names(connection)))
            _kept[connection.engine] = known
        return known[1]


@lru_cache(maxsize=50_000)
def sound_of(name: str) -> str:
    """How a name sounds, however it is spelt."""
    return " ".join(phonetic_tokens(name))


def _pairs(sound: str) -> set[str]:
    return {f"{first}{second}" for first, second in pairwise(sound)}
