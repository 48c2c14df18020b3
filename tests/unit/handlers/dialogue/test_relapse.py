"""It worked, and does not any more; and good news of another device than the broken one."""

import pytest

from handlers.model.actions import CloseHandoffs, HandoffReason, NotifyStaff, ShowTicketChannel
from handlers.model.session import Incident
from kb.model import DialogueAct, EntryId, LineId
from kb.understanding.result import ActCandidate
from tests.doubles import Dialog, ScriptedActs, acts_as, company, means, notices

WORKSHOP = "+371 20000002"
STOPPED = NotifyStaff(line=LineId("workshop"), reason=HandoffReason.TRADING_STOPPED)
MEANINGS = {name: means(name, language="en") for name in ("hours", "close", "printer", "dead", "ticket", "bye")}
ACTS: ScriptedActs = {
    "it works again": DialogueAct.WORKS_AGAIN,
    "same as before": DialogueAct.NOT_HELPED,
    "oh, again": acts_as(DialogueAct.OTHER),
    "works once again": DialogueAct.WORKS_AGAIN,
    "not again?": DialogueAct.NOT_HELPED,
    "the scanner beeps again": DialogueAct.BARE_FAULT,
    "and the hours": DialogueAct.NOT_HELPED,
    "the scanner works": DialogueAct.WORKS_AGAIN,
    "sell ok": DialogueAct.WORKS_AGAIN,
    "we sell through the whole of it": DialogueAct.WORKS_AGAIN,
}


def talk(*said: str) -> Dialog:
    one = Dialog(
        {**MEANINGS, "and the hours": means("hours", language="en"), "works once again": means(signals=("resolved",))},
        acts=ACTS,
        base=company(fault_topics=(EntryId("dead"), EntryId("printer"))),
    )
    one.interpreter.of_other_devices = ("the scanner beeps again", "the scanner works")
    one.speaks("en")
    for text in said:
        one.says(text)
    return one


def handled(one: Dialog) -> tuple[str, str, str | None]:
    return one.decided.trace.handler, one.decided.trace.act, one.decided.trace.entry


@pytest.mark.parametrize("good", ["sell ok", "the scanner works"])
def test_that_one_sells_beside_a_fault_is_no_end_of_it(good: str) -> None:
    one = talk("printer", good)
    assert handled(one)[:2] == ("resolved", "problem")
    one.says("same as before")
    assert handled(one)[0] != "relapsed", "it never was gone"


def test_that_one_sells_is_good_news_of_a_till_and_of_a_story() -> None:
    assert handled(talk("dead", "sell ok"))[1] != "problem"
    assert handled(talk("printer", "we sell through the whole of it"))[1] == "talk"
    assert handled(talk("hours", "sell ok"))[1] != "problem"


@pytest.mark.parametrize("said", ["same as before", "oh, again", "oh no", "No!", "no, no", "spoke too soon"])
def test_a_fault_that_comes_back_is_that_fault_and_waits_again(said: str) -> None:
    one = talk("printer", "it works again")
    text = one.says(said).text
    assert text.startswith(f"So it is back. Call {WORKSHOP} (Workshop).")
    assert handled(one) == ("relapsed", "problem", "printer")
    assert ShowTicketChannel() in one.decided.actions
    assert one.decided.still_broken, "what was closed waits again"


def test_a_till_that_stops_again_calls_people_in_again() -> None:
    one = talk("dead", "it works again")
    one.says("oh no")
    assert handled(one) == ("relapsed", "critical", "dead")
    assert STOPPED in one.decided.actions
    assert one.session.incident is Incident.STOPPED


@pytest.mark.parametrize("said", ["works once again", "not again?", "the scanner beeps again", "and the hours"])
def test_good_news_a_question_and_another_matter_bring_nothing_back(said: str) -> None:
    one = talk("printer", "it works again")
    one.says(said)
    assert one.decided.trace.handler != "relapsed"


def test_a_no_takes_back_only_what_was_just_said() -> None:
    one = talk("printer", "it works again", "bye")
    one.says("oh no")
    assert one.decided.trace.handler != "relapsed"


@pytest.mark.parametrize("before", [("hours", "it works again"), ("printer",), ("it works again",)])
def test_where_no_fault_was_over_nothing_comes_back(before: tuple[str, ...]) -> None:
    one = talk(*before)
    one.says("oh, again")
    assert one.decided.trace.handler != "relapsed"


def test_good_news_of_another_device_is_a_detail() -> None:
    one = talk("printer")
    assert one.says("the scanner works").text == f"Thank you. Tell them that too at {WORKSHOP} (Workshop)."
    assert CloseHandoffs() not in one.decided.actions


def test_while_trading_is_stopped_good_news_of_another_device_is_asked_about() -> None:
    one = talk("dead")
    assert one.says("the scanner works").text.startswith("Can you sell again?")
    assert CloseHandoffs() not in one.decided.actions


@pytest.mark.parametrize("said", ["it came on, and dark again", "restarted by itself and it is again"])
def test_good_news_that_is_over_in_the_same_breath_is_none(said: str) -> None:
    one = talk("printer")
    one.interpreter.acts = {said: acts_as(DialogueAct.WORKS_AGAIN)}
    assert WORKSHOP in one.says(said).text
    assert handled(one) == ("resolved", "problem", "printer")
    assert CloseHandoffs() not in one.decided.actions
    stopped = talk("dead")
    stopped.interpreter.acts = {said: acts_as(DialogueAct.WORKS_AGAIN)}
    stopped.says(said)
    assert stopped.decided.trace.act == "clarify"


@pytest.mark.parametrize("said", ["all is on again", "it again works fine"])
def test_again_beside_what_goes_is_good_news(said: str) -> None:
    one = talk("printer")
    one.interpreter.acts = {said: acts_as(DialogueAct.WORKS_AGAIN)}
    one.says(said)
    assert CloseHandoffs() in one.decided.actions


@pytest.mark.parametrize("said", ["restarted it", "выключил"])
def test_a_remedy_alone_is_no_good_news(said: str) -> None:
    one = talk("printer")
    one.interpreter.acts = {said: acts_as(DialogueAct.WORKS_AGAIN)}
    one.says(said)
    assert one.decided.trace.handler != "resolved"


@pytest.mark.parametrize("said", ["off and on, helped", "выкл вкл помогло"])
def test_a_remedy_that_helped_is_no_complaint(said: str) -> None:
    one = talk("printer")
    likely = {DialogueAct.NOT_HELPED: 0.5, DialogueAct.WORKS_AGAIN: 0.4}
    one.interpreter.acts = {said: tuple(ActCandidate(act, confidence) for act, confidence in likely.items())}
    one.says(said)
    assert one.decided.trace.handler == "resolved"


def test_where_a_how_to_was_told_what_works_out_is_no_repair() -> None:
    one = talk("hours")
    one.interpreter.acts = {"it works again": acts_as(DialogueAct.WORKS_AGAIN, 0.99)}
    assert one.says("it works again").text.startswith("Good that it worked out.")
    assert not notices(one)


@pytest.mark.parametrize(
    "said", ["no sorry, still down", "nē, atvainojos, vēl stāv", "не, всё ещё стоит", "vse esche stoit"]
)
def test_that_it_still_stands_takes_good_news_back(said: str) -> None:
    one = talk("dead", "it works again")
    one.says(said)
    assert handled(one) == ("relapsed", "critical", "dead")
    assert notices(one) == [STOPPED]
    one = talk("dead")
    one.says(said)
    assert handled(one)[0] != "relapsed", "it never was gone"
