"""Scores of one message for every label, misspelt words mended first; the quick half of what was learnt."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

from kb.features.featurizer import Featurizer, Term
from kb.features.sparse import Floats
from kb.spelling.corrector import SpellingCorrector

TYPO_DISCOUNT: Final = 0.5
"""How much of its loudness a word loses that is surely another one misspelt."""


NO_CONTEXT: Final[Mapping[str, float]] = {}


class Model(Protocol):
    """A model at work."""

    def scores(self, terms: Mapping[Term, float], featurizer: Featurizer) -> Floats:
        """One score a label for units with their loudness."""
        ...


class IntentClassifier:
    """A model with the reader that it was learnt with, and the words that it knows."""

    def __init__(self, model: Model, featurizer: Featurizer, vocabulary: Mapping[str, int]) -> None:
        """`used`: the known words and how often each is used."""
        self._model, self._featurizer = model, featurizer
        self._spelling_corrector = SpellingCorrector(vocabulary)

    def single_typo_variants(self, tokens: Sequence[str]) -> Iterator[tuple[list[str], str]]:
        """What the message may be where one word of it is a slip, likeliest first, and that repair."""
        return self._spelling_corrector.single_typo_variants(tokens)

    def scores(
        self, tokens: Sequence[str], context_terms: Mapping[str, float] = NO_CONTEXT
    ) -> tuple[Floats, tuple[str, ...]]:
        """One score a label, and which words were taken for which; `context_terms` are further words with weights."""
        units: dict[Term, float] = dict.fromkeys(self._featurizer.terms(tokens), 1.0)
        for word, weight in context_terms.items():
            units.setdefault(word, weight)
        corrected = self._spelling_corrector.correct(tokens)
        if corrected is None:
            return self._model.scores(units, self._featurizer), ()
        # What was guessed speaks as loud as it is likely; what was said speaks on, the lower the surer the guess.
        for word, doubt in corrected.typo_probability.items():
            units[word] = 1 - TYPO_DISCOUNT * doubt
        for unit in self._featurizer.terms(corrected.tokens) if corrected.corrections else ():
            units.setdefault(unit, corrected.probabilities.get(unit, corrected.lowest_probability))
        for guess, chance in corrected.probabilities.items():
            units.setdefault(guess, chance)
        return self._model.scores(units, self._featurizer), corrected.corrections
