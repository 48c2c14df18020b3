"""Trading that goes on in part: the fault that is named beside it has an answer of its own."""

import pytest

from handlers.model.session import Incident
from kb.model import DialogueAct
from kb.understanding.result import Interpretation
from tests.doubles import Dialog, means, notices, vaguely

MEANINGS = {name: means(name, language="en") for name in ("printer", "dead", "hours")}
SAID = "we sell, only the scanner is out"


def after(*before: str, meaning: Interpretation) -> Dialog:
    """A talk in English in which it is said, after so much, that trading goes on in part."""
    one = Dialog({**MEANINGS, SAID: meaning}, acts={SAID: DialogueAct.PARTLY}).speaks("en")
    for text in (*before, SAID):
        one.says(text)
    return one


def handled(one: Dialog) -> tuple[str, str, str | None]:
    return one.decided.trace.handler, one.decided.trace.act, one.decided.trace.entry


@pytest.mark.parametrize("before", [(), ("printer",)])
@pytest.mark.parametrize("confidence", [0.6, 0.9])
def test_a_fault_that_is_surely_named_beside_it_is_answered(before: tuple[str, ...], confidence: float) -> None:
    one = after(*before, meaning=means("scanner", language="en", confidence=confidence))
    assert handled(one) == ("topic", "problem", "scanner")
    assert notices(one) == []


@pytest.mark.parametrize(
    "meaning",
    [
        means("scanner", confidence=0.59),
        vaguely("scanner", 0.9),
        means("printer", confidence=0.9),
        means("close", confidence=0.9),
        means(),
    ],
)
def test_what_is_not_sure_no_fault_or_the_one_talked_about_leaves_it_at_that(meaning: Interpretation) -> None:
    one = after("printer", meaning=meaning)
    assert handled(one) == ("partly", "problem", None)
    assert one.decided.trace.line == "workshop"


def test_while_trading_is_stopped_it_is_news_of_that_whatever_else_is_named() -> None:
    one = after("dead", meaning=means("scanner", language="en"))
    assert handled(one) == ("partly", "problem", None)
    assert one.session.incident is Incident.PARTLY


@pytest.mark.parametrize(
    ("said", "handler", "stands"),
    [
        ("wait, the second one died too", "partly", True),
        ("that till works too", "partly", False),
        ("the bar sells too", "partly", False),
        ("only the bar is down", "partly", False),
    ],
)
def test_one_more_till_that_stops_is_no_trading_that_goes_on(said: str, handler: str, stands: bool) -> None:
    one = Dialog(MEANINGS, acts={said: DialogueAct.PARTLY}).speaks("en")
    one.says("dead")
    one.says(said)
    assert one.decided.trace.handler == handler
    assert (one.session.incident is Incident.PARTLY) is not stands


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("but the till works", True),
        ("bet kases visas strādā", True),
        ("а касса работает", True),
        ("the till works?", False),
        ("the tills do not work", False),
    ],
)
def test_that_the_till_works_beside_another_fault_is_trading_that_goes_on(said: str, told: bool) -> None:
    one = Dialog(MEANINGS).speaks("en")
    one.says("printer")
    one.says(said)
    assert (handled(one)[0] == "partly") is told
    assert notices(one) == []
    for before in ("hours", "dead"):
        one = Dialog(MEANINGS).speaks("en")
        one.says(before)
        one.says(said)
        assert handled(one)[0] != "partly"
    one = Dialog(MEANINGS, acts={said: DialogueAct.WORKS_AGAIN}).speaks("en")
    one.says("printer")
    one.says(said)
    assert handled(one)[0] != "partly"
