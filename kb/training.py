"""Learns from labelled messages how loud each feature speaks for each label: softmax regression in plain numpy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from kb.bags import Bags, Floats
from kb.features import Feature, Reader, Unit, is_word, loudness

STEPS: Final = 10
RATE: Final = 0.5
OWN_SHARE: Final = 0.9
"""How much of what a message taught the model is taken off its own score; 0.9 meets what cross-validation measures."""
EVEN: Final = 0.5
COMMON: Final = 3
"""A feature seen less often is left out, once there are MANY messages; few messages need all they have."""
MANY: Final = 2000
_TINY: Final = 1e-6


@dataclass(frozen=True, kw_only=True)
class Model:
    """Scores of units and features, one column a label. Scores of a message are the sum over the root of `sizes`."""

    labels: tuple[str, ...]
    units: dict[Unit, int]
    unit_scores: Floats
    unit_sizes: Floats
    features: dict[Feature, int]
    feature_scores: Floats
    feature_sizes: Floats


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """Messages as bags of units, units as bags of features."""

    units: dict[Unit, int]
    features: dict[Feature, int]
    loudness: Floats
    unit_bags: Bags
    message_bags: Bags


def corpus(messages: Sequence[Sequence[str]], reader: Reader) -> Corpus:
    """The messages (their skeletons) taken apart; what stands in one message only teaches nothing beyond it."""
    said = _Numbered([reader.units(message) for message in messages])
    counts = np.bincount(said.flat, minlength=len(said.names))
    spoken = np.fromiter(map(is_word, said.names), dtype=np.bool_, count=len(said.names))
    units, message_bags = said.keeping((counts > 1) | spoken)
    made = _Numbered([reader.features(unit) for unit in units])
    holders = np.repeat(counts[(counts > 1) | spoken], made.sizes)
    seen = np.bincount(made.flat, weights=holders, minlength=len(made.names))
    common = seen >= (COMMON if len(messages) > MANY else 1)
    features, unit_bags = made.keeping(common)
    rarity = 1 + np.log((1 + len(messages)) / (1 + seen[common]))
    loud = np.fromiter(map(loudness, features), dtype=np.float64, count=len(features)) * rarity
    return Corpus(
        units=units,
        features=features,
        loudness=np.append(loud, 0).astype(np.float32),
        unit_bags=unit_bags,
        message_bags=message_bags,
    )


class _Numbered:
    """Lists of names, each name with a number in the order of its first use."""

    def __init__(self, lists: Sequence[Sequence[Unit]]) -> None:
        self.names: dict[Unit, int] = {}
        number = self.names.setdefault
        flat = [number(name, len(self.names)) for names in lists for name in names]
        self.flat = np.array(flat, dtype=np.int64)
        self.sizes = np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))

    def keeping(self, kept: npt.NDArray[np.bool_]) -> tuple[dict[Unit, int], Bags]:
        """The kept names with new numbers, and the lists of them."""
        place = np.cumsum(kept) - 1
        names = {name: int(place[number]) for name, number in self.names.items() if kept[number]}
        stays = kept[self.flat]
        lists = np.repeat(np.arange(len(self.sizes)), self.sizes)[stays]
        sizes = np.bincount(lists, minlength=len(self.sizes))
        return names, Bags(place[self.flat[stays]].astype(np.int32), sizes, len(names))


def train(messages: Sequence[Sequence[str]], labels: Sequence[str], reader: Reader) -> tuple[Model, Floats]:
    """The model of these messages, and each one's scores as they would be had it not been there (first order)."""
    known = tuple(dict.fromkeys(labels))
    place = {label: number for number, label in enumerate(known)}
    truth = np.zeros((len(labels), len(known)), dtype=np.float32)
    truth[np.arange(len(labels)), [place[label] for label in labels]] = 1
    read = corpus(messages, reader)
    return _descend(read, truth, known)


def _descend(read: Corpus, truth: Floats, labels: tuple[str, ...]) -> tuple[Model, Floats]:
    loud = read.loudness[:, None]
    unit_sizes = read.unit_bags.sums(loud**2)
    message_sizes = np.maximum(read.message_bags.sums(unit_sizes)[:-1], _TINY)
    shrink: Floats = (1 / np.sqrt(message_sizes)).astype(np.float32)
    holders, containers = read.unit_bags.turned(), read.message_bags.turned()
    # The weights are kept multiplied by the loudness, so that no step has to do it.
    weights = np.zeros((len(loud), truth.shape[1]), dtype=np.float32)
    speed, own, own_speed = np.zeros_like(weights), np.zeros_like(truth), np.zeros_like(truth)
    error = np.zeros((len(truth) + 1, truth.shape[1]), dtype=np.float32)
    evened = (np.median(truth.sum(axis=0)) / truth.sum(axis=0)) ** EVEN
    heft: Floats = (truth @ np.minimum(evened, 1)).astype(np.float32)[:, None]
    push = RATE * loud**2
    for step in range(STEPS):
        momentum = np.float32(step / (step + 3))
        ahead = read.unit_bags.sums(weights + momentum * speed)
        rest = np.subtract(truth, _softmax(read.message_bags.sums(ahead)[:-1] * shrink)) * heft
        error[:-1] = rest * shrink
        speed *= momentum
        speed += holders.sums(containers.sums(error)) * push
        weights += speed
        own_speed *= momentum
        own_speed += RATE * rest
        own += own_speed
    unit_scores = read.unit_bags.sums(weights)
    scores = read.message_bags.sums(unit_scores)[:-1] * shrink
    model = Model(
        labels=labels,
        units=read.units,
        unit_scores=unit_scores,
        unit_sizes=unit_sizes[:, 0],
        features=read.features,
        feature_scores=weights,
        feature_sizes=read.loudness**2,
    )
    return model, scores - OWN_SHARE * own


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    out: Floats = powers / powers.sum(axis=1, keepdims=True)
    return out
