"""Loops end by progress: a robot on the other side gets silence, and never whoever is in need."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.dialogue.fallback import GIVEN_UP_TTL, LOOP_MEMORY
from handlers.model.actions import HandoffReason, NotifyStaff
from handlers.model.messages import MessageKind
from handlers.model.session import OPTED_OUT
from kb.model import DialogueAct
from kb.understanding.result import Outcome
from tests.doubles import Dialog, means

AWAY = "we are away until monday"


def talk(*said: str) -> Dialog:
    topics = {"how do i close it": "close", "sell nothing": "dead", "open a ticket": "ticket", "a person": "desk"}
    one = Dialog(
        {text: means(entry, language="en") for text, entry in topics.items()},
        acts={"thank you": DialogueAct.THANKS, "a human": DialogueAct.ASK_PERSON},
    )
    for text in said:
        one.says(text)
    return one


def calls(one: Dialog) -> list[NotifyStaff]:
    return [action for action in one.decided.actions if isinstance(action, NotifyStaff)]


def handler(one: Dialog) -> str:
    return one.decided.trace.handler


@pytest.mark.parametrize("text", [AWAY, "Paldies! Jūsu pieteikums Nr. {} saņemts.", "{} ablaut {}"])
@pytest.mark.parametrize("apart", [timedelta(seconds=9), timedelta(minutes=20)])
def test_after_the_second_message_that_is_not_understood_nothing_is_said(text: str, apart: timedelta) -> None:
    one = talk()
    one.pause = apart
    replies = [one.says(text.format(number, number)).text for number in range(1000, 1040)]
    assert len([reply for reply in replies if reply]) == 2
    assert handler(one) == "silent"
    assert one.decided.trace.outcome is Outcome.UNKNOWN


def test_whoever_is_not_understood_on_while_people_are_called_in_is_told_that_they_read_it_and_a_robot_no_more() -> (
    None
):
    one = talk("ablaut", "umlaut")
    assert [call.reason for call in calls(one)] == [HandoffReason.NOT_UNDERSTOOD]
    replies = [one.says(said).text for said in ("anlaut", "inlaut", "auslaut", "nachlaut", "vorlaut")]
    assert [reply.startswith("Arī to nesapratu. Kolēģiem ziņots") for reply in replies] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert replies[3:] == ["", ""]
    assert not calls(one)


def test_once_staff_has_closed_the_call_other_words_call_in_again_and_the_same_do_not() -> None:
    one = talk("ablaut", "umlaut")
    one.session = replace(one.session, called_in=None)
    assert one.says("umlaut 17").text == ""
    assert "+371" in one.says("anlaut").text
    assert calls(one)


def test_once_something_is_understood_it_speaks_again() -> None:
    one = talk("ablaut", "umlaut", "anlaut", "how do i close it")
    assert one.decided.trace.entry == "close"
    assert one.says("anlaut").text


def test_after_hours_it_speaks_again_and_the_same_words_call_nobody_in_a_second_time_in_a_day() -> None:
    one = talk(AWAY, AWAY)
    assert calls(one)
    one.waits(LOOP_MEMORY)
    assert one.says(AWAY).text
    assert one.says(AWAY).text
    assert not calls(one)
    assert one.says(AWAY).text == ""
    one.waits(GIVEN_UP_TTL)
    one.says(AWAY)
    one.says(AWAY)
    assert calls(one)


@pytest.mark.parametrize(
    ("text", "act"), [("sell nothing", "critical"), ("a human", "handoff"), ("open a ticket", "ticket")]
)
def test_whoever_is_in_need_is_answered_however_often_they_say_it_and_in_a_silence_too(text: str, act: str) -> None:
    one = talk("ablaut", "umlaut", "anlaut")
    for _ in range(6):
        assert "+371" in one.says(text).text or act == "ticket"
        assert one.decided.trace.act == act
        assert one.decided.actions


def test_the_same_words_get_the_same_answer_twice_then_a_last_word_with_a_number_then_silence() -> None:
    one = talk("how do i close it")
    first = one.says("how do i close it").text
    assert "same message again" not in first
    last = one.says("how do i close it").text
    assert "same message again" in last
    assert "+371" in last
    assert one.says("how do i close it").text == ""
    assert (handler(one), one.decided.trace.act, one.decided.trace.entry) == ("silent", "talk", None)
    assert one.says("ablaut").text
    assert "same message again" not in one.says("how do i close it").text


def test_after_hours_the_same_words_are_answered_again() -> None:
    one = talk(*["how do i close it"] * 3)
    one.waits(LOOP_MEMORY)
    assert "same message again" not in one.says("how do i close it").text


def test_thanks_for_thanks_end() -> None:
    one = talk("thank you", "thank you")
    assert handler(one) == "courtesy"
    assert one.says("thank you").text == ""


def test_a_secret_is_warned_of_every_time() -> None:
    one = talk()
    for _ in range(5):
        assert one.says("how do i close it, password is Zaglis99").text


def test_figures_commands_and_taps_are_never_the_same_again() -> None:
    one = talk()
    for _ in range(5):
        assert one.says("/lines").text
        assert one.taps("line:desk").text
    one = talk("17", "17")
    assert calls(one)
    assert one.session.same_replies == 1
    one.session = replace(one.session, called_in=None)
    one.says("17")
    assert calls(one), "staff has closed the call, and figures may tell something each time"


def test_stop_said_again_and_again_goes_on_being_stop() -> None:
    one = talk()
    one.interpreter.cues = {"stop": "opt_out"}
    for _ in range(5):
        one.says("stop")
    assert handler(one) == OPTED_OUT


def test_a_robot_that_sends_pictures_ends_too() -> None:
    one = talk()
    one.pause = timedelta(minutes=5)
    replies = [one.says(kind=MessageKind.PHOTO).text for _ in range(6)]
    assert [bool(reply) for reply in replies] == [True, True, True, False, False, False]
