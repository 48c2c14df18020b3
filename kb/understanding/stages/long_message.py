"""What a long story comes to: the last part of it that is understood by itself; pure."""

from dataclasses import replace
from typing import Final

from kb.text.tokenize import split_segments
from kb.understanding.ranker import MAX_CANDIDATES, EntryRanker
from kb.understanding.reading import Reading
from kb.understanding.stages.contrast import without_exclusions

LONG_MESSAGE_WORDS: Final = 20
MIN_SEGMENT_WORDS: Final = 3
MAX_SEGMENTS: Final = 6


class LastConfidentSegment:
    """Puts the last confident part of a long message first, where the whole would not be answered."""

    name: Final = "long_message"

    def __init__(self, ranker: EntryRanker) -> None:
        self._ranker = ranker

    def __call__(self, reading: Reading) -> Reading:
        """The reading with that part's entry before what the whole may mean."""
        if len(reading.tokens) < LONG_MESSAGE_WORDS or self._ranker.is_answered(reading.candidates):
            return reading
        for segment in reversed(split_segments(reading.normalized)[-MAX_SEGMENTS:]):
            tokens = without_exclusions(segment)
            best = self._ranker.rank_segment(tokens, limit=1)[0] if len(tokens) >= MIN_SEGMENT_WORDS else None
            if best and best.entry not in self._ranker.small_talk and self._ranker.is_answered((best,)):
                rest = (one for one in reading.candidates if one.entry != best.entry)
                return replace(reading, candidates=(best, *rest)[:MAX_CANDIDATES])
        return reading
