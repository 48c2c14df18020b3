"""What of a message counts: its words in one spelling, the concepts they stand for, and what is denied; pure."""

from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise
from typing import Final

from kb.features.lexicon import Lexicon
from kb.text.phonetic import clean, skeleton, stem, words

WORDS_READ: Final = 120
CONCEPTS_PAIRED: Final = 9
SPREAD: Final = 1 << 20
"""More than there are concepts: two of them make one number."""

# The skeletons of words that deny the next one: "ne pečatajet", "nav", "does not print".
DENIALS: Final = frozenset(
    "ne net nav not no dont doesnt wont cant isnt didnt wasnt arent never cannot bez without".split()
)
RUNS: Final = (3, 4)
"""The lengths of the runs of letters that words share."""
WEIGHTS: Final = {"w": 1.0, "s": 1.5, "c": 2.0, "n": 1.0, "b": 1.0}
LETTERS_WEIGHT: Final = 0.6
PAIR_WEIGHT: Final = 1.0
"""How loud each family speaks: word, stem, concept, denial, two stems in a row; letters in a row; pair of concepts."""


def spelt(text: str) -> list[str]:
    """The words of `text` as skeletons."""
    return skeletons(words(clean(text)))


def skeletons(spoken: Sequence[str]) -> list[str]:
    """Words of a cleaned text as skeletons."""
    return list(filter(None, map(skeleton, spoken[:WORDS_READ])))


Unit = str | int
"""A word; "c:" a concept that only several words make; "n:" what is denied; "b:" two stems in a row; a number: two
concepts together."""
Feature = str | int


def is_word(unit: Unit) -> bool:
    """Whether a unit is a word of the message, not something seen between words."""
    return isinstance(unit, str) and ":" not in unit


def loudness(feature: Feature) -> float:
    """How loud a feature speaks before its rarity counts."""
    if isinstance(feature, int):
        return PAIR_WEIGHT
    return WEIGHTS[feature[0]] if ":" in feature else LETTERS_WEIGHT


def is_shared(feature: Feature) -> bool:
    """Whether a word that is not known may have a known feature: a stem, letters in a row, a concept."""
    return isinstance(feature, str) and (":" not in feature or feature[0] in "sc")


class Reader:
    """Takes messages apart into units, and units into features."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._concepts: dict[str, tuple[str, ...]] = {}
        self.names = lexicon.concepts
        self._numbers = {concept: number for number, concept in enumerate(lexicon.concepts)}

    def learn(self, known: Iterable[str]) -> None:
        """Remember the concepts of these words, so that reading them again is quick."""
        self._concepts.update((word, self._lexicon.of_word(word)) for word in known)

    def concepts(self, message: Sequence[str]) -> dict[str, None]:
        """The concepts of a message, those of single words first."""
        found = dict.fromkeys(concept for word in message for concept in self._concepts_of(word))
        found.update(dict.fromkeys(self._lexicon.of_phrases(message)))
        return found

    def numbers(self, word: str) -> list[int]:
        """The numbers of the concepts that a word stands for; `names` tells which is which."""
        return [self._numbers[concept] for concept in self._concepts_of(word)]

    def of_phrases(self, message: Sequence[str]) -> list[int]:
        """The numbers of the concepts that several words of a message stand for together."""
        return [self._numbers[concept] for concept in self._lexicon.of_phrases(message)]

    def units(self, message: Sequence[str]) -> list[Unit]:
        """The words of the message, the concepts that only several of them make, denials, and what stands together."""
        concepts = dict.fromkeys(concept for word in message for concept in self._concepts_of(word))
        units: dict[Unit, None] = dict.fromkeys(message)
        for concept in self._lexicon.of_phrases(message):
            if concept not in concepts:
                units[f"c:{concept}"] = concepts[concept] = None
        for before, word in pairwise(message):
            if before in DENIALS:
                units[f"n:{stem(word)}"] = None
        units.update(dict.fromkeys(_in_a_row(message)))
        numbers = sorted(self._numbers[concept] for concept in concepts)[:CONCEPTS_PAIRED]
        units.update(dict.fromkeys(SPREAD * one + other for one, other in combinations(numbers, 2)))
        return list(units)

    def features(self, unit: Unit) -> list[Feature]:
        """What a unit shares with others: for a word its stem, its letters and its concepts."""
        if isinstance(unit, int) or ":" in unit:
            return [unit]
        concepts = [f"c:{concept}" for concept in self._concepts_of(unit)]
        if unit.isdigit():
            return [f"w:{unit}", *concepts]
        return [f"w:{unit}", f"s:{stem(unit)}", *dict.fromkeys(_letters(unit)), *concepts]

    def _concepts_of(self, word: str) -> tuple[str, ...]:
        known = self._concepts.get(word)
        return self._lexicon.of_word(word) if known is None else known


def _in_a_row(message: Sequence[str]) -> list[str]:
    """Each two stems that follow each other, the beginning and the end counted: "^ kur", "kur sut", "sut $"."""
    return [f"b:{one} {other}" for one, other in pairwise(("^", *map(stem, message), "$"))]


def _letters(word: str) -> list[str]:
    framed = f"^{word}$"
    return [framed[start : start + run] for run in RUNS for start in range(len(framed) - run + 1)]
