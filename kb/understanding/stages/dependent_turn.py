"""A message that leans on the turn before: "and to take out?", "no, the kitchen one"; its own words win; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from kb.model import CueId, EntryId
from kb.understanding.cues import CueMatcher
from kb.understanding.ranker import Ranker
from kb.understanding.reading import Reading

MAX_DEPENDENT_WORDS: Final = 7
"""A longer message says by itself what it is about."""
TERM_WEIGHT: Final = 0.5
"""How much a telling token of the turn before counts beside one of the message itself."""
TITLE_WEIGHT: Final = 0.4
"""How much the title of the entry before counts."""


class LeanOnPreviousTurn:
    """Expands a dependent turn with the telling terms of the turn before (historical query expansion)."""

    name: Final = "dependent_turn"

    def __init__(self, ranker: Ranker, cues: CueMatcher, titles: Mapping[EntryId, Sequence[str]]) -> None:
        self._ranker, self._cues, self._titles = ranker, cues, titles

    def __call__(self, reading: Reading) -> Reading:
        """The reading with the candidates of the expanded message, where these are surer than its own."""
        if reading.previous_entry is None or reading.exact_match is not None:
            return reading
        corrects = self._cues.opens_with(reading.tokens, CueId.CORRECTION)
        if len(reading.tokens) > MAX_DEPENDENT_WORDS or (self._ranker.is_answered(reading.candidates) and not corrects):
            return reading
        title = self._titles.get(reading.previous_entry)
        context = None if corrects or title is None else TITLE_WEIGHT * self._ranker.scores(title)
        expanded = self._ranker.rank(
            reading.tokens,
            None,
            context=context,
            context_terms=dict.fromkeys(reading.previous_terms, TERM_WEIGHT),
            excluded=reading.previous_entry if corrects else None,
        )
        own, leaning = reading.candidates[0], expanded[0]
        # What was talked about never makes an outage out of a message that is none.
        if leaning.entry in self._ranker.critical and own.entry not in self._ranker.critical:
            return reading
        return replace(reading, candidates=expanded) if leaning.confidence > own.confidence or corrects else reading
