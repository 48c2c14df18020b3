"""A message that leans on the turn before: "and to take out?"; its own words win; pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from kb.model import EntryId
from kb.text.lazy_pattern import LazyPattern
from kb.text.tokenize import phonetic_tokens
from kb.understanding.ranker import EntryRanker
from kb.understanding.reading import Reading
from kb.understanding.stages.correction import TurnCorrection, rewritings

MAX_DEPENDENT_WORDS: Final = 7
"""A longer message says by itself what it is about."""
MAX_WORDS_OF_REST: Final = 3
"""After a turn that was not clear, so few words are read as one with it ..."""
MIN_CLEAR_CONFIDENCE: Final = 0.75
"""... unless they are as sure as this by themselves."""
MIN_RELATIVE_CONFIDENCE: Final = 0.5
"""... or the whole is less than this part as sure as they are."""
TERM_WEIGHT: Final = 0.7
"""How much a telling token of the turn before counts beside one of the message itself."""
TITLE_WEIGHT: Final = 0.3
"""How much the title of the entry before counts."""
MIN_FAULT_CONFIDENCE: Final = 0.3
"""A message that may tell another fault, as likely as this, is not the fault before over again."""
MIN_OWN_CONFIDENCE: Final = 0.5
"""The same of what is no fault, where no word stands for what was talked about."""
_REFERENCE: Final = LazyPattern(
    r"\b(?:to|tā|tās|tajā|tam|tur|turienes|šo|его|её|ее|их|оттуда|туда|там|этого|это|ottuda|tuda|tam|ego|ee|it|that|there|them"
    r"|atpakaļ|atpakal|arī|обратно|назад|тоже|obratno|nazad|tozhe|back|too)\b"
)
"""A word that stands for what was talked about, or says to undo or repeat it."""
_AND_ALSO: Final = LazyPattern(
    r"(?:а|и|un|bet|and|a|i)\s(?:(?:what|how) about\s)?((?:\S+\s){1,3})"
    r"(?:arī|ari|тоже|также|tozhe|also|too|as well)\W*$"
)
"""Asks the same of something else: "un Z pārskati arī?"."""
MIN_CONFIDENCE_OF_THE_SAME: Final = 0.6
_AND_WHAT: Final = LazyPattern(r"(?:а|и|un|bet|and|a|i|what about|how about)\s(?:\S+\s?){1,2}$")
"""Asks on in a word or two: "а чеки?", "un noņemt?"."""


class LeanOnPreviousTurn:
    """Expands a dependent turn with the telling terms of the turn before (historical query expansion)."""

    name: Final = "dependent_turn"

    def __init__(self, ranker: EntryRanker, titles: Mapping[EntryId, Sequence[str]]) -> None:
        self._ranker, self._titles = ranker, titles

    def __call__(self, reading: Reading) -> Reading:
        """The reading with the candidates of the expanded message, where these are surer than its own."""
        if not (reading.previous_entry or reading.previous_terms) or reading.exact_match is not None:
            return reading
        if reading.corrects or len(reading.tokens) > MAX_DEPENDENT_WORDS:
            return reading
        if reading.previous_entry is None and len(reading.tokens) <= MAX_WORDS_OF_REST:
            return self._rest(reading)
        if (also := self._also(reading)) is not None:
            return also
        return reading if self._stands_alone(reading) else self._leaning(reading)

    def _also(self, reading: Reading) -> Reading | None:
        """ "And the Z reports too?": the question before, asked of something else, where it is of the same entry."""
        match = _AND_ALSO.match(reading.normalized)
        if match is None or reading.previous_entry is None:
            return None
        asked = TurnCorrection(meant=tuple(phonetic_tokens(match.group(1))))
        same = [
            found
            for found in (self._ranker.rank(tokens, None) for tokens in rewritings(reading.previous_tokens, asked))
            if found[0].entry == reading.previous_entry and found[0].confidence >= MIN_CONFIDENCE_OF_THE_SAME
        ]
        best = max(same, key=lambda found: found[0].confidence, default=None)
        return None if best is None else reading._replace(candidates=best, own=reading.candidates, leans=True)

    def _stands_alone(self, reading: Reading) -> bool:
        """Whether a message is answered by its own words, and surely where it refers to what was talked about."""
        depends = _REFERENCE.search(reading.normalized) or _AND_WHAT.match(reading.normalized)
        unsure = reading.candidates[0].confidence < MIN_CLEAR_CONFIDENCE
        return self._ranker.is_answered(reading.candidates) and not (depends and unsure)

    def _rest(self, reading: Reading) -> Reading:
        """The rest of a message that was not clear: read as one with it."""
        terms = dict.fromkeys(reading.previous_terms, 1.0)  # as telling as its own words
        whole = self._ranker.rank(reading.tokens, None, context_terms=terms)
        own, best = reading.candidates[0], whole[0]
        lifted = best.entry in self._ranker.critical and own.entry not in self._ranker.critical
        # "Printer not working" is no recipe, whatever was asked for before it.
        clear = own.confidence >= MIN_CLEAR_CONFIDENCE or best.confidence < MIN_RELATIVE_CONFIDENCE * own.confidence
        if lifted or clear or not self._ranker.is_known(reading.tokens):
            return reading
        return reading._replace(candidates=whole, own=reading.candidates, leans=True)

    def _leaning(self, reading: Reading) -> Reading:
        title = self._titles.get(reading.previous_entry) if reading.previous_entry is not None else None
        context = None if title is None else TITLE_WEIGHT * self._ranker.scores(title)
        terms = dict.fromkeys(reading.previous_terms, TERM_WEIGHT)
        expanded = self._ranker.rank(reading.tokens, None, context=context, context_terms=terms)
        own, leaning = reading.candidates[0], expanded[0]
        # What was talked about never makes an outage out of a message that is none.
        lifted = leaning.entry in self._ranker.critical and own.entry not in self._ranker.critical
        if lifted or not self._ranker.is_known(reading.tokens) or leaning.confidence <= own.confidence:
            return reading
        if leaning.entry == reading.previous_entry != own.entry and self._tells_another(reading):
            return reading
        return reading._replace(candidates=expanded, own=reading.candidates, leans=True)

    def _tells_another(self, reading: Reading) -> bool:
        """Whether the message may well mean another entry by itself than that of the turn before."""
        own = reading.candidates[0]
        if {own.entry, reading.previous_entry} <= self._ranker.problems:
            return own.confidence >= MIN_FAULT_CONFIDENCE
        return own.confidence >= MIN_OWN_CONFIDENCE and not _REFERENCE.search(reading.normalized)
