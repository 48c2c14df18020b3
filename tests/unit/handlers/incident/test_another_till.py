"""After one till of several "the second one too" is a stop."""

from dataclasses import replace

import pytest

from handlers.model.actions import HandoffReason, NotifyStaff
from handlers.model.session import Incident, SessionTurn
from kb.model import CueId, DialogueAct, EntryId, LineId
from tests.doubles import NOW, Dialog, means, notices

STOPPED = NotifyStaff(line=LineId("workshop"), reason=HandoffReason.TRADING_STOPPED)
MEANINGS = {name: means(name, language="en") for name in ("printer", "hours", "dead")}


def talk(*, tokens: tuple[str, ...] = ("till",), handler: str = "partly") -> Dialog:
    """A talk in which it was told that one till of several does not work, in these words."""
    one = Dialog(MEANINGS, acts={"one till is off": DialogueAct.PARTLY}).speaks("en")
    one.interpreter.devices = ("till", "printer")
    one.interpreter.own_devices = {EntryId("dead"): ("till",), EntryId("printer"): ("printer",)}
    turn = SessionTurn(handler=handler, act="problem", tokens=tokens, at=NOW)
    one.session = replace(one.session, turns=(turn,))
    return one


@pytest.mark.parametrize(
    "said",
    [
        "now the second one too",
        "that one also died",
        "nu tagad arī otra",
        "и вторая тоже",
        "all three",
        "visas trīs",
        "visas trīs stāv",
        "vse tri",
        "otra ari",
        "un trešā",
        "i vtoraja zavisla",
        "the other is freezing as well",
    ],
)
def test_another_one_or_all_of_them(said: str) -> None:
    one = talk()
    one.says(said)
    assert (one.decided.trace.handler, one.decided.trace.entry) == ("outage", "dead")
    assert notices(one) == [STOPPED]


@pytest.mark.parametrize(
    "said",
    [
        "the second one too?",
        "the other one works too",
        "the other one is fine too",
        "I also restarted the other one",
        "the other waiter also asks about it",
        "вторая тоже включилась",
        "остальные тоже не трогали",
        "все понятно",
        "все спасибо",
        "visas pārbaudīju",
        "the other one",
        "the second printer too",
        "also the bar",
        "it is slow",
        "and the other one of the two that we have in the bar too",
    ],
)
def test_what_tells_of_no_other_till(said: str) -> None:
    one = talk()
    one.says(said)
    assert one.decided.trace.handler != "outage"
    assert notices(one) == []


def test_only_after_it_was_told_of_one_till() -> None:
    for one in (talk(tokens=("printer",)), talk(handler="topic")):
        one.says("the second one too")
        assert one.decided.trace.handler != "outage"
    one = talk(handler="topic")
    one.session = replace(one.session, incident=Incident.PARTLY)
    one.says("the second one too")
    assert one.decided.trace.handler == "outage"


def test_a_talk_of_yesterday_is_over() -> None:
    one = talk()
    one.session = replace(one.session, turns=(replace(one.session.turns[0], at=NOW.replace(year=2020)),))
    one.says("the second one too")
    assert one.decided.trace.handler != "outage"


def test_good_news_of_another_one_is_none_of_a_stop() -> None:
    one = talk()
    one.interpreter.meanings = {"the second one is back too": means(language="en", signals=(CueId.RESOLVED,))}
    one.says("the second one is back too")
    assert one.decided.trace.handler != "outage"
