"""How surely trading must be said to have stopped before a message that means that is answered so."""

import pytest

from handlers.model.actions import Say
from kb.model import DialogueAct
from kb.understanding.result import Interpretation
from tests.doubles import Dialog, acts_as, means, notices

WORKSHOP = "+371 20000002"


def said(meaning: Interpretation, outage: float | None) -> Dialog:
    """A first message in English that means this, and is an alarm with that probability."""
    one = Dialog(
        {"it stands": meaning}, acts={} if outage is None else {"it stands": acts_as(DialogueAct.OUTAGE, outage)}
    )
    one.speaks("en").says("it stands")
    return one


@pytest.mark.parametrize(
    ("confidence", "outage", "answered"),
    [
        (0.5, 0.3, True),
        (0.5, 0.29, False),
        (0.49, 0.3, False),
        (0.49, 0.44, False),
        (0.49, 0.46, True),
    ],
)
def test_stopped_trading_that_is_hardly_named_must_be_likelier_an_alarm(
    confidence: float, outage: float, answered: bool
) -> None:
    one = said(means("dead", language="en", confidence=confidence), outage)
    assert one.decided.trace.handler == ("topic" if answered else "clarify")
    assert bool(notices(one)) is answered


@pytest.mark.parametrize(("outage", "told"), [(0.3, True), (0.29, False), (None, True)])
def test_stopped_trading_beside_another_topic_is_told_of_where_that_is_likely(outage: float | None, told: bool) -> None:
    one = said(means("close", language="en", also=("dead",)), outage)
    assert one.decided.trace.handler == "topic"
    assert one.decided.trace.entry == ("dead" if told else "close")
    assert bool(notices(one)) is told


def test_other_topics_beside_the_first_are_told_of_whatever_the_alarm() -> None:
    one = said(means("close", language="en", also=("printer",)), 0.1)
    fault, how_to = (action for action in one.decided.actions if isinstance(action, Say))
    assert WORKSHOP in fault.text
    assert "Z report" in how_to.text
    assert one.decided.trace.entry == "printer"
