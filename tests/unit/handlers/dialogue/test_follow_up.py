"""Bare questions about the answer before: the line of the topic, named; or the entry that knows prices or days."""

from dataclasses import replace

import pytest

from handlers.model.session import Session
from kb.model import DialogueAct, EntryId
from kb.understanding.result import Interpretation
from tests.doubles import Dialog, acts_as, company, means, notices

DESK, WORKSHOP = "+371 20000001", "+371 20000002"
MEANINGS = {
    name: means(name, language="en") for name in ("hours", "close", "printer", "dead", "ticket", "desk", "hello")
}
ACTS = {
    "roughly?": DialogueAct.INSIST,
    "why?": DialogueAct.ELABORATE,
    "how much?": DialogueAct.ASK_PRICE_FOLLOW,
    "how long?": DialogueAct.ASK_TIME_FOLLOW,
    "how long do you take to come": DialogueAct.ASK_TIME_FOLLOW,
}
PRICES = {DialogueAct.ASK_PRICE_FOLLOW: EntryId("desk"), DialogueAct.ASK_TIME_FOLLOW: EntryId("hours")}


def talk(*said: str) -> Dialog:
    """A talk in English in which so much was said already; prices stand under `desk`, days under `hours`."""
    one = Dialog(MEANINGS, acts=ACTS, base=company(follow_ups=PRICES)).speaks("en")
    for text in said:
        one.says(text)
    return one


def about(one: Dialog) -> tuple[str, str | None, str | None]:
    trace = one.decided.trace
    return trace.handler, trace.entry, trace.line


@pytest.mark.parametrize("said", ["roughly?", "why?"])
def test_a_bare_question_names_the_topic_and_who_knows_more(said: str) -> None:
    one = talk("printer")
    assert one.says(said).text.startswith(
        f"All I know about “Printer” is in my answer above. For the rest call {WORKSHOP} (Workshop)."
    )
    assert about(one) == ("follow_up", "printer", "workshop")
    assert one.decided.trace.act == "problem"
    assert notices(one) == []


def test_the_documents_of_the_topic_are_named_too() -> None:
    assert "Source: Manual 7.1" in talk("close").says("why?").text


def test_a_topic_without_a_line_is_told_of_by_the_line_before_it() -> None:
    one = talk("hours", "ticket")
    assert one.says("why?").text.startswith(
        f"All I know about “Ticket” is in my answer above. For the rest call {DESK} (Advice desk)."
    )
    assert one.decided.trace.act == "answer"


def test_a_line_that_was_given_without_a_topic_knows_more() -> None:
    one = talk()
    one.session = replace(talk("printer").session, entry=None)
    assert one.says("why?").text.startswith(f"Call {WORKSHOP}")
    assert about(one) == ("follow_up", None, "workshop")


def test_where_neither_topic_nor_line_is_known_it_is_not_understood() -> None:
    for before in ("ticket", "hello"):
        one = talk(before)
        one.says("why?")
        assert one.decided.trace.handler == "fallback"


def test_at_the_beginning_of_a_talk_there_is_nothing_to_ask_about() -> None:
    for said in ACTS:
        one = talk()
        one.session = Session(language="en", entry=EntryId("printer"))
        one.says(said)
        assert one.decided.trace.handler == "fallback", said


def test_a_message_with_a_topic_of_its_own_is_about_that() -> None:
    one = talk("printer")
    one.interpreter.meanings = {"why?": means("close", language="en")}
    one.says("why?")
    assert about(one) == ("topic", "close", "desk")


def test_small_talk_is_no_topic_of_its_own() -> None:
    one = talk("printer")
    one.interpreter.meanings = {"why?": means("hello", language="en")}
    one.says("why?")
    assert about(one) == ("follow_up", "printer", "workshop")


def test_a_topic_that_is_not_so_sure_leaves_it_a_question_about_the_one_before() -> None:
    one = talk("printer")
    one.interpreter.meanings = {"why?": means("close", language="en", confidence=0.5)}
    one.says("why?")
    assert about(one) == ("follow_up", "printer", "workshop")


def test_what_does_it_cost_is_answered_by_the_entry_of_prices() -> None:
    one = talk("printer")
    one.says("how much?")
    assert about(one) == ("follow_up", "desk", "desk")


@pytest.mark.parametrize(("confidence", "entry"), [(0.8, "desk"), (0.7, "close")])
def test_a_sure_question_for_a_price_is_one_whatever_else_is_heard(confidence: float, entry: str) -> None:
    one = talk("printer")
    one.interpreter.meanings = {"how much?": means("close", language="en")}
    one.interpreter.acts = {"how much?": acts_as(DialogueAct.ASK_PRICE_FOLLOW, confidence)}
    one.says("how much?")
    assert one.decided.trace.entry == entry


def test_how_long_is_answered_by_the_topic_itself_where_it_tells_figures() -> None:
    one = talk("close")
    assert "manual 7.1" in one.says("how long?").text
    assert about(one) == ("follow_up", "close", "desk")


def test_a_phone_number_is_no_figure() -> None:
    one = talk("desk")
    assert "is in my answer above" in one.says("how long?").text
    assert about(one) == ("follow_up", "desk", "desk")


def test_how_long_a_fault_takes_is_answered_by_the_entry_of_days() -> None:
    one = talk("printer")
    one.says("how long?")
    assert about(one) == ("follow_up", "hours", "desk")


def test_why_about_a_till_that_stopped_gives_the_line_that_knows() -> None:
    one = talk("dead")
    assert one.says("why?").text.startswith(f"Call {WORKSHOP}")
    one = talk("printer")
    one.interpreter.meanings = {"why?": means("dead", language="en")}
    assert one.says("why?").text.startswith("All I know about “Printer” is in my answer above")


@pytest.mark.parametrize("said", ["how much?", "how long?"])
def test_where_no_entry_knows_prices_or_days_the_line_of_the_topic_does(said: str) -> None:
    one = Dialog(MEANINGS, acts=ACTS).speaks("en")
    one.says("printer")
    one.says(said)
    assert about(one) == ("follow_up", "printer", "workshop")


def test_the_price_of_something_leaves_the_talk_about_it() -> None:
    one = talk("printer", "how much?")
    one.says("why?")
    assert about(one) == ("follow_up", "printer", "workshop")


@pytest.mark.parametrize(
    ("meaning", "entry"),
    [
        (means("hours", language="en"), "hours"),
        (means("hours", language="en", confidence=0.7), "close"),
        (means("desk", language="en"), "close"),
    ],
)
def test_a_whole_question_about_days_is_one_after_any_topic(meaning: Interpretation, entry: str) -> None:
    one = talk("close")
    one.interpreter.meanings = {"how long do you take to come": meaning}
    one.says("how long do you take to come")
    assert about(one)[:2] == ("follow_up", entry)


@pytest.mark.parametrize(("confidence", "entry"), [(0.96, "hours"), (0.9, "close")])
def test_a_short_question_about_days_is_whole_where_that_is_as_good_as_certain(confidence: float, entry: str) -> None:
    one = talk("close")
    one.interpreter.meanings = {"how long till then": means("hours", language="en", confidence=confidence)}
    one.interpreter.acts = {"how long till then": DialogueAct.ASK_TIME_FOLLOW}
    one.says("how long till then")
    assert about(one)[:2] == ("follow_up", entry)
    assert one.session.entry == entry


def test_why_no_ticket_is_answered_by_the_entry_of_that() -> None:
    one = Dialog(MEANINGS, acts=ACTS, base=company(follow_ups={DialogueAct.ELABORATE: EntryId("hours")})).speaks("en")
    one.says("ticket")
    one.says("why?")
    assert about(one) == ("follow_up", "hours", "desk")
    one.says("printer")
    one.says("why?")
    assert about(one) == ("follow_up", "printer", "workshop")


@pytest.mark.parametrize(("confidence", "entry"), [(0.4, "close"), (0.2, "hours")])
def test_how_long_is_asked_of_the_topic_though_it_may_be_the_question_for_days(confidence: float, entry: str) -> None:
    one = talk("close")
    one.interpreter.meanings = {"how long?": means("hours", language="en")}
    one.interpreter.acts = {"how long?": acts_as(DialogueAct.ASK_TIME_FOLLOW, confidence)}
    one.says("how long?")
    assert one.decided.trace.entry == entry


def test_a_side_question_moves_neither_the_topic_nor_its_line() -> None:
    one = talk("printer")
    one.says("how much?")
    assert one.decided.trace.entry == "desk"
    assert (one.session.entry, one.session.line) == ("printer", "workshop")
