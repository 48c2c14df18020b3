"""Learns by counting: where weighing step by step begins, and all there is for knowledge too large for that; numpy."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
import numpy.typing as npt

from kb.features.featurizer import Feature, Reader, Unit, is_word
from kb.features.sparse import Floats

DOUBT: Final = 5.0
"""How many questions of no entry in particular are thought beside those of an entry (Laplace's rule, by rarity)."""
SEEN: Final = 2
"""A feature that stands in one message only teaches nothing beyond it."""
SAMPLED: Final = 2_000_000
"""So many scores of left-out messages are enough to calibrate by."""

SHARE: Final = 0.25
ENOUGH: Final = 20.0
"""Weighing begins with this share of what counting says; with less where labels have few messages beside this many."""

Sums = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class CountedModel:
    """For each feature the labels it was seen with, and how much it speaks for each: the row `starts[f]:starts[f + 1]`.

    `absent` (one a label) is what a feature says about a label that it was never seen with.
    Method: multinomial naive Bayes (McCallum and Nigam 1998), the weights those of presence, not of frequency.
    """

    labels: tuple[str, ...]
    features: dict[Feature, int]
    starts: Numbers
    places: npt.NDArray[np.int32]
    gains: Floats
    absent: Floats

    def scores(self, units: Mapping[Unit, float], reader: Reader) -> Floats:
        """One score a label for units with their loudness."""
        rows: list[int] = []
        loud: list[float] = []
        unseen = 0
        for feature, volume in heard(units, reader).items():
            row = self.features.get(feature)
            if row is None:
                unseen += 1
            else:
                rows.append(row)
                loud.append(volume)
        sums = self.sums(rows, loud)
        out: Floats = (sums / sqrt(max(1.0, sum(loud) + unseen))).astype(np.float32)
        return out

    def sums(self, rows: Sequence[int], loud: Sequence[float]) -> Sums:
        """What the features in these rows say together, each as loud as given."""
        spans = [slice(self.starts[row], self.starts[row + 1]) for row in rows]
        if not spans:
            return np.zeros(len(self.labels))
        places = np.concatenate([self.places[span] for span in spans])
        gains = np.concatenate([self.gains[span] * volume for span, volume in zip(spans, loud, strict=True)])
        sums = np.bincount(places, weights=gains, minlength=len(self.labels)).astype(np.float64)
        return sums + sum(loud) * self.absent.astype(np.float64)


def share(labels: Floats) -> float:
    """How much of what counting says weighing begins with, by the messages that each label has."""
    each = labels.mean()
    return float(SHARE * each / (each + ENOUGH))


def prior(together: Floats, seen: Floats, labels: Floats, messages: int) -> tuple[Floats, Floats]:
    """What counting says, one row a feature and a column a label, and what a message said of itself in that.

    From how often features and labels came together, the messages with a feature and those of a label, and all of them.
    `together` is used up.
    """
    seen = np.maximum(seen, 1)
    told = _log((together * (messages / (seen * DOUBT))).astype(np.float32, copy=False))
    together -= 1
    np.maximum(together, 0, out=together)
    together *= messages / (np.maximum(seen - 1, 1) * DOUBT)
    own = np.subtract(told, _log(together), out=together)
    told -= np.log1p(labels / DOUBT)
    return told, own


def _log(counts: Floats) -> Floats:
    """log1p() in place; numpy takes the plain logarithm of many numbers at once."""
    counts += 1
    return np.log(counts, out=counts)


def heard(units: Mapping[Unit, float], reader: Reader) -> dict[Feature, float]:
    """What counts of these units: letters in a row, which nearly every label has, do not."""
    found: dict[Feature, float] = {}
    for unit, volume in units.items():
        for feature in reader.features(unit) if is_word(unit) else (unit,):
            if not isinstance(feature, str) or ":" in feature:
                found.setdefault(feature, volume)
    return found


def count(
    messages: Sequence[Sequence[str]], labels: Sequence[str], reader: Reader
) -> tuple[CountedModel, Floats, Numbers]:
    """The model; scores of some messages as they would be had each not been there; and which messages these are."""
    known = tuple(dict.fromkeys(labels))
    place = {label: number for number, label in enumerate(known)}
    truth = np.fromiter((place[label] for label in labels), dtype=np.int64, count=len(labels))
    held = _read(messages, reader)
    pairs, together = np.unique(held.flat * len(known) + np.repeat(truth, held.sizes), return_counts=True)
    each = _Each(
        messages=len(truth), labels=np.bincount(truth), features=np.bincount(held.flat, minlength=len(held.features))
    )
    model = _model(held.features, known, pairs, together, each)
    chosen = np.arange(0, len(truth), max(1, len(truth) * len(known) // SAMPLED))
    return model, _left_out(model, held, truth, (pairs, together, each), chosen), chosen


@dataclass(frozen=True, kw_only=True)
class _Read:
    """The features of all messages in one row of numbers, and how many each message has."""

    features: dict[Feature, int]
    flat: Numbers
    sizes: Numbers


@dataclass(frozen=True, kw_only=True)
class _Each:
    """How many messages there are, of each label and with each feature."""

    messages: int
    labels: Numbers
    features: Numbers


def _read(messages: Iterable[Sequence[str]], reader: Reader) -> _Read:
    numbers: dict[Feature, int] = {}
    flat, sizes = array("q"), array("q")
    for message in messages:
        found = heard(dict.fromkeys(reader.units(message), 1.0), reader)
        sizes.append(len(found))
        flat.extend([numbers.setdefault(feature, len(numbers)) for feature in found])
    return _Read(features=numbers, flat=np.array(flat, dtype=np.int64), sizes=np.array(sizes, dtype=np.int64))


def _model(
    features: dict[Feature, int], labels: tuple[str, ...], pairs: Numbers, together: Numbers, each: _Each
) -> CountedModel:
    feature, label = np.divmod(pairs, len(labels))
    kept = each.features >= SEEN
    stays = kept[feature]
    number = np.cumsum(kept) - 1
    gains = np.log1p(together * each.messages / (each.features[feature] * DOUBT))
    return CountedModel(
        labels=labels,
        features={name: int(number[row]) for name, row in features.items() if kept[row]},
        starts=np.concatenate([[0], np.cumsum(np.bincount(feature, minlength=len(kept))[kept])]),
        places=label[stays].astype(np.int32),
        gains=gains[stays].astype(np.float32),
        absent=-np.log1p(each.labels / DOUBT).astype(np.float32),
    )


def _left_out(
    model: CountedModel, held: _Read, truth: Numbers, counted: tuple[Numbers, Numbers, _Each], chosen: Numbers
) -> Floats:
    """What each chosen message scores with the counts that it is not in itself."""
    pairs, together, each = counted
    number = np.cumsum(each.features >= SEEN) - 1
    starts = np.concatenate([[0], np.cumsum(held.sizes)])
    out = np.empty((len(chosen), len(model.labels)), dtype=np.float32)
    for row, message in enumerate(chosen):
        own = truth[message]
        seen = held.flat[starts[message] : starts[message + 1]]
        # What would be seen too rarely without this message would not be there.
        seen = seen[each.features[seen] > SEEN]
        sums = model.sums(number[seen].tolist(), [1.0] * len(seen))
        others = together[np.searchsorted(pairs, seen * len(model.labels) + own)] - 1
        gains = np.log1p(others * (each.messages - 1) / ((each.features[seen] - 1) * DOUBT))
        sums[own] = gains.sum() - len(seen) * np.log1p((each.labels[own] - 1) / DOUBT)
        out[row] = sums / sqrt(max(1, held.sizes[message]))
    return out
