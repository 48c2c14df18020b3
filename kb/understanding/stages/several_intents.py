"""Further matters in the sentences of one message, and small talk put after them; pure."""

import re
from dataclasses import replace
from typing import Final

from kb.model import EntryId
from kb.text.tokenize import split_sentences
from kb.understanding.ranker import MAX_CANDIDATES, EntryRanker
from kb.understanding.reading import Reading
from kb.understanding.result import Candidate
from kb.understanding.stages.contrast import without_exclusions

MIN_WORDS_OF_HALF: Final = 3
_CONJUNCTION: Final = re.compile(r"\s(?:un|и|i|and|kā arī|а также|also)\s")
MIN_WORDS_TO_SPLIT: Final = 4
"""A message of fewer words is one thing said."""


class SplitIntents:
    """Finds the confident entries of single sentences, beside that of the whole message."""

    name: Final = "several_intents"

    def __init__(self, ranker: EntryRanker) -> None:
        self._ranker = ranker

    def __call__(self, reading: Reading) -> Reading:
        """The reading with its secondary entries."""
        sentences = split_sentences(reading.normalized)
        if len(sentences) < 2:
            sentences = _halves(reading.normalized)
        if len(sentences) < 2 or len(reading.tokens) < MIN_WORDS_TO_SPLIT:
            return reading
        found: dict[EntryId, Candidate] = {}
        for sentence in (*sentences[:2], *sentences[2:][-2:]):
            tokens = without_exclusions(sentence)
            if len(tokens) > 1:
                (best,) = self._ranker.rank_segment(tokens, limit=1)
                if best.entry not in self._ranker.small_talk and self._ranker.is_answered((best,)):
                    found.setdefault(best.entry, best)
        if len(found) > 1 and not self._ranker.is_answered(reading.candidates):
            # Two matters hide each other in the whole: each is understood by itself.
            first, *_ = found.values()
            rest = (one for one in reading.candidates if one.entry != first.entry)
            reading = replace(reading, candidates=(first, *rest)[:MAX_CANDIDATES])
        secondary = tuple(one for one in found.values() if one.entry != reading.candidates[0].entry)
        return replace(reading, secondary=secondary) if secondary else reading


def _halves(normalized: str) -> list[str]:
    """The two sides of "and" that are long enough to be a matter each."""
    for found in _CONJUNCTION.finditer(normalized):
        halves = [normalized[: found.start()], normalized[found.end() :]]
        if all(len(half.split()) >= MIN_WORDS_OF_HALF for half in halves):
            return halves
    return []


class SmallTalkLast:
    """A greeting or thanks is never what a message of several parts is about."""

    name: Final = "small_talk_last"

    def __init__(self, ranker: EntryRanker) -> None:
        self._ranker = ranker

    def __call__(self, reading: Reading) -> Reading:
        """The reading with the first secondary entry before the small talk."""
        if not reading.secondary or reading.candidates[0].entry not in self._ranker.small_talk:
            return reading
        first, *rest = reading.secondary
        return replace(reading, candidates=(first, *reading.candidates)[:MAX_CANDIDATES], secondary=tuple(rest))
