"""Which known words are written so nearly like another that it may be one of them misspelt: an index of deletions."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final
from zlib import crc32

import numpy as np

SHORTEST: Final = 2
USUAL: Final = 2
"""A word used less often may itself be a slip: nothing is mended to it, once there are MANY words to choose from."""
MANY: Final = 2000
INDEXED: Final = 5
"""Only the beginning of a word is indexed: slips further on are met by the same beginning."""


class Repairer:
    """Known words by what is left of them when a letter falls out."""

    def __init__(self, known: Mapping[str, int]) -> None:
        """`known`: how often each word is used."""
        usual = USUAL if len(known) > MANY else 1
        self._words = [
            word for word, count in known.items() if count >= usual and len(word) >= SHORTEST and not word.isdigit()
        ]
        left = [list(_left(word)) for word in self._words]
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
        return map(self._words.__getitem__, found)


def _left(word: str) -> Iterator[int]:
    """A mark for the beginning of a word and for each way that a letter falls out of it.

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
