"""Learns from labelled messages how loud each feature speaks for each label, and scores messages by it; pure numpy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
import numpy.typing as npt

from kb.classifier.softmax_regression import weigh
from kb.features.design_matrix import Corpus, corpus
from kb.features.featurizer import Feature, Reader, Unit, is_shared, is_word
from kb.features.sparse import Floats, blocks

UNSEEN: Final = 1.0
"""The size of a feature of a strange word that no known word has, as a share of the largest known one."""
_TINY: Final = 1e-6


@dataclass(frozen=True, kw_only=True)
class Model:
    """What was learnt. `rows` holds one row a unit and one a feature: a column of scores a label, and last its size.

    `units` and `features` tell the row of each; of features, those that strange words may share with known ones.
    A message scores the sum of its rows over the root of their sizes.
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


def train(messages: Sequence[Sequence[str]], labels: Sequence[str], reader: Reader) -> tuple[Model, Floats]:
    """The model of these messages, and each one's scores as they would be had it not been there (first order)."""
    known = tuple(dict.fromkeys(labels))
    place = {label: number for number, label in enumerate(known)}
    truth = np.zeros((len(labels), len(known)), dtype=np.float32)
    truth[np.arange(len(labels)), [place[label] for label in labels]] = 1
    return _trained(corpus(messages, reader), truth, known)


def _trained(read: Corpus, truth: Floats, labels: tuple[str, ...]) -> tuple[Model, Floats]:
    found = weigh(read, truth)
    # Other features are met in known units alone, and these have rows of their own.
    shared = [row for feature, row in read.features.items() if is_shared(feature)]
    first = len(found.unit_sizes)
    rows = np.zeros((first + len(shared) + 1, len(labels) + 1), dtype=np.float16)
    rows[:first, -1:], rows[first:-1, -1] = found.unit_sizes, read.loudness[shared] ** 2
    for block in blocks(len(labels)):
        weights = np.ascontiguousarray(found.features[:, block])
        rows[:first, block], rows[first:-1, block] = read.unit_bags.sums(weights), weights[shared]
    model = Model(
        labels=labels,
        units=read.units,
        features={feature: first + row for row, feature in enumerate(filter(is_shared, read.features))},
        rows=rows,
        strangeness=UNSEEN * float(np.max(read.loudness, initial=0)) ** 2,
    )
    return model, found.held_out
