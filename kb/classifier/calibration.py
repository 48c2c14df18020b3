"""Turns scores into the chance of being right, and learns where to answer, to ask or to say no; pure numpy."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Final

import numpy as np
import numpy.typing as npt

PSEUDO_OUT_OF_SCOPE_EVERY: Final = 4
"""Of every so many known questions one is shown as if its own entry did not exist: a message that nobody answers."""
NEGATIVE_INFINITY: Final = -50.0
TARGET_RISK: Final = 0.09
"""The share of answers that may be wrong among held-out questions, which are harder than what people write."""
MAX_REJECT_RATE: Final = 0.12
"""The share of held-out questions that may be met with "I do not know"."""
URGENT_MAX_FALSE_POSITIVES: Final = 0.015
"""How many held-out questions of others an urgent entry may draw to itself."""
MAX_CLASS_BIAS: Final = 2.0
MIN_ANSWER_THRESHOLD: Final = 0.4
MAX_ANSWER_THRESHOLD: Final = 0.75
"""The chance from which on is answered lies between these, whatever a small knowledge base teaches."""
EPSILON: Final = 1e-6
NEWTON_STEPS: Final = 12

Scores = npt.NDArray[np.floating]
Reals = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]
Columns = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """`none` is the column of what no entry answers, or None; `boldness` is added to each column's scores."""

    out_of_scope_column: int | None
    class_bias: Scores
    coefficients: tuple[float, ...]
    answer_threshold: float
    clarify_threshold: float

    def probabilities(self, scores: Scores, word_count: int) -> tuple[Columns, Reals]:
        """The columns of entries, best first, and how likely each one is right."""
        scores = scores + self.class_bias
        top = float(scores.max())
        partition = float(np.exp(scores - top).sum())
        if self.out_of_scope_column is not None:
            scores[self.out_of_scope_column] = NEGATIVE_INFINITY
        order = np.argsort(-scores, kind="stable")[: len(scores) - (self.out_of_scope_column is not None)]
        ranked_scores = scores[order]
        best = float(ranked_scores[0])
        top_probability = min(max(exp(best - top) / partition, EPSILON), 1 - EPSILON)
        far, length, base = self.coefficients
        sure = far * log(top_probability / (1 - top_probability)) + length * log(1 + word_count) + base
        right = 1 / (1 + exp(-sure))
        # The others share what the first one leaves, and none of them is as likely as it is.
        share = np.exp(ranked_scores - top) / partition * (1 - right) / (1 - top_probability)
        chances = np.minimum(share, right * np.exp(ranked_scores - best)).astype(np.float64)
        chances[0] = right
        return order, chances


def fit_calibration(
    held_out: Scores,
    true_columns: Columns,
    word_counts: Columns,
    out_of_scope_column: int | None,
    urgent_columns: Sequence[int],
) -> Calibration:
    """From held-out scores (one row a message), its column of truth and its number of words."""
    boldness = _class_bias(held_out, true_columns, urgent_columns)
    scores = held_out + boldness
    asked = (
        np.arange(len(true_columns))
        if out_of_scope_column is None
        else np.nonzero(true_columns != out_of_scope_column)[0]
    )
    pseudo_out_of_scope = asked[::PSEUDO_OUT_OF_SCOPE_EVERY]
    pretended = scores[pseudo_out_of_scope].copy()
    pretended[np.arange(len(pseudo_out_of_scope)), true_columns[pseudo_out_of_scope]] = NEGATIVE_INFINITY
    features, best = _calibration_features(
        np.vstack([scores, pretended]),
        np.concatenate([word_counts, word_counts[pseudo_out_of_scope]]),
        out_of_scope_column,
    )
    right = np.concatenate([best[: len(true_columns)] == true_columns, np.zeros(len(pseudo_out_of_scope), dtype=bool)])
    slopes = _fit_logistic(features, right)
    chances = _probabilities(features, slopes)
    answer_from = _answer_threshold(chances)
    return Calibration(
        out_of_scope_column=out_of_scope_column,
        class_bias=boldness,
        coefficients=tuple(float(slope) for slope in slopes),
        answer_threshold=answer_from,
        clarify_threshold=min(float(np.quantile(chances[asked], MAX_REJECT_RATE)), answer_from),
    )


def _calibration_features(
    scores: Scores, word_counts: Columns, out_of_scope_column: int | None
) -> tuple[Reals, Columns]:
    """What a right first place looks like: likely, and said in many words."""
    highest = scores.max(axis=1)
    everything = np.exp(scores - highest[:, None]).sum(axis=1)
    entries = scores.astype(np.float64)
    if out_of_scope_column is not None:
        entries[:, out_of_scope_column] = NEGATIVE_INFINITY
    chance = np.clip(np.exp(entries.max(axis=1) - highest) / everything, EPSILON, 1 - EPSILON)
    columns = (
        np.log(chance / (1 - chance)),
        np.log(1 + word_counts),
        np.ones(len(scores)),
    )
    return np.stack(columns, axis=1), entries.argmax(axis=1)


def _class_bias(held_out: Scores, true_columns: Columns, urgent_columns: Sequence[int]) -> Scores:
    """How far each urgent column could be raised before it drew too many messages that are not its own."""
    boldness = np.zeros(held_out.shape[1], dtype=np.float32)
    for column in urgent_columns:
        others = true_columns != column
        rest = np.delete(held_out, column, axis=1).max(axis=1)
        needed = np.sort((rest - held_out[:, column])[others])
        allowed = int(URGENT_MAX_FALSE_POSITIVES * len(true_columns))
        boldness[column] = np.clip(needed[allowed], 0, MAX_CLASS_BIAS)
    return boldness


def _answer_threshold(probabilities: Reals) -> float:
    """The lowest chance, within reason, from which on few enough of the answers can be expected to be wrong."""
    falling = -np.sort(-probabilities)
    wrong = np.cumsum(1 - falling) / np.arange(1, len(falling) + 1)
    good = np.nonzero(wrong <= TARGET_RISK)[0]
    return (
        min(max(float(falling[good[-1]]), MIN_ANSWER_THRESHOLD), MAX_ANSWER_THRESHOLD)
        if len(good)
        else MAX_ANSWER_THRESHOLD
    )


def _fit_logistic(features: Reals, right: Booleans) -> Reals:
    slopes = np.zeros(features.shape[1])
    ridge = np.eye(len(slopes)) * 1e-2
    for _ in range(NEWTON_STEPS):
        chances = _probabilities(features, slopes)
        slope = np.einsum("ij,i->j", features, right - chances) - ridge @ slopes
        bend = np.einsum("ij,ik,i->jk", features, features, chances * (1 - chances)) + ridge
        slopes += np.linalg.solve(bend, slope)
    return slopes


def _probabilities(features: Reals, coefficients: Reals) -> Reals:
    # Not as a product of matrices: for one so small, the threads of the library that makes it cost more than they save.
    sums = np.einsum("ij,j->i", features, coefficients)
    out: Reals = 1 / (1 + np.exp(-np.clip(sums, -30, 30)))
    return out
