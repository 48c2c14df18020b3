"""Good news that mends nothing."""

import pytest

from kb.model import DialogueAct, EntryId
from kb.understanding.result import ActCandidate
from tests.doubles import Dialog, means

A = DialogueAct
MEANINGS = {name: means(name, language="en") for name in ("printer", "scanner", "dead")}


def talk(topic: str, said: str, confidence: float = 0.7) -> Dialog:
    """A talk about a fault, then good news that is as likely as this."""
    one = Dialog(MEANINGS, acts={said: (ActCandidate(A.WORKS_AGAIN, confidence),)}).speaks("en")
    one.interpreter.devices = ("till", "Till", "printer", "Printer", "Printeris", "Принтер")
    one.interpreter.own_devices = {EntryId("printer"): ("Printer", "Принтер", "printer", "Printeris", "till")}
    one.says(topic)
    one.says(said)
    return one


def reply(one: Dialog) -> tuple[str, str]:
    return one.decided.trace.handler, str(one.decided.trace.act)


def test_where_the_till_works_another_device_may_be_broken_still() -> None:
    assert reply(talk("printer", "the till works")) == ("resolved", "problem")
    assert reply(talk("scanner", "the till works")) == ("resolved", "talk"), "no device stands in its title"
    assert reply(talk("printer", "it works")) == ("resolved", "talk")


@pytest.mark.parametrize("said", ["it prints, but crooked", "drukā, bet šķībi", "печатает, но криво"])
def test_what_has_a_but_is_not_as_it_should_be(said: str) -> None:
    assert reply(talk("printer", said)) == ("resolved", "problem")
    assert reply(talk("printer", said, 0.9)) == ("resolved", "talk")


@pytest.mark.parametrize("said", ["it prints, but thanks", "drukā, bet kāpēc tā bija", "печатает, но спасибо"])
def test_thanks_or_a_question_after_a_but_is_no_fault(said: str) -> None:
    assert reply(talk("printer", said)) == ("resolved", "talk")


@pytest.mark.parametrize("said", ["lifted the cover", "vaku atveru", "крышку сняла"])
def test_what_was_only_done_mends_nothing(said: str) -> None:
    assert reply(talk("printer", said))[0] != "resolved"
    assert reply(talk("printer", said, 0.9)) == ("resolved", "talk")


@pytest.mark.parametrize("said", ["it came back", "включилась", "atgriezies", "otpustilo"])
def test_what_came_back_by_itself_is_mended(said: str) -> None:
    assert reply(talk("printer", said)) == ("resolved", "talk")


def test_turned_on_is_asked_about_while_trading_is_stopped() -> None:
    assert reply(talk("dead", "turned on")) == ("resolved", "clarify")
    assert reply(talk("dead", "turned on, sells")) == ("resolved", "talk")
