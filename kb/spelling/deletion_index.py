"""Which known words are written so nearly like another that it may be one of them misspelt: an index of deletions."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import accumulate, chain
from typing import Final
from zlib import crc32

import numpy as np

SHORTEST: Final = 2
INDEXED: Final = 5
"""Only the beginning of a word is indexed: slips further on are met by the same beginning."""


class Repairer:
    """Known words by what is left of them when a letter falls out."""

    def __init__(self, known: Iterable[str]) -> None:
        self._words = sorted(word for word in known if len(word) >= SHORTEST and not word.isdigit())
        # Many words begin alike, and stand together.
        beginnings = Counter(word[:INDEXED] for word in self._words)
        self._ends = [0, *accumulate(beginnings.values())]
        left = [list(_left(beginning)) for beginning in beginnings]
        marks = np.fromiter(chain.from_iterable(left), dtype=np.uint32)
        order = np.argsort(marks, kind="stable")
        # Two arrays take a tenth of what a dictionary of lists would.
        self._marks = marks[order]
        self._places = np.repeat(np.arange(len(left), dtype=np.int32), [len(marks) for marks in left])[order]

    def near(self, word: str) -> Iterable[str]:
        """Known words that may be meant, each once and in no order."""
        if len(word) < SHORTEST or word.isdigit():
            return ()
        marks = np.fromiter(_left(word), dtype=np.uint32)
        starts = self._marks.searchsorted(marks)
        ends = self._marks.searchsorted(marks, "right")
        found: set[int] = set()
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            if start < end:
                found.update(self._places[start:end].tolist())
        alike = (self._words[self._ends[place] : self._ends[place + 1]] for place in found)
        return chain.from_iterable(alike)


def _left(word: str) -> Iterator[int]:
    """A mark for the beginning of a word (or what is one) and for each way that a letter falls out of it.

    Where two marks are the same by chance, one word too many is measured, which changes nothing.
    """
    word = word[:INDEXED]
    yield crc32(word.encode())
    seen = word
    for place in range(len(word)):
        left = word[:place] + word[place + 1 :]
        if left != seen:
            yield crc32(left.encode())
        seen = left
