"""Which restaurant and which number: asked once after the number to call, taken from plain words, confirmed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.model.actions import NotifyStaff
from handlers.model.context import CALLED_IN_TTL
from handlers.model.details import PersonDetails
from handlers.model.messages import Inbound
from handlers.router import decide
from kb.model import DialogueAct
from kb.understanding.result import ActCandidate
from tests.doubles import NOW, Dialog, means, notices, vaguely

WORKSHOP = "+371 20000002"
QUESTION = "Which restaurant is it, and which number shall we call?"
NOTHING_OF = vaguely("dead", 0.01)
MEANINGS = {
    "dead": means("dead", language="en"),
    "hours": means("hours", language="en"),
    "hours? Ilze, 29111222": means("hours", language="en"),
    **dict.fromkeys(("Rozengrāls", "old windmill", "Gan Bei"), NOTHING_OF),
    "tills": vaguely("dead", 0.3),
    "tills are slow": means("printer", language="en"),
    "Hours House 29111222": means("hours", language="en", confidence=0.35),
    "Printer House 29111222": means("printer", language="en", confidence=0.5),
    "dead, cafe Ala, 29111222": means("dead", language="en"),
}
ACTS = {
    "it works": DialogueAct.WORKS_AGAIN,
    "Rozengrāls": DialogueAct.DETAIL,
    "a human, please": DialogueAct.ASK_PERSON,
    "thanks": DialogueAct.THANKS,
}


def talk(*said: str) -> Dialog:
    """A talk in English in which so much was said already."""
    one = Dialog(MEANINGS, acts=ACTS).speaks("en")
    for text in said:
        one.says(text)
    return one


def test_it_is_asked_after_the_number_and_once_a_call() -> None:
    one = talk()
    text = one.says("dead").text
    assert text.index(WORKSHOP) < text.index(QUESTION)
    assert QUESTION not in one.says("dead").text


def test_where_nobody_is_called_in_nothing_is_asked_and_nothing_confirmed() -> None:
    one = talk()
    assert QUESTION not in one.says("hours").text
    assert "Noted" not in one.says("Ilze, 29111222, cafe Ala").text
    assert one.session.details == PersonDetails(name="Ilze", phone="+371 29111222", place="Ala")


def test_what_was_told_before_is_not_asked() -> None:
    assert QUESTION not in talk("Ilze, 29111222, cafe Ala").says("dead").text
    assert "Which restaurant is it?" in talk("29111222").says("dead").text
    assert "Which number shall we call?" in talk("cafe Ala").says("dead").text


def test_what_the_platform_tells_is_not_asked() -> None:
    one = talk()
    known = Inbound(
        channel="test", conversation="c", sender="s", message_id="1", sent_at=NOW, text="dead", location="Lido, Rīga"
    )
    for inbound, question in (
        (known, "ask_phone"),
        (replace(known, location=None, phone="+37129111222"), "ask_place"),
        (replace(known, phone="+37129111222"), None),
    ):
        said = [getattr(action, "text", "") for action in decide(inbound, one.session, one.knowledge, NOW).actions]
        asked = [text for text in said if text.endswith("?")]
        assert asked == ([one.knowledge.phrases("en", question)] if question else [])


def test_details_in_the_first_message_are_confirmed_after_the_number() -> None:
    text = talk().says("dead, cafe Ala, 29111222").text
    assert text.index(WORKSHOP) < text.index("Noted: Ala, 29 111 222. Passed on to: Workshop.")
    assert "?" not in text


@pytest.mark.parametrize(
    ("answer", "noted"),
    [
        ("Ilze, 29111222, cafe Ala", "Ala, Ilze, 29 111 222"),
        ("Rozengrāls", "Rozengrāls"),
        ("old windmill", "old windmill"),
        ("Gan Bei", "Gan Bei"),
        ("29 111 222", "29 111 222"),
    ],
)
def test_the_answer_is_confirmed_with_the_number_and_calls_nobody_again(answer: str, noted: str) -> None:
    one = talk("dead")
    assert one.says(answer).text == f"Noted: {noted}. Passed on to: Workshop, {WORKSHOP}."
    assert (one.decided.trace.handler, one.decided.trace.act) == ("contact_details", "critical")
    assert notices(one) == []


def test_the_rest_may_follow_later_as_long_as_people_are_called_in() -> None:
    one = talk("dead", "Rozengrāls", "hours")
    assert one.says("29111222").text.startswith("Noted: Rozengrāls, 29 111 222.")
    one.waits(CALLED_IN_TTL + timedelta(minutes=1))
    assert "Noted" not in one.says("26123456").text


@pytest.mark.parametrize("words", ["tills", "hours", "which?", "thanks", "x" * 200])
def test_what_is_no_answer_is_answered_as_ever(words: str) -> None:
    one = talk("dead")
    one.says(words)
    assert one.decided.trace.handler != "contact_details"
    assert one.session.details == PersonDetails()


def test_a_bare_name_is_an_answer_right_after_the_question_only() -> None:
    one = talk("dead", "hours")
    one.says("old windmill")
    assert one.decided.trace.handler != "contact_details"


@pytest.mark.parametrize(("before", "noted"), [(("hours",), True), (("hours", "hours"), False)])
def test_a_name_beside_a_number_is_an_answer_a_turn_later_too(before: tuple[str, ...], noted: bool) -> None:
    one = talk("dead", *before)
    one.interpreter.meanings = {**MEANINGS, "Rozengrāls, 29111222": NOTHING_OF}
    assert one.says("Rozengrāls, 29111222").text.startswith("Noted: Rozengrāls, 29 111 222.") is noted


@pytest.mark.parametrize(
    ("words", "noted"),
    [
        ("Gold Windmill", True),
        ("Gold Windmill by Sea", True),
        ("Gold,Windmill", True),
        ("Gold windmill", False),
        ("gold Windmill", False),
        ("GOLD WINDMILL", False),
        ("Windmill", False),
        ("Old Windmill", False),
    ],
)
def test_words_that_are_all_names_are_an_answer_a_turn_later_too(words: str, noted: bool) -> None:
    one = talk("dead", "hours")
    one.interpreter.meanings = {words: NOTHING_OF}
    one.says(words)
    assert (one.decided.trace.handler == "contact_details") is noted


@pytest.mark.parametrize(
    ("words", "noted"),
    [
        ("we are Gold Windmill, Stabu 3, my name is Zane", True),
        ("we are Gold Windmill, Zane", True),
        ("my name is Zane, at the old one", False),
        ("Gold Windmill", False),
    ],
)
def test_whoever_says_who_and_where_is_noted_as_long_as_people_are_called_in(words: str, noted: bool) -> None:
    one = talk("dead", "hours", "hours", "hours")
    one.interpreter.meanings = {words: NOTHING_OF}
    one.says(words)
    assert (one.decided.trace.handler == "contact_details") is noted


def test_names_are_no_answer_two_turns_later() -> None:
    one = talk("dead", "hours", "hours")
    one.interpreter.meanings = {"Gold Windmill": NOTHING_OF}
    one.says("Gold Windmill")
    assert one.decided.trace.handler != "contact_details"


@pytest.mark.parametrize(
    ("words", "topic", "noted"),
    [
        ("Alus Darbnīca", 0.6, True),
        ("Alus Darbnīca", 0.61, False),
        ("we are Alus darbnīca", 0.6, True),
        ("we are Alus darbnīca", 0.61, False),
        ("we are alus darbnīca", 0.16, False),
        ("Alus darbnīca", 0.15, True),
        ("Alus darbnīca", 0.16, False),
    ],
)
def test_a_name_of_two_capitals_may_be_like_a_topic(words: str, topic: float, noted: bool) -> None:
    one = talk("dead")
    one.interpreter.meanings = {words: vaguely("hours", topic)}
    one.says(words)
    assert (one.decided.trace.handler == "contact_details") is noted


def test_words_of_which_not_even_a_guess_is_made_are_no_name() -> None:
    one = talk("dead")
    one.interpreter.meanings = {}
    one.says("Alus Darbnīca")
    assert one.decided.trace.handler != "contact_details"


@pytest.mark.parametrize(("consent", "noted"), [(0.2, True), (0.33, False)])
def test_what_is_likely_consent_is_no_name(consent: float, noted: bool) -> None:
    one = talk("dead")
    one.interpreter.acts = {**ACTS, "Gan Bei": (ActCandidate(DialogueAct.AGREE, consent),)}
    one.says("Gan Bei")
    assert (one.decided.trace.handler == "contact_details") is noted


def test_words_that_a_topic_has_are_no_name() -> None:
    one = talk("dead")
    one.interpreter.meanings = {**MEANINGS, "old": replace(NOTHING_OF, terms=("old",))}
    one.says("old")
    assert one.decided.trace.handler != "contact_details"


def test_a_question_with_details_beside_is_answered_and_they_are_confirmed() -> None:
    text = talk("dead").says("hours? Ilze, 29111222").text
    assert "Noted: Ilze, 29 111 222. Passed on to: Workshop." in text


def test_when_it_works_again_the_next_call_is_asked_anew() -> None:
    one = talk("dead", "it works")
    assert one.session.called_in is None
    assert QUESTION in one.says("dead").text


def test_a_tap_tells_nothing_and_who_is_erased_is_asked_nothing() -> None:
    one = talk("dead")
    one.taps("language:en")
    assert one.decided.trace.handler != "contact_details"
    one.says("/forget")
    assert (one.session.details, one.session.called_in) == (PersonDetails(), None)


def test_another_reason_goes_to_the_line_that_was_called_last() -> None:
    one = talk("dead", "a human, please")
    assert one.session.called_in is not None
    assert [action.line for action in one.decided.actions if isinstance(action, NotifyStaff)] == [
        one.session.called_in.line
    ]


def test_who_tells_who_and_where_under_a_fault_that_nobody_was_called_to_is_told_so() -> None:
    one = talk("tills are slow")
    assert one.says("Ilze, 29111222, cafe Ala").text == (
        f"Noted: Ala, Ilze, 29 111 222. I have told nobody yet. Call {WORKSHOP} (Workshop)."
    )
    assert one.decided.trace.handler == "contact_details"
    assert not notices(one)


def test_a_place_beside_a_number_that_was_asked_for_is_a_place_whatever_its_words_mean() -> None:
    one = talk("dead")
    assert "Noted: Hours House, 29 111 222." in one.says("Hours House 29111222").text
    assert "Printer House" not in talk("dead").says("Printer House 29111222").text


def test_after_a_stop_that_was_told_of_nobody_says_that_nobody_knows() -> None:
    one = talk("dead", "it works")
    assert one.says("Ilze, 29111222, cafe Ala").text == "Noted: Ala, Ilze, 29 111 222."
