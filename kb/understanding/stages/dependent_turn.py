"""A message that leans on the turn before: "and to take out?", "no, the kitchen one"; its own words win; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from kb.features.featurizer import phonetic_tokens
from kb.model import CueId, EntryId
from kb.understanding.cues import CueMatcher
from kb.understanding.ranker import Ranker
from kb.understanding.reading import Reading
from kb.understanding.stages.contrast import find_contrast

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
        sides = find_contrast(reading.normalized)
        corrects = self._cues.opens_with(reading.tokens, CueId.CORRECTION) or (sides is not None and bool(sides.wanted))
        if len(reading.tokens) > MAX_DEPENDENT_WORDS or (self._ranker.is_answered(reading.candidates) and not corrects):
            return reading
        return self._correction(reading) if corrects else self._leaning(reading)

    def _leaning(self, reading: Reading) -> Reading:
        title = self._titles.get(reading.previous_entry) if reading.previous_entry is not None else None
        context = None if title is None else TITLE_WEIGHT * self._ranker.scores(title)
        terms = dict.fromkeys(reading.previous_terms, TERM_WEIGHT)
        expanded = self._ranker.rank(reading.tokens, None, context=context, context_terms=terms)
        own, leaning = reading.candidates[0], expanded[0]
        # What was talked about never makes an outage out of a message that is none.
        lifted = leaning.entry in self._ranker.critical and own.entry not in self._ranker.critical
        return reading if lifted or leaning.confidence <= own.confidence else replace(reading, candidates=expanded)

    def _correction(self, reading: Reading) -> Reading:
        """ "No, I meant to close it": what is meant, within what was talked about, and not the entry that was given."""
        sides = find_contrast(reading.normalized)
        wanted = phonetic_tokens(sides.wanted) if sides and sides.wanted else self._cues.strip_opening(reading.tokens, CueId.CORRECTION)
        if not wanted:
            return reading
        terms = dict.fromkeys(reading.previous_terms, TERM_WEIGHT)
        candidates = self._ranker.rank(wanted, None, context_terms=terms, excluded=reading.previous_entry)
        return replace(reading, tokens=wanted, candidates=candidates, corrects=True)
