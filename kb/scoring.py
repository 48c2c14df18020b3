"""Scores of one message for every label, misspelt words mended first; the quick half of what training learnt."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Final

import numpy as np

from kb.bags import Floats
from kb.features import Reader, is_word
from kb.repair import Repairer
from kb.training import Model

UNSEEN: Final = 0.25
"""The size of a feature of a strange word that no known word has, as a share of the largest known one."""
_TINY: Final = 1e-6


class Scorer:
    """A model at work: units and features in one matrix, their sizes in its last column: one look-up a message."""

    def __init__(self, model: Model, reader: Reader, used: Mapping[str, int]) -> None:
        """`used`: the known words and how often each is used."""
        self._reader = reader
        self._repairer = Repairer(used)
        self._units = model.units
        first = len(model.unit_scores)
        self._features = {feature: first + row for feature, row in model.features.items()}
        scores = np.vstack([model.unit_scores, model.feature_scores])
        sizes = np.concatenate([model.unit_sizes, model.feature_sizes])
        # What was never seen is as loud as the rarest letters, and says nothing: gibberish gets low scores.
        self._strangeness = UNSEEN * float(model.feature_sizes[:-1].max(initial=0))
        self._rows: Floats = np.column_stack([scores, sizes]).astype(np.float32)

    def scores(self, said: Sequence[str]) -> tuple[Floats, tuple[str, ...]]:
        """One score a label, and which words were taken for which."""
        mended, repairs = self._mend(said)
        units = self._reader.units(mended)
        if repairs:
            units = list(dict.fromkeys((*said, *units)))
        rows, unseen = [], 0
        for unit in units:
            row = self._units.get(unit)
            if row is not None:
                rows.append(row)
            elif is_word(unit):
                names = self._reader.features(unit)
                known = [self._features[name] for name in names if name in self._features]
                rows.extend(known)
                unseen += len(names) - len(known)
        sums = self._rows.take(rows, axis=0).sum(axis=0) if rows else np.zeros(self._rows.shape[1], dtype=np.float32)
        scores: Floats = sums[:-1] / np.float32(sqrt(max(float(sums[-1]) + unseen * self._strangeness, _TINY)))
        return scores, repairs

    def _mend(self, said: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
        mended, repairs = [], []
        for word in said:
            near = None if word in self._units else self._repairer.repair(word)
            mended.append(near or word)
            if near is not None:
                repairs.append(f"{word} → {near}")
        return mended, tuple(repairs)
