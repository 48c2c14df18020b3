"""What a message sets aside ("not X, but Y"; "X, nevis Y"), so that the rest can be heard by itself; pure."""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

_EXCLUSION_MARKERS: Final = r"nevis|ne par|а не|a ne|не (?:про|о|об)|ne pro|rather than|instead of|not about"
"""What opens what is set aside, wherever it stands."""
_UNWANTED: Final = r"(?:не (?:надо|нужен|нужн\w+)|ne (?:nado|nuzhen|nuzhn\w+|nuzen|nuzn\w+)|nevajag)"
_CLAUSE_BOUNDARY: Final = re.compile(rf"[.!?;:,\n…]+(?=\s|$)|\s+[-–—]+\s+|\s+(?=(?:bet|tikai|{_EXCLUSION_MARKERS})\s)")
_EXCLUSION_START: Final = re.compile(
    rf"(?:un |и )?(?:{_EXCLUSION_MARKERS})\s|not whether\s|forget\s"
    r"|(?:i|we) (?:don't|dont|don’t|do not) (?:need|want|mean)\s"
    rf"|(?:man |mums |мне |нам |mne |nam )?{_UNWANTED}\s"
)
"""How what is set aside begins."""
_EXCLUSION_END: Final = re.compile(rf"(?:\s|^){_UNWANTED}$")
"""How it ends."""
_NEGATION: Final = re.compile(r"(?:(?:мне|нам|man|mums|mne|nam) )?(?:ne|не|not)\s")
_CORRECTION_START: Final = re.compile(
    r"(?:bet|tikai|vienk[āa]r[šs]i|а|но|просто|только|a|prosto|tolko|but|just|only|simply)\s"
)
"""How what is meant begins, where something is denied before it."""


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
