"""Learns from labelled messages how loud each feature speaks for each label, and scores messages by it; pure numpy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from kb.features.featurizer import Feature, Featurizer, Term, generalizes, is_word
from kb.features.sparse import Floats, column_blocks

if TYPE_CHECKING:
    from kb.features.design_matrix import DesignMatrix

UNSEEN_FEATURE_NORM: Final = 1.0
"""The size of a feature of a strange word that no known word has, as a share of the largest known one."""
_TINY: Final = 1e-6
_ONES: Final = np.ones(256, dtype=np.float32)
"""The weights of most messages' terms: where no word was corrected, all speak alike."""


@dataclass(frozen=True, kw_only=True)
class LinearModel:
    """What was learnt. `rows` holds one row a unit and one a feature: a column of scores a label, and last its size.

    `units` and `features` tell the row of each; of features, those that strange words may share with known ones.
    A message scores the sum of its rows over the root of their sizes.
    """

    labels: tuple[str, ...]
    terms: dict[Term, int]
    features: dict[Feature, int]
    weights: Floats
    """Rounded to halves, kept as they are added: turning halves into floats took most of a message's scoring. Where
    they are mapped from a file, only the rows that are used take memory."""

    unseen_norm: float
    """The size of what was never seen: it says nothing and makes the rest quieter, so that gibberish scores low."""

    def scores(self, terms: Mapping[Term, float], featurizer: Featurizer) -> Floats:
        """One score a label for units with their loudness."""
        rows, term_weights, unseen = self._look_up(terms, featurizer)
        active_rows = self.weights.take(np.fromiter(rows, np.intp, len(rows)), axis=0)
        squares = term_weights if term_weights.base is _ONES else term_weights * term_weights
        size = float(squares @ active_rows[:, -1]) + unseen * self.unseen_norm
        out: Floats = (term_weights @ active_rows)[:-1]
        out /= np.float32(sqrt(max(size, _TINY)))
        return out

    def _look_up(self, terms: Mapping[Term, float], featurizer: Featurizer) -> tuple[list[int], Floats, int]:
        """The rows of known units and of the known features of strange words, how loud each is, and what is unknown."""
        rows: list[int] = []
        term_weights: list[float] = []
        unseen = 0
        for unit, volume, row in zip(terms, terms.values(), map(self.terms.get, terms), strict=True):
            if row is not None:
                rows.append(row)
                term_weights.append(volume)
            elif is_word(unit):
                names = featurizer.features(unit)
                known = [self.features[name] for name in names if name in self.features]
                rows.extend(known)
                term_weights.extend([volume] * len(known))
                unseen += len(names) - len(known)
        if term_weights.count(1.0) == len(term_weights) <= len(_ONES):
            return rows, _ONES[: len(term_weights)], unseen
        return rows, np.array(term_weights, dtype=np.float32), unseen


def fit(
    messages: Sequence[Sequence[str]], labels: Sequence[str], featurizer: Featurizer, *, steps: int | None = None
) -> tuple[LinearModel, Floats]:
    """The model of these messages, and each one's scores as they would be had it not been there (first order).

    `steps`: how many are taken towards the truth, where it is not the usual number.
    """
    # What only fits a model is loaded where one is fitted.
    from kb.features.design_matrix import build_design_matrix

    known = tuple(dict.fromkeys(labels))
    place = {label: number for number, label in enumerate(known)}
    targets = np.zeros((len(labels), len(known)), dtype=np.float32)
    targets[np.arange(len(labels)), [place[label] for label in labels]] = 1
    return _fit(build_design_matrix(messages, featurizer), targets, known, steps)


def _fit(
    design: "DesignMatrix", targets: Floats, labels: tuple[str, ...], steps: int | None
) -> tuple[LinearModel, Floats]:
    from kb.classifier.softmax_regression import GRADIENT_STEPS, fit_softmax

    found = fit_softmax(design, targets, GRADIENT_STEPS if steps is None else steps)
    # Other features are met in known units alone, and these have rows of their own.
    shared = [row for feature, row in design.features.items() if generalizes(feature)]
    first = len(found.term_sizes)
    rows = np.zeros((first + len(shared) + 1, len(labels) + 1), dtype=np.float32)
    rows[:first, -1:], rows[first:-1, -1] = _rounded(found.term_sizes), _rounded(design.idf[shared] ** 2)
    for block in column_blocks(len(labels)):
        weights = np.ascontiguousarray(found.features[:, block])
        rows[:first, block] = _rounded(design.term_features.matmul(weights))
        rows[first:-1, block] = _rounded(weights[shared])
    model = LinearModel(
        labels=labels,
        terms=design.terms,
        features={feature: first + row for row, feature in enumerate(filter(generalizes, design.features))},
        weights=rows,
        unseen_norm=UNSEEN_FEATURE_NORM * float(np.max(design.idf, initial=0)) ** 2,
    )
    return model, found.held_out


def _rounded(weights: npt.NDArray[np.floating]) -> npt.NDArray[np.float16]:
    return weights.astype(np.float16)
