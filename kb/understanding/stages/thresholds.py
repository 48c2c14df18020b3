"""Answered, asked back or not understood: by the calibrated confidence of the best candidate; pure."""

from typing import Final

from kb.model import DialogueAct
from kb.understanding.ranker import EntryRanker
from kb.understanding.reading import Reading
from kb.understanding.result import Outcome

MIN_WORDS_FOR_CONTEXT: Final = 4
"""A message of fewer words gets no credit for its conversation: "and EDS?" may go on about anything."""


CORRECTION_THRESHOLD: Final = 0.35
"""A correction within what is talked about is answered from this confidence on."""

FAULT_LOG_ODDS: Final = 1.0
TOPIC_LOG_ODDS: Final = 0.8
"""How much likelier (in log-odds) the best entry is right in a conversation: a fault, and a message that is surely
about a topic and no dialogue act. Fitted by logistic regression to labelled conversations."""
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
        log_odds = AT_LENGTH_LOG_ODDS if told_at_length else 0.0
        if in_conversation:
            log_odds = max(log_odds, self._in_conversation(reading))
        known = reading.exact_match is not None
        outcome = self._ranker.outcome(
            reading.candidates,
            in_conversation=in_conversation,
            log_odds=log_odds,
            required=0.0 if known else self._ranker.foreign_words.required_log_odds(reading.tokens),
        )
        if reading.corrects and reading.candidates[0].confidence >= CORRECTION_THRESHOLD:
            outcome = Outcome.ANSWERED
        return reading if outcome is Outcome.UNKNOWN else reading._replace(outcome=outcome)

    def _in_conversation(self, reading: Reading) -> float:
        """How much likelier the best candidate is right than its confidence says, where a conversation is under way."""
        fault = FAULT_LOG_ODDS if reading.candidates[0].entry in self._ranker.problems else 0.0
        about_a_topic = next((one.confidence for one in reading.acts if one.act is DialogueAct.OTHER), 0.0)
        return fault + TOPIC_LOG_ODDS * about_a_topic
