"""A company that takes no tickets: whatever would name the e-mail gives the phone line alone."""

from kb.model import DialogueAct, TicketAddress, TicketChannel
from tests.doubles import Dialog, ScriptedActs, company, means

DESK, WORKSHOP = "+371 20000001", "+371 20000002"
ACTS: ScriptedActs = {
    "the fridge hums": DialogueAct.DEVICE_FAULT,
    "both": DialogueAct.CHOOSE_BOTH,
    "nobody answers": DialogueAct.CANNOT_REACH,
}


def talk(*said: str) -> Dialog:
    meanings = {"hours": means("hours", language="en"), "printer": means("printer", language="en")}
    meanings["which"] = means("printer", "scanner", language="en")
    nowhere = TicketChannel(name="", address=TicketAddress(email="", aliases=()))
    one = Dialog(meanings, cues={"yes": "yes"}, acts=ACTS, base=company(ticket_channel=nowhere)).speaks("en")
    for text in said:
        one.says(text)
    return one


def test_a_fault_that_no_entry_knows_gets_the_line() -> None:
    assert talk().says("the fridge hums").text == f"Call {WORKSHOP} (Workshop)."


def test_two_faults_of_one_line_are_that_line() -> None:
    assert f"Call {WORKSHOP} (Workshop)." in talk("which").says("both").text


def test_who_cannot_get_through_is_given_the_other_lines() -> None:
    text = talk("printer").says("nobody answers").text
    assert DESK in text
    assert "@" not in text
