"""Which known words a strange one may be a slip of the finger for, and how likely each is; rapidfuzz measures.

A noisy channel (Kernighan, Church and Gale 1990): how common a word is, times how likely the slip.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from kb.repair import Repairer

LONG: Final = 5
"""From this length on a word may be two slips away, below it one."""
SLIP: Final = 0.003
"""How likely a slip is."""
BEGINNING: Final = 0.3
"""What is left of that where the first letter differs: people seldom miss it."""
COMMONNESS: Final = 0.7
"""A word is the likelier to be meant the more it is used, but not quite as much."""
LETTERS: Final = 10.0
"""A new word goes on in so many ways at each letter: the longer it is, the less by chance it is like a known one."""
GUESSES: Final = 3
WORTH: Final = 0.1
"""No more guesses than these, and none that is less likely."""
REMEMBERED: Final = 1 << 12
"""So many words need not be looked up again."""


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
        self.guesses = lru_cache(maxsize=REMEMBERED)(_Channel(known).guesses)
        """The known words that a strange one was perhaps meant to be, likeliest first."""


class _Channel:
    """What comes out at the other end of a keyboard, and what went in."""

    def __init__(self, known: Mapping[str, int]) -> None:
        self._known, self._total = known, sum(known.values()) + 1
        # Good and Turing: the next word is as likely a new one as words used once are frequent.
        self._new = (sum(count == 1 for count in known.values()) + 1) / self._total
        self._repairer = Repairer(known)

    def guesses(self, word: str) -> tuple[Guess, ...]:
        slips_allowed = 2 if len(word) >= LONG else 1
        found: list[tuple[float, str]] = []
        for other in self._repairer.near(word):
            slips = OSA.distance(word, other, score_cutoff=slips_allowed)
            if slips <= slips_allowed:
                usual = SLIP**slips * (1 if word[0] == other[0] else BEGINNING)
                found.append((-usual * self._commonness(self._known[other]), other))
        found = sorted(found)[:GUESSES]
        everything = self._new * LETTERS ** -len(word) - sum(weight for weight, _ in found)
        guesses = (Guess(word=other, chance=-weight / everything) for weight, other in found)
        return tuple(guess for guess in guesses if guess.chance >= WORTH)

    def _commonness(self, count: int) -> float:
        return float((count / self._total) ** COMMONNESS)
