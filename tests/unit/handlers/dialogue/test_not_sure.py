"""What the bot does when it is not sure: choices, asking again, handing off."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.dialogue.fallback import MIN_OFFER_IN_TALK
from handlers.model.actions import HandoffReason, NotifyStaff
from handlers.model.messages import MessageKind
from kb.model import DialogueAct, LineId
from kb.understanding.result import Outcome
from tests.doubles import Dialog, acts_as, means

CUES = {
    "yes": "yes", "no": "no", "otro": "second", "первое": "first", "the last one": "last", "third": "third",
    "none of these": "none_of_these", "ok": "acknowledge",
}  # fmt: skip


def unsure(*entries: str) -> Dialog:
    talk = Dialog({"hm": means(*entries, language="en"), "hours": means("hours", language="en")}, cues=CUES)
    talk.says("hm")
    return talk


def test_several_possible_meanings_are_offered_as_choices() -> None:
    talk = Dialog({"hm": means("close", "hours", language="en")})
    reply = talk.says("hm")
    assert [option.title for option in reply.options] == ["Close the shift", "Working hours", "Something else"]
    trace = talk.decided.trace
    assert (trace.act, trace.entry, trace.outcome) == ("clarify", None, Outcome.CLARIFIED)


def test_no_choice_is_offered_twice() -> None:
    for entries in (("close", "hours", "close"), ("close", "close", "hours")):
        reply = Dialog({"hm": means(*entries, language="en")}).says("hm")
        assert [option.id for option in reply.options] == ["entry:close", "entry:hours", "none"]


def test_what_no_entry_answers_is_declined_twice_and_calls_nobody() -> None:
    talk = Dialog({"hours": means("hours", language="en")}).speaks("en")
    talk.interpreter.elsewhere = ("a recipe", "the weather", "and hockey")
    for said in ("a recipe", "the weather"):
        reply = talk.says(said)
        assert reply.text == ("I know nothing about that. I can help with:\n\nOr call +371 20000001 (Advice desk).")
        assert len(reply.options) == 3
        trace = talk.decided.trace
        assert (trace.handler, trace.act, trace.outcome) == ("out_of_scope", "none", Outcome.UNKNOWN)
        assert talk.session.failed_turns == 0
    talk.says("and hockey")
    assert talk.decided.trace.handler == "fallback"
    talk.says("hours")
    talk.says("a recipe")
    assert talk.decided.trace.handler == "out_of_scope"
    assert talk.session.turns[-1].terms == ()


def test_while_a_fault_is_talked_about_everything_is_about_it() -> None:
    talk = Dialog({"printer": means("printer", language="en")}).speaks("en")
    talk.interpreter.elsewhere = ("a recipe",)
    talk.says("printer")
    talk.says("a recipe")
    assert talk.decided.trace.handler == "fallback"


def test_nobody_is_asked_whether_they_mean_thanks() -> None:
    talk = Dialog({"hm": means("bye", "close", language="en"), "mh": means("bye", "hello", language="en")})
    assert [option.title for option in talk.says("hm").options] == ["Close the shift", "Something else"]
    talk.says("mh")
    assert talk.decided.trace.handler == "fallback"


def test_if_trading_may_have_stopped_the_number_stands_above_the_choices() -> None:
    talk = Dialog({"hm": means("close", "dead", language="en")})
    assert "+371 20000002" in talk.says("hm").text.splitlines()[0]


def test_while_trading_is_stopped_nobody_chooses_topics_unless_they_ask() -> None:
    meanings = {
        "dead": means("dead", language="en"),
        **dict.fromkeys(("hm", "hm?"), means("close", "hours", language="en")),
    }
    talk = Dialog(meanings)
    assert "Or call +371 20000001 (Advice desk)." in talk.says("hm").text
    talk.says("dead")
    assert talk.says("hm").text == "Thank you, noted. Tell them the same at +371 20000002 (Workshop)."
    assert "Or call +371 20000002 (Workshop)." in talk.says("hm?").text


def test_a_word_more_of_trading_that_has_stopped_asks_nothing_back() -> None:
    meanings = {"all dead": means("dead", language="en"), "hm": means("dead", "close", language="en")}
    talk = Dialog(meanings, acts={"hm": acts_as(DialogueAct.OUTAGE, 0.2)})
    talk.says("all dead")
    assert talk.says("hm").text == "Call now: +371 20000002 (Workshop)."
    assert talk.decided.trace.handler == "clarify"


def test_what_is_not_understood_while_trading_is_stopped_gets_the_number_and_no_menu() -> None:
    talk = Dialog({"all dead": means("dead", language="en")}).speaks("en")
    talk.says("all dead")
    reply = talk.says("grmpf brmpf")
    assert (reply.text, reply.options) == ("Call now: +371 20000002 (Workshop).", ())
    talk.waits(timedelta(minutes=1))
    assert "+371 20000001" in talk.says("hrmpf").text, "the second time all numbers"


def test_a_fault_of_several_devices_while_trading_is_stopped_is_asked_no_more() -> None:
    talk = Dialog(
        {"all dead": means("dead", language="en"), "printers": means("printer", "scanner", language="en")}
    ).speaks("en")
    talk.says("all dead")
    reply = talk.says("printers")
    assert (reply.text, reply.options) == ("Call now: +371 20000002 (Workshop).", ())


def test_a_word_more_of_the_fault_that_was_just_answered_is_that_one_still() -> None:
    for said, handler in (("goes not", "problem"), ("which of these printers is it", "clarify")):
        talk = Dialog(
            {"the printer": means("printer", language="en"), said: means("printer", "scanner", language="en")}
        ).speaks("en")
        talk.says("the printer")
        talk.says(said)
        assert talk.decided.trace.act == handler


def test_hello_before_a_dead_till_is_met_with_the_number_and_no_menu() -> None:
    talk = Dialog({"all dead": means("dead", language="en"), "hello?": means("hello", language="en")}).speaks("en")
    assert talk.says("hello?").options
    talk.says("all dead")
    reply = talk.says("hello?")
    assert (reply.text, reply.options) == ("Call now: +371 20000002 (Workshop).", ())


def test_whoever_will_send_a_picture_is_told_who_looks_at_it() -> None:
    talk = Dialog(acts={"i send a photo": DialogueAct.FORWARD_MEDIA}).speaks("en")
    assert "+371 20000002 (Workshop)" in talk.says("i send a photo").text
    assert (talk.decided.trace.handler, talk.decided.trace.act) == ("media_to_come", "talk")


def test_what_was_not_asked_is_not_said_again() -> None:
    meanings = {"hours?": means("hours", language="en"), "not that": means("hours", language="en")}
    talk = Dialog(meanings, acts={"not that": DialogueAct.WRONG_ANSWER}).speaks("en")
    talk.says("hours?")
    talk.says("not that")
    assert talk.decided.trace.handler == "confusion"


def test_what_is_not_understood_of_a_fault_gets_its_line_and_no_menu() -> None:
    talk = Dialog({"no paper": means("printer", language="en")}).speaks("en")
    talk.says("no paper")
    reply = talk.says("grmpf brmpf")
    assert reply.text.startswith("I didn't quite understand. It is easier by phone: +371 20000002 (Workshop).")
    assert (reply.options, talk.session.question, talk.decided.trace.handler) == ((), None, "fallback")
    talk.waits(timedelta(minutes=1))
    assert "+371 20000001" in talk.says("hrmpf").text, "the second time all numbers"


@pytest.mark.parametrize(
    ("before", "leant_on"), [("hello", (None, ())), ("person", (None, ())), ("printer", ("printer", ("paper",)))]
)
def test_nothing_goes_on_about_a_greeting_or_a_call_for_people(
    before: str, leant_on: tuple[str | None, tuple[str, ...]]
) -> None:
    talk = Dialog({"so": replace(means(before, language="en"), terms=("paper",))}).speaks("en")
    talk.says("so")
    talk.says("grmpf")
    assert talk.interpreter.leant_on[-1] == leant_on


@pytest.mark.parametrize(
    ("said", "entry"),
    [
        ("otro", "hours"), ("первое", "close"), ("the last one", "desk"), ("2", "hours"), ("3.", "desk"), ("#1", "close"),
        ("third", "desk"), ("Working hours", "hours"),
    ],
)  # fmt: skip
def test_a_choice_can_be_made_in_words(said: str, entry: str) -> None:
    talk = unsure("close", "hours", "desk")
    talk.says(said)
    assert talk.decided.trace.entry == entry
    assert talk.session.question is None


@pytest.mark.parametrize("said", ["none of these", "no", "4"])
def test_something_else_asks_to_say_it_otherwise(said: str) -> None:
    talk = unsure("close", "hours", "desk")
    assert "other words" in talk.says(said).text
    assert talk.decided.trace.act == "none"


def test_a_choice_can_be_tapped() -> None:
    talk = unsure("close", "hours")
    talk.taps("entry:hours")
    assert talk.decided.trace.entry == "hours"
    talk.taps("none")
    assert "no longer available" in talk.says(kind=MessageKind.TAP, choice="none").text


def test_an_old_tap_on_a_topic_still_works_and_a_broken_one_is_answered_kindly() -> None:
    talk = Dialog().speaks("en")
    assert "+371 20000001" in talk.taps("entry:hours").text
    assert "no longer available" in talk.taps("entry:nothing").text
    assert "no longer available" in talk.taps("rubbish").text


def test_a_tap_without_a_choice_is_not_understood() -> None:
    talk = Dialog().speaks("en")
    talk.says(kind=MessageKind.TAP)
    assert talk.decided.trace.handler == "fallback"


def test_yes_to_faults_of_one_line_gives_that_line() -> None:
    talk = unsure("printer", "scanner")
    assert "+371 20000002" in talk.says("yes").text
    trace = talk.decided.trace
    assert (trace.act, trace.entry, trace.line) == ("problem", "printer", "workshop")


def test_yes_to_choices_that_part_ways_is_only_a_nod() -> None:
    talk = unsure("close", "ticket")
    talk.says("yes")
    assert talk.decided.trace.act == "none"
    assert talk.session.question is not None


def test_yes_to_a_single_choice_takes_it() -> None:
    talk = unsure("close", "hours")
    assert talk.session.question is not None
    talk.session = replace(
        talk.session, question=replace(talk.session.question, options=talk.session.question.options[:1])
    )
    talk.says("yes")
    assert talk.decided.trace.entry == "close"


def test_a_number_beyond_the_choices_is_no_choice() -> None:
    talk = unsure("close", "hours")
    talk.says("third")
    assert talk.decided.trace.handler == "fallback"


def test_the_choices_expire_when_the_talk_moves_on() -> None:
    talk = unsure("close", "hours")
    talk.says("hours")
    talk.says("2")
    assert talk.decided.trace.act == "none"


def test_the_choices_expire_with_time() -> None:
    talk = unsure("close", "hours")
    talk.waits(timedelta(minutes=31))
    talk.says("2")
    assert talk.decided.trace.handler == "fallback"


def test_first_it_asks_again_with_topics_and_a_number_and_calls_nobody() -> None:
    talk = Dialog().speaks("en")
    reply = talk.says("blah")
    assert [option.id for option in reply.options] == ["entry:dead", "entry:hours", "entry:close"]
    assert "Or call +371 20000002 (Workshop)." in reply.text
    assert not any(isinstance(action, NotifyStaff) for action in talk.decided.actions)


def test_the_number_beside_what_is_not_understood_is_that_of_the_talk() -> None:
    talk = Dialog({"hours": means("hours", language="en")})
    talk.says("hours")
    reply = talk.says("blah")
    assert "It is easier by phone: +371 20000001 (Advice desk)." in reply.text
    assert reply.options == (), "a menu would lead away from what is talked about"
    assert (talk.decided.trace.act, talk.decided.trace.outcome) == ("none", Outcome.UNKNOWN)


def test_the_second_time_it_gives_all_numbers_and_hands_off() -> None:
    talk = Dialog().speaks("en")
    talk.says("blah")
    reply = talk.says("blah blah")
    assert "+371 20000001" in reply.text
    assert "+371 20000002" in reply.text
    assert [option.id for option in reply.options] == ["line:desk", "line:workshop"]
    assert NotifyStaff(line=LineId("desk"), reason=HandoffReason.NOT_UNDERSTOOD) in talk.decided.actions


def test_a_thought_in_several_lines_that_are_not_understood_gets_one_reply() -> None:
    talk = Dialog({"hours": means("hours", language="en")}).speaks("en")
    talk.pause = timedelta(seconds=3)
    assert talk.says("blah").text
    assert talk.says("blah blah").text == ""
    assert talk.session.failed_turns == 1
    assert talk.says("hours").text, "what is understood is answered at once"
    talk.says("blah")
    talk.pause = timedelta(seconds=20)
    assert "+371 20000001" in talk.says("blah blah").text


def test_being_understood_in_between_starts_the_count_anew() -> None:
    talk = Dialog({"hours": means("hours", language="en")})
    for text in ("blah", "hours", "blah"):
        talk.says(text)
    assert talk.session.failed_turns == 1


def in_a_talk(confidence: float) -> Dialog:
    """A talk about the opening hours in which something vague is said."""
    vague = means("close", language="en", confidence=confidence)
    vague = replace(vague, outcome=Outcome.CLARIFIED)
    talk = Dialog({"hours": means("hours", language="en"), **dict.fromkeys(("hm", "mh"), vague)}).speaks("en")
    talk.says("hours")
    return talk


def test_in_a_talk_the_choices_are_what_is_likely_meant_and_what_is_talked_about() -> None:
    reply = in_a_talk(MIN_OFFER_IN_TALK).says("hm")
    assert [option.id for option in reply.options] == ["entry:close", "entry:hours", "none"]


def test_where_nothing_else_is_likely_there_is_nothing_to_choose_but_who_knows_more() -> None:
    talk = in_a_talk(MIN_OFFER_IN_TALK - 0.01)
    reply = talk.says("hm")
    assert reply.text.startswith("I'm not sure I understood. On “Working hours” they can help: +371 20000001")
    assert (reply.options, talk.session.question) == ((), None)
    trace = talk.decided.trace
    assert (trace.act, trace.outcome, trace.line) == ("clarify", Outcome.CLARIFIED, "desk")
    assert talk.says("mh").text.startswith("I didn't quite understand. It is easier by phone: +371 20000001")


def test_long_after_a_talk_the_choices_are_those_of_a_first_message() -> None:
    talk = in_a_talk(MIN_OFFER_IN_TALK - 0.01)
    talk.waits(timedelta(hours=2))
    assert [option.id for option in talk.says("hm").options] == ["entry:close", "none"]
