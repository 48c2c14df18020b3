"""Good news that mends nothing."""

import pytest

from handlers.model.actions import CloseHandoffs
from kb.model import DialogueAct
from kb.understanding.result import ActCandidate
from tests.doubles import Dialog, means

A = DialogueAct
MEANINGS = {name: means(name, language="en") for name in ("printer", "scanner", "dead")}


def talk(topic: str, said: str, confidence: float = 0.7) -> Dialog:
    """A talk about a fault, then good news that is as likely as this."""
    one = Dialog(MEANINGS, acts={said: (ActCandidate(A.WORKS_AGAIN, confidence),)}).speaks("en")
    one.interpreter.devices = ("till", "Till", "printer", "Printer", "Printeris", "Принтер")
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


@pytest.mark.parametrize(
    "said", ["it prints, but thanks", "it prints, no problem", "drukā, bet kāpēc tā bija", "печатает, но спасибо"]
)
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


@pytest.mark.parametrize(
    "said", ["nothing works now", "none of it works now", "nothing is working", "nichego ne rabotaet"]
)
def test_that_nothing_works_is_no_good_news(said: str) -> None:
    for topic in ("dead", "printer"):
        one = talk(topic, said, 0.95)
        one.interpreter.cues = {said: "resolved"}
        assert one.decided.trace.handler != "resolved"
        assert not any(isinstance(action, CloseHandoffs) for action in one.decided.actions)


def test_what_barely_works_or_has_a_but_is_asked_about_while_trading_is_stopped() -> None:
    assert reply(talk("dead", "it barely works", 0.95)) == ("resolved", "clarify")
    assert reply(talk("dead", "it works but cannot print", 0.95)) == ("resolved", "clarify")


def test_selling_answers_whether_trading_goes_on() -> None:
    one = talk("dead", "turned on")
    one.says("we sell")
    assert reply(one) == ("trading_answered", "talk")
