"""Weighs features step by step: softmax regression in few long steps, in plain numpy.

What is moved at each step is how much each message has taught each label. What features weigh follows from that by one
product, which is only needed at the end: steps deal with messages times labels, never with features times labels.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from kb.classifier.naive_bayes import prior, share
from kb.features.design_matrix import Between, Corpus
from kb.features.featurizer import Feature
from kb.features.sparse import Floats, blocks

STEPS: Final = 7
SHARE: Final = 0.7
LONGEST: Final = 2.0
"""A step is this share of what Newton's method would go along the gradient, and no longer than LONGEST."""
LAG: Final = 2
"""Each step goes on with step / (step + LAG) of the last one (Nesterov 1983)."""
OWN_SHARE: Final = 0.8
"""How much of what a message taught the model is taken off its own score; 0.8 meets what cross-validation measures."""
EVEN: Final = 0.5
_TINY: Final = 1e-6


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """What each feature says for each label, and the size of each unit; both end in a row of zeros.

    `held_out`: what each message scores without what it taught itself.
    """

    features: Floats
    unit_sizes: Floats
    held_out: Floats


def weigh(read: Corpus, truth: Floats) -> Weighed:
    """Learns from messages whose labels are the ones in the rows of `truth`."""
    between = Between(read)
    weights, scores, own = _start(between, read.features, truth)
    taught = _descend(between, scores, truth)
    for block in blocks(truth.shape[1]):
        weights[:, block] += between.taught(taught[:, block])
    own += taught
    own *= OWN_SHARE
    scores -= own
    return Weighed(features=weights, unit_sizes=between.unit_sizes, held_out=scores)


def _start(between: Between, features: Iterable[Feature], truth: Floats) -> tuple[Floats, Floats, Floats]:
    """What counting gives: weights of features, scores of messages, and the part of these that each gave itself."""
    spoken, labels = _spoken(features), truth.sum(axis=0)
    number = np.maximum(between.of_messages(spoken.astype(np.float32)[:, None]), 1)
    # As loud as the prior is meant to be: it is counted for messages whose features all have the size 1.
    scale = np.float32(share(labels) * np.median(np.sqrt(between.sizes / number)))
    seen = between.to_features(np.ones((len(truth), 1), dtype=np.float32))[spoken]
    weights = np.zeros((len(spoken), len(labels)), dtype=np.float32)
    scores, owned = np.empty_like(truth), np.empty_like(truth)
    for block in blocks(len(labels)):
        together = between.to_features(truth[:, block])[spoken]
        gains, own = prior(together, seen, labels[block], len(truth))
        filled = np.zeros((len(spoken), gains.shape[1]), dtype=np.float32)
        filled[spoken] = own
        owned[:, block] = between.heard(filled)
        filled[spoken] = gains
        filled *= scale
        scores[:, block] = between.heard(filled)
        weights[:, block] = filled
    owned *= truth
    owned *= scale
    return weights, scores, owned


def _descend(between: Between, scores: Floats, truth: Floats) -> Floats:
    """Moves the scores of messages towards the truth, and returns how much each message taught each label for that."""
    labels = truth.sum(axis=0)
    heft: Floats = np.minimum((np.median(labels) / labels) ** EVEN, 1).astype(np.float32)[truth.argmax(axis=1), None]
    taught, speed = np.zeros_like(truth), np.zeros_like(truth)
    for step, reach in enumerate(_reaches()):
        speed *= np.float32(_momentum(step))
        likely = _softmax(scores + speed)
        rest = truth - likely
        rest *= heft
        gain = between.gain(rest)
        rate = np.float32(min(LONGEST, SHARE * _newton(likely, rest, gain, heft[:, 0])))
        del likely
        speed += np.multiply(gain, rate, out=gain)
        scores += speed
        taught += np.multiply(rest, rate * reach, out=rest)
    return taught


def _momentum(step: int) -> float:
    return step / (step + LAG)


def _reaches() -> list[np.float32]:
    """How far what is moved in each step goes in that and all later ones, as each goes on with a part of the last."""
    reach, found = 0.0, list[np.float32]()
    for step in reversed(range(STEPS)):
        reach = 1 + reach * _momentum(step + 1)
        found.append(np.float32(reach))
    return found[::-1]


def _newton(likely: Floats, rest: Floats, gain: Floats, heft: Floats) -> float:
    """How far along `gain` the loss falls, by its slope and its bend there; `likely` is used up."""
    slope = np.einsum("ij,ij->i", rest, gain).sum(dtype=np.float64)
    leaning = np.multiply(likely, gain, out=likely)
    spread = np.einsum("ij,ij->i", leaning, gain) - leaning.sum(axis=1) ** 2
    return float(slope / max(float((heft * spread).sum(dtype=np.float64)), _TINY))


def _spoken(features: Iterable[Feature]) -> npt.NDArray[np.bool_]:
    """Which features are more than letters in a row; the row of zeros at the end is not."""
    return np.array([not isinstance(feature, str) or ":" in feature for feature in features] + [False])


def _softmax(scores: Floats) -> Floats:
    """In place."""
    scores -= scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    return scores
