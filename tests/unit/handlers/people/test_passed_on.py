"""Whether anything was passed on, written down or sent: told as it is, and nothing is sent by the question."""

from dataclasses import replace

import pytest

from handlers.model.context import CALLED_IN_TTL
from handlers.model.session import Session, SessionTurn
from kb.model import Act, DialogueAct, EntryId, KnowledgeBase, TicketAddress, TicketChannel
from tests.doubles import NOW, Dialog, ScriptedActs, company, means, notices

DESK, WORKSHOP = "+371 20000001", "+371 20000002"
NOBODY_TOLD = f"No, I have told nobody. Call {WORKSHOP} (Workshop), or write that you want a person."
MEANINGS = {name: means(name, language="en") for name in ("hours", "close", "printer", "ticket")}
ACTS: ScriptedActs = {
    "did you tell them": DialogueAct.ASK_PASSED_ON,
    "a human, please": DialogueAct.ASK_PERSON,
}


def talk(*said: str, base: KnowledgeBase | None = None) -> Dialog:
    """A talk in English in which so much was said already."""
    one = Dialog(MEANINGS, acts=ACTS, base=base).speaks("en")
    for text in said:
        one.says(text)
    return one


def handled(one: Dialog) -> tuple[str, str, str | None, str | None]:
    trace = one.decided.trace
    return trace.handler, trace.act, trace.entry, trace.line


def test_where_nobody_was_called_in_nobody_was_told() -> None:
    one = talk()
    assert one.says("did you tell them").text == NOBODY_TOLD
    assert handled(one) == ("passed_on", "answer", None, "workshop")
    assert notices(one) == [], "nor is anybody told by the question"


def test_who_is_to_be_called_is_the_line_of_what_is_talked_about() -> None:
    one = talk("hours")
    assert f"Call {DESK} (Advice desk)" in one.says("did you tell them").text
    assert handled(one) == ("passed_on", "answer", "desk", "desk")


def test_whoever_was_called_in_was_told_and_is_told_no_second_time() -> None:
    one = talk("printer", "a human, please", "hours")
    assert one.says("did you tell them").text == (
        f"Yes, they were told and can read what you write here. It is quicker by phone: {WORKSHOP} (Workshop)."
    )
    assert handled(one) == ("passed_on", "handoff", None, "workshop")
    assert notices(one) == []


def test_the_entry_of_those_who_wait_counts_the_question() -> None:
    one = talk("a human, please", base=company(dialogue_entries={DialogueAct.CHASING: EntryId("close")}))
    one.says("did you tell them")
    assert handled(one) == ("passed_on", "handoff", "close", "desk")


def test_a_call_that_is_long_over_is_none() -> None:
    one = talk("a human, please")
    one.waits(CALLED_IN_TTL)
    assert one.says("did you tell them").text.startswith("No, I have told nobody.")


def test_a_ticket_that_was_asked_for_is_not_there_until_it_is_sent() -> None:
    one = talk("hours", "ticket")
    text = one.says("did you tell them").text
    assert text.startswith("No. Nothing was sent and there is no ticket yet.")
    assert "tickets@paraugs.example" in text
    assert f"{WORKSHOP} (Workshop)" in text
    assert DESK not in text, "tickets are made at the line for faults"
    assert handled(one) == ("passed_on", "ticket", "ticket", "workshop")
    assert notices(one) == []
    assert one.session.ticket_requests == 1, "to ask whether it is there is no second wish for one"


@pytest.mark.parametrize(("since", "no_ticket"), [(("hours", "close"), True), (("hours", "close", "printer"), False)])
def test_a_ticket_is_meant_for_three_turns(since: tuple[str, ...], no_ticket: bool) -> None:
    text = talk("ticket", *since).says("did you tell them").text
    assert text.startswith("No. Nothing was sent and there is no ticket yet.") is no_ticket


def test_where_tickets_are_not_taken_none_is_spoken_of() -> None:
    nowhere = TicketChannel(name="", address=TicketAddress(email=""))
    one = talk("ticket", base=company(ticket_channel=nowhere))
    assert one.says("did you tell them").text == NOBODY_TOLD


def test_a_content_whose_entry_of_tickets_is_gone_names_none() -> None:
    base = company()
    entries = {name: entry for name, entry in base.entries.items() if name != "ticket"}
    one = talk(base=replace(base, entries=entries))
    one.session = Session(language="en", turns=(SessionTurn(handler="topic", act=str(Act.TICKET), at=NOW),))
    one.says("did you tell them")
    assert handled(one) == ("passed_on", "ticket", None, "workshop")


def test_another_message_is_not_answered_so() -> None:
    one = talk("ticket", "hours")
    assert one.decided.trace.handler == "topic"
