"""A fault that is one of two or three is asked about; and pictures are not read."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.model.messages import MessageKind
from kb.model import DialogueAct, EntryId
from kb.understanding.result import Candidate, Interpretation, Outcome
from tests.doubles import Dialog, means


def may_be(outcome: Outcome = Outcome.UNKNOWN, **confidences: float) -> Interpretation:
    candidates = (Candidate(entry=EntryId(name), confidence=one, question="?") for name, one in confidences.items())
    return replace(means(language="en"), outcome=outcome, candidates=tuple(candidates))


def offered(meaning: Interpretation, act: DialogueAct | None = None) -> list[str]:
    talk = Dialog({"it is broken": meaning}, acts={"it is broken": act} if act else {})
    options = talk.says("it is broken").options
    return [option.id for option in options] if talk.decided.trace.handler == "which_fault" else []


@pytest.mark.parametrize("act", [None, DialogueAct.DEVICE_FAULT, DialogueAct.DEVICE_ONLY, DialogueAct.BARE_FAULT])
def test_two_faults_that_are_likely_together_are_offered(act: DialogueAct | None) -> None:
    assert offered(may_be(printer=0.2, scanner=0.18), act) == ["entry:printer", "entry:scanner", "none"]


@pytest.mark.parametrize(("second", "handler"), [(0.12, "which_fault"), (0.3, "which_fault")])
def test_in_a_conversation_a_fault_that_stands_out_is_answered(second: float, handler: str) -> None:
    talk = Dialog({"hours": means("hours", language="en"), "it is broken": may_be(printer=0.4, scanner=second)})
    talk.speaks("en").says("hours")
    talk.says("it is broken")
    stands_out = second < 0.2
    assert talk.decided.trace.handler == handler
    assert (talk.decided.trace.entry == "printer") is stands_out


def test_faults_that_are_unlikely_even_together_are_not_guessed() -> None:
    assert offered(may_be(printer=0.2, scanner=0.1)) == []


def test_a_fault_that_is_hardly_likely_is_no_choice_worth_reading() -> None:
    assert offered(may_be(printer=0.4, scanner=0.01)) == ["entry:printer", "none"]


def test_a_message_that_does_something_else_is_no_fault() -> None:
    assert offered(may_be(printer=0.3, scanner=0.2), DialogueAct.THANKS) == []


def test_a_sure_topic_needs_no_question() -> None:
    assert offered(may_be(Outcome.ANSWERED, printer=0.6, scanner=0.3)) == []


def test_an_answer_that_is_likelier_than_the_fault_beside_it_is_offered_too() -> None:
    assert offered(may_be(Outcome.CLARIFIED, close=0.45, printer=0.4)) in (
        ["entry:close", "entry:printer", "none"],
        [],  # then the question between meanings asks
    )


def test_a_picture_is_not_read_and_the_lines_are_offered() -> None:
    talk = Dialog().speaks("en")
    reply = talk.says(kind=MessageKind.PHOTO)
    assert reply.text.startswith("I only read text.")
    assert [option.id for option in reply.options] == ["line:desk", "line:workshop"]
    assert "Or call +371 20000002 (Workshop)." in reply.text
    talk.waits(timedelta(minutes=2))
    assert talk.says("blah", kind=MessageKind.PHOTO).text.startswith("I can't see pictures")
    assert talk.decided.trace.handler == "unread"


def test_pictures_that_are_sent_together_get_one_reply() -> None:
    talk = Dialog().speaks("en")
    talk.pause = timedelta(seconds=2)
    assert [talk.says(kind=MessageKind.PHOTO).text != "" for _ in range(4)] == [True, False, False, False]
    assert talk.session.question is not None
    talk.waits(timedelta(minutes=2))
    assert talk.says(kind=MessageKind.PHOTO).text


def test_a_picture_with_words_that_say_something_is_answered_by_its_words() -> None:
    talk = Dialog({"hours?": means("hours", language="en")})
    talk.says("hours?", kind=MessageKind.PHOTO)
    assert talk.decided.trace.entry == "hours"
