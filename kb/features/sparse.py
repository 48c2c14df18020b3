"""Ragged lists of row numbers and the sums of a matrix's rows over them; arithmetic only."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int32]
_Places = npt.NDArray[np.int64]

_WIDTHS: Final = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 48, 64)
_WIDEST: Final = _WIDTHS[-1]
"""A bag of more is summed in pieces of so many."""
_CHUNK: Final = 1 << 17
"""So many numbers are taken at once: they stay in the cache until they are summed."""
_SHORT: Final = 1 << 16
"""Numbers below this fit into two bytes."""
_COLUMNS: Final = 80
"""So many columns, about, are dealt with at once: of more, what is summed on the way would take much room."""


def blocks(columns: int) -> list[slice]:
    """Parts of as many columns that are dealt with one after the other."""
    cuts = np.linspace(0, columns, max(1, round(columns / _COLUMNS)) + 1).astype(int).tolist()
    return [slice(start, end) for start, end in pairwise(cuts)]


def in_order(numbers: npt.NDArray[Any], bound: int) -> _Places:
    """Where to find numbers below `bound` in their order, equal ones as they come; numpy sorts short ones faster."""
    short = numbers.astype(np.uint16) if bound <= _SHORT else numbers
    return np.argsort(short, kind="stable")


class Bags:
    """Many bags of row numbers below `rows`; bags of like size are summed together, which numpy does fast."""

    def __init__(self, flat: Numbers, sizes: _Places, rows: int) -> None:
        self.flat, self.sizes, self.rows = flat, sizes, rows
        starts = np.cumsum(sizes) - sizes
        self._empty = np.nonzero(sizes == 0)[0]
        self._blocks: list[tuple[_Places, Numbers]] = []
        lowest = 0
        for width in _WIDTHS:
            bags = np.nonzero((sizes > lowest) & (sizes <= width))[0]
            lowest = width
            if len(bags):
                self._blocks.append((bags, self._padded(starts[bags], sizes[bags], width)))
        self._large = self._pieces(np.nonzero(sizes > _WIDEST)[0], starts)

    def _padded(self, starts: _Places, sizes: _Places, width: int) -> Numbers:
        numbers = np.full((len(starts), width), self.rows, dtype=np.int32)
        filled = np.arange(width) < sizes[:, None]
        numbers[filled] = self.flat[(starts[:, None] + np.arange(width))[filled]]
        return numbers

    def _pieces(self, bags: _Places, starts: _Places) -> "_Large":
        count = -(-self.sizes[bags] // _WIDEST)
        first = np.cumsum(count) - count
        done = (np.arange(count.sum()) - np.repeat(first, count)) * _WIDEST
        left = np.repeat(self.sizes[bags], count) - done
        numbers = self._padded(np.repeat(starts[bags], count) + done, np.minimum(left, _WIDEST), _WIDEST)
        return _Large(bags=bags, numbers=numbers, first=first)

    def turned(self) -> "Bags":
        """For each row number, the bags that hold it."""
        order = in_order(self.flat, self.rows)
        holders = np.repeat(np.arange(len(self.sizes), dtype=np.int32), self.sizes)
        return Bags(holders[order], np.bincount(self.flat, minlength=self.rows), len(self.sizes))

    def sums(self, matrix: Floats) -> Floats:
        """The sum of the matrix's rows for each bag; `matrix` ends in a row of zeros, and so does the answer."""
        matrix, columns = np.ascontiguousarray(matrix), matrix.shape[1]
        out = np.empty((len(self.sizes) + 1, columns), dtype=np.float32)
        out[self._empty] = out[-1] = 0
        taken = np.empty((max(_CHUNK // columns, _WIDEST), columns), dtype=np.float32)
        for bags, numbers in self._blocks:
            _sum(numbers, matrix, taken, out, bags)
        if len(self._large.bags):
            pieces = np.empty((len(self._large.numbers), columns), dtype=np.float32)
            _sum(self._large.numbers, matrix, taken, pieces, np.arange(len(pieces)))
            out[self._large.bags] = np.add.reduceat(pieces, self._large.first, axis=0)
        return out


@dataclass(frozen=True, kw_only=True)
class _Large:
    """Bags in pieces: their numbers in this list, the numbers in each piece, and each bag's first piece."""

    bags: _Places
    numbers: Numbers
    first: _Places


def _sum(numbers: Numbers, matrix: Floats, taken: Floats, out: Floats, places: _Places) -> None:
    """Sums the rows in each line of `numbers` into the rows `places` of `out`."""
    width = numbers.shape[1]
    ones = np.ones((1, 1, width), dtype=np.float32)
    lines = len(taken) // width
    for start in range(0, len(numbers), lines):
        part = numbers[start : start + lines]
        rows = matrix.take(part.ravel(), axis=0, out=taken[: part.size], mode="clip")
        # A product with ones sums the rows of a bag twice as fast as sum() does.
        summed = rows if width == 1 else np.matmul(ones, rows.reshape(len(part), width, -1))[:, 0]
        out[places[start : start + len(part)]] = summed
