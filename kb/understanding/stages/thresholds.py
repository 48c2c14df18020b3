"""Answered, asked back or not understood: by the calibrated confidence of the best candidate; pure."""

from dataclasses import replace
from typing import Final

from kb.understanding.ranker import Ranker
from kb.understanding.reading import Reading
from kb.understanding.result import Outcome

MIN_WORDS_FOR_CONTEXT: Final = 4
"""A message of fewer words gets no credit for its conversation: "and EDS?" may go on about anything."""


class Thresholds:
    """Decides the outcome; in a conversation less confidence is enough."""

    name: Final = "thresholds"

    def __init__(self, ranker: Ranker) -> None:
        self._ranker = ranker

    def __call__(self, reading: Reading) -> Reading:
        """The reading with its outcome."""
        in_conversation = reading.previous_entry is not None and len(reading.tokens) >= MIN_WORDS_FOR_CONTEXT
        outcome = self._ranker.outcome(reading.candidates, in_conversation=in_conversation)
        return reading if outcome is Outcome.UNKNOWN else replace(reading, outcome=outcome)
