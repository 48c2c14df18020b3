"""Which known words a strange one may be a slip of the finger for, and how likely each is; rapidfuzz measures.

A noisy channel (Kernighan, Church and Gale 1990): how common a word is, times how likely the slip.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from kb.spelling.deletion_index import DeletionIndex

TWO_EDITS_FROM: Final = 5
"""From this length on a word may be two slips away, below it one."""
TWO_EDIT_VARIANTS_FROM: Final = 9
P_EDIT: Final = 0.003
"""How likely a slip is."""
P_VOWEL_DELETION: Final = 0.03
"""How likely a vowel is left out: people in a hurry do that on purpose."""
FIRST_LETTER_FACTOR: Final = 0.3
"""What is left of that where the first letter differs: people seldom miss it."""
FREQUENCY_EXPONENT: Final = 0.7
"""A word is the likelier to be meant the more it is used, but not quite as much."""
UNSEEN_BASE: Final = 10.0
"""A new word goes on in so many ways at each letter: the longer it is, the less by chance it is like a known one."""
MAX_CORRECTIONS: Final = 3
MIN_PROBABILITY: Final = 0.1
"""No more guesses than these, and none that is less likely."""
MIN_FREQUENCY: Final = 2
"""A word used less often may itself be a slip: no guess is it, once there are MANY words to choose from."""
LARGE_VOCABULARY: Final = 2000
CACHE_SIZE: Final = 1 << 12
"""So many words need not be looked up again."""
_VOWELS: Final = str.maketrans("", "", "aeiou")


@dataclass(frozen=True, kw_only=True)
class Correction:
    """A known word that may have been meant, and how likely that is."""

    word: str
    probability: float


class NoisyChannel:
    """What misspelt words were meant to be."""

    def __init__(self, word_counts: Mapping[str, int]) -> None:
        """`known`: how often each word is used."""
        # Of its own, so that nothing here refers to itself in a circle: what newer knowledge replaces goes at once.
        self.__setstate__(_ChannelModel(word_counts))

    def __getstate__(self) -> "_ChannelModel":
        """What it was made of, without what it remembers."""
        return self._channel

    def __setstate__(self, channel: "_ChannelModel") -> None:
        """As it was made, with nothing remembered yet."""
        self._channel = channel
        self._cached_neighbours = lru_cache(maxsize=CACHE_SIZE)(channel.neighbours)

    def variants(self, word: str) -> Iterator[str]:
        """All known words that a strange one is one slip away from, a very long one two; likeliest first."""
        allowed = 2 if len(word) >= TWO_EDIT_VARIANTS_FROM else 1
        return (other.word for other in self._cached_neighbours(word) if other.edits <= allowed)

    def corrections(self, word: str) -> tuple[Correction, ...]:
        """The known words that a strange one was perhaps meant to be, likeliest first."""
        found = [other for other in self._cached_neighbours(word) if other.is_frequent][:MAX_CORRECTIONS]
        everything = self._channel.p_unseen(word) + sum(other.weight for other in found)
        guesses = (Correction(word=other.word, probability=other.weight / everything) for other in found)
        return tuple(guess for guess in guesses if guess.probability >= MIN_PROBABILITY)


class _Neighbour(NamedTuple):
    """A known word, how likely it comes out as another one (not as a chance), by how many slips, and if it is usual."""

    weight: float
    word: str
    edits: int
    is_frequent: bool


class _ChannelModel:
    """What comes out at the other end of a keyboard, and what went in."""

    def __init__(self, word_counts: Mapping[str, int]) -> None:
        self._word_counts, self._total = word_counts, sum(word_counts.values()) + 1
        # Good and Turing: the next word is as likely a new one as words used once are frequent.
        self._p_unseen = (sum(count == 1 for count in word_counts.values()) + 1) / self._total
        self._min_frequency = MIN_FREQUENCY if len(word_counts) > LARGE_VOCABULARY else 1
        self._deletion_index = DeletionIndex(word_counts)

    def p_unseen(self, word: str) -> float:
        """How likely it is a word that nobody taught yet."""
        return self._p_unseen * UNSEEN_BASE ** -len(word)

    def neighbours(self, word: str) -> tuple[_Neighbour, ...]:
        """Known words that may come out as this one, likeliest first."""
        others = list(self._deletion_index.candidates(word))
        allowed = 2 if len(word) >= TWO_EDITS_FROM else 1
        found = process.extract(word, others, scorer=OSA.distance, score_cutoff=allowed, limit=len(others))
        near = (self._weigh(word, other, int(slips)) for other, slips, _ in found)
        return tuple(sorted(near, key=lambda other: (-other.weight, other.word)))

    def _weigh(self, word: str, other: str, edits: int) -> _Neighbour:
        count = self._word_counts[other]
        likely = P_VOWEL_DELETION if len(other) > len(word) and _consonants(other) == _consonants(word) else P_EDIT
        usual = likely**edits * (1 if word[0] == other[0] else FIRST_LETTER_FACTOR)
        return _Neighbour(
            weight=usual * self._prior(count), word=other, edits=edits, is_frequent=count >= self._min_frequency
        )

    def _prior(self, count: int) -> float:
        return float((count / self._total) ** FREQUENCY_EXPONENT)


def _consonants(word: str) -> str:
    return word.translate(_VOWELS)
