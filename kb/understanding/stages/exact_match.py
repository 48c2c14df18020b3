"""Which message stands in the knowledge word for word, whatever has been learnt from it; pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from kb.features.dataset import Said
from kb.features.featurizer import DENIALS
from kb.model import EntryId

SWAPPED: Final = 4
"""In so many words or fewer their order does not count, unless one of them is denied, and one may be a slip."""

Readings = Callable[[Sequence[str]], Iterator[tuple[list[str], str]]]
"""What a message may be where one word of it is a slip, likeliest first, and that repair."""


class WordForWord:
    """The questions that stand under one entry only, and greetings where an entry greets."""

    def __init__(
        self, rows: Iterable[Said], greetings: Iterable[Sequence[str]], greeting: EntryId | None, readings: Readings
    ) -> None:
        """All that is known, and the ways to greet."""
        holder: dict[str, EntryId | None] = {}
        for row in rows:
            # The same as the words of a longer row, and there already.
            said = _words(row.said) if len(row.said) <= SWAPPED else row.line
            holder[said] = row.entry if holder.get(said, row.entry) == row.entry else None
        greets: dict[str, EntryId | None] = dict.fromkeys(map(_words, greetings), greeting)
        self._holder = {said: entry for said, entry in (greets | holder).items() if entry is not None}
        self._readings = readings

    def entry(self, said: Sequence[str]) -> tuple[EntryId | None, tuple[str, ...]]:
        """The entry whose known question the message is, or None; and the slip in it, if there is one."""
        asked = self._holder.get(_words(said))
        if asked is None and len(said) <= SWAPPED:
            for meant, repair in self._readings(said):
                if (asked := self._holder.get(_words(meant))) is not None:
                    return asked, (repair,)
        return asked, ()


def _words(said: Sequence[str]) -> str:
    """The same for all messages that are the same word for word: "printer broke" is "broke printer"."""
    free = len(said) <= SWAPPED and DENIALS.isdisjoint(said)
    return " ".join(sorted(said) if free else said)
