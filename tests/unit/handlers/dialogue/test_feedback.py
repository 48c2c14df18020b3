"""Whether an answer helped: asked quietly, once, and never where something else matters."""

from dataclasses import replace

import pytest

from handlers.model.actions import AskFeedback, NotifyStaff, RecordFeedback, ShowTicketChannel
from kb.model import LineId
from kb.understanding.result import Interpretation
from tests.doubles import Dialog, means, small_base

MEANINGS = {
    name: means(name, language="en")
    for name in ("hours", "close", "printer", "dead", "ticket", "person", "hello", "bye", "desk")
}


def talk() -> Dialog:
    return Dialog(MEANINGS, cues={"again": "again", "ok": "acknowledge"}).speaks("en")


def asked(one: Dialog) -> bool:
    return any(isinstance(action, AskFeedback) for action in one.decided.actions)


@pytest.mark.parametrize("entry", ["close", "printer"])
def test_under_a_fact_or_a_fault_are_two_quiet_choices(entry: str) -> None:
    reply = talk().says(entry)
    assert [(option.id, option.title, option.quiet) for option in reply.options] == [
        (f"helped:{entry}", "It helped", True),
        (f"nothelped:{entry}", "It didn't help", True),
    ]


@pytest.mark.parametrize("entry", ["dead", "ticket", "person", "hello", "bye", "nonsense"])
def test_under_anything_else_are_none(entry: str) -> None:
    one = talk()
    reply = one.says(entry)
    assert not asked(one)
    assert not any(option.quiet for option in reply.options)


def test_the_same_answer_is_not_asked_about_again() -> None:
    one = talk()
    one.says("close")
    for text in ("again", "close", "ok"):
        one.says(text)
        assert not asked(one)
    one.says("hours")
    one.says("close")
    assert asked(one)


def test_nobody_is_asked_while_trading_is_stopped() -> None:
    one = talk()
    one.says("dead")
    one.says("close")
    assert not asked(one)


@pytest.mark.parametrize(
    "both", [means("close", language="en", also=("ticket",)), means("close", language="en", also=("dead",))]
)
def test_an_answer_beside_something_weightier_is_not_asked_about(both: Interpretation) -> None:
    one = Dialog({"both": both})
    one.says("both")
    assert not asked(one)


def test_two_answers_at_once_are_asked_about_once() -> None:
    one = Dialog({"both": means("close", language="en", also=("hours",))})
    assert [option.id for option in one.says("both").options] == ["helped:close", "nothelped:close"]


def test_a_choice_out_of_several_is_an_answer_like_any() -> None:
    one = Dialog({"hm": means("close", "hours", language="en")})
    assert not any(option.quiet for option in one.says("hm").options)
    one.says("2")
    assert one.decided.trace.entry == "hours"
    assert asked(one)


def test_it_helped_is_thanked_for_and_noted_with_its_turn() -> None:
    one = talk()
    one.says("close")
    before = one.session
    assert one.taps("helped:close", source_turn="31").text == "Thank you, glad it helped."
    assert one.decided.actions[-1] == RecordFeedback(helped=True, turn="31")
    assert (one.decided.trace.handler, one.decided.trace.act) == ("rated", "talk")
    assert replace(one.session, turns=before.turns) == before, "the talk goes on as if nothing had been said"
    assert one.taps("helped:close", source_turn="31").text == "Thank you, glad it helped."


def test_it_did_not_help_gives_the_line_and_calls_nobody() -> None:
    one = talk()
    one.says("close")
    reply = one.taps("nothelped:close", source_turn="31")
    assert "+371 20000001 (Advice desk)" in reply.text
    assert not reply.options
    assert RecordFeedback(helped=False, turn="31") in one.decided.actions
    assert not any(isinstance(action, NotifyStaff | ShowTicketChannel) for action in one.decided.actions)


def test_where_a_fault_can_wait_the_draft_comes_too() -> None:
    one = talk()
    one.says("printer")
    reply = one.taps("nothelped:printer")
    assert "+371 20000002 (Workshop)" in reply.text
    assert "https://here/t/x" in reply.text
    assert one.session.ticket_requests == 0


def test_a_stopped_till_comes_before_everything() -> None:
    one = talk()
    one.says("printer")
    one.says("dead")
    reply = one.taps("nothelped:printer")
    assert "+371 20000002 (Workshop)" in reply.text
    assert "https://here/t/x" not in reply.text


@pytest.mark.parametrize("gone", ["nothelped:gone", "nothelped:"])
def test_about_an_answer_that_is_no_longer_there_the_general_line_is_given(gone: str) -> None:
    one = talk()
    assert "+371 20000001 (Advice desk)" in one.taps(gone).text
    assert one.taps("helped:gone").text == "Thank you, glad it helped."


def test_a_number_is_never_taken_as_a_word_about_an_answer() -> None:
    one = talk()
    one.says("close")
    for text in ("1", "2", "It helped", "first"):
        one.says(text)
        assert not any(isinstance(action, RecordFeedback) for action in one.decided.actions)


def test_an_open_question_waits_on_while_an_older_answer_is_rated() -> None:
    one = Dialog({**MEANINGS, "hm": means("close", "hours", language="en")})
    one.says("printer")
    one.says("hm")
    one.taps("nothelped:printer")
    one.says("2")
    assert one.decided.trace.entry == "hours"


def test_what_the_talk_was_about_may_vanish_from_the_knowledge() -> None:
    one = Dialog({**MEANINGS, "hm": means("close", "hours", language="en")}, cues={"again": "again"})
    one.says("close")
    one.says("hm")
    base = small_base()
    entries = {name: entry for name, entry in base.entries.items() if name not in ("close", "hours")}
    workshop = LineId("workshop")
    directory = replace(base.directory, lines={workshop: base.directory.lines[workshop]}, general_line=workshop)
    one.knowledge = replace(one.knowledge, base=replace(base, entries=entries, directory=directory))

    assert one.says("2").text == "That choice is no longer available. Write what you need now."
    assert one.taps("entry:hours").text == "That choice is no longer available. Write what you need now."
    assert one.says("again").text == "There is nothing to repeat yet. Write what you need."
    assert (one.session.entry, one.session.line) == (None, None)
