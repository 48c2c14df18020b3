"""Ragged lists of row numbers and the sums of a matrix's rows over them; arithmetic only."""

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int32]

_WIDTHS: Final = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 48, 64)
_CHUNK: Final = 1 << 12


class Bags:
    """Many bags of row numbers below `rows`; bags of like size are summed together, which numpy does fast."""

    def __init__(self, flat: Numbers, sizes: npt.NDArray[np.int64], rows: int) -> None:
        self.flat, self.sizes, self.rows = flat, sizes, rows
        starts = np.concatenate([[0], np.cumsum(sizes)])
        self._blocks: list[tuple[npt.NDArray[np.int64], Numbers]] = []
        lowest = 0
        for width in _WIDTHS:
            bags = np.nonzero((sizes > lowest) & (sizes <= width))[0]
            lowest = width
            if len(bags):
                self._blocks.append((bags, self._padded(bags, starts, width)))
        self._large = [(bag, flat[starts[bag] : starts[bag + 1]]) for bag in np.nonzero(sizes > lowest)[0]]

    def _padded(self, bags: npt.NDArray[np.int64], starts: npt.NDArray[np.int64], width: int) -> Numbers:
        numbers = np.full((len(bags), width), self.rows, dtype=np.int32)
        filled = np.arange(width) < self.sizes[bags][:, None]
        numbers[filled] = self.flat[(starts[bags][:, None] + np.arange(width))[filled]]
        return numbers

    def turned(self) -> "Bags":
        """For each row number, the bags that hold it."""
        order = np.argsort(self.flat, kind="stable")
        holders = np.repeat(np.arange(len(self.sizes), dtype=np.int32), self.sizes)
        return Bags(holders[order], np.bincount(self.flat, minlength=self.rows), len(self.sizes))

    def sums(self, matrix: Floats) -> Floats:
        """The sum of the matrix's rows for each bag; `matrix` ends in a row of zeros, and so does the answer."""
        out = np.zeros((len(self.sizes) + 1, matrix.shape[1]), dtype=np.float32)
        taken = np.empty((max(_CHUNK, _WIDTHS[-1]), matrix.shape[1]), dtype=np.float32)
        for bags, numbers in self._blocks:
            width = numbers.shape[1]
            ones = np.ones((1, 1, width), dtype=np.float32)
            for start in range(0, len(bags), _CHUNK // width):
                part = numbers[start : start + _CHUNK // width]
                rows = np.take(matrix, part.ravel(), axis=0, out=taken[: part.size], mode="clip")
                # A product with ones sums the rows of a bag twice as fast as sum() does.
                out[bags[start : start + len(part)]] = np.matmul(ones, rows.reshape(len(part), width, -1))[:, 0]
        for bag, row_numbers in self._large:
            out[bag] = np.take(matrix, row_numbers, axis=0).sum(axis=0)
        return out
