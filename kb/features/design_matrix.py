"""Known messages taken apart: which units stand in which message, which features in which unit, and sums over both."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Final

import numpy as np

from kb.features.featurizer import Feature, Featurizer, Term, base_weight
from kb.features.sparse import Floats, IncidenceMatrix, column_blocks
from kb.features.vectorizer import Factorized, MinDocumentFrequency, vectorize
from kb.features.vectorizer import Numbers as Places

MIN_DF: Final = 3
"""A feature seen less often is left out, once there are MANY messages; few messages need all they have."""
LARGE_CORPUS_MESSAGES: Final = 2000
MIN_DF_LARGE: Final = MinDocumentFrequency(stem_bigram=MIN_DF + 2, concept_pair=MIN_DF + 3, other=MIN_DF)
"""There are so many pairs that the rare ones cost more to learn than they tell."""
MIN_DF_SMALL: Final = MinDocumentFrequency(stem_bigram=2, concept_pair=2, other=2)
"""What is no word is its own only feature: in one message only, it teaches nothing beyond that."""
_TINY: Final = 1e-6


@dataclass(frozen=True, kw_only=True)
class DesignMatrix:
    """Messages as bags of units, units as bags of features."""

    terms: dict[Term, int]
    features: dict[Feature, int]
    idf: Floats
    term_features: IncidenceMatrix
    message_terms: IncidenceMatrix


def build_design_matrix(messages: Sequence[Sequence[str]], featurizer: Featurizer) -> DesignMatrix:
    """The messages (their skeletons) taken apart; what stands in one message only teaches nothing beyond it."""
    many = len(messages) > LARGE_CORPUS_MESSAGES
    found, least = vectorize(messages, featurizer, MIN_DF_LARGE if many else MIN_DF_SMALL), MIN_DF if many else 1
    features_by_term = Factorized([featurizer.features(unit) for unit in found.terms])
    seen = np.bincount(
        features_by_term.codes,
        weights=np.repeat(found.document_frequencies, features_by_term.sizes),
        minlength=len(features_by_term.names),
    )
    common = seen >= least
    features = list(compress(features_by_term.names, common.tolist()))
    rarity = 1 + np.log((1 + len(messages)) / (1 + seen[common]))
    weights = np.fromiter(map(base_weight, features), dtype=np.float64, count=len(features)) * rarity
    stays = common[features_by_term.codes]
    return DesignMatrix(
        terms=_numbered(found.terms),
        features=_numbered(features),
        idf=np.append(weights, 0).astype(np.float32),
        term_features=_incidence(
            features_by_term.lists[stays],
            (np.cumsum(common) - 1)[features_by_term.codes[stays]],
            len(found.terms),
            len(features),
        ),
        message_terms=_incidence(found.messages, found.term_numbers, len(messages), len(found.terms)),
    )


def _incidence(holders: Places, held: Places, bags: int, rows: int) -> IncidenceMatrix:
    """Bags of what is held, given with who holds it in the order of the holders."""
    return IncidenceMatrix(held.astype(np.int32), np.bincount(holders, minlength=bags), rows)


def _numbered(names: Sequence[Term]) -> dict[Term, int]:
    return dict(zip(names, range(len(names)), strict=True))


class WeightedOperator:
    """From messages to features and back, each message as loud as its size allows."""

    def __init__(self, design: DesignMatrix) -> None:
        self._term_features, self._message_terms = design.term_features, design.message_terms
        self._feature_terms, self._term_messages = design.term_features.transpose(), design.message_terms.transpose()
        self._squared_idf: Floats = design.idf[:, None] ** 2
        self.term_sizes = self._term_features.matmul(self._squared_idf)
        self.sizes = np.maximum(self.matmul(self.term_sizes, over_terms=True), _TINY)
        self.inverse_norm: Floats = (1 / np.sqrt(self.sizes)).astype(np.float32)

    def rmatmul(self, messages: Floats, scale: Floats | float = 1) -> Floats:
        """For each feature the sum over the messages that hold it, each so loud."""
        padded = np.empty((len(messages) + 1, messages.shape[1]), dtype=np.float32)
        np.multiply(messages, scale, out=padded[:-1])
        padded[-1] = 0
        return self._feature_terms.matmul(self._term_messages.matmul(padded))

    def matmul(self, weights: Floats, *, over_terms: bool = False) -> Floats:
        """For each message the sum over its features, or over its units where features are `summed` already."""
        return self._message_terms.matmul(weights if over_terms else self._term_features.matmul(weights))[:-1]

    def weights_from_duals(self, duals: Floats) -> Floats:
        """What features weigh when each message taught so much."""
        out = self.rmatmul(duals, self.inverse_norm)
        # The weights are kept multiplied by the loudness, so that no message has to do it.
        out *= self._squared_idf
        return out

    def decision_scores(self, weights: Floats) -> Floats:
        """What messages score by these weights."""
        out = self.matmul(weights)
        out *= self.inverse_norm
        return out

    def gram_product(self, duals: Floats) -> Floats:
        """What messages score when each one taught so much."""
        out = np.empty_like(duals)
        for block in column_blocks(duals.shape[1]):
            out[:, block] = self.decision_scores(self.weights_from_duals(duals[:, block]))
        return out
