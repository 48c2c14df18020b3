"""Weighs features step by step: softmax regression in few long steps, in plain numpy.

What is moved at each step is how much each message has taught each label. What features weigh follows from that by one
product, which is only needed at the end: steps deal with messages times labels, never with features times labels.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from kb.classifier.naive_bayes import log_odds_prior, prior_weight
from kb.features.design_matrix import DesignMatrix, WeightedOperator
from kb.features.featurizer import Feature
from kb.features.sparse import Floats, column_blocks

GRADIENT_STEPS: Final = 16
"""Measured on labelled messages and conversations, with STEP_FRACTION: shorter or fewer steps answer less of small
content, longer ones answer more wrongly."""
STEP_FRACTION: Final = 0.9
"""How long each step is, as a share of the inverse of the largest curvature at the start: all alike, so that what is
learnt hangs on the examples, and not on how far single steps happened to go."""
MAX_STEP: Final = 1.5
"""No step is longer: where many labels have few messages each, the curvature at the start is far from that later on."""
POWER_ITERATIONS: Final = 3
MOMENTUM_LAG: Final = 2
"""Each step goes on with step / (step + LAG) of the last one (Nesterov 1983)."""
SELF_INFLUENCE: Final = 0.88
"""How much of what a message taught the model is taken off its own score; 0.8 meets what cross-validation measures."""
CLASS_BALANCE_EXPONENT: Final = 0.5
_TINY: Final = 1e-6


@dataclass(frozen=True, kw_only=True)
class FittedWeights:
    """What each feature says for each label, and the size of each unit; both end in a row of zeros.

    `held_out`: what each message scores without what it taught itself.
    """

    features: Floats
    term_sizes: Floats
    held_out: Floats


def fit_softmax(design: DesignMatrix, targets: Floats, steps: int = GRADIENT_STEPS) -> FittedWeights:
    """Learns from messages whose labels are the ones in the rows of `targets`, in so many steps."""
    between = WeightedOperator(design)
    weights, scores, own = _naive_bayes_start(between, design.features, targets)
    taught = _dual_gradient_steps(between, scores, targets, steps)
    for block in column_blocks(targets.shape[1]):
        weights[:, block] += between.weights_from_duals(taught[:, block])
    own += taught
    own *= SELF_INFLUENCE
    scores -= own
    return FittedWeights(features=weights, term_sizes=between.term_sizes, held_out=scores)


def _naive_bayes_start(
    operator: WeightedOperator, features: Iterable[Feature], targets: Floats
) -> tuple[Floats, Floats, Floats]:
    """What counting gives: weights of features, scores of messages, and the part of these that each gave itself."""
    word_level, labels = _word_level_mask(features), targets.sum(axis=0)
    number = np.maximum(operator.matmul(word_level.astype(np.float32)[:, None]), 1)
    # As loud as the prior is meant to be: it is counted for messages whose features all have the size 1.
    scale = np.float32(prior_weight(labels) * np.median(np.sqrt(operator.sizes / number)))
    seen = operator.rmatmul(np.ones((len(targets), 1), dtype=np.float32))[word_level]
    weights = np.zeros((len(word_level), len(labels)), dtype=np.float32)
    scores, owned = np.empty_like(targets), np.empty_like(targets)
    for block in column_blocks(len(labels)):
        cooccurrence = operator.rmatmul(targets[:, block])[word_level]
        log_odds, own = log_odds_prior(cooccurrence, seen, labels[block], len(targets))
        filled = np.zeros((len(word_level), log_odds.shape[1]), dtype=np.float32)
        filled[word_level] = own
        owned[:, block] = operator.decision_scores(filled)
        filled[word_level] = log_odds
        filled *= scale
        scores[:, block] = operator.decision_scores(filled)
        weights[:, block] = filled
    owned *= targets
    owned *= scale
    return weights, scores, owned


def _dual_gradient_steps(operator: WeightedOperator, scores: Floats, targets: Floats, steps: int) -> Floats:
    """Moves the scores of messages towards the truth, and returns how much each message taught each label for that."""
    labels = targets.sum(axis=0)
    class_weight: Floats = np.minimum((np.median(labels) / labels) ** CLASS_BALANCE_EXPONENT, 1).astype(np.float32)[
        targets.argmax(axis=1), None
    ]
    rate = np.float32(min(MAX_STEP, STEP_FRACTION / _largest_curvature(operator, scores, targets, class_weight)))
    duals, velocity = np.zeros_like(targets), np.zeros_like(targets)
    for step, momentum_sum in enumerate(_momentum_sums(steps)):
        velocity *= np.float32(_momentum(step))
        residual = targets - _softmax(scores + velocity)
        residual *= class_weight
        gradient_scores = operator.gram_product(residual)
        velocity += np.multiply(gradient_scores, rate, out=gradient_scores)
        scores += velocity
        duals += np.multiply(residual, rate * momentum_sum, out=residual)
    return duals


def _largest_curvature(operator: WeightedOperator, scores: Floats, targets: Floats, class_weight: Floats) -> float:
    """The largest eigenvalue of the loss's Hessian at these scores, from the direction of the gradient: it bounds how
    long a step may be (power iteration, of which the first few rounds find somewhat less)."""
    probabilities = _softmax(scores.copy())
    direction, largest = targets - probabilities, _TINY
    for _ in range(POWER_ITERATIONS):
        direction /= max(float(np.linalg.norm(direction)), _TINY)
        bent = probabilities * direction
        bent -= probabilities * bent.sum(axis=1, keepdims=True)
        bent *= class_weight
        direction = operator.gram_product(bent)
        largest = max(float(np.linalg.norm(direction)), _TINY)
    return largest


def _momentum(step: int) -> float:
    return step / (step + MOMENTUM_LAG)


def _momentum_sums(steps: int) -> list[np.float32]:
    """How far what is moved in each step goes in that and all later ones, as each goes on with a part of the last."""
    reach, found = 0.0, list[np.float32]()
    for step in reversed(range(steps)):
        reach = 1 + reach * _momentum(step + 1)
        found.append(np.float32(reach))
    return found[::-1]


def _word_level_mask(features: Iterable[Feature]) -> npt.NDArray[np.bool_]:
    """Which features are more than letters in a row; the row of zeros at the end is not."""
    return np.array([not isinstance(feature, str) or ":" in feature for feature in features] + [False])


def _softmax(scores: Floats) -> Floats:
    """In place."""
    scores -= scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    return scores
