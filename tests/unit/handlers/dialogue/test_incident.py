"""How it stands with stopped trading: reported, doubtful, partly, over; and faults that no entry knows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.model.actions import CloseHandoffs, HandoffReason, NotifyStaff, RecordFeedback, Say, ShowTicketChannel
from handlers.model.messages import MessageKind
from handlers.model.session import Incident
from kb.model import DialogueAct, EntryId, LineId
from kb.understanding.result import ActCandidate, Interpretation, Outcome
from tests.doubles import Dialog, ScriptedActs, acts_as, company, means, notices, vaguely

DESK, WORKSHOP = "+371 20000001", "+371 20000002"
CALL_NOW = f"Call now: {WORKSHOP} (Workshop)."
STOPPED = NotifyStaff(line=LineId("workshop"), reason=HandoffReason.TRADING_STOPPED)
FAULTS = (EntryId("dead"), EntryId("printer"), EntryId("scanner"))
MEANINGS = {name: means(name, language="en") for name in ("hours", "close", "printer", "dead", "ticket", "desk", "bye")}
ACTS: ScriptedActs = {
    "it works again": DialogueAct.WORKS_AGAIN,
    "does it work again?": DialogueAct.WORKS_AGAIN,
    "works, i think": acts_as(DialogueAct.WORKS_AGAIN, 0.4),
    "that did not help": DialogueAct.NOT_HELPED,
    "one till sells": DialogueAct.PARTLY,
    "till 2, since noon": DialogueAct.DETAIL,
    "does not work": DialogueAct.BARE_FAULT,
    "the fridge hums": DialogueAct.DEVICE_FAULT,
    "a printer": DialogueAct.DEVICE_ONLY,
}


def talk(*said: str, meanings: dict[str, Interpretation] | None = None, leaning: Sequence[str] = ()) -> Dialog:
    """A talk in English in which so much was said already."""
    cues = {"yes": "yes", "no": "no", "first": "first", "second": "second", "fixed": "resolved", "fixed?": "resolved"}
    one = Dialog(
        {**MEANINGS, **(meanings or {})}, cues=cues, acts=ACTS, base=company(fault_topics=FAULTS), leaning=leaning
    )
    one.speaks("en")
    for text in said:
        one.says(text)
    return one


def handled(one: Dialog) -> tuple[str, str, str | None]:
    return one.decided.trace.handler, one.decided.trace.act, one.decided.trace.entry


def closes(one: Dialog) -> bool:
    return CloseHandoffs() in one.decided.actions


# --- it has stopped


def alarm(probability: float, meaning: Interpretation, text: str = "nobody can pay") -> Dialog:
    one = Dialog({text: meaning}, acts={text: acts_as(DialogueAct.OUTAGE, probability)}).speaks("en")
    one.says(text)
    return one


def test_stopped_trading_that_no_topic_tells_of_is_reported_all_the_same() -> None:
    one = alarm(0.6, means())
    assert one.session.incident is Incident.STOPPED
    assert handled(one) == ("outage", "critical", "dead")
    assert notices(one) == [STOPPED]


def test_what_is_less_likely_than_not_is_no_alarm() -> None:
    assert notices(alarm(0.4, means())) == []


@pytest.mark.parametrize("act", [DialogueAct.DEVICE_ONLY, DialogueAct.WORKS_AGAIN])
def test_a_device_alone_and_good_news_raise_no_alarm(act: DialogueAct) -> None:
    likely = (ActCandidate(act, 0.7), ActCandidate(DialogueAct.OUTAGE, 0.6))
    one = Dialog({"the till": means()}, acts={"the till": likely}).speaks("en")
    one.says("the till")
    assert notices(one) == []


@pytest.mark.parametrize(("probability", "alarmed"), [(0.7, False), (0.8, True)])
def test_beside_a_topic_that_is_surely_meant_more_is_needed(probability: float, alarmed: bool) -> None:
    one = alarm(probability, means("close"))
    assert (notices(one) == [STOPPED]) is alarmed


@pytest.mark.parametrize(("text", "alarmed"), [("we all stand still", True), ("do we all stand still?", False)])
def test_a_cry_for_everyone_needs_no_more_than_elsewhere_unless_it_is_a_question(text: str, alarmed: bool) -> None:
    one = alarm(0.45, means("close", signals=("emergency_everyone",)), text)
    assert (notices(one) == [STOPPED]) is alarmed


def test_an_answer_beside_the_alarm_comes_after_the_number() -> None:
    one = alarm(0.9, means("close"))
    assert handled(one) == ("outage", "critical", "dead")
    number, notice, answer, question = one.decided.actions
    assert isinstance(number, Say)
    assert isinstance(answer, Say)
    assert WORKSHOP in number.text
    assert notice == STOPPED
    assert answer.text.startswith("The Z report")
    assert question == Say(text="Which restaurant is it, and which number shall we call?")


def test_another_fault_beside_the_alarm_ends_in_the_same_call() -> None:
    one = alarm(0.9, means("printer"))
    assert handled(one) == ("outage", "critical", "dead")
    number, notice, question = one.decided.actions
    assert isinstance(number, Say)
    assert WORKSHOP in number.text
    assert notice == STOPPED
    assert question == Say(text="Which restaurant is it, and which number shall we call?")


def test_stopped_trading_beside_something_that_works_is_told_by_the_part_that_says_so() -> None:
    said, part = "tills are dead but the screen works", "tills are dead"
    for probability, handler in ((0.9, "outage"), (0.1, "topic")):
        one = Dialog(
            {said: means("printer", language="en"), part: means("dead", language="en", confidence=0.6)},
            acts={said: acts_as(DialogueAct.OUTAGE, 0.2), part: acts_as(DialogueAct.OUTAGE, probability)},
        ).speaks("en")
        one.interpreter.devices = ("tills", "screen")
        one.says(said)
        assert one.decided.trace.handler == handler


def test_that_tills_sell_is_no_alarm_unless_what_stops_them_is_named() -> None:
    for meaning, handler in ((means("dead", language="en", confidence=0.3), "not_now"), (means("dead"), "outage")):
        one = alarm(0.9, meaning, "now the tills are all selling")
        assert one.decided.trace.handler == handler


@pytest.mark.parametrize("said", ["all tills", "both", "on each till"])
def test_words_that_count_devices_tell_where_the_fault_is(said: str) -> None:
    one = talk("printer")
    one.interpreter.acts = {said: acts_as(DialogueAct.OUTAGE)}
    one.interpreter.devices = ("till", "tills")
    one.says(said)
    assert handled(one) == ("detail", "problem", None)
    assert not notices(one)


def test_one_till_or_all_is_a_detail_of_stopped_trading() -> None:
    one = talk("dead", meanings={"both": means("dead", "close", language="en", confidence=0.4)})
    one.interpreter.acts = {"both": acts_as(DialogueAct.CHOOSE_BOTH, 0.5)}
    one.says("both")
    assert handled(one) == ("detail", "critical", "dead")


@pytest.mark.parametrize(
    ("before", "said", "alarmed"),
    [
        ("printer", "and now the till too", True),
        ("printer", "the till as well?", False),
        ("printer", "and now the till", False),
        ("printer", "and the scanner too", False),
        ("printer", "the till works too", False),
        ("hours", "and now the till too", False),
        ("printer", "and when we looked at it again the till too", False),
    ],
)
def test_a_till_that_fails_as_well_as_another_device_is_an_alarm(before: str, said: str, alarmed: bool) -> None:
    one = talk(before, meanings={"the till works too": means(signals=("resolved",))})
    one.interpreter.devices = ("till", "scanner")
    one.interpreter.own_devices = {"dead": ("till",), "printer": ("printer",)}
    one.says(said)
    assert (one.decided.trace.handler == "outage") is alarmed


def test_a_word_more_than_a_count_is_an_alarm() -> None:
    one = talk("printer", meanings={"both tills stopped": means("dead", language="en")})
    one.interpreter.acts = {"both tills stopped": acts_as(DialogueAct.OUTAGE)}
    one.interpreter.devices = ("tills",)
    one.says("both tills stopped")
    assert handled(one)[0] == "outage"


def test_what_only_sets_right_which_fault_it_is_raises_no_alarm() -> None:
    for said, corrections, handler in (
        ("not the pin, the card", ("not the pin, the card",), "topic"),
        ("not the pin, the card", (), "outage"),
        ("not the pin, but the card and now all is dead", ("not the pin, but the card and now all is dead",), "outage"),
    ):
        meaning = means("printer", language="en", confidence=0.95)
        one = Dialog({said: meaning}, acts={said: acts_as(DialogueAct.OUTAGE, 0.95)}, corrections=corrections)
        one.speaks("en").says(said)
        assert one.decided.trace.handler == handler


def test_a_company_without_an_entry_of_stopped_trading_is_answered_by_topic() -> None:
    base = company(topics=("hours", "close"))
    entries = {name: entry for name, entry in base.entries.items() if name != "dead"}
    one = Dialog(
        {"all dead": means("close", language="en")},
        acts={"all dead": acts_as(DialogueAct.OUTAGE, 0.95)},
        base=replace(base, entries=entries),
    )
    one.says("all dead")
    assert handled(one) == ("topic", "answer", "close")


# --- it works again


def test_while_trading_is_stopped_words_of_good_news_are_heard_beside_others() -> None:
    said = "we are back in business"
    likely = (ActCandidate(DialogueAct.OTHER, 0.5), ActCandidate(DialogueAct.WORKS_AGAIN, 0.3))
    for before, handler in (("dead", "resolved"), ("close", "fallback")):
        one = talk(before, meanings={said: replace(means(), signals=frozenset({"resolved"}))})
        one.interpreter.acts = {said: likely}
        one.says(said)
        assert one.decided.trace.handler == handler


@pytest.mark.parametrize(("said", "handler"), [("no, it runs", "resolved"), ("no, not when it runs", "chasing")])
def test_while_trading_is_stopped_good_news_after_a_no_is_asked_about(said: str, handler: str) -> None:
    one = talk("dead", meanings={said: replace(means(), signals=frozenset({"no", "resolved"}))})
    one.interpreter.acts = {
        said: (ActCandidate(DialogueAct.CHASING, 0.5), ActCandidate(DialogueAct.WORKS_AGAIN, 0.4)),
    }
    one.says(said)
    assert handled(one)[0] == handler
    assert not closes(one)


@pytest.mark.parametrize("said", ["it works again", "fixed"])
def test_a_plain_word_that_it_works_sends_staff_home(said: str) -> None:
    one = talk("dead")
    assert one.says(said).text.startswith("Good, it works again.")
    assert one.session.incident is Incident.WORKING
    assert closes(one)


@pytest.mark.parametrize("said", ["works, i think", "fixed?", "your man says it works", "oh, finally!", "up and gone"])
def test_while_trading_is_stopped_what_is_not_plain_is_asked_about(said: str) -> None:
    one = talk("dead")
    likely = {DialogueAct.WORKS_AGAIN: 0.7, DialogueAct.NOT_HELPED: 0.25, DialogueAct.OTHER: 0.05}
    one.interpreter.acts = {
        **ACTS,
        "your man says it works": acts_as(DialogueAct.WORKS_AGAIN),
        "oh, finally!": acts_as(DialogueAct.WORKS_AGAIN),
        "up and gone": tuple(ActCandidate(act, confidence) for act, confidence in likely.items()),
    }
    reply = one.says(said)
    assert reply.text.startswith("Can you sell again?")
    assert "If not, call now: +371 20000002" in reply.text
    assert [option.id for option in reply.options] == ["trading:yes", "trading:no"]
    assert one.session.incident is Incident.STOPPED
    assert not closes(one)


def test_good_news_of_a_part_is_no_news_that_the_till_sells() -> None:
    said = "it takes cards"
    for before, asks in (("dead", True), ("printer", False)):
        one = talk(before, meanings={said: replace(means(), signals=frozenset({"part_of_trading"}))})
        one.interpreter.acts = {said: acts_as(DialogueAct.WORKS_AGAIN)}
        one.says(said)
        assert (one.decided.trace.act == "clarify") is asks
        assert closes(one) is not asks


@pytest.mark.parametrize(("thanks", "closed"), [(0.15, True), (0.05, False)])
def test_thanks_beside_good_news_tell_the_same_where_they_are_likely(thanks: float, closed: bool) -> None:
    said = "no more trouble"
    one = talk("dead", meanings={said: means()})
    likely = {DialogueAct.WORKS_AGAIN: 0.8, DialogueAct.THANKS: thanks, DialogueAct.OTHER: 0.05}
    one.interpreter.acts = {said: tuple(ActCandidate(act, confidence) for act, confidence in likely.items())}
    one.says(said)
    assert closes(one) is closed


@pytest.mark.parametrize("said", ["does it work again?", "fixed?"])
def test_a_question_whether_it_works_is_no_news(said: str) -> None:
    one = talk("printer")
    one.says(said)
    assert one.decided.trace.handler != "resolved"
    assert not closes(one)


def test_news_that_are_not_plain_send_nobody_home_whatever_they_were_called_for() -> None:
    one = talk("printer")
    one.says("works, i think")
    assert not closes(one)


@pytest.mark.parametrize("answer", ["yes", "first"])
def test_yes_we_sell_sends_staff_home(answer: str) -> None:
    one = talk("dead", "works, i think")
    one.says(answer)
    assert handled(one) == ("trading_answered", "talk", "bye")
    assert one.session.incident is Incident.WORKING
    assert closes(one)


def test_a_yes_that_is_a_question_sends_nobody_home() -> None:
    one = talk("dead", "works, i think")
    one.interpreter.cues = {"yes?": "yes"}
    one.says("yes?")
    assert one.session.incident is Incident.STOPPED
    assert not closes(one)


@pytest.mark.parametrize("answer", ["no", "second"])
def test_no_still_stopped_gives_the_number_again(answer: str) -> None:
    one = talk("dead", "works, i think")
    assert one.says(answer).text == CALL_NOW
    assert one.session.incident is Incident.STOPPED
    assert not closes(one)


def test_both_answers_can_be_tapped() -> None:
    one = talk("dead", "works, i think")
    assert one.taps("trading:no").text == CALL_NOW
    one.taps("trading:yes")
    assert closes(one)


def test_other_words_and_other_taps_leave_the_question() -> None:
    one = talk("dead", "works, i think")
    one.says("hours")
    assert handled(one) == ("topic", "answer", "hours")
    one = talk("dead", "works, i think")
    one.taps("entry:hours")
    assert handled(one) == ("tapped", "answer", "hours")
    one = talk("dead", "works, i think")
    one.says(kind=MessageKind.TAP)
    assert not closes(one)


def test_a_yes_long_after_the_question_answers_it_no_more() -> None:
    one = talk("dead", "works, i think")
    one.waits(timedelta(minutes=31))
    one.says("yes")
    assert not closes(one)


# --- partly, and still not


def test_who_sells_on_one_till_is_no_longer_stopped_and_keeps_the_number() -> None:
    one = talk("dead")
    text = one.says("one till sells").text
    assert f"For what is broken, call {WORKSHOP} (Workshop)." in text
    assert one.session.incident is Incident.PARTLY
    assert not closes(one)
    assert notices(one) == []


def test_partly_without_an_alarm_before_raises_none() -> None:
    one = talk("printer")
    one.says("one till sells")
    assert one.session.incident is Incident.NONE
    assert notices(one) == []


def test_a_fault_that_was_not_helped_gets_its_line_the_draft_and_is_counted() -> None:
    one = talk("printer")
    text = one.says("that did not help").text
    assert f"Sorry it didn't help. You can reach a person at {WORKSHOP} (Workshop)." in text
    assert handled(one) == ("still_not", "problem", "printer")
    assert one.decided.still_broken
    assert ShowTicketChannel() in one.decided.actions
    assert RecordFeedback(helped=False, turn=None) in one.decided.actions


def test_an_answer_that_did_not_help_gets_its_line_and_no_draft() -> None:
    one = talk("hours")
    text = one.says("that did not help").text
    assert f"You can reach a person at {DESK} (Advice desk)." in text
    assert ShowTicketChannel() not in one.decided.actions
    assert handled(one) == ("still_not", "problem", None)


def test_what_did_not_help_without_a_topic_gets_the_line_for_faults_and_counts_nothing() -> None:
    one = talk("bye")
    assert WORKSHOP in one.says("that did not help").text
    assert not any(isinstance(action, RecordFeedback) for action in one.decided.actions)


def test_a_till_that_stops_once_more_after_it_worked_calls_people_in_again() -> None:
    one = talk("dead", "it works again")
    assert closes(one)
    one.says("that did not help")
    assert handled(one) == ("relapsed", "critical", "dead")
    assert STOPPED in one.decided.actions
    assert one.session.incident is Incident.STOPPED


AGAIN_MEANINGS = {"the printer is broken again": means("printer", language="en")}
AGAIN: ScriptedActs = {
    "hangs again": DialogueAct.BARE_FAULT,
    "hangs again?": DialogueAct.BARE_FAULT,
    "it hangs": DialogueAct.BARE_FAULT,
    "the printer is broken again": DialogueAct.DEVICE_FAULT,
}


def after_good_news(text: str, *, hours: int = 0, working: bool = True) -> Dialog:
    """A talk about hours after a till stopped and went on, and then `text`."""
    base = company(fault_topics=FAULTS)
    one = Dialog({**MEANINGS, **AGAIN_MEANINGS}, acts={**ACTS, **AGAIN}, base=base).speaks("en")
    for said in ("dead", "it works again", "hours") if working else ("hours",):
        one.says(said)
    one.waits(timedelta(hours=hours))
    one.says(text)
    return one


def test_a_fault_once_more_after_good_news_is_the_stopped_till_whatever_was_asked_between() -> None:
    one = after_good_news("hangs again")
    assert handled(one) == ("once_more", "critical", "dead")
    assert STOPPED in one.decided.actions


@pytest.mark.parametrize(
    ("text", "hours", "working"),
    [
        ("hangs again?", 0, True),
        ("it hangs", 0, True),
        ("the printer is broken again", 0, True),
        ("hangs again", 13, True),
        ("hangs again", 0, False),
    ],
)
def test_what_is_not_said_of_the_same_till_is_not_once_more(text: str, hours: int, working: bool) -> None:
    assert handled(after_good_news(text, hours=hours, working=working))[0] != "once_more"


def test_still_not_while_trading_is_stopped_is_the_urgent_number_again() -> None:
    assert talk("dead", "hours").says("that did not help").text == f"{CALL_NOW} Sorry it still isn't working."


# --- a how-to that sounds like a fault


@pytest.mark.parametrize(
    ("said", "probability", "handler"),
    [
        ("close shift", 0.7, "topic"),
        ("close shift", 0.95, "device_fault"),
        ("the shift never closes", 0.7, "device_fault"),
    ],
)
def test_few_words_that_surely_name_a_how_to_are_no_fault_unless_that_is_surer(
    said: str, probability: float, handler: str
) -> None:
    acts = {said: acts_as(DialogueAct.DEVICE_FAULT, probability)}
    one = Dialog({said: means("close", language="en", confidence=0.9)}, acts=acts).speaks("en")
    one.says(said)
    assert one.decided.trace.handler == handler


# --- details


def test_details_of_a_fault_are_taken_and_thanked_for_once() -> None:
    one = talk("printer")
    assert one.says("till 2, since noon").text == f"Thank you. Tell them that too at {WORKSHOP} (Workshop)."
    assert handled(one) == ("detail", "problem", None)
    assert one.says("till 2, since noon").text == f"I see. The number is {WORKSHOP} (Workshop)."


def test_what_tells_which_fault_it_is_is_no_detail_of_an_unknown_one() -> None:
    one = talk("the fridge hums", meanings={"till 2, since noon": means("printer", language="en")})
    one.says("till 2, since noon")
    assert handled(one) == ("topic", "problem", "printer")


def test_which_device_it_is_after_all_is_no_detail_of_the_one_that_was_answered() -> None:
    for sure, handler in ((0.7, "topic"), (0.5, "detail")):
        said = "till 2, since noon"
        one = talk("printer", meanings={said: means("scanner", language="en", confidence=sure)}, leaning=(said,))
        one.says(said)
        assert handled(one)[0] == handler


def test_a_device_that_completes_an_unclear_fault_is_that_fault() -> None:
    one = talk("the fridge hums", meanings={"a printer": means("printer", language="en")}, leaning=("a printer",))
    one.says("a printer")
    assert handled(one) == ("topic", "problem", "printer")


def test_details_after_a_mere_answer_were_not_asked_for() -> None:
    one = talk("hours")
    one.says("till 2, since noon")
    assert one.decided.trace.handler == "fallback"


# --- a fault without a device, and a device without a fault


def test_a_fault_without_a_device_is_asked_about_and_the_number_stands_beside_it() -> None:
    reply = talk().says("does not work")
    assert reply.text.startswith("What exactly isn't working?")
    assert f"If trading has stopped, call now: {WORKSHOP}" in reply.text
    assert [option.id for option in reply.options] == ["entry:dead", "entry:printer", "entry:scanner"]


def test_while_trading_is_stopped_a_bare_fault_is_that_one_still() -> None:
    assert talk("dead").says("does not work").text == CALL_NOW


def test_a_bare_fault_long_after_trading_stopped_is_asked_about() -> None:
    one = talk("dead")
    one.waits(timedelta(hours=1))
    assert one.says("does not work").text.startswith("What exactly isn't working?")


def test_a_bare_fault_that_surely_means_a_fault_is_that_fault() -> None:
    one = talk(meanings={"does not work": means("printer", language="en")})
    one.says("does not work")
    assert handled(one) == ("topic", "problem", "printer")


def test_the_fault_that_was_just_answered_is_not_answered_over_again() -> None:
    one = talk("printer", meanings={"does not work": means("printer", language="en")})
    one.says("does not work")
    assert handled(one) == ("bare_fault", "problem", "printer")


def test_a_cry_after_a_how_to_that_may_mean_stopped_trading_gets_the_number_first() -> None:
    one = talk("close", meanings={"does not work": means("dead", language="en")})
    assert WORKSHOP in one.says("does not work").text.splitlines()[0]
    assert handled(one) == ("clarify", "clarify", None)


def test_a_bare_fault_that_hardly_means_a_fault_is_asked_about() -> None:
    for sure, handler in ((0.5, "bare_fault"), (0.7, "topic")):
        one = talk(meanings={"does not work": means("printer", language="en", confidence=sure)})
        one.says("does not work")
        assert handled(one)[0] == handler


def test_what_fails_right_after_a_how_to_is_that_and_goes_to_the_line_for_faults() -> None:
    said = "does not work"
    one = talk("close", meanings={said: vaguely("printer", 0.5)})
    one.says(said)
    assert handled(one) == ("device_fault", "problem", None)
    one = talk("close", "bye", meanings={said: vaguely("printer", 0.5)})
    one.says(said)
    assert handled(one)[0] == "which_fault"


def test_a_fault_told_while_trading_is_stopped_is_noted_and_waits_for_nothing() -> None:
    one = talk("dead")
    assert one.says("printer").text == f"Thank you, noted. Tell them the same at {WORKSHOP} (Workshop)."
    assert handled(one) == ("topic", "problem", "printer")


def test_a_bare_fault_in_the_words_of_an_answer_is_a_fault() -> None:
    one = talk(meanings={"does not work": means("close", language="en")})
    one.says("does not work")
    assert handled(one) == ("bare_fault", "clarify", None)


def test_where_no_faults_are_offered_a_bare_fault_is_not_understood() -> None:
    one = Dialog(acts=ACTS)
    one.says("does not work")
    assert one.decided.trace.handler == "fallback"


def test_a_device_alone_is_asked_about_its_faults_first() -> None:
    likely = vaguely("close", 0.1, "printer", "ticket", "dead", "hours", language="en")
    one = talk(meanings={"a printer": likely})
    one.interpreter.acts = {"a printer": (ActCandidate(DialogueAct.DEVICE_ONLY, 0.8),)}
    reply = one.says("a printer")
    assert [option.id for option in reply.options] == ["entry:printer", "entry:dead", "entry:close", "none"]
    assert f"If trading has stopped, call now: {WORKSHOP}" in reply.text
    assert handled(one) == ("device_only", "clarify", None)


def test_a_longer_message_that_surely_means_a_fault_is_no_device_alone() -> None:
    said = "a printer that lost the till"
    one = talk(meanings={said: means("printer", language="en")})
    one.interpreter.acts = {said: acts_as(DialogueAct.DEVICE_ONLY)}
    one.says(said)
    assert handled(one) == ("topic", "problem", "printer")


def test_a_device_that_nothing_is_known_of_is_not_understood() -> None:
    one = talk(meanings={"a printer": vaguely("ticket", 0.1, "bye", language="en")})
    one.says("a printer")
    assert one.decided.trace.handler == "fallback"


# --- a fault that no entry knows


def test_a_fault_of_a_device_that_no_entry_knows_goes_to_the_line_for_faults() -> None:
    one = talk("hours")
    text = one.says("the fridge hums").text
    assert WORKSHOP in text
    assert "tickets@paraugs.example" in text
    assert (one.session.entry, one.session.line) == (None, "workshop")
    assert handled(one) == ("device_fault", "problem", None)
    assert notices(one) == []


@pytest.mark.parametrize("entry", ["printer", "ticket"])
def test_a_fault_that_an_entry_knows_is_answered_by_it(entry: str) -> None:
    one = talk(meanings={"the fridge hums": means(entry, language="en")})
    one.says("the fridge hums")
    assert one.decided.trace.entry == entry


def test_a_fault_of_a_device_that_may_have_stopped_trading_is_answered_so() -> None:
    one = talk(meanings={"the fridge hums": means("dead", language="en")})
    one.interpreter.acts = {
        "the fridge hums": (ActCandidate(DialogueAct.DEVICE_FAULT, 0.66), ActCandidate(DialogueAct.OUTAGE, 0.3))
    }
    one.says("the fridge hums")
    assert handled(one) == ("topic", "critical", "dead")


# --- another time, another place


def told_of(text: str, meaning: Interpretation, *before: str) -> Dialog:
    one = talk(*before, meanings={text: meaning})
    one.interpreter.acts = {**ACTS, text: acts_as(DialogueAct.OTHER)}
    one.says(text)
    return one


def test_a_till_that_stopped_yesterday_is_no_alarm_and_gets_the_line_that_knows() -> None:
    one = told_of("the till stopped yesterday evening", means("dead", language="en", signals=("past",)))
    assert handled(one) == ("not_now", "answer", None)
    assert notices(one) == []
    assert one.session.incident is Incident.NONE
    assert one.session.line == "workshop"


def test_of_another_time_a_slight_likeness_is_enough() -> None:
    meaning = replace(vaguely("hours", 0.3, "dead", language="en"), signals=frozenset({"hypothetical"}))
    one = told_of("and what if it stops again", meaning)
    assert handled(one) == ("not_now", "answer", None)


@pytest.mark.parametrize("meaning", [vaguely("hours", 0.02, "dead"), vaguely("hours", 0.3, "close")])
def test_a_story_of_another_time_that_hardly_tells_of_a_till_is_not_about_one(meaning: Interpretation) -> None:
    one = told_of("what happened there last week", replace(meaning, signals=frozenset({"past"})))
    assert one.decided.trace.handler == "fallback"


def what_if(told: str, meaning: Interpretation, act: DialogueAct = DialogueAct.BARE_FAULT) -> Dialog:
    asked = "and if it fails"
    one = talk(told, meanings={asked: replace(meaning, signals=frozenset({"conditional"}))})
    one.interpreter.acts = {**ACTS, asked: acts_as(act, 0.4)}
    one.says(asked)
    return one


@pytest.mark.parametrize("told", ["printer", "dead"])
@pytest.mark.parametrize(
    "meaning",
    [
        vaguely("printer", 0.5, "dead", language="en"),
        vaguely("dead", 0.5, "printer", language="en"),
        Interpretation(outcome=Outcome.UNKNOWN),
    ],
)
def test_whoever_asks_what_to_do_if_it_fails_again_gets_the_line(told: str, meaning: Interpretation) -> None:
    one = what_if(told, meaning)
    assert handled(one) == ("if_again", "answer", None)
    assert one.decided.actions == (Say(text=f"Then call at once: {WORKSHOP} (Workshop)."),)


def test_after_a_fault_what_if_may_be_about_the_same_whatever_it_says() -> None:
    asked = means("printer", language="en", confidence=0.9)
    assert what_if("printer", asked, DialogueAct.OTHER).decided.trace.handler == "if_again"


@pytest.mark.parametrize(
    ("told", "meaning", "act"),
    [
        ("printer", means("hours", language="en", confidence=0.9), DialogueAct.BARE_FAULT),
        ("printer", vaguely("hours", 0.5, "close", language="en"), DialogueAct.OTHER),
        ("close", vaguely("close", 0.5, "hours", language="en"), DialogueAct.BARE_FAULT),
    ],
)
def test_what_if_something_else_is_no_fault_again(told: str, meaning: Interpretation, act: DialogueAct) -> None:
    assert what_if(told, meaning, act).decided.trace.handler != "if_again"


def test_while_trading_is_stopped_the_same_again_is_still_that() -> None:
    one = told_of("it stopped an hour ago", means("dead", language="en", signals=("past",)), "dead")
    assert one.decided.actions == (Say(text=CALL_NOW),)
    assert one.session.incident is Incident.STOPPED


def test_two_words_about_a_till_that_need_not_have_stopped_are_asked_about() -> None:
    one = told_of("till slow", means("dead", language="en"))
    assert handled(one) == ("clarify", "clarify", None)


def test_a_till_that_nobody_says_has_stopped_is_no_alarm() -> None:
    one = told_of("what is a till that has stopped", means("dead", language="en", confidence=0.5))
    assert handled(one) == ("clarify", "clarify", None)
    assert not notices(one)


def test_good_news_after_a_ticket_was_asked_for_asks_for_none() -> None:
    said = "it runs now"
    one = talk("printer", "ticket", meanings={said: means("ticket", language="en")}, leaning=(said,))
    one.interpreter.acts = {said: DialogueAct.WORKS_AGAIN}
    one.says(said)
    assert handled(one)[:2] == ("resolved", "talk")


def test_good_news_beside_the_wish_for_a_ticket_is_answered_as_that() -> None:
    meaning = {"it runs, but a ticket please": means("ticket", language="en")}
    one = talk("dead", meanings=meaning)
    one.interpreter.acts = {"it runs, but a ticket please": DialogueAct.WORKS_AGAIN}
    one.says("it runs, but a ticket please")
    assert handled(one)[1] == "ticket"


@pytest.mark.parametrize(("thanks", "handler_act"), [(0.3, "talk"), (0.05, "clarify")])
def test_thanks_beside_good_news_of_a_stopped_till_make_it_plain(thanks: float, handler_act: str) -> None:
    one = talk("dead")
    acts = ActCandidate(DialogueAct.WORKS_AGAIN, 0.5), ActCandidate(DialogueAct.THANKS, thanks)
    one.interpreter.acts = {"phew cheers": acts}
    one.says("phew cheers")
    assert handled(one)[:2] == ("resolved", handler_act)


def test_words_that_are_likeliest_good_news_are_asked_about_while_trading_is_stopped() -> None:
    for text, handler in (("it sprang up", "resolved"), ("it sprang up?", "fallback")):
        one = talk("dead")
        one.interpreter.acts = {text: (ActCandidate(DialogueAct.WORKS_AGAIN, 0.3),)}
        one.says(text)
        assert handled(one)[0] == handler


@pytest.mark.parametrize(("probability", "handler"), [(0.6, "fallback"), (0.9, "outage")])
def test_after_trading_was_said_to_go_on_in_part_an_alarm_must_be_surer(probability: float, handler: str) -> None:
    one = talk("one till sells")
    assert handled(one)[0] == "partly"
    one.interpreter.acts = {"the left one is black": acts_as(DialogueAct.OUTAGE, probability)}
    one.says("the left one is black")
    assert handled(one)[0] == handler


def test_a_fault_that_opens_the_talk_is_no_good_news_however_gladly_it_is_told() -> None:
    gladly = "oh wonderful, the printer prints blanks"
    first = Dialog({gladly: means("printer", language="en")}, acts={gladly: DialogueAct.WORKS_AGAIN}).speaks("en")
    first.says(gladly)
    assert handled(first) == ("topic", "problem", "printer")
    after = Dialog({gladly: means("printer", language="en"), "printer": means("printer", language="en")})
    after.interpreter.acts = {gladly: DialogueAct.WORKS_AGAIN}
    after.says("printer")
    after.says(gladly)
    assert handled(after)[0] == "resolved"


def test_hello_of_who_waits_before_a_stopped_till_is_about_the_till() -> None:
    one = talk("dead", meanings={"hello?": means("hello", language="en")})
    assert CALL_NOW in one.says("hello?").text
    assert handled(one) == ("topic", "critical", "dead")


def test_what_is_not_understood_of_a_fault_is_about_the_fault_and_counts_as_not_understood() -> None:
    one = talk("printer")
    assert WORKSHOP in one.says("zzz qqq").text
    assert handled(one) == ("fallback", "problem", "printer")
    assert one.decided.session.failed_turns == 1


def test_a_device_alone_in_a_talk_is_asked_about_even_where_one_fault_stands_out() -> None:
    shaky = vaguely("printer", 0.4, "scanner", language="en")
    candidates = (shaky.candidates[0], replace(shaky.candidates[1], confidence=0.01))
    one = talk("hours", meanings={"a printer": replace(shaky, candidates=candidates)})
    one.says("a printer")
    assert handled(one)[1] == "clarify"


@pytest.mark.parametrize(
    ("said", "good"),
    [
        ("it runs, but what was it?", True),
        ("it runs, but what was it", True),
        ("good as new, but what was it?", True),
        ("it runs?", False),
        ("it runs, and thanks?", False),
        ("colleague says it runs, but what was it?", False),
        ("the oven, but what was it?", False),
        ("it runs, how it should be", False),
        ("it runs, what was it", True),
        ("it runs, but when does the till?", False),
    ],
)
def test_good_news_with_a_question_behind_it_is_good_news_and_who_knows_the_rest(said: str, good: bool) -> None:
    one = talk("dead")
    one.interpreter.cues = {"it runs": "resolved"}
    one.interpreter.acts = {**ACTS, "good as new": DialogueAct.WORKS_AGAIN}
    reply = one.says(said)
    assert ("I can't tell you" in reply.text) is good
    assert CloseHandoffs() not in one.decided.actions


def test_what_is_asked_behind_good_news_is_answered_where_it_is_known() -> None:
    one = talk("dead", meanings={"it runs, but when are you there": means("hours", language="en")})
    one.interpreter.cues = {"it runs": "resolved"}
    reply = one.says("it runs, but when are you there")
    assert reply.text.startswith("Good, it works again.")
    assert one.knowledge.base.entries[EntryId("hours")].body["en"] in reply.text
    assert not closes(one)


def test_a_time_alone_is_no_good_news() -> None:
    one = talk("dead")
    one.interpreter.acts = {**ACTS, "NOW": DialogueAct.WORKS_AGAIN}
    one.interpreter.cues = {"NOW": "today"}
    one.says("NOW")
    assert one.session.incident is Incident.STOPPED
    assert not closes(one)


def test_a_device_alone_after_trading_had_stopped_is_a_detail_of_that() -> None:
    one = talk("dead", meanings={"the till!": vaguely("close", 0.1, "hours", language="en")})
    one.interpreter.acts = {**ACTS, "the till!": DialogueAct.DEVICE_ONLY}
    assert one.says("the till!").text == "Thank you, noted. Tell them the same at +371 20000002 (Workshop)."


def test_what_was_read_of_a_stop_is_not_all_said_again() -> None:
    one = talk("dead", meanings={"and a queue out the door here": means("dead", language="en")})
    assert one.says("and a queue out the door here").text == CALL_NOW
    assert notices(one)


def test_good_news_of_a_part_with_a_question_behind_it_is_no_good_news_of_trading() -> None:
    said = "it runs, but what was it with the cards"
    part = replace(vaguely("hours", 0.1, language="en"), signals=frozenset({"part_of_trading"}))
    one = talk("dead", meanings={"it runs": part})
    one.interpreter.cues = {"it runs": "resolved"}
    one.says(said)
    assert one.session.incident is Incident.STOPPED
