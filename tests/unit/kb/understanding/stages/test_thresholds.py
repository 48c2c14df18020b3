"""Answered, asked back or not understood: in a conversation less is enough, and less still for a correction."""

import pytest

from kb.model import DialogueAct
from kb.understanding.result import ActCandidate, Outcome
from kb.understanding.stages.thresholds import CORRECTION_THRESHOLD, Thresholds
from tests.unit.kb.understanding.scripted import ANSWER, CLARIFY, IN_CONVERSATION, ScriptedRanker, reading

STAGE = Thresholds(ScriptedRanker())


@pytest.mark.parametrize(
    ("confidence", "after", "text", "outcome"),
    [
        (ANSWER, None, "how do i close", Outcome.ANSWERED),
        (IN_CONVERSATION, None, "how do i close", Outcome.CLARIFIED),
        (IN_CONVERSATION, "hours", "how do i close", Outcome.CLARIFIED),
        (IN_CONVERSATION, "hours", "and to close", Outcome.CLARIFIED),
        (CLARIFY, "hours", "how do i close", Outcome.CLARIFIED),
    ],
)
def test_the_confidence_decides(confidence: float, after: str | None, text: str, outcome: Outcome) -> None:
    assert STAGE(reading(text, ("close", confidence), after=after)).outcome is outcome


ABOUT_A_TOPIC = (ActCandidate(DialogueAct.OTHER, 0.9),)


def test_a_fault_is_answered_sooner_in_a_conversation() -> None:
    fault = ("printer", IN_CONVERSATION)
    assert STAGE(reading("it does not print now", fault, after="hours")).outcome is Outcome.ANSWERED
    assert STAGE(reading("it does not print now", fault)).outcome is Outcome.CLARIFIED


def test_what_is_surely_about_a_topic_is_answered_sooner_in_a_conversation() -> None:
    asked = reading("how do i close", ("close", IN_CONVERSATION), after="hours")._replace(acts=ABOUT_A_TOPIC)
    assert STAGE(asked).outcome is Outcome.ANSWERED
    assert STAGE(asked._replace(previous_entry=None)).outcome is Outcome.CLARIFIED


def test_few_words_that_complete_an_unclear_turn_are_answered_sooner() -> None:
    completing = reading("close it", ("close", IN_CONVERSATION))._replace(leans=True, acts=ABOUT_A_TOPIC)
    assert STAGE(completing).outcome is Outcome.ANSWERED


def test_a_long_message_is_answered_sooner() -> None:
    long = "it went dark and now nobody in here can see"
    assert STAGE(reading(long, ("close", IN_CONVERSATION))).outcome is Outcome.ANSWERED
    assert STAGE(reading(long.removesuffix(" see"), ("close", IN_CONVERSATION))).outcome is Outcome.CLARIFIED


def test_a_word_of_another_matter_asks_for_more_unless_the_message_is_known_word_for_word() -> None:
    assert STAGE(reading("renew my passport", ("close", ANSWER))).outcome is Outcome.CLARIFIED
    assert STAGE(reading("renew my passport", ("close", ANSWER), exact="close")).outcome is Outcome.ANSWERED


def test_what_is_not_understood_stays_as_it_is() -> None:
    before = reading("how do i close", ("close", 0.1))
    assert STAGE(before) is before


@pytest.mark.parametrize(
    ("confidence", "outcome"), [(CORRECTION_THRESHOLD, Outcome.ANSWERED), (0.3, Outcome.CLARIFIED)]
)
def test_a_correction_is_answered_sooner(confidence: float, outcome: Outcome) -> None:
    corrected = reading("the kitchen", ("printer", confidence), after="close")._replace(corrects=True)
    assert STAGE(corrected).outcome is outcome
