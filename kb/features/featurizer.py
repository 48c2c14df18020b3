"""What of a message counts: its words in one spelling, the concepts they stand for, and what is denied; pure."""

from collections.abc import Iterable, Sequence
from itertools import chain, combinations, pairwise
from typing import Final

from kb.features.lexicon import Lexicon
from kb.text.stemmer import stem

MAX_PAIRED_CONCEPTS: Final = 9
RECENT_MESSAGES: Final = 16
"""So many messages' terms are kept: all parts of one that is being read."""
MAX_CACHED_WORDS: Final = 1 << 16
"""So many words' concepts are kept at once."""
PAIR_BASE: Final = 1 << 20
"""More than there are concepts: two of them make one number."""

# The skeletons of words that deny the next one: "ne pečatajet", "nav", "does not print".
NEGATIONS: Final = frozenset(
    "ne net nav not no dont doesnt wont cant isnt didnt wasnt arent never cannot bez without".split()
)
NGRAM_SIZES: Final = (3, 4)
"""The lengths of the runs of letters that words share."""
TERM_WEIGHTS: Final = {"w": 1.0, "s": 1.5, "c": 2.0, "n": 1.0, "b": 1.0}
CHAR_NGRAM_WEIGHT: Final = 0.6
CONCEPT_PAIR_WEIGHT: Final = 1.0
"""How loud each family speaks: word, stem, concept, denial, two stems in a row; letters in a row; pair of concepts."""

Term = str | int
"""A word; "c:" a concept that only several words make; "n:" what is denied; "b:" two stems in a row; a number: two
concepts together."""
Feature = str | int


def is_word(term: Term) -> bool:
    """Whether a unit is a word of the message, not something seen between words."""
    return isinstance(term, str) and ":" not in term


def base_weight(feature: Feature) -> float:
    """How loud a feature speaks before its rarity counts."""
    if isinstance(feature, int):
        return CONCEPT_PAIR_WEIGHT
    return TERM_WEIGHTS[feature[0]] if ":" in feature else CHAR_NGRAM_WEIGHT


def generalizes(feature: Feature) -> bool:
    """Whether a word that is not known may have a known feature: a stem, letters in a row, a concept."""
    return isinstance(feature, str) and (":" not in feature or feature[0] in "sc")


class Featurizer:
    """Takes messages apart into units, and units into features."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self.concept_names = lexicon.concepts
        self._concept_numbers = {concept: number for number, concept in enumerate(lexicon.concepts)}
        self._forget()

    def _forget(self) -> None:
        # Dictionaries, not lru_cache over methods: nothing here refers to itself in a circle, so that what newer
        # knowledge replaces goes at once.
        self._concepts_by_word: dict[str, tuple[str, ...]] = {}
        self._recent_terms: dict[tuple[str, ...], tuple[Term, ...]] = {}

    def __getstate__(self) -> dict[str, object]:
        """What it was made of, without what it remembers."""
        return {name: part for name, part in vars(self).items() if name not in ("_concepts_by_word", "_recent_terms")}

    def __setstate__(self, state: dict[str, object]) -> None:
        """As it was made, with nothing remembered yet."""
        vars(self).update(state)
        self._forget()

    def cache(self, vocabulary: Iterable[str]) -> None:
        """Remember the concepts of these words, so that reading them again is quick."""
        self._concepts_by_word.update((word, self._lexicon.of_word(word)) for word in vocabulary)

    def concepts(self, tokens: Sequence[str]) -> dict[str, None]:
        """The concepts of a message, those of single words first."""
        found = dict.fromkeys(chain.from_iterable(map(self._concepts_of, tokens)))
        found.update(dict.fromkeys(self._lexicon.of_phrases(tokens)))
        return found

    def concept_numbers(self, word: str) -> list[int]:
        """The numbers of the concepts that a word stands for; `names` tells which is which."""
        return [self._concept_numbers[concept] for concept in self._concepts_of(word)]

    def phrase_concept_numbers(self, tokens: Sequence[str]) -> list[int]:
        """The numbers of the concepts that several words of a message stand for together."""
        return [self._concept_numbers[concept] for concept in self._lexicon.of_phrases(tokens)]

    def terms(self, tokens: Sequence[str]) -> tuple[Term, ...]:
        """The words of the message, the concepts that only several of them make, denials, and what stands together."""
        # One message is read by several stages; its terms are worked out once.
        key = tuple(tokens)
        known = self._recent_terms.get(key)
        if known is None:
            if len(self._recent_terms) >= RECENT_MESSAGES:
                self._recent_terms.clear()
            known = self._recent_terms[key] = self._terms_of(key)
        return known

    def _terms_of(self, tokens: tuple[str, ...]) -> tuple[Term, ...]:
        concepts: dict[str, None] = dict.fromkeys(chain.from_iterable(map(self._concepts_of, tokens)))
        units: dict[Term, None] = dict.fromkeys(tokens)
        for concept in self._lexicon.of_phrases(tokens):
            if concept not in concepts:
                units[f"c:{concept}"] = concepts[concept] = None
        for before, word in pairwise(tokens):
            if before in NEGATIONS:
                units[f"n:{stem(word)}"] = None
        units.update(dict.fromkeys(_stem_bigrams(tokens)))
        numbers = sorted(map(self._concept_numbers.__getitem__, concepts))[:MAX_PAIRED_CONCEPTS]
        units.update(dict.fromkeys(PAIR_BASE * one + other for one, other in combinations(numbers, 2)))
        return tuple(units)

    def features(self, term: Term) -> list[Feature]:
        """What a unit shares with others: for a word its stem, its letters and its concepts."""
        if isinstance(term, int) or ":" in term:
            return [term]
        concepts = [f"c:{concept}" for concept in self._concepts_of(term)]
        if term.isdigit():
            return [f"w:{term}", *concepts]
        return [f"w:{term}", f"s:{stem(term)}", *dict.fromkeys(_char_ngrams(term)), *concepts]

    def _concepts_of(self, word: str) -> tuple[str, ...]:
        known = self._concepts_by_word.get(word)
        if known is None:
            known = self._lexicon.of_word(word)
            if len(self._concepts_by_word) >= MAX_CACHED_WORDS:
                self._concepts_by_word.clear()
            self._concepts_by_word[word] = known
        return known


def _stem_bigrams(tokens: Sequence[str]) -> list[str]:
    """Each two stems that follow each other, the beginning and the end counted: "^ kur", "kur sut", "sut $"."""
    return [f"b:{one} {other}" for one, other in pairwise(("^", *map(stem, tokens), "$"))]


def _char_ngrams(word: str) -> list[str]:
    framed = f"^{word}$"
    return [framed[start : start + run] for run in NGRAM_SIZES for start in range(len(framed) - run + 1)]
