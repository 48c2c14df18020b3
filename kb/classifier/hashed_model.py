"""A linear model over hashed terms; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import numpy.typing as npt

Weights = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class HashedModel:
    """A score for each output: the mean weight of a text's terms times the root of their number, and an intercept.

    A term is known by its hash alone, and terms may share a row (the hashing trick: Weinberger et al., ICML 2009): no
    word is stored. `weights` are whole numbers, (rows, outputs), which `scales` turn into log-odds; `scales` and
    `intercepts` are (outputs,).
    """

    weights: Weights
    scales: Floats
    intercepts: Floats

    def scores(self, terms: Iterable[bytes]) -> Floats:
        """The log-odds of each output, (outputs,); a text without a term has the intercepts."""
        rows = hashed_rows(terms, len(self.weights))
        if not rows:
            return self.intercepts
        total: Floats = self.weights[rows].sum(axis=0, dtype=np.int64) * self.scales / len(rows) ** 0.5
        return total + self.intercepts


def hashed_rows(terms: Iterable[bytes], rows: int) -> list[int]:
    """The rows of the terms, each once, in ascending order."""
    return sorted({crc32(term) % rows for term in terms})
