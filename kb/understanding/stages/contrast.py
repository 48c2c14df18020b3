"""What a message sets aside ("not X, but Y"; "X, nevis Y"), so that the rest can be heard by itself; pure."""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from kb.text.lazy_pattern import LazyPattern
from kb.text.tokenize import phonetic_tokens
from kb.understanding.cues import CueMatcher
from kb.understanding.ranker import EntryRanker
from kb.understanding.reading import Reading
from kb.understanding.result import Candidate, Outcome

_EXCLUSION_MARKERS: Final = r"nevis|ne par|а не|a ne|не (?:про|о|об)|ne pro|rather than|instead of|not about"
"""What opens what is set aside, wherever it stands."""
_UNWANTED: Final = r"(?:не (?:надо|нужен|нужн\w+)|ne (?:nado|nuzhen|nuzhn\w+|nuzen|nuzn\w+)|nevajag)"
_CLAUSE_BOUNDARY: Final = LazyPattern(rf"[.!?;:,\n…]+(?=\s|$)|\s+[-–—]+\s+|\s+(?=(?:bet|tikai|{_EXCLUSION_MARKERS})\s)")
_EXCLUSION_START: Final = LazyPattern(
    rf"(?:un |и )?(?:{_EXCLUSION_MARKERS})\s|not whether\s|forget\s"
    r"|(?:i|we) (?:don't|dont|don’t|do not) (?:need|want|mean)\s"
    rf"|(?:man |mums |мне |нам |mne |nam )?{_UNWANTED}\s"
)
"""How what is set aside begins."""
_EXCLUSION_END: Final = LazyPattern(rf"(?:\s|^){_UNWANTED}$")
"""How it ends."""
_NEGATION: Final = LazyPattern(r"(?:(?:мне|нам|man|mums|mne|nam) )?(?:ne|не|not)\s")
_CORRECTION_START: Final = LazyPattern(
    r"(?:bet|tikai|vienk[āa]r[šs]i|а|но|просто|только|a|prosto|tolko|but|just|only|simply)\s"
)
"""How what is meant begins, where something is denied before it."""
_MAY_EXCLUDE: Final = re.compile(r"nevis|nevajag|(?:ne|не|not)\s|rather than|instead of|forget\s|don['’]?t\s")
"""Stands in every message that sets something aside."""


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """`meant` is empty where all is set aside.

    `surely`: whether words say so ("nevis"); else something is denied, which may be what is broken.
    """

    wanted: str
    excluded: str
    explicit: bool


def find_contrast(normalized: str) -> Contrast | None:
    """What a cleaned message means and what it sets aside; None where it sets nothing aside."""
    if _MAY_EXCLUDE.search(normalized) is None:
        return None
    pieces = [piece for piece in map(str.strip, _CLAUSE_BOUNDARY.split(normalized)) if piece]
    sure = {
        place for place, piece in enumerate(pieces) if _EXCLUSION_START.match(piece) or _EXCLUSION_END.search(piece)
    }
    denied = {
        place
        for place, (one, other) in enumerate(pairwise(pieces))
        if _NEGATION.match(one) and _CORRECTION_START.match(other)
    }
    aside = sure | denied
    if not aside:
        return None
    return Contrast(
        wanted=" ".join(piece for place, piece in enumerate(pieces) if place not in aside),
        excluded=" ".join(piece for place, piece in enumerate(pieces) if place in aside),
        explicit=not denied - sure,
    )


def without_exclusions(segment: str) -> list[str]:
    """The tokens of a part of a message, without what it explicitly sets aside."""
    sides = find_contrast(segment)
    return phonetic_tokens(sides.wanted if sides and sides.explicit else segment)


class ResolveContrast:
    """Reads a message without what it sets aside; never where trading may have stopped."""

    name: Final = "contrast"

    def __init__(self, ranker: EntryRanker, cues: CueMatcher) -> None:
        self._ranker, self._cues = ranker, cues

    def __call__(self, reading: Reading) -> Reading:
        """The reading with the candidates of what is wanted."""
        if reading.exact_match is not None or reading.corrects:
            return reading
        wanted = self._wanted(reading)
        return reading._replace(candidates=wanted) if wanted else reading

    def _wanted(self, reading: Reading) -> tuple[Candidate, ...]:
        """What the message means without the rest; nothing where it means nothing else then."""
        sides = find_contrast(reading.normalized)
        tokens = self._cues.strip_greeting(phonetic_tokens(sides.wanted)) if sides else []
        if sides is None or len(tokens) < 2 or self._may_be_outage(reading.candidates):
            return ()
        wanted = self._ranker.rank_segment(tokens)
        if not sides.explicit:
            # "Does not print, but blinks" tells a fault twice.
            excluded = self._ranker.rank_segment(phonetic_tokens(sides.excluded), limit=1)
            if excluded[0].entry in self._ranker.faults and self._ranker.outcome(excluded) is not Outcome.UNKNOWN:
                return ()
        before, after = reading.candidates[0], wanted[0]
        same = after.entry == before.entry and after.confidence <= before.confidence
        return () if same or self._ranker.outcome(wanted) is Outcome.UNKNOWN else wanted

    def _may_be_outage(self, candidates: tuple[Candidate, ...]) -> bool:
        critical = candidates[0].entry in self._ranker.critical
        return critical and self._ranker.outcome(candidates) is not Outcome.UNKNOWN
