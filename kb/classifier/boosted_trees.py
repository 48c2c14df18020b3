"""Sums of decision trees that all ask the same number of questions, as arrays; pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class BoostedTrees:
    """Groups of trees; each group gives one sum (Friedman, Annals of Statistics 29(5), 2001).

    Question q asks whether feature `features[q]` is greater than `thresholds[q]`, both (questions,). On every way
    through a tree the same number of them is asked: `asked` holds their numbers, (trees, 2^depth - 1), where after
    place i comes 2i + 1 (no) or 2i + 2 (yes). `leaves` holds what each way adds, (trees, 2^depth). The trees of a group
    follow each other: `first_trees` are the places of their first ones, `intercepts` what each sum begins with, both
    (groups,).
    """

    features: Places
    thresholds: Floats
    asked: Places
    leaves: Floats
    first_trees: Places
    intercepts: Floats

    def sums(self, values: Floats) -> Floats:
        """The sum of each group, (groups,), for the values of the features, (features,)."""
        trees, ways = self.leaves.shape
        # Each question is answered once, however many trees ask it; the trees are walked side by side.
        yes = (values.take(self.features) > self.thresholds).astype(np.intp)
        first = np.arange(trees) * (ways - 1)
        place = first.copy()
        for _ in range(ways.bit_length() - 1):
            answer = yes.take(self.asked.take(place))
            place += place - first + 1 + answer
        leaf = place - first - (ways - 1) + np.arange(trees) * ways
        found: Floats = self.intercepts + np.add.reduceat(self.leaves.take(leaf), self.first_trees)
        return found
