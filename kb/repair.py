"""Which known word a misspelt one was meant to be; rapidfuzz measures, an index of deletions finds whom to measure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rapidfuzz.distance import OSA

SHORTEST: Final = 4
LONG: Final = 8
"""From this length on a word may be two slips away, below it one."""
USUAL: Final = 2
"""A word used less often may itself be a slip: nothing is mended to it, once there are MANY words to choose from."""
MANY: Final = 2000
INDEXED: Final = 6
"""Only the beginning of a word is indexed: slips further on are met by the same beginning."""


class Repairer:
    """Known words by what is left of them when a letter falls out."""

    def __init__(self, known: Mapping[str, int]) -> None:
        """`known`: how often each word is used; of equally near words the commoner wins."""
        self._known = known
        index: dict[str, list[str]] = {}
        usual = USUAL if len(known) > MANY else 1
        for word, count in known.items():
            if count >= usual and len(word) >= SHORTEST and not word.isdigit():
                for left in _deletions(word[:INDEXED]):
                    index.setdefault(left, []).append(word)
        self._index = {left: tuple(words) for left, words in index.items()}

    def repair(self, word: str) -> str | None:
        """The nearest known word, or None where none is near."""
        if len(word) < SHORTEST or word.isdigit():
            return None
        allowed = 2 if len(word) >= LONG else 1
        best: tuple[int, int, str] | None = None
        for other in self._near(word):
            slips = OSA.distance(word, other, score_cutoff=allowed)
            if slips <= allowed and (best is None or (slips, -self._known[other], other) < best):
                best = slips, -self._known[other], other
        return None if best is None else best[2]

    def _near(self, word: str) -> Iterable[str]:
        found: dict[str, None] = {}
        for left in _deletions(word[:INDEXED]):
            found.update(dict.fromkeys(self._index.get(left, ())))
        return found


def _deletions(word: str) -> Iterator[str]:
    yield word
    seen = word
    for place in range(len(word)):
        left = word[:place] + word[place + 1 :]
        if left != seen:
            yield left
        seen = left
