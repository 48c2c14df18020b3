"""A stop that is taken back is asked about."""

import pytest

from handlers.model.session import Incident, QuestionKind
from kb.model import DialogueAct, EntryId
from tests.doubles import Dialog, means, notices

MEANINGS = {
    **{name: means(name, language="en") for name in ("printer", "hours", "dead")},
    "sorry, it is the printer": means("printer", language="en", confidence=0.95),
    "sorry, maybe the printer": means("printer", language="en", confidence=0.6),
    "sorry, no till works": means("dead", language="en"),
    "sorry, that is the printer too": means("printer", language="en", confidence=0.95),
    "i meant the printer": means("printer", language="en", confidence=0.95),
}


def talk(*said: str) -> Dialog:
    """A talk in English in which so much was said already."""
    one = Dialog(MEANINGS).speaks("en")
    one.interpreter.devices = ("till", "Till", "printer")
    one.interpreter.own_devices = {EntryId("dead"): ("till",), EntryId("printer"): ("printer",)}
    for text in said:
        one.says(text)
    return one


def handler(one: Dialog) -> str:
    return one.decided.trace.handler


@pytest.mark.parametrize(
    "said",
    [
        "no sorry, it works, the monitor was off",
        "nē atvainojos, strādā, bija izslēgts monitors",
        "а не, работает, свет выбило",
        "the till works",
        "касса-то работает",
        "it is just a warning, we sell",
        "selling is fine",
        "bet tirgot varam",
        "можем продавать",
    ],
)
def test_whoever_takes_it_back_is_asked_whether_trading_goes_on(said: str) -> None:
    one = talk("dead")
    assert "Can you sell again?" in one.says(said).text
    assert handler(one) == "taken_back"
    assert one.session.incident is Incident.STOPPED
    assert notices(one) == []


@pytest.mark.parametrize("said", ["sorry, it is the printer", "i meant the printer"])
def test_another_device_that_is_meant_is_answered_and_trading_asked_about(said: str) -> None:
    one = talk("dead")
    text = one.says(said).text
    assert text.index("+371 20000002") < text.index("Can you sell again?")
    assert (handler(one), one.decided.trace.entry) == ("taken_back", "printer")
    question = one.session.question
    assert question is not None
    assert question.about is QuestionKind.TRADING


@pytest.mark.parametrize(
    "said",
    [
        "no, it does not work",
        "the till works?",
        "sorry, maybe the printer",
        "sorry, no till works",
        "sorry, that is the printer too",
        "no till works",
        "sorry no till works",
        "no, hardly anything works",
        "нет, работает только терминал",
        "а кухня работает",
        "касса работает, а продать нельзя",
        "касса работает, оплата виснет",
        "the till works but it is impossible to sell",
        "kase strādā, bet čeks neiet",
        "tills working: none",
        "sorry, our manager works till late",
        "не работает",
        "ne rabotaet",
        "sorry",
        "no it works " + "and so on " * 5,
    ],
)
def test_what_takes_nothing_back(said: str) -> None:
    one = talk("dead")
    one.says(said)
    assert handler(one) != "taken_back"


def test_only_while_trading_is_stopped_and_not_where_it_is_good_news_anyway() -> None:
    one = talk("printer")
    one.says("the till works")
    assert handler(one) != "taken_back"
    one = talk("dead")
    one.interpreter.acts = {"the till works": DialogueAct.WORKS_AGAIN}
    one.says("the till works")
    assert handler(one) == "resolved"
    one = talk("dead")
    one.interpreter.cues = {"the till works": "resolved"}
    one.says("the till works")
    assert handler(one) != "taken_back"


def test_an_open_question_is_answered_first() -> None:
    one = talk("dead", "the till works")
    one.interpreter.cues = {"no": "no"}
    one.says("no")
    assert handler(one) == "trading_answered"
    one = talk("dead", "the till works", "the till works")
    assert handler(one) != "taken_back"
