"""Answered, asked back or not understood: by the calibrated confidence of the best candidate; pure."""

from typing import Final

from kb.understanding.ranker import EntryRanker
from kb.understanding.reading import Reading
from kb.understanding.result import Outcome

MIN_WORDS_FOR_CONTEXT: Final = 4
"""A message of fewer words gets no credit for its conversation: "and EDS?" may go on about anything."""


CORRECTION_THRESHOLD: Final = 0.35
"""A correction within what is talked about is answered from this confidence on."""

MIN_WORDS_AT_LENGTH: Final = 10
AT_LENGTH_LOG_ODDS: Final = 0.4
"""How much likelier (in log-odds) the best entry of a long message is right than its confidence says.

Known questions are short: measured on labelled messages, long ones of .45 were right as often as short ones of .55.
"""


class Thresholds:
    """Decides the outcome; in a conversation less confidence is enough."""

    name: Final = "thresholds"

    def __init__(self, ranker: EntryRanker) -> None:
        self._ranker = ranker

    def __call__(self, reading: Reading) -> Reading:
        """The reading with its outcome."""
        completes = reading.leans and reading.previous_entry is None
        follows = reading.previous_entry is not None and len(reading.tokens) >= MIN_WORDS_FOR_CONTEXT
        in_conversation = completes or follows
        told_at_length = len(reading.tokens) >= MIN_WORDS_AT_LENGTH
        known = reading.exact_match is not None
        outcome = self._ranker.outcome(
            reading.candidates,
            in_conversation=in_conversation,
            log_odds=AT_LENGTH_LOG_ODDS if told_at_length else 0.0,
            required=0.0 if known else self._ranker.foreign_words.required_log_odds(reading.tokens),
        )
        if reading.corrects and reading.candidates[0].confidence >= CORRECTION_THRESHOLD:
            outcome = Outcome.ANSWERED
        return reading if outcome is Outcome.UNKNOWN else reading._replace(outcome=outcome)
