"""Ragged lists of row numbers and the sums of a matrix's rows over them; arithmetic only."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int32]
_Indices = npt.NDArray[np.int64]

_BLOCK_WIDTHS: Final = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 48, 64)
_MAX_WIDTH: Final = _BLOCK_WIDTHS[-1]
"""A bag of more is summed in pieces of so many."""
_CHUNK_NUMBERS: Final = 1 << 17
"""So many numbers are taken at once: they stay in the cache until they are summed."""
_UINT16_BOUND: Final = 1 << 16
"""Numbers below this fit into two bytes."""
_COLUMNS_PER_BLOCK: Final = 80
"""So many columns, about, are dealt with at once: of more, what is summed on the way would take much room."""


def column_blocks(columns: int) -> list[slice]:
    """Parts of as many columns that are dealt with one after the other."""
    cuts = np.linspace(0, columns, max(1, round(columns / _COLUMNS_PER_BLOCK)) + 1).astype(int).tolist()
    return [slice(start, end) for start, end in pairwise(cuts)]


def stable_argsort(numbers: npt.NDArray[Any], bound: int) -> _Indices:
    """Where to find numbers below `bound` in their order, equal ones as they come; numpy sorts short ones faster."""
    short = numbers.astype(np.uint16) if bound <= _UINT16_BOUND else numbers
    return np.argsort(short, kind="stable")


class IncidenceMatrix:
    """Many bags of row numbers below `rows`; bags of like size are summed together, which numpy does fast."""

    def __init__(self, indices: Numbers, row_lengths: _Indices, column_count: int) -> None:
        self.indices, self.row_lengths, self.column_count = indices, row_lengths, column_count
        starts = np.cumsum(row_lengths) - row_lengths
        self._empty_rows = np.nonzero(row_lengths == 0)[0]
        self._padded_rows: list[tuple[_Indices, Numbers]] = []
        lowest = 0
        for width in _BLOCK_WIDTHS:
            bags = np.nonzero((row_lengths > lowest) & (row_lengths <= width))[0]
            lowest = width
            if len(bags):
                self._padded_rows.append((bags, self._pad(starts[bags], row_lengths[bags], width)))
        self._long_rows = self._split_long_rows(np.nonzero(row_lengths > _MAX_WIDTH)[0], starts)

    def _pad(self, starts: _Indices, sizes: _Indices, width: int) -> Numbers:
        numbers = np.full((len(starts), width), self.column_count, dtype=np.int32)
        filled = np.arange(width) < sizes[:, None]
        numbers[filled] = self.indices[(starts[:, None] + np.arange(width))[filled]]
        return numbers

    def _split_long_rows(self, long_rows: _Indices, starts: _Indices) -> "_LongRows":
        count = -(-self.row_lengths[long_rows] // _MAX_WIDTH)
        first = np.cumsum(count) - count
        done = (np.arange(count.sum()) - np.repeat(first, count)) * _MAX_WIDTH
        left = np.repeat(self.row_lengths[long_rows], count) - done
        numbers = self._pad(np.repeat(starts[long_rows], count) + done, np.minimum(left, _MAX_WIDTH), _MAX_WIDTH)
        return _LongRows(rows=long_rows, pieces=numbers, first_piece=first)

    def transpose(self) -> "IncidenceMatrix":
        """For each row number, the bags that hold it."""
        order = stable_argsort(self.indices, self.column_count)
        holders = np.repeat(np.arange(len(self.row_lengths), dtype=np.int32), self.row_lengths)
        return IncidenceMatrix(
            holders[order], np.bincount(self.indices, minlength=self.column_count), len(self.row_lengths)
        )

    def matmul(self, matrix: Floats) -> Floats:
        """The sum of the matrix's rows for each bag; `matrix` ends in a row of zeros, and so does the answer."""
        matrix, columns = np.ascontiguousarray(matrix), matrix.shape[1]
        out = np.empty((len(self.row_lengths) + 1, columns), dtype=np.float32)
        out[self._empty_rows] = out[-1] = 0
        buffer = np.empty((max(_CHUNK_NUMBERS // columns, _MAX_WIDTH), columns), dtype=np.float32)
        for bags, numbers in self._padded_rows:
            _sum_rows(numbers, matrix, buffer, out, bags)
        if len(self._long_rows.rows):
            pieces = np.empty((len(self._long_rows.pieces), columns), dtype=np.float32)
            _sum_rows(self._long_rows.pieces, matrix, buffer, pieces, np.arange(len(pieces)))
            out[self._long_rows.rows] = np.add.reduceat(pieces, self._long_rows.first_piece, axis=0)
        return out


@dataclass(frozen=True, kw_only=True)
class _LongRows:
    """Bags in pieces: their numbers in this list, the numbers in each piece, and each bag's first piece."""

    rows: _Indices
    pieces: Numbers
    first_piece: _Indices


def _sum_rows(numbers: Numbers, matrix: Floats, buffer: Floats, out: Floats, out_rows: _Indices) -> None:
    """Sums the rows in each line of `numbers` into the rows `places` of `out`."""
    width = numbers.shape[1]
    ones = np.ones((1, 1, width), dtype=np.float32)
    lines = len(buffer) // width
    for start in range(0, len(numbers), lines):
        part = numbers[start : start + lines]
        rows = matrix.take(part.ravel(), axis=0, out=buffer[: part.size], mode="clip")
        # A product with ones sums the rows of a bag twice as fast as sum() does.
        summed = rows if width == 1 else np.matmul(ones, rows.reshape(len(part), width, -1))[:, 0]
        out[out_rows[start : start + len(part)]] = summed
