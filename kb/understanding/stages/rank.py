"""Ranks the entries by the trained model; what the conversation was about adds to a message that goes on about it."""

from collections.abc import Mapping, Sequence
from typing import Final

from kb.classifier.calibration import Scores
from kb.model import CueId, EntryId
from kb.understanding.cues import CueMatcher
from kb.understanding.ranker import EntryRanker
from kb.understanding.reading import Reading

PREVIOUS_TOPIC_WEIGHT: Final = 0.6
"""How much the topic before counts in a message that goes on about it ("and if it breaks?")."""

MAX_WORDS: Final = 8
"""A longer message names what it is about ("what if the tills die on New Year's Eve?")."""
OWN_TOPIC_WINS: Final = 0.7
"""A message that is as likely as this about another topic goes on about none ("and if they have a gift card?")."""


class Rank:
    """Scores every entry and keeps the best ones with calibrated confidences."""

    name: Final = "rank"

    def __init__(self, ranker: EntryRanker, cues: CueMatcher, titles: Mapping[EntryId, Sequence[str]]) -> None:
        self._ranker, self._cues, self._titles = ranker, cues, titles

    def __call__(self, reading: Reading) -> Reading:
        """The reading with its candidates."""
        own = self._ranker.rank(reading.tokens, reading.exact_match)
        context = self._previous_topic(reading)
        if context is None or (own and own[0].confidence >= OWN_TOPIC_WINS):
            return reading._replace(candidates=own)
        return reading._replace(candidates=self._ranker.rank(reading.tokens, reading.exact_match, context=context))

    def _previous_topic(self, reading: Reading) -> Scores | None:
        title = self._titles.get(reading.previous_entry) if reading.previous_entry is not None else None
        asks_on = len(reading.tokens) <= MAX_WORDS and self._cues.starts_with(reading.tokens, CueId.CONDITIONAL)
        if title is None or not asks_on:
            return None
        return PREVIOUS_TOPIC_WEIGHT * self._ranker.scores(title)


class StripPoliteness:
    """Ranks a message that is not answered once more without them."""

    name: Final = "politeness"

    def __init__(self, ranker: EntryRanker, cues: CueMatcher) -> None:
        self._ranker, self._cues = ranker, cues

    def __call__(self, reading: Reading) -> Reading:
        """The reading of the rest, where that is surer."""
        if reading.exact_match is not None or self._ranker.is_answered(reading.candidates):
            return reading
        tokens = self._cues.strip_everywhere(reading.tokens, CueId.POLITENESS)
        if tokens is reading.tokens:
            return reading
        candidates = self._ranker.rank_segment(tokens)
        surer = candidates[0].confidence > reading.candidates[0].confidence
        return reading._replace(tokens=tokens, candidates=candidates) if surer else reading
