"""Turns scores into the chance of being right; pure numpy.

The slopes are those measured on the shipped content at many sizes, moved by what held-out questions of this very
content show: the more questions its entries have, the further.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, log
from typing import Final

import numpy as np
import numpy.typing as npt

PSEUDO_OUT_OF_SCOPE_EVERY: Final = 4
"""Of every so many known questions one is shown as if its own entry did not exist: a message that nobody answers."""
OUT_OF_SCOPE_SHARE: Final = 0.25
"""The share of messages that no entry answers, as the desk is taken to get them: however many the content lists."""
DEFAULT_COEFFICIENTS: Final = (-0.13, 1.05, 1.75, -1.94, 0.27, -2.19, 2.2)
"""Slopes of content with 2 to 60 questions an entry and language, in the order of `calibration_features`. Measured by
`python -m tests.bench.understanding calibration`, on questions, decoys and whole entries left out of training, with the
steps that were taken before; what it measures now (-0.06, 0.74, 0.69, -0.56, 0.34, -2.11, 1.36) promises so little
that of small content a sixth less is answered (.49 where it is .60 with five questions)."""
OWN_FEATURES: Final = [0, 2, 4, 5]
"""Of these features the slopes follow the content itself: log-odds, margin, words, and how often it is right at all."""
DEFAULT_ROWS: Final = 3_000
"""The defaults weigh as much as so many held-out messages."""
HALF_TRUSTED_QUESTIONS: Final = 60.0
"""Held-out scores of entries with so many questions count half: those of small ones promise too much."""
FULL_SUPPORT: Final = 300.0
"""Questions of an entry that is well known; more make no difference."""
NEGATIVE_INFINITY: Final = -50.0
URGENT_MAX_FALSE_POSITIVES: Final = 0.015
"""How many held-out questions of others an urgent entry may draw to itself."""
MAX_CLASS_BIAS: Final = 2.0
EPSILON: Final = 1e-6
MAX_LOGIT: Final = 30.0
MAX_MARGIN: Final = 14.0
"""A lead that is longer says nothing more; the log-odds of the first place end there too (EPSILON)."""
RIDGE: Final = 1e-2
NEWTON_STEPS: Final = 12

Scores = npt.NDArray[np.floating]
Reals = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]
Columns = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """`class_bias` is added to each column's scores for the ranking, and does not count for the confidence.

    `out_of_scope_column` is the column of what no entry answers, or None; `support` tells for each column how well
    known it is: from 0 without questions to 1 with 300.
    """

    out_of_scope_column: int | None
    class_bias: Scores
    coefficients: tuple[float, ...]
    support: Scores

    def probabilities(self, scores: Scores, word_count: int, *, limit: int | None = None) -> tuple[Columns, Reals]:
        """The columns of entries (`limit` of them), best first, and how likely each one is right."""
        scores = scores + self.class_bias
        top = float(np.maximum.reduce(scores))
        powers = np.exp(scores - top)
        partition = float(np.add.reduce(powers))
        if self.out_of_scope_column is not None:
            scores[self.out_of_scope_column] = NEGATIVE_INFINITY
        known = len(scores) - (self.out_of_scope_column is not None)
        order = (-scores).argsort(kind="stable")[: known if limit is None else min(known, limit)]
        ranked_scores = scores[order]
        best = float(ranked_scores[0])
        top_probability = min(max(exp(best - top) / partition, EPSILON), 1 - EPSILON)
        right = self._confidence(int(order[0]), top_probability, ranked_scores, word_count)
        # The others share what the first one leaves, and none of them is as likely as it is.
        share = powers[order] / partition * (1 - right) / (1 - top_probability)
        behind_best = powers[order] if best == top else np.exp(ranked_scores - best)
        chances = np.minimum(share, right * behind_best).astype(np.float64)
        chances[0] = right
        return order, chances

    def out_of_scope(self, scores: Scores) -> float:
        """How likely no entry answers, as far as the shown decoys tell; 0 where there are none."""
        if self.out_of_scope_column is None:
            return 0.0
        powers = np.exp(scores + self.class_bias - float(np.maximum.reduce(scores + self.class_bias)))
        return float(powers[self.out_of_scope_column] / np.add.reduce(powers))

    def _confidence(self, column: int, probability: float, ranked_scores: Scores, word_count: int) -> float:
        support, bias = float(self.support[column]), float(self.class_bias[column])
        log_odds = log(probability / (1 - probability)) - bias
        # An entry without others leads what no entry answers, if anything.
        margin = float(ranked_scores[0] - ranked_scores[1]) - bias if len(ranked_scores) > 1 else log_odds
        margin = min(margin, MAX_MARGIN)
        odds, supported_odds, lead, supported_lead, length, base, supported_base = self.coefficients
        logit = log_odds * (odds + supported_odds * support) + margin * (lead + supported_lead * support)
        logit += length * log(1 + word_count) + base + supported_base * support
        return 1 / (1 + exp(-min(max(logit, -MAX_LOGIT), MAX_LOGIT)))


def fit_calibration(
    held_out: Scores,
    true_columns: Columns,
    word_counts: Columns,
    out_of_scope_column: int | None,
    urgent_columns: Sequence[int],
    *,
    questions: npt.NDArray[np.integer] | None = None,
    defaults_apply: bool = True,
) -> Calibration:
    """From held-out scores (one row a message), its column of truth and its number of words.

    `questions`: how many each column has, where the rows are only a part of them; `defaults_apply`: not where
    the scores come from a model that the defaults were not measured on.
    """
    class_bias = _class_bias(held_out, true_columns, urgent_columns)
    counts = np.bincount(true_columns, minlength=held_out.shape[1]) if questions is None else questions
    calibration = Calibration(
        out_of_scope_column=out_of_scope_column,
        class_bias=class_bias,
        coefficients=DEFAULT_COEFFICIENTS,
        support=support_of(counts),
    )
    features, right, weights = held_out_features(calibration, held_out + class_bias, true_columns, word_counts)
    known = np.delete(counts, [] if out_of_scope_column is None else [out_of_scope_column]).mean()
    trust = known / (known + HALF_TRUSTED_QUESTIONS)
    fit = shrink_to_defaults if defaults_apply else fit_logistic
    coefficients = fit(features, right, weights * trust)
    return replace(calibration, coefficients=tuple(float(one) for one in coefficients))


def support_of(questions: npt.ArrayLike) -> Scores:
    """How well known entries with so many questions are."""
    return np.minimum(np.log1p(questions) / log(1 + FULL_SUPPORT), 1).astype(np.float32)


def held_out_features(
    calibration: Calibration, scores: Scores, true_columns: Columns, word_counts: Columns
) -> tuple[Reals, Booleans, Reals]:
    """Of ranking scores, and of pretended messages out of scope: features, whether the first is right, weights."""
    none = calibration.out_of_scope_column
    asked = np.arange(len(true_columns)) if none is None else np.nonzero(true_columns != none)[0]
    pretended = asked[::PSEUDO_OUT_OF_SCOPE_EVERY]
    pretended_scores = scores[pretended].copy()
    pretended_scores[np.arange(len(pretended)), true_columns[pretended]] = NEGATIVE_INFINITY
    features, best = calibration_features(
        calibration, np.vstack([scores, pretended_scores]), np.concatenate([word_counts, word_counts[pretended]])
    )
    right = np.concatenate([best[: len(true_columns)] == true_columns, np.zeros(len(pretended), dtype=bool)])
    in_scope = np.zeros(len(right), dtype=bool)
    in_scope[asked] = True
    return features, right, scope_weights(in_scope)


def scope_weights(in_scope: Booleans) -> Reals:
    """Weights that give messages out of scope their stated share."""
    inside = int(in_scope.sum())
    if inside in {0, len(in_scope)}:
        return np.ones(len(in_scope))
    shares = np.where(in_scope, (1 - OUT_OF_SCOPE_SHARE) / inside, OUT_OF_SCOPE_SHARE / (len(in_scope) - inside))
    return shares * len(in_scope)


def calibration_features(calibration: Calibration, scores: Scores, word_counts: Columns) -> tuple[Reals, Columns]:
    """What a right first place looks like: likely, ahead of the second, in many words, of a well known entry."""
    highest = scores.max(axis=1)
    everything = np.exp(scores - highest[:, None]).sum(axis=1)
    entries = scores.astype(np.float64)
    if calibration.out_of_scope_column is not None:
        entries[:, calibration.out_of_scope_column] = NEGATIVE_INFINITY
    rows, best = np.arange(len(scores)), entries.argmax(axis=1)
    first = entries[rows, best]
    entries[rows, best] = NEGATIVE_INFINITY
    second = entries.max(axis=1)
    probability = np.clip(np.exp(first - highest) / everything, EPSILON, 1 - EPSILON)
    bias, support = calibration.class_bias[best], calibration.support[best].astype(np.float64)
    log_odds = np.log(probability / (1 - probability)) - bias
    margin = np.minimum(np.where(second > NEGATIVE_INFINITY, first - second - bias, log_odds), MAX_MARGIN)
    columns = (
        log_odds,
        log_odds * support,
        margin,
        margin * support,
        np.log1p(word_counts),
        np.ones(len(scores)),
        support,
    )
    return np.stack(columns, axis=1), best


def fit_logistic(features: Reals, right: Booleans, weights: Reals) -> Reals:
    """Logistic regression from zero; the coefficients of features, in the order of `calibration_features`."""
    return _newton(features, right, weights, np.zeros(len(features)), np.eye(features.shape[1]) * RIDGE)


def shrink_to_defaults(features: Reals, right: Booleans, weights: Reals) -> Reals:
    """The defaults, moved as far as the rows say against as many rows that say nothing new.

    What support changes stays as it is in the defaults: the entries of one content are too much alike to tell.
    """
    defaults = np.array(DEFAULT_COEFFICIENTS)
    own, logits = features[:, OWN_FEATURES], np.einsum("ij,j->i", features, defaults)
    precision = _information(own, _sigmoid(logits)) * (DEFAULT_ROWS / len(own)) + np.eye(len(OWN_FEATURES)) * RIDGE
    defaults[OWN_FEATURES] += _newton(own, right, weights, logits, precision)
    return defaults


def _newton(features: Reals, right: Booleans, weights: Reals, offsets: Reals, precision: Reals) -> Reals:
    slopes = np.zeros(features.shape[1])
    for _ in range(NEWTON_STEPS):
        # Not as a product of matrices: for one so small, the threads of its library cost more than they save.
        chances = _sigmoid(offsets + np.einsum("ij,j->i", features, slopes))
        slope = np.einsum("ij,i->j", features, weights * (right - chances)) - precision @ slopes
        slopes += np.linalg.solve(_information(features, chances, weights) + precision, slope)
    return slopes


def _sigmoid(logits: Reals) -> Reals:
    out: Reals = 1 / (1 + np.exp(-np.clip(logits, -MAX_LOGIT, MAX_LOGIT)))
    return out


def _information(features: Reals, chances: Reals, weights: Reals | float = 1.0) -> Reals:
    out: Reals = np.einsum("ij,ik,i->jk", features, features, weights * chances * (1 - chances))
    return out


def _class_bias(held_out: Scores, true_columns: Columns, urgent_columns: Sequence[int]) -> Scores:
    """How far each urgent column could be raised before it drew too many messages that are not its own."""
    bias = np.zeros(held_out.shape[1], dtype=np.float32)
    for column in urgent_columns:
        others = true_columns != column
        rest = np.delete(held_out, column, axis=1).max(axis=1)
        needed = np.sort((rest - held_out[:, column])[others])
        allowed = int(URGENT_MAX_FALSE_POSITIVES * len(true_columns))
        bias[column] = np.clip(needed[allowed], 0, MAX_CLASS_BIAS)
    return bias
