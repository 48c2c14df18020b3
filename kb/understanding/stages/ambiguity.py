"""Where few words do not tell neighbours apart: who else is asked about in the very same words; pure."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from kb.model import EntryId
from kb.understanding.ranker import MAX_CANDIDATES, EntryRanker
from kb.understanding.reading import Reading
from kb.understanding.result import Candidate, Outcome

MAX_AMBIGUOUS_WORDS: Final = 2
MIN_SUPPORT: Final = 4
"""Known questions that hold all the words of a message, before they say anything."""

MIN_RELATIVE_SUPPORT: Final = 0.6
"""How many questions another entry must have for each of the first one's."""


class AmbiguityIndex:
    """Which entries' questions hold which words."""

    def __init__(self, questions: Iterable[tuple[EntryId, Sequence[str]]]) -> None:
        self._entry_of_question: list[EntryId] = []
        holders: defaultdict[str, array[int]] = defaultdict(lambda: array("L"))
        for number, (entry, said) in enumerate(questions):
            self._entry_of_question.append(entry)
            for word in dict.fromkeys(said):
                holders[word].append(number)
        # A word in fewer questions cannot say enough.
        self._questions_by_word = {word: numbers for word, numbers in holders.items() if len(numbers) >= MIN_SUPPORT}

    def ambiguous_with(self, tokens: Sequence[str], first: EntryId) -> tuple[EntryId, ...]:
        """The entries that a message of few words may mean as well as `first`, the likeliest first."""
        if not 0 < len(tokens) <= MAX_AMBIGUOUS_WORDS:
            return ()
        holding = set.intersection(*(set(self._questions_by_word.get(word, ())) for word in tokens))
        counts = Counter(self._entry_of_question[number] for number in sorted(holding))
        least = MIN_RELATIVE_SUPPORT * counts[first]
        if counts.total() < MIN_SUPPORT or not counts[first]:
            return ()
        return tuple(entry for entry, count in counts.most_common(3) if entry != first and count >= least)


class AskBetweenNeighbours:
    """Asks back where a very short report of a fault may mean another fault as well."""

    name: Final = "ambiguity"

    def __init__(self, ranker: EntryRanker, index: AmbiguityIndex) -> None:
        self._ranker, self._index = ranker, index

    def __call__(self, reading: Reading) -> Reading:
        """The reading with the other faults after the first one."""
        if reading.outcome is not Outcome.ANSWERED or reading.exact_match is not None:
            return reading
        if reading.corrects or reading.leans:
            # What was talked about has told the neighbours apart.
            return reading
        others = self._ambiguous(reading)
        if not others:
            return reading
        first = reading.candidates[0]
        named = {first.entry, *(one.entry for one in others)}
        rest = (one for one in reading.candidates if one.entry not in named)
        candidates = (first, *others, *rest)[:MAX_CANDIDATES]
        return reading._replace(outcome=Outcome.CLARIFIED, candidates=candidates)

    def _ambiguous(self, reading: Reading) -> tuple[Candidate, ...]:
        first = reading.candidates[0]
        if first.entry not in self._ranker.problems:
            return ()
        found = self._index.ambiguous_with(reading.tokens, first.entry)
        return tuple(
            self._ranker.candidate(entry, first.confidence) for entry in found if entry in self._ranker.problems
        )
