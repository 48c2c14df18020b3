"""Where few words do not tell neighbours apart: who else is asked about in the very same words; pure."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from kb.model import EntryId

FEW_WORDS: Final = 2
ENOUGH: Final = 4
"""Known questions that hold all the words of a message, before they say anything."""

AS_LIKELY: Final = 0.6
"""How many questions another entry must have for each of the first one's."""


class Neighbours:
    """Which entries' questions hold which words."""

    def __init__(self, questions: Iterable[tuple[EntryId, Sequence[str]]]) -> None:
        self._entry: list[EntryId] = []
        holders: defaultdict[str, array[int]] = defaultdict(lambda: array("L"))
        for number, (entry, said) in enumerate(questions):
            self._entry.append(entry)
            for word in dict.fromkeys(said):
                holders[word].append(number)
        # A word in fewer questions cannot say enough.
        self._holders = {word: numbers for word, numbers in holders.items() if len(numbers) >= ENOUGH}

    def rivals(self, said: Sequence[str], first: EntryId) -> tuple[EntryId, ...]:
        """The entries that a message of few words may mean as well as `first`, the likeliest first."""
        if not 0 < len(said) <= FEW_WORDS:
            return ()
        holding = set.intersection(*(set(self._holders.get(word, ())) for word in said))
        counts = Counter(self._entry[number] for number in sorted(holding))
        least = AS_LIKELY * counts[first]
        if counts.total() < ENOUGH or not counts[first]:
            return ()
        return tuple(entry for entry, count in counts.most_common(3) if entry != first and count >= least)
