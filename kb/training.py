"""Learns from labelled messages how loud each feature speaks for each label: softmax regression in plain numpy."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
import numpy.typing as npt

from kb.bags import Bags, Floats
from kb.counting import prior
from kb.features import Feature, Reader, Unit, is_word, loudness

STEPS: Final = 20
RATE: Final = 0.25
OWN_SHARE: Final = 0.8
"""How much of what a message taught the model is taken off its own score; 0.8 meets what cross-validation measures."""
EVEN: Final = 0.5
COMMON: Final = 3
"""A feature seen less often is left out, once there are MANY messages; few messages need all they have."""
MANY: Final = 2000
UNSEEN: Final = 1.0
"""The size of a feature of a strange word that no known word has, as a share of the largest known one."""
_TINY: Final = 1e-6


@dataclass(frozen=True, kw_only=True)
class Model:
    """What was learnt. `rows` holds one row a unit and one a feature: a column of scores a label, and last its size.

    `units` and `features` tell the row of each. A message scores the sum of its rows over the root of their sizes.
    """

    labels: tuple[str, ...]
    units: dict[Unit, int]
    features: dict[Feature, int]
    rows: npt.NDArray[np.float16]
    """Half as exact as they were learnt, in half the memory: scores differ in their fourth digit."""

    strangeness: float
    """The size of what was never seen: it says nothing and makes the rest quieter, so that gibberish scores low."""

    def scores(self, units: Mapping[Unit, float], reader: Reader) -> Floats:
        """One score a label for units with their loudness."""
        rows, loud, unseen = self._look_up(units, reader)
        heard = self.rows.take(rows, axis=0).astype(np.float32)
        size = float((loud * loud) @ heard[:, -1]) + unseen * self.strangeness
        out: Floats = (loud @ heard)[:-1] / np.float32(sqrt(max(size, _TINY)))
        return out

    def _look_up(self, units: Mapping[Unit, float], reader: Reader) -> tuple[list[int], Floats, int]:
        """The rows of known units and of the known features of strange words, how loud each is, and what is unknown."""
        rows: list[int] = []
        loud: list[float] = []
        unseen = 0
        for unit, volume in units.items():
            row = self.units.get(unit)
            if row is not None:
                rows.append(row)
                loud.append(volume)
            elif is_word(unit):
                names = reader.features(unit)
                known = [self.features[name] for name in names if name in self.features]
                rows.extend(known)
                loud.extend([volume] * len(known))
                unseen += len(names) - len(known)
        return rows, np.array(loud, dtype=np.float32), unseen


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
    least = COMMON if len(messages) > MANY else 1
    # What is no word is its own only feature: too rare as a feature, it is of no use as a unit.
    worth = spoken | (counts >= max(least, 2))
    units, message_bags = said.keeping(worth)
    made = _Numbered([reader.features(unit) for unit in units])
    seen = np.bincount(made.flat, weights=np.repeat(counts[worth], made.sizes), minlength=len(made.names))
    common = seen >= least
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
    error = np.zeros((len(truth) + 1, truth.shape[1]), dtype=np.float32)
    error[:-1] = truth
    start = prior(holders.sums(containers.sums(error)), truth.sum(axis=0), _spoken(read.features))
    number = np.maximum(read.message_bags.sums(read.unit_bags.sums(start.counted))[:-1], 1)
    # As loud as the prior is meant to be: it was counted for messages whose features all have the size 1.
    scale = start.share * np.median(np.sqrt(message_sizes / number))
    weights: Floats = start.gains * scale
    own: Floats = read.message_bags.sums(read.unit_bags.sums(start.own))[:-1] * truth * shrink * scale
    speed, own_speed = np.zeros_like(weights), np.zeros_like(truth)
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
    first = len(unit_scores)
    sizes = np.concatenate([unit_sizes[:, 0], read.loudness**2])
    model = Model(
        labels=labels,
        units=read.units,
        features={feature: first + row for feature, row in read.features.items()},
        rows=np.column_stack([np.vstack([unit_scores, weights]), sizes]).astype(np.float16),
        strangeness=UNSEEN * float(np.max(read.loudness, initial=0)) ** 2,
    )
    return model, scores - OWN_SHARE * own


def _spoken(features: Iterable[Feature]) -> npt.NDArray[np.bool_]:
    """Which features are more than letters in a row; the row of zeros at the end is not."""
    return np.array([not isinstance(feature, str) or ":" in feature for feature in features] + [False])


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    out: Floats = powers / powers.sum(axis=1, keepdims=True)
    return out
