"""Doubts about an answer: where it stands and who can confirm it; the number alone where that was the reply."""

from dataclasses import replace

import pytest

from handlers.model.actions import NotifyStaff
from handlers.model.session import OpenQuestion, QuestionKind
from kb.model import Act, CueId, DialogueAct
from tests.doubles import Dialog, means

DESK, WORKSHOP = "+371 20000001", "+371 20000002"
MEANINGS = {name: means(name, language="en") for name in ("hours", "close", "printer", "dead", "desk", "hello")}
DOUBTS = {
    **dict.fromkeys(("are you sure", "are you sure?", "really?", "really"), CueId.DOUBT),
    **dict.fromkeys(("sure?", "sure"), CueId.YES),
}


def talk(*said: str) -> Dialog:
    """A talk in English in which so much was said already."""
    one = Dialog(
        MEANINGS, DOUBTS, acts={"roughly?": DialogueAct.INSIST, "nobody answers": DialogueAct.CANNOT_REACH}
    ).speaks("en")
    for text in said:
        one.says(text)
    return one


def handler(one: Dialog) -> str:
    return one.decided.trace.handler


@pytest.mark.parametrize("said", ["are you sure", "are you sure?", "really?", "sure?"])
def test_who_doubts_an_answer_is_told_where_it_stands_and_who_can_confirm_it(said: str) -> None:
    one = talk("close")
    text = one.says(said).text
    assert text.startswith(f"That is what my source says. To be quite sure, call {DESK} (Advice desk).")
    assert "Source: Manual 7.1" in text
    assert (handler(one), one.decided.trace.entry, one.decided.trace.act) == ("doubt", "close", "answer")
    assert one.session.entry == "close"


@pytest.mark.parametrize("said", ["sure", "really"])
def test_one_word_without_a_question_mark_doubts_nothing(said: str) -> None:
    one = talk("close")
    one.says(said)
    assert handler(one) != "doubt"


def test_who_doubts_again_or_what_no_source_says_gets_the_line_alone() -> None:
    one = talk("close", "are you sure?")
    assert one.says("really?").text.startswith(f"Call {DESK} (Advice desk).")
    assert handler(one) == "doubt"
    unsure = talk("printer", "roughly?")
    assert unsure.says("are you sure?").text.startswith(f"Call {WORKSHOP} (Workshop).")


def test_while_trading_is_stopped_it_is_the_number_and_nobody_is_told_that_they_wait() -> None:
    one = talk("dead")
    assert one.says("are you sure?").text.startswith(f"Call now: {WORKSHOP}")
    assert (handler(one), one.decided.trace.act) == ("doubt", Act.CRITICAL)
    assert not any(isinstance(action, NotifyStaff) for action in one.decided.actions)
    assert one.session.outage_reported


def test_at_the_beginning_or_after_a_greeting_nothing_is_doubted() -> None:
    for one in (talk(), talk("hello")):
        one.says("are you sure?")
        assert handler(one) != "doubt"


def test_a_yes_with_a_question_mark_answers_an_open_question() -> None:
    one = talk("close")
    one.session = replace(one.session, question=OpenQuestion(about=QuestionKind.TOPIC, options=(), asked_at=one.now))
    one.says("sure?")
    assert handler(one) != "doubt"


@pytest.mark.parametrize(
    ("said", "doubts"),
    [
        ("are you sure? the boss says otherwise", True),
        ("are you sure? hours", False),
        ("so? the boss says otherwise", False),
    ],
)
def test_what_stands_after_a_doubt_is_beside_it_unless_it_surely_is_a_matter(said: str, doubts: bool) -> None:
    one = talk("close")
    one.interpreter.meanings = {**MEANINGS, "are you sure? hours": MEANINGS["hours"]}
    one.says(said)
    assert (handler(one) == "doubt") is doubts


def test_after_nobody_answered_the_other_numbers_are_named() -> None:
    reply = talk("dead", "nobody answers").says("are you sure?").text
    assert DESK in reply
    assert WORKSHOP not in reply
