"""How likely a message says that trading has stopped, where one clause of several tells it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.model.messages import Inbound
from handlers.model.session import Incident, Session, SessionTurn
from handlers.reading.told_outage import told_outage
from kb.model import CueId, DialogueAct, EntryId, Language
from kb.understanding.result import ActCandidate, Interpretation
from tests.doubles import NOW, Dialog, ScriptedActs, acts_as, means, notices, vaguely

A = DialogueAct
DEAD = "no till starts"
HINT = vaguely("hours", 0.5, "dead", language="en")
"""Hardly about the stopped till, which is among the guesses."""


def hinting(confidence: float) -> Interpretation:
    return vaguely("dead", confidence, language="en")


def told(
    text: str,
    whole: Interpretation,
    clauses: dict[str, Interpretation] | None = None,
    acts: ScriptedActs | None = None,
    *,
    whole_acts: tuple[ActCandidate, ...] = acts_as(A.THANKS),
) -> tuple[float, Interpretation, list[str]]:
    """How likely, what is meant, and the signals of that; DEAD surely tells that trading has stopped."""
    one = Dialog({DEAD: means("dead", language="en"), **(clauses or {})}, acts={DEAD: A.OUTAGE, **(acts or {})})
    inbound = Inbound(channel="t", conversation="c", sender="s", message_id="m", sent_at=NOW, text=text)
    probability, meant = told_outage(
        text, replace(whole, acts=whole_acts), inbound, Session(language="en"), one.knowledge, NOW
    )
    return probability, meant, sorted(meant.signals)


def is_told(text: str, whole: Interpretation, clauses: dict[str, Interpretation] | None = None) -> bool:
    """Whether it is taken for what a clause of it says."""
    probability, meant, _ = told(text, whole, clauses)
    assert (probability >= 0.9) is (meant.acts == acts_as(A.OUTAGE))
    return probability >= 0.9


@pytest.mark.parametrize(
    "text",
    [
        f"Thank you for that, {DEAD}",
        f"{DEAD}. Do you speak English",
        "No till STARTS! thank you",
        f"we opened at nine and {DEAD}",
    ],
)
def test_a_clause_that_surely_tells_it_tells_it_whatever_stands_around_it(text: str) -> None:
    assert is_told(text, hinting(0.2))


def test_what_is_meant_is_what_the_clause_means() -> None:
    probability, meant, _ = told(f"hello there, {DEAD}", hinting(0.2))
    assert probability > 0.9
    assert meant.best is not None
    assert (meant.best.entry, meant.best.confidence) == ("dead", 0.9)


@pytest.mark.parametrize(("hint", "looked_for"), [(0.05, True), (0.04, False)])
def test_it_is_looked_for_only_where_the_whole_hints_at_it(hint: float, looked_for: bool) -> None:
    assert is_told(f"hello there, {DEAD}", hinting(hint)) is looked_for
    beside = replace(hinting(hint), candidates=(*means("hours").candidates, *hinting(hint).candidates))
    assert is_told(f"hello there, {DEAD}", beside) is looked_for, "among the guesses"


def test_another_topic_is_no_hint() -> None:
    assert not is_told(f"hello there, {DEAD}", vaguely("printer", 0.9))


def test_where_no_acts_are_told_the_topic_alone_counts() -> None:
    probability, meant, _ = told(f"hello there, {DEAD}", hinting(0.2), whole_acts=())
    assert probability == 0.2
    assert meant == hinting(0.2)


def test_a_whole_that_tells_it_is_not_taken_apart() -> None:
    probability, meant, _ = told(f"hello there, {DEAD}", hinting(0.2), whole_acts=acts_as(A.OUTAGE, 0.95))
    assert probability == pytest.approx(0.95)
    assert meant.acts == acts_as(A.OUTAGE, 0.95)


@pytest.mark.parametrize(("confidence", "sure"), [(0.86, True), (0.8, False)])
def test_the_clause_must_be_sure(confidence: float, sure: bool) -> None:
    probability, meant, _ = told(f"hello there, {DEAD}", hinting(0.2), acts={DEAD: acts_as(A.OUTAGE, confidence)})
    assert (probability >= 0.9) is sure
    assert (meant.acts == acts_as(A.OUTAGE, confidence)) is sure


@pytest.mark.parametrize("cue", [CueId.ONE_DEVICE, CueId.ELSEWHERE, CueId.HYPOTHETICAL, CueId.CONDITIONAL])
def test_what_holds_for_one_till_another_place_or_some_day_is_not_taken_apart(cue: CueId) -> None:
    assert not is_told(f"what to do there, {DEAD}", replace(hinting(0.2), signals=frozenset({cue})))


def signals_after(whole: Collection[CueId], clause: Collection[CueId]) -> list[str]:
    meaning = {DEAD: means("dead", language="en", signals=clause)}
    _, _, signals = told(f"it was hot yesterday, {DEAD}", replace(hinting(0.2), signals=frozenset(whole)), meaning)
    return signals


def test_another_time_around_it_does_not_date_it_and_what_else_was_heard_stays() -> None:
    assert signals_after({CueId.PAST, CueId.GREETING}, ()) == ["greeting"]
    assert signals_after({CueId.GREETING}, {CueId.TODAY}) == ["greeting", "today"]


def test_another_time_in_the_clause_itself_does() -> None:
    meaning = {DEAD: means("dead", language="en", signals={CueId.PAST})}
    assert not is_told(f"hello there, {DEAD}", hinting(0.2), meaning)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"hello there, how nice, we sell, {DEAD}", True),
        (f"hello there, how nice, we sell, all day, {DEAD}", False),
        (f"hello, thanks, yes, well, ok, {DEAD}", True),
    ],
)
def test_of_many_clauses_none_is_looked_at_and_single_words_are_none(text: str, found: bool) -> None:
    assert is_told(text, hinting(0.2)) is found


def test_single_words_tell_nothing_apart() -> None:
    probability, _, _ = told("dead, dead", hinting(0.2), acts={"dead": A.OUTAGE})
    assert probability < 0.1


def test_in_a_conversation_it_is_an_alarm() -> None:
    said = f"Good evening dear colleagues, {DEAD}"
    one = Dialog({said: hinting(0.2), DEAD: means("dead", language="en")}, acts={said: A.GREETING, DEAD: A.OUTAGE})
    one.says(said)
    assert (one.decided.trace.handler, one.decided.trace.entry) == ("outage", "dead")
    assert len(notices(one)) == 1


@pytest.mark.parametrize(
    ("text", "language", "hangs"),
    [
        ("does it happen to others, that every till is dead", "en", True),
        ("tell me, when every till is dead", "en", True),
        ("tell me, hello if every till is dead", "en", True),
        ("if every till is dead, tell me", "en", True),
        ("viss labi, ja every till is dead", "lv", True),
        ("privet, ja every till is dead", "ru", False),
        ("hello, whenever every till is dead", "en", False),
        ("when every till is dead, thanks", "en", False),
        ("привет, что-то every till is dead", "ru", False),
    ],
)
def test_a_clause_that_hangs_on_another_tells_nothing(text: str, language: Language, hangs: bool) -> None:
    told_by = {part: A.OUTAGE for part in (one.strip() for one in text.split(",")) if "dead" in part}
    known = {part: means("dead", language="en") for part in told_by}
    probability, *_ = told(text, replace(hinting(0.2), language=language), known, told_by)
    assert (probability < 0.9) is hangs


def goes_on(topic: str, said: str, *, incident: Incident = Incident.NONE, later: timedelta = timedelta()) -> float:
    """How likely a sure stop is told after a talk about `topic`."""
    one = Dialog({said: means("dead", language="en")}, acts={said: A.OUTAGE})
    one.interpreter.devices = ("till", "Printer", "card", "card,")
    turn = SessionTurn(handler="topic", act="problem", entry=EntryId(topic), tokens=("card",), at=NOW)
    session = Session(language="en", turns=(turn,), entry=EntryId(topic), incident=incident)
    inbound = Inbound(channel="t", conversation="c", sender="s", message_id="m", sent_at=NOW, text=said)
    whole = one.interpreter.understand(said)
    base = replace(one.knowledge.base, entries=dict(one.knowledge.base.entries))
    dead = base.entries[EntryId("dead")]
    entries = {**base.entries, EntryId("dead"): replace(dead, title=dict.fromkeys(dead.title, "till"))}
    knowledge = replace(one.knowledge, base=replace(base, entries=entries))
    return told_outage(said, whole, inbound, session, knowledge, NOW + later)[0]


@pytest.mark.parametrize("said", ["the cover won't shut", "completely dead", "it is stuck", "nothing at all"])
def test_words_without_a_till_go_on_about_the_device_that_is_talked_about(said: str) -> None:
    assert goes_on("printer", said) <= 0.25
    assert goes_on("scanner", said) > 0.9, "it is about no device"
    assert goes_on("printer", said, incident=Incident.STOPPED) > 0.9
    assert goes_on("printer", said, later=timedelta(hours=3)) > 0.9


@pytest.mark.parametrize(
    "said",
    [
        "the till won't start",
        "nothing works",
        "we cannot sell",
        "guests are leaving",
        "can't take payment",
        "now this too",
        "it does not react since the morning",
    ],
)
def test_words_of_trading_tell_of_that(said: str) -> None:
    assert goes_on("printer", said) > 0.9


def test_neither_cards_nor_cash_tell_it_and_there_is_another_till_does_not() -> None:
    assert told("cards and cash do not work", means("hours", language="en"))[0] > 0.9
    assert (
        told("this one is dead but we have another", means("dead", language="en"), whole_acts=acts_as(A.OUTAGE))[0]
        < 0.3
    )


@pytest.mark.parametrize(
    ("before", "raised"),
    [
        (SessionTurn(handler="clarify", act="clarify", tokens=("card",), at=NOW), True),
        (SessionTurn(handler="topic", act="problem", entry=EntryId("scanner"), tokens=("card",), at=NOW), False),
        (SessionTurn(handler="topic", act="problem", entry=EntryId("printer"), tokens=("slip",), at=NOW), True),
        (SessionTurn(handler="clarify", act="clarify", tokens=("slip",), at=NOW), False),
        (SessionTurn(handler="topic", act="answer", tokens=("card",), at=NOW), False),
        (SessionTurn(handler="clarify", act="clarify", tokens=("card",), at=NOW - timedelta(hours=3)), False),
    ],
)
def test_cash_tells_of_a_stop_after_cards(before: SessionTurn, raised: bool) -> None:
    said = "cash does not work either"
    one = Dialog({said: means("hours", language="en")})
    one.interpreter.devices = ("card", "Printer")
    inbound = Inbound(channel="t", conversation="c", sender="s", message_id="m", sent_at=NOW, text=said)
    whole = one.interpreter.understand(said)
    printer = one.knowledge.base.entries[EntryId("printer")]
    titled = {
        **one.knowledge.base.entries,
        EntryId("printer"): replace(printer, title=dict.fromkeys(printer.title, "card")),
    }
    knowledge = replace(one.knowledge, base=replace(one.knowledge.base, entries=titled))
    probability, _ = told_outage(said, whole, inbound, Session(language="en", turns=(before,)), knowledge, NOW)
    assert (probability > 0.9) is raised
