"""What staff does about a hand-off: one wins, everybody is told, and the person hears what is true."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from bot.helpdesk.escalation import BURST, Calls
from bot.helpdesk.handoff_actions import Desk, Result
from bot.knowledge.phrases import phrases
from bot.notify.routing import Plan
from handlers.model.actions import HandoffReason
from handlers.model.context import KnowledgeBundle
from kb.model import LineId
from storage import personal_data
from storage.conversations import history
from storage.database.engine import reading, writing
from storage.delivery import notifications
from storage.delivery.notifications import Kind
from storage.helpdesk import handoffs
from storage.helpdesk.handoffs import Handoff, State, What
from tests.contract.talks import NOW, SECOND, TECHNICAL, said, take_in
from tests.doubles import NoJobs, ScriptedInterpreter, small_base

GROUP, BOSS, MAIL = "telegram:-1", "telegram:-2", "mailto:ops@bistro.lv"
PLAN = Plan(
    lines={TECHNICAL: {GROUP: True, MAIL: False}},
    escalation={BOSS: True},
    after={TECHNICAL: timedelta(minutes=10)},
)
CALLS = Calls(plan=PLAN)
MINUTE = timedelta(minutes=1)


@dataclass
class Office:
    """The desk, and what it told the jobs and whoever brings notices out."""

    desk: Desk
    jobs: NoJobs
    woken: list[bool]


@pytest.fixture
def office(engine: Engine) -> Iterator[Office]:
    known = KnowledgeBundle(base=small_base(), interpreter=ScriptedInterpreter(), phrases=phrases())
    jobs, woken = NoJobs(), list[bool]()
    with ThreadPoolExecutor(4) as threads:
        desk = Desk(
            database=engine, threads=threads, clock=lambda: NOW, knowledge=known, jobs=jobs, calls=CALLS,
            wake=lambda: woken.append(True),
        )  # fmt: skip
        yield Office(desk, jobs, woken)


def called(
    engine: Engine, number: int = 1, reason: HandoffReason = HandoffReason.ASKED_FOR_PERSON, *, by: str = "anna"
) -> Handoff:
    """Somebody calls for the technical line."""
    at = NOW + number * SECOND
    talk, _ = take_in(engine, said("Palīgā!", number, by=by), at=at)
    with writing(engine) as connection:
        handoff = handoffs.open(connection, talk, number, TECHNICAL, reason, at)
        CALLS.said(connection, talk.id, at)
        CALLS.called(connection, handoff, at)
    return handoff


def told(engine: Engine, *, at: timedelta = timedelta(0)) -> list[tuple[str, Kind]]:
    """Brings out all that waits: whom, and with what."""
    done = []
    with writing(engine) as connection:
        for target in notifications.due(connection, NOW + at):
            while isinstance(claimed := notifications.claim(connection, target, NOW + at), notifications.Claimed):
                notifications.sent(connection, claimed, claimed.receipt or f"r{claimed.id}", NOW + at)
                done.append((target, claimed.kind))
    return done


def talked(engine: Engine, handoff: Handoff) -> list[str]:
    with reading(engine) as connection:
        return [one.text for one in history.history(connection, handoff.conversation)]


async def test_whoever_is_first_takes_it_and_the_other_is_told_who(engine: Engine, office: Office) -> None:
    handoff = called(engine)

    assert await office.desk.take(handoff.id, "Anna") == Result(won=True, state=State.TAKEN, taken_by="Anna")
    assert await office.desk.take(handoff.id, "Boris") == Result(won=False, state=State.TAKEN, taken_by="Anna")
    assert office.woken == [True]
    with reading(engine) as connection:
        assert [(event.what, event.who) for event in handoffs.events(connection, handoff.id)] == [
            (What.OPENED, None),
            (What.TAKEN, "Anna"),
        ]


async def test_the_person_hears_once_that_it_was_seen(engine: Engine, office: Office) -> None:
    handoff = called(engine)
    await asyncio.gather(*(office.desk.take(handoff.id, f"agent {number}") for number in range(5)))

    *_, last = talked(engine, handoff)
    assert last.startswith("Jūsu ziņu ir redzējis darbinieks (")
    assert sum("redzējis" in text for text in talked(engine, handoff)) == 1
    assert office.jobs.told == [handoff.conversation]


@pytest.mark.parametrize("act", ["reached", "not_needed"])
async def test_what_is_done_is_closed_for_everybody(engine: Engine, office: Office, act: str) -> None:
    handoff = called(engine)
    await office.desk.take(handoff.id, "Anna")

    closed = await getattr(office.desk, act)(handoff.id, "Boris")

    assert (closed.won, closed.state, closed.closed, closed.taken_by) == (True, State(act), True, "Anna")
    assert (await office.desk.take(handoff.id, "Cecil")) == Result(won=False, state=State(act), taken_by="Anna")
    assert not (await office.desk.not_needed(handoff.id, "Cecil")).won


async def test_what_is_given_back_waits_as_if_it_were_new(engine: Engine, office: Office) -> None:
    handoff = called(engine)
    await office.desk.take(handoff.id, "Anna")
    assert not (await office.desk.give_back(handoff.id, "Boris")).won
    assert (await office.desk.give_back(handoff.id, "Anna")) == Result(won=True, state=State.OPEN, taken_by=None)

    with reading(engine) as connection:
        again = handoffs.get(connection, handoff.id)
    assert again is not None
    assert (again.remind_at, again.escalate_at) == (NOW + 10 * MINUTE, NOW + 20 * MINUTE)


async def test_a_forgotten_person_cannot_be_taken(engine: Engine, office: Office) -> None:
    handoff = called(engine)
    with writing(engine) as connection:
        personal_data.erase(connection, personal_data.find(connection, handoff.conversation))

    gone = await office.desk.take(handoff.id, "Anna")
    assert (gone.won, gone.state, gone.closed) == (False, None, True)


async def test_a_change_is_shown_wherever_it_was_told(engine: Engine, office: Office) -> None:
    handoff = called(engine)
    assert told(engine, at=SECOND) == [(MAIL, Kind.NOTICE), (GROUP, Kind.NOTICE)]
    await office.desk.take(handoff.id, "Anna")
    assert told(engine) == [(MAIL, Kind.NOTICE), (GROUP, Kind.NOTICE)]


def test_who_calls_again_changes_the_notice_and_makes_no_other(engine: Engine) -> None:
    called(engine)
    told(engine, at=SECOND)
    called(engine, 2)
    assert told(engine, at=2 * SECOND) == []
    assert told(engine, at=2 * SECOND + BURST) == [(GROUP, Kind.NOTICE)]


def test_nobody_comes_so_the_line_is_reminded_and_then_others_are_told(engine: Engine) -> None:
    called(engine)
    told(engine, at=SECOND)
    for minutes, expected in (
        (10, [(MAIL, Kind.REMINDER), (GROUP, Kind.REMINDER)]),
        (11, []),
        (20, [(BOSS, Kind.ESCALATION)]),
        (99, []),
    ):
        with writing(engine) as connection:
            CALLS.fired(connection, NOW + minutes * MINUTE + SECOND)
        assert told(engine, at=minutes * MINUTE + SECOND) == expected, minutes


def test_a_stopped_till_waits_three_minutes_also_when_it_is_told_later(engine: Engine) -> None:
    first = called(engine)
    urgent = called(engine, 2, HandoffReason.TRADING_STOPPED)
    with reading(engine) as connection:
        found = handoffs.get(connection, urgent.id)
    assert urgent.id == first.id
    assert found is not None
    assert found.remind_at == NOW + 2 * SECOND + 3 * MINUTE
    assert (MAIL, Kind.NOTICE) in told(engine, at=2 * SECOND)


def test_who_needs_nobody_any_more_closes_it(engine: Engine) -> None:
    handoff = called(engine)
    told(engine, at=SECOND)
    with writing(engine) as connection:
        CALLS.resolved(connection, handoff.conversation, NOW + 2 * SECOND)
        closed = handoffs.get(connection, handoff.id)
    assert closed is not None
    assert closed.state is State.CLOSED
    assert len(told(engine, at=2 * SECOND)) == 2


def test_where_nobody_is_to_be_told_nothing_waits(engine: Engine) -> None:
    talk, _ = take_in(engine, said("Palīgā!"))
    with writing(engine) as connection:
        handoff = handoffs.open(connection, talk, 1, LineId("sales"), HandoffReason.NOT_UNDERSTOOD, NOW)
        Calls().called(connection, handoff, NOW)
        found = handoffs.get(connection, handoff.id)
        assert notifications.due(connection, NOW + 99 * MINUTE) == ()
    assert found is not None
    assert found.remind_at is None


async def test_what_is_given_back_is_reminded_of_once_more_and_those_above_too(engine: Engine, office: Office) -> None:
    handoff = called(engine)
    told(engine, at=SECOND)
    for minutes in (11, 21):
        with writing(engine) as connection:
            CALLS.fired(connection, NOW + minutes * MINUTE)
        told(engine, at=minutes * MINUTE)
    await office.desk.take(handoff.id, "Anna")
    await office.desk.give_back(handoff.id, "Anna")
    told(engine, at=21 * MINUTE)
    for minutes, expected in (
        (10, [(MAIL, Kind.REMINDER), (GROUP, Kind.REMINDER)]),
        (20, [(BOSS, Kind.REMINDER)]),
    ):
        with writing(engine) as connection:
            CALLS.fired(connection, NOW + minutes * MINUTE)
        assert told(engine, at=minutes * MINUTE) == expected


def test_who_calls_again_is_heard_by_those_who_were_set_meanwhile(engine: Engine) -> None:
    talk, _ = take_in(engine, said("Palīgā!"))
    with writing(engine) as connection:
        first = handoffs.open(connection, talk, 1, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, NOW)
        Calls().called(connection, first, NOW)
    assert told(engine) == []
    called(engine, 2)
    assert told(engine, at=2 * SECOND) == [(MAIL, Kind.NOTICE), (GROUP, Kind.NOTICE)]
