"""The first person and politeness carry no meaning: "у меня касса не работает" is "касса не работает"; pure."""

from typing import Final

from kb.model import CueId
from kb.understanding.cues import CueMatcher
from kb.understanding.ranker import EntryRanker
from kb.understanding.reading import Reading


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
