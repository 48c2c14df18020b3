"""A message that leans on the turn before: "and to take out?", "no, the kitchen one"; its own words win; pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from kb.model import CueId, EntryId
from kb.text.tokenize import phonetic_tokens
from kb.understanding.cues import CueMatcher
from kb.understanding.ranker import EntryRanker
from kb.understanding.reading import Reading
from kb.understanding.stages.contrast import Contrast, find_contrast

MAX_DEPENDENT_WORDS: Final = 7
"""A longer message says by itself what it is about."""
MAX_WORDS_OF_REST: Final = 3
"""After a turn that was not clear, so few words are read as one with it ..."""
MIN_CLEAR_CONFIDENCE: Final = 0.75
"""... unless they are as sure as this by themselves."""
TERM_WEIGHT: Final = 0.7
"""How much a telling token of the turn before counts beside one of the message itself."""
TITLE_WEIGHT: Final = 0.3
"""How much the title of the entry before counts."""
MIN_FAULT_CONFIDENCE: Final = 0.3
"""A message that may tell another fault, as likely as this, is not the fault before over again."""
MIN_OWN_CONFIDENCE: Final = 0.5
"""The same of what is no fault, where no word stands for what was talked about."""
_NOT_THAT: Final = re.compile(
    r"^(?:(?:nē|нет|net|no|ой|oj|oh|не|ne),?\s)?(?:(?:ну|nu|well),?\s)?(?:не|ne|not)\s(?:\S+\s){0,3}?\S+\s*[,–—-]\s*"
    r"(?:(?:а|a|bet|but)\s)?(?=\w)"
)
"""Opens with what is not meant: "не возврат, я просто ..."."""
_I_MEAN: Final = re.compile(r"\s(?:i mean|i meant|es domāju|es domaju|имею в виду|имел в виду|имела в виду)[.!]*$")
"""Ends with it."""
_REFERENCE: Final = re.compile(
    r"\b(?:to|tā|tās|tajā|tam|tur|turienes|šo|его|её|ее|их|оттуда|туда|там|этого|это|ottuda|tuda|tam|ego|ee|it|that|there|them"
    r"|atpakaļ|atpakal|arī|обратно|назад|тоже|obratno|nazad|tozhe|back|too)\b"
)
"""A word that stands for what was talked about, or says to undo or repeat it."""
_AND_WHAT: Final = re.compile(r"(?:а|и|un|bet|and|a|i|what about|how about)\s(?:\S+\s?){1,2}$")
"""Asks on in a word or two: "а чеки?", "un noņemt?"."""
_DENIAL: Final = re.compile(r"^(?:\w+\s)?(?:nē|нет|net|no|nope)\s*[,.!–—-]\s*(?=\w)")


class LeanOnPreviousTurn:
    """Expands a dependent turn with the telling terms of the turn before (historical query expansion)."""

    name: Final = "dependent_turn"

    def __init__(self, ranker: EntryRanker, cues: CueMatcher, titles: Mapping[EntryId, Sequence[str]]) -> None:
        self._ranker, self._cues, self._titles = ranker, cues, titles

    def __call__(self, reading: Reading) -> Reading:
        """The reading with the candidates of the expanded message, where these are surer than its own."""
        if not (reading.previous_entry or reading.previous_terms) or reading.exact_match is not None:
            return reading
        if len(reading.tokens) > MAX_DEPENDENT_WORDS:
            return reading
        sides = find_contrast(reading.normalized)
        if self._corrects(reading, sides):
            return self._correction(reading, sides)
        if reading.previous_entry is None and len(reading.tokens) <= MAX_WORDS_OF_REST:
            return self._rest(reading)
        return reading if self._stands_alone(reading) else self._leaning(reading)

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
        if lifted or not self._ranker.is_known(reading.tokens) or own.confidence >= MIN_CLEAR_CONFIDENCE:
            return reading
        return reading._replace(candidates=whole, leans=True)

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
        return reading._replace(candidates=expanded, leans=True)

    def _tells_another(self, reading: Reading) -> bool:
        """Whether the message may well mean another entry by itself than that of the turn before."""
        own = reading.candidates[0]
        if {own.entry, reading.previous_entry} <= self._ranker.problems:
            return own.confidence >= MIN_FAULT_CONFIDENCE
        return own.confidence >= MIN_OWN_CONFIDENCE and not _REFERENCE.search(reading.normalized)

    def _corrects(self, reading: Reading, sides: Contrast | None) -> bool:
        """Whether the message sets right what was understood: "no, I meant ...", "not the card, the PIN"."""
        if sides is not None and sides.wanted:
            return True
        if self._cues.opens_with(reading.tokens, CueId.CORRECTION):
            return True
        return any(form.search(reading.normalized) for form in (_DENIAL, _NOT_THAT, _I_MEAN))

    def _correction(self, reading: Reading, sides: Contrast | None) -> Reading:
        """What is meant instead, within what was talked about, and not the entry that was given."""
        if sides is not None and sides.wanted:
            wanted = phonetic_tokens(sides.wanted)
        else:
            rest = _I_MEAN.sub("", _DENIAL.sub("", _NOT_THAT.sub("", reading.normalized)))
            wanted = self._cues.strip_opening(phonetic_tokens(rest), CueId.CORRECTION)
        if not wanted:
            return reading
        terms = dict.fromkeys(reading.previous_terms, TERM_WEIGHT)
        candidates = self._ranker.rank(wanted, None, context_terms=terms, excluded=reading.previous_entry)
        return reading._replace(tokens=wanted, candidates=candidates, corrects=True)
