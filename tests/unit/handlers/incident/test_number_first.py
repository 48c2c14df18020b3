"""The number for stopped trading stands before what is said to words that may tell of that."""

import pytest

from kb.model import DialogueAct
from tests.doubles import Dialog, acts_as, means, notices, vaguely

NUMBER = "If trading has stopped, call now: +371 20000002 (Workshop)."
MAY_BE = "is it stuck"


def talk(outage: float, *before: str, known: bool = True) -> Dialog:
    meaning = means("hours", language="en") if known else vaguely("hours", 0.1, "close", language="en")
    others = {name: means(name, language="en") for name in ("dead", "ticket", "printer", "bye")}
    acts = {MAY_BE: acts_as(DialogueAct.OUTAGE, outage), "a person please": acts_as(DialogueAct.ASK_PERSON)}
    one = Dialog({MAY_BE: meaning, **others}, acts=acts).speaks("en")
    for text in before:
        one.says(text)
    return one


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("before", [(), ("printer",)])
def test_what_may_tell_of_stopped_trading_gets_its_number_before_all_else(before: tuple[str, ...], known: bool) -> None:
    one = talk(0.35, *before, known=known)
    text = one.says(MAY_BE).text
    assert text.startswith(NUMBER)
    assert text.count(NUMBER) == 1
    assert notices(one) == [], "nobody is told"


def test_what_is_hardly_likely_to_tell_of_that_gets_its_answer_alone() -> None:
    assert NUMBER not in talk(0.29).says(MAY_BE).text


def test_whoever_has_the_number_is_not_told_it_once_more() -> None:
    assert not talk(0.35, "dead").says(MAY_BE).text.startswith(NUMBER)


@pytest.mark.parametrize("text", ["dead", "ticket", "bye", "a person please"])
def test_alarms_tickets_people_and_small_talk_have_numbers_of_their_own(text: str) -> None:
    one = talk(0.35)
    one.interpreter.acts = {
        **one.interpreter.acts,
        text: one.interpreter.acts.get(text, acts_as(DialogueAct.OUTAGE, 0.35)),
    }
    assert not one.says(text).text.startswith(NUMBER)
