"""A fault that one person or till may have, and is then said to hit everyone: trading has stopped."""

from collections.abc import Collection
from dataclasses import replace

import pytest

from handlers.model.actions import HandoffReason, NotifyStaff
from handlers.model.context import QUESTION_TTL
from handlers.model.session import Incident
from kb.model import CueId, DialogueAct, EntryId, LineId
from tests.doubles import Dialog, company, means, notices

STOPPED = NotifyStaff(line=LineId("workshop"), reason=HandoffReason.TRADING_STOPPED)
MEANINGS = {name: means(name, language="en") for name in ("printer", "scanner", "hours", "dead")}
EVERYONE = (CueId.EVERYONE,)


def talk(*said: str) -> Dialog:
    """A talk in English about what stops trading where it hits everyone: printers, not scanners."""
    one = Dialog(MEANINGS, base=company(stopped_for_all=(EntryId("printer"),))).speaks("en")
    for text in said:
        one.says(text)
    return one


def alarms(one: Dialog, text: str, signals: Collection[CueId] = EVERYONE, act: DialogueAct | None = None) -> bool:
    """Whether these words raise the alarm, with these cues heard in them."""
    one.interpreter.meanings = {**MEANINGS, text: means(language="en", signals=signals)}
    one.interpreter.acts = {} if act is None else {text: act}
    one.says(text)
    told = one.decided.trace.handler == "outage"
    assert (STOPPED in notices(one)) is told
    return told


@pytest.mark.parametrize("cue", [CueId.EVERYONE, CueId.EMERGENCY_EVERYONE])
def test_a_fault_that_hits_everyone_is_stopped_trading(cue: CueId) -> None:
    one = talk("printer")
    assert alarms(one, "nobody can", (cue,))
    assert (one.decided.trace.act, one.decided.trace.entry) == ("critical", "dead")
    assert one.session.incident is Incident.STOPPED
    assert notices(one) == [STOPPED]


def test_where_everyone_is_not_spoken_of_it_stays_that_fault() -> None:
    assert not alarms(talk("printer"), "nobody can", ())
    assert not alarms(talk("printer"), "nobody can", (CueId.TODAY,))


@pytest.mark.parametrize("before", [("scanner",), ("hours",), (), ("printer", "scanner")])
def test_only_the_faults_that_the_directory_names_stop_trading(before: tuple[str, ...]) -> None:
    assert not alarms(talk(*before), "nobody can")


def test_where_the_directory_names_none_no_fault_does() -> None:
    one = Dialog(MEANINGS).speaks("en")
    one.says("printer")
    assert not alarms(one, "nobody can")


@pytest.mark.parametrize(
    ("text", "few"),
    [("nobody here can print any receipt", True), ("nobody here can print any receipt today", False)],
)
def test_only_few_words_go_on_about_the_fault_so(text: str, few: bool) -> None:
    assert alarms(talk("printer"), text) is few


@pytest.mark.parametrize("text", ["can nobody?", "all of them work", "все торгуют"])
def test_a_question_and_good_news_raise_no_alarm(text: str) -> None:
    assert not alarms(talk("printer"), text)


def test_words_of_good_news_raise_no_alarm() -> None:
    assert not alarms(talk("printer"), "all of us are back", (CueId.EVERYONE, CueId.RESOLVED))
    assert not alarms(talk("printer"), "all of us are back", act=DialogueAct.WORKS_AGAIN)


def test_long_after_the_fault_it_is_not_gone_on_about() -> None:
    one = talk("printer")
    one.waits(QUESTION_TTL)
    assert not alarms(one, "nobody can")


def test_a_company_without_an_entry_of_stopped_trading_raises_no_alarm() -> None:
    base = company(stopped_for_all=(EntryId("printer"),))
    entries = {name: entry for name, entry in base.entries.items() if name != "dead"}
    one = Dialog(MEANINGS, base=replace(base, entries=entries)).speaks("en")
    one.says("printer")
    assert not alarms(one, "nobody can")
