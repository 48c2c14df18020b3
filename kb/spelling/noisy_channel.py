"""Which known words a strange one may be a slip of the finger for, and how likely each is; rapidfuzz measures.

A noisy channel (Kernighan, Church and Gale 1990): how common a word is, times how likely the slip.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from kb.spelling.deletion_index import Repairer

LONG: Final = 5
"""From this length on a word may be two slips away, below it one."""
VERY_LONG: Final = 9
SLIP: Final = 0.003
"""How likely a slip is."""
DROPPED: Final = 0.03
"""How likely a vowel is left out: people in a hurry do that on purpose."""
BEGINNING: Final = 0.3
"""What is left of that where the first letter differs: people seldom miss it."""
COMMONNESS: Final = 0.7
"""A word is the likelier to be meant the more it is used, but not quite as much."""
LETTERS: Final = 10.0
"""A new word goes on in so many ways at each letter: the longer it is, the less by chance it is like a known one."""
GUESSES: Final = 3
WORTH: Final = 0.1
"""No more guesses than these, and none that is less likely."""
USUAL: Final = 2
"""A word used less often may itself be a slip: no guess is it, once there are MANY words to choose from."""
MANY: Final = 2000
REMEMBERED: Final = 1 << 12
"""So many words need not be looked up again."""
_VOWELS: Final = str.maketrans("", "", "aeiou")


@dataclass(frozen=True, kw_only=True)
class Guess:
    """A known word that may have been meant, and how likely that is."""

    word: str
    chance: float


class Slips:
    """What misspelt words were meant to be."""

    def __init__(self, known: Mapping[str, int]) -> None:
        """`known`: how often each word is used."""
        # Of its own, so that nothing here refers to itself in a circle: what newer knowledge replaces goes at once.
        self._channel = _Channel(known)
        self._near = lru_cache(maxsize=REMEMBERED)(self._channel.near)

    def near(self, word: str) -> Iterator[str]:
        """All known words that a strange one is one slip away from, a very long one two; likeliest first."""
        allowed = 2 if len(word) >= VERY_LONG else 1
        return (other.word for other in self._near(word) if other.slips <= allowed)

    def guesses(self, word: str) -> tuple[Guess, ...]:
        """The known words that a strange one was perhaps meant to be, likeliest first."""
        found = [other for other in self._near(word) if other.usual][:GUESSES]
        everything = self._channel.new(word) + sum(other.weight for other in found)
        guesses = (Guess(word=other.word, chance=other.weight / everything) for other in found)
        return tuple(guess for guess in guesses if guess.chance >= WORTH)


class _Near(NamedTuple):
    """A known word, how likely it comes out as another one (not as a chance), by how many slips, and if it is usual."""

    weight: float
    word: str
    slips: int
    usual: bool


class _Channel:
    """What comes out at the other end of a keyboard, and what went in."""

    def __init__(self, known: Mapping[str, int]) -> None:
        self._known, self._total = known, sum(known.values()) + 1
        # Good and Turing: the next word is as likely a new one as words used once are frequent.
        self._new = (sum(count == 1 for count in known.values()) + 1) / self._total
        self._usual = USUAL if len(known) > MANY else 1
        self._repairer = Repairer(known)

    def new(self, word: str) -> float:
        """How likely it is a word that nobody taught yet."""
        return self._new * LETTERS ** -len(word)

    def near(self, word: str) -> tuple[_Near, ...]:
        """Known words that may come out as this one, likeliest first."""
        others = list(self._repairer.near(word))
        allowed = 2 if len(word) >= LONG else 1
        found = process.extract(word, others, scorer=OSA.distance, score_cutoff=allowed, limit=len(others))
        near = (self._measured(word, other, int(slips)) for other, slips, _ in found)
        return tuple(sorted(near, key=lambda other: (-other.weight, other.word)))

    def _measured(self, word: str, other: str, slips: int) -> _Near:
        count = self._known[other]
        likely = DROPPED if len(other) > len(word) and _bones(other) == _bones(word) else SLIP
        usual = likely**slips * (1 if word[0] == other[0] else BEGINNING)
        return _Near(weight=usual * self._commonness(count), word=other, slips=slips, usual=count >= self._usual)

    def _commonness(self, count: int) -> float:
        return float((count / self._total) ** COMMONNESS)


def _bones(word: str) -> str:
    return word.translate(_VOWELS)
