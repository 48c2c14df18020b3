"""Nothing can be sold, or one thing cannot; and what that makes of good news and alarms."""

import pytest

from handlers.incident.recovery import TRADING_GOES_ON
from handlers.model.actions import CloseHandoffs
from handlers.statements.cannot_sell import cannot_sell, is_no_stop
from kb.model import DialogueAct
from tests.doubles import Dialog, ScriptedActs, acts_as, means, notices

CALL_NOW = "Call now: +371 20000002 (Workshop)."


@pytest.mark.parametrize(
    "said",
    [
        "we can't sell",
        "cannot sell anything",
        "cant ring up anything at all",
        "nevaram pārdot",
        "nevar izsist nevienu čeku",
        "не можем продавать уже час",
        "we have stopped selling",
        "can't charge anyone",
        "we can't charge the guests",
        "we stopped serving altogether",
        "pārtraucām pārdot pavisam",
        "перестали продавать совсем",
        "ne mozhem nichego prodat",
    ],
)
def test_nothing_at_all(said: str) -> None:
    assert cannot_sell(said)
    assert not is_no_stop(said)


@pytest.mark.parametrize(
    "said",
    [
        "can't sell one dish, soup is missing",
        "nevar pardot kafiju",
        "не продается кола",
        "trainee can't sell",
        "kase stāv uz letes",
        "касса стоит возле двери",
        "we have stopped selling cigarettes",
        "pārtraucām pārdot tortes",
        "can't charge breakfast to the room",
        "not the till, the coffee machine",
        "nē, nevis kase, birojs",
        "ne kassa a kuhnja",
        "sorry, not till but guest display",
        "klients stāv te un bļauj",
        "гости стоят у входа",
    ],
)
def test_one_dish_one_person_or_a_place_is_no_stop(said: str) -> None:
    assert is_no_stop(said)


@pytest.mark.parametrize(
    "said",
    [
        "касса стоит у нас",
        "kase stāv",
        "the till is on",
        "ничего не продается",
        "ne kase, ne printeris neiet",
        "not the till only, everything",
        "it is not the till",
        "klienti stāv, kase arī",
        "viesi stāv, nevaram izsist čekus",
        "klienti stāv, viņa nesit cauri",
        "клиенты стоят, экран чёрный",
        "customers are standing, it won't ring up",
        "not the till, the system is down",
        "ne kase, programma nokārusies",
        "не касса, торговля стоит",
        "клиенты стоят, программа зависла",
        "customers standing, system is down",
        "ne printeris, ne kase nestrādā",
        "not till 2, all tills are dead",
        "не касса, а весь ресторан встал",
        "we are stuck, not till you fix it",
    ],
)
def test_a_till_that_stands_still_is_at_no_place(said: str) -> None:
    assert not is_no_stop(said)


def talk(*said: str, acts: ScriptedActs, cues: dict[str, str] | None = None) -> Dialog:
    one = Dialog({"dead": means("dead", language="en"), **MEANINGS}, acts=acts, cues=cues or {}).speaks("en")
    for text in said:
        one.says(text)
    return one


MEANINGS = {"can't sell one soup": means("dead", language="en", confidence=0.4)}


@pytest.mark.parametrize("act", [DialogueAct.WORKS_AGAIN, DialogueAct.PARTLY])
def test_it_is_on_but_nothing_can_be_sold(act: DialogueAct) -> None:
    said = "it is on, still we cannot sell"
    one = talk("dead", acts={said: acts_as(act)})
    assert one.says(said).text == CALL_NOW
    assert CloseHandoffs() not in one.decided.actions


@pytest.mark.parametrize(
    ("said", "signals", "asks"),
    [("on, but rings nothing", (), True), ("one is on, but not two", ("one_device",), False)],
)
def test_what_follows_a_but_is_asked_about_unless_it_is_another_till(
    said: str, signals: tuple[str, ...], asks: bool
) -> None:
    one = talk("dead", acts={said: acts_as(DialogueAct.PARTLY)})
    one.interpreter.meanings = {**one.interpreter.meanings, said: means(signals=signals)}
    reply = one.says(said)
    assert any(option.id == TRADING_GOES_ON for option in reply.options) is asks


@pytest.mark.parametrize(("probability", "alarmed"), [(0.8, False), (0.95, True)])
def test_one_dish_that_cannot_be_sold_alarms_only_where_the_rest_surely_does(probability: float, alarmed: bool) -> None:
    said = "can't sell one soup"
    one = talk(acts={said: acts_as(DialogueAct.OUTAGE, probability)})
    one.says(said)
    assert bool(notices(one)) is alarmed


@pytest.mark.parametrize("said", ["not yet", "no, not yet", "ещё нет", "vēl nē"])
def test_not_yet_is_a_no_to_whether_trading_goes_on(said: str) -> None:
    one = talk("dead", "works, i think", acts={"works, i think": acts_as(DialogueAct.WORKS_AGAIN, 0.4)})
    assert one.says(said).text == CALL_NOW
    assert one.decided.trace.handler == "trading_answered"


def test_never_mind_is_asked_about_while_trading_is_stopped() -> None:
    one = talk("dead", acts={}, cues={"never mind": "cancel"})
    assert one.says("never mind").text.startswith("Can you sell again?")


@pytest.mark.parametrize(("said", "cue"), [("yes", "yes"), ("sent it", "")])
def test_a_nod_while_trading_is_stopped_holds_the_number(said: str, cue: str) -> None:
    one = talk("dead", acts={"sent it": acts_as(DialogueAct.AGREE)}, cues={said: cue} if cue else {})
    assert one.says(said).text == "All right. If it is still urgent, call +371 20000002 (Workshop)."


@pytest.mark.parametrize("said", ["terminal 2 won't start, terminal 1 works", "people queue, all ok next door"])
def test_what_opens_a_talk_is_good_news_only_where_it_is_plain(said: str) -> None:
    one = talk(acts={said: acts_as(DialogueAct.WORKS_AGAIN, 0.7)})
    one.says(said)
    assert one.decided.trace.handler != "resolved"


def test_what_fails_is_no_good_news() -> None:
    said = "works not, it is not working"
    one = talk("printer", acts={said: acts_as(DialogueAct.WORKS_AGAIN)})
    one.says(said)
    assert one.decided.trace.handler != "resolved"


def test_who_wants_no_call_is_not_called() -> None:
    said = "do not call me"
    one = talk(acts={said: acts_as(DialogueAct.ASK_PERSON)})
    one.says(said)
    assert not notices(one)


def test_nothing_works_is_asked_about_and_no_tale_of_another_day() -> None:
    said = "nothing at all works here"
    one = Dialog({said: means("dead", language="en", confidence=0.5)}, acts={said: acts_as(DialogueAct.BARE_FAULT)})
    one.says(said)
    assert one.decided.trace.handler == "clarify"
