"""What staff does about a hand-off: one wins, everybody is told, and the person hears what is true."""

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from bot.app.channels import CHANNELS
from bot.database.transactions import Transactions
from bot.helpdesk.escalation import DEBOUNCE, HandoffWorkflow
from bot.helpdesk.handoff_actions import ActionResult, HandoffActions
from bot.helpdesk.person_updates import PersonUpdates
from bot.notify.routing import RoutingPlan
from handlers.model.actions import HandoffReason, NotifyStaff
from handlers.model.context import KnowledgeBundle
from handlers.model.handoff import CloseReason, HandoffState, NotificationKind
from kb.model import LineId, TicketAddress, TicketChannel
from storage import personal_data
from storage.conversations import history
from storage.database.engine import read_transaction, write_transaction
from storage.delivery import notifications
from storage.helpdesk import handoffs
from storage.helpdesk.handoff_states import HandoffEvent
from storage.helpdesk.handoffs import Handoff
from tests.contract.talks import NOW, SECOND, TECHNICAL, said, take_in
from tests.doubles import RecordingJobQueue, ScriptedInterpreter, small_base, small_phrases

GROUP, BOSS, SHOP, MAIL = "telegram:-1", "telegram:-2", "telegram:-3", "mailto:ops@bistro.lv"
SALES = LineId("sales")
ROUTING = RoutingPlan(
    targets_by_line={TECHNICAL: {GROUP: True, MAIL: False}, SALES: {SHOP: True}},
    escalation_targets={BOSS: True},
    reminder_delays={TECHNICAL: timedelta(minutes=10)},
)
HANDOFF_WORKFLOW = HandoffWorkflow(routing=ROUTING)
MINUTE = timedelta(minutes=1)


@dataclass
class HandoffActionsSetup:
    """The desk, and what it told the jobs and whoever brings notices out."""

    actions: HandoffActions
    jobs: RecordingJobQueue
    wake_calls: list[bool]


@pytest.fixture
def office(engine: Engine) -> Iterator[HandoffActionsSetup]:
    known = KnowledgeBundle(base=small_base(), interpreter=ScriptedInterpreter(), phrases=small_phrases())
    jobs, woken = RecordingJobQueue(), list[bool]()
    updates = PersonUpdates(knowledge_source=known, jobs=jobs, channels=CHANNELS)
    with ThreadPoolExecutor(4) as threads:
        desk = HandoffActions(
            transactions=Transactions(engine, threads),
            clock=lambda: NOW,
            knowledge_source=known,
            jobs=jobs,
            handoff_workflow=replace(HANDOFF_WORKFLOW, tell_person=updates),
            wake_notifications=lambda: woken.append(True),
        )
        yield HandoffActionsSetup(desk, jobs, woken)


def called(
    engine: Engine, number: int = 1, reason: HandoffReason = HandoffReason.ASKED_FOR_PERSON, *, by: str = "anna"
) -> Handoff:
    """Somebody calls for the technical line."""
    at = NOW + number * SECOND
    talk, _ = take_in(engine, said("Palīgā!", number, by=by), at=at)
    with write_transaction(engine) as connection:
        handoff = handoffs.open_handoff(connection, talk, number, TECHNICAL, reason, at)
        HANDOFF_WORKFLOW.message_added(connection, talk.id, at)
        HANDOFF_WORKFLOW.opened(connection, handoff, at)
    return handoff


def ask_for(engine: Engine, number: int, line: LineId, reason: HandoffReason) -> Handoff:
    """The same person asks for a line, as intake takes it in."""
    at = NOW + number * SECOND
    talk, _ = take_in(engine, said("Cilvēku!", number), at=at)
    with write_transaction(engine) as connection:
        before = handoffs.current_handoff(connection, talk.id)
        handoff = handoffs.open_handoff(connection, talk, number, line, reason, at)
        HANDOFF_WORKFLOW.requested(connection, before, handoff, NotifyStaff(line=line, reason=reason), at)
    return handoff


def events_of(engine: Engine, handoff: Handoff) -> list[tuple[HandoffEvent, str | None]]:
    with read_transaction(engine) as connection:
        return [(one.event, one.detail or one.actor) for one in handoffs.list_events(connection, handoff.id)]


def test_a_moved_handoff_is_told_to_both_lines(engine: Engine) -> None:
    handoff = ask_for(engine, 1, TECHNICAL, HandoffReason.ASKED_FOR_PERSON)
    deliver_due(engine, at=SECOND)
    ask_for(engine, 2, SALES, HandoffReason.ASKED_FOR_PERSON)

    told = deliver_due(engine, at=2 * SECOND)

    assert sorted(told) == sorted(
        [
            (GROUP, NotificationKind.NEWS),
            (GROUP, NotificationKind.INITIAL),
            (MAIL, NotificationKind.NEWS),
            (MAIL, NotificationKind.INITIAL),
            (SHOP, NotificationKind.INITIAL),
        ]
    )
    assert events_of(engine, handoff) == [(HandoffEvent.OPENED, None), (HandoffEvent.MOVED, TECHNICAL)]
    with write_transaction(engine) as connection:
        HANDOFF_WORKFLOW.run_due_timers(connection, NOW + 11 * MINUTE)
    assert deliver_due(engine, at=11 * MINUTE) == [(SHOP, NotificationKind.REMINDER)], "only who has it now"


def test_a_line_that_was_not_told_yet_hears_nothing_of_what_moves_on(engine: Engine) -> None:
    ask_for(engine, 1, TECHNICAL, HandoffReason.ASKED_FOR_PERSON)
    ask_for(engine, 2, SALES, HandoffReason.ASKED_FOR_PERSON)

    assert deliver_due(engine, at=MINUTE) == [(SHOP, NotificationKind.INITIAL)]


def test_another_line_asked_for_while_trading_is_stopped_is_news_once(engine: Engine) -> None:
    handoff = ask_for(engine, 1, TECHNICAL, HandoffReason.TRADING_STOPPED)
    deliver_due(engine, at=SECOND)
    for number in (2, 3):
        ask_for(engine, number, SALES, HandoffReason.ASKED_FOR_PERSON)

    told = deliver_due(engine, at=MINUTE)

    assert {target for target, _ in told} == {GROUP, MAIL}
    assert events_of(engine, handoff) == [(HandoffEvent.OPENED, None), (HandoffEvent.LINE_ASKED, SALES)]


def deliver_due(engine: Engine, *, at: timedelta = timedelta(0)) -> list[tuple[str, NotificationKind]]:
    """Brings out all that waits: whom, and with what."""
    done = []
    with write_transaction(engine) as connection:
        for target in notifications.due(connection, NOW + at):
            while isinstance(
                claimed := notifications.claim(connection, target, NOW + at), notifications.ClaimedNotification
            ):
                notifications.mark_sent(connection, claimed, claimed.provider_message_id or f"r{claimed.id}", NOW + at)
                done.append((target, claimed.kind))
    return done


def conversation_messages(engine: Engine, handoff: Handoff) -> list[str]:
    with read_transaction(engine) as connection:
        return [one.text for one in history.messages_after(connection, handoff.conversation)]


async def test_whoever_is_first_takes_it_and_the_other_is_told_who(engine: Engine, office: HandoffActionsSetup) -> None:
    handoff = called(engine)

    assert await office.actions.take(handoff.id, "Anna") == ActionResult(
        applied=True, state=HandoffState.TAKEN, taken_by="Anna"
    )
    assert await office.actions.take(handoff.id, "Boris") == ActionResult(
        applied=False, state=HandoffState.TAKEN, taken_by="Anna"
    )
    assert office.wake_calls == [True]
    with read_transaction(engine) as connection:
        assert [(event.event, event.actor) for event in handoffs.list_events(connection, handoff.id)] == [
            (HandoffEvent.OPENED, None),
            (HandoffEvent.TAKEN, "Anna"),
        ]


async def test_an_action_fails_alone_though_others_are_committed_with_it(
    engine: Engine, office: HandoffActionsSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = called(engine), called(engine, 2, by="boris")
    state_changed = HandoffWorkflow.state_changed

    def fail(
        self: HandoffWorkflow, connection: Connection, handoff: Handoff, event: HandoffEvent, *args: Any, **more: Any
    ) -> str | None:
        if event is HandoffEvent.RELEASED:
            raise RuntimeError("a bug")
        return state_changed(self, connection, handoff, event, *args, **more)

    monkeypatch.setattr(HandoffWorkflow, "state_changed", fail)
    # Those that run together come in any order: none of them may rest on another.
    await office.actions.take(first.id, "Anna")
    results = await asyncio.gather(
        office.actions.release(first.id, "Anna"),
        office.actions.mark_contacted(second.id, "Boris"),
        return_exceptions=True,
    )

    assert [type(result) for result in results] == [RuntimeError, ActionResult]
    with read_transaction(engine) as connection:
        states = [handoffs.get(connection, handoff.id) for handoff in (first, second)]
    assert [state and state.state for state in states] == [HandoffState.TAKEN, HandoffState.CONTACTED]


async def test_the_person_hears_once_who_has_it(engine: Engine, office: HandoffActionsSetup) -> None:
    handoff = called(engine)
    await asyncio.gather(*(office.actions.take(handoff.id, f"agent {number}") for number in range(5)))

    *_, last = conversation_messages(engine, handoff)
    assert re.match(r"Jūsu jautājumu risina agent \d \(", last)
    assert sum("jautājumu risina" in text for text in conversation_messages(engine, handoff)) == 1
    assert office.jobs.submitted == [handoff.conversation]


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (CloseReason.SOLVED, "ir slēgts"),
        (CloseReason.NO_ANSWER, "Neizdevās ar Jums sazināties"),
        (CloseReason.NOT_OURS, "paši mēs te palīdzēt nevaram"),
        (CloseReason.DUPLICATE, "ir slēgts"),
        (CloseReason.OTHER, "ir slēgts"),
    ],
)
async def test_what_is_closed_is_closed_for_everybody_and_the_person_hears_it(
    engine: Engine, office: HandoffActionsSetup, reason: CloseReason, told: str
) -> None:
    handoff = called(engine)
    await office.actions.take(handoff.id, "Anna")

    closed = await office.actions.close(handoff.id, "Boris", reason)

    assert (closed.applied, closed.state, closed.closed, closed.taken_by) == (True, HandoffState.CLOSED, True, "Anna")
    assert not (await office.actions.take(handoff.id, "Cecil")).applied
    assert not (await office.actions.close(handoff.id, "Cecil", CloseReason.OTHER)).applied
    assert told in conversation_messages(engine, handoff)[-1]
    assert events_of(engine, handoff)[-1] == (HandoffEvent.CLOSED, reason)


async def test_who_was_contacted_is_asked_after_until_it_is_closed(engine: Engine, office: HandoffActionsSetup) -> None:
    handoff = called(engine)
    deliver_due(engine, at=SECOND)
    await office.actions.mark_contacted(handoff.id, "Anna")
    deliver_due(engine)
    asked = [(MAIL, NotificationKind.QUESTION), (GROUP, NotificationKind.QUESTION)]
    for minutes, expected in ((59, []), (60, asked), (179, []), (180, asked), (419, []), (420, asked)):
        with write_transaction(engine) as connection:
            HANDOFF_WORKFLOW.run_due_timers(connection, NOW + minutes * MINUTE)
        assert deliver_due(engine, at=minutes * MINUTE) == expected, minutes
    assert (await office.actions.keep(handoff.id, "Boris")).applied is False
    assert (await office.actions.keep(handoff.id, "Anna")).applied
    with read_transaction(engine) as connection:
        kept = handoffs.get(connection, handoff.id)
    assert kept is not None
    assert (kept.remind_at, kept.escalate_at, kept.ask_at) == (None, None, NOW + 60 * MINUTE)


async def test_a_mistaken_step_is_undone_and_a_closed_one_opened_again(
    engine: Engine, office: HandoffActionsSetup
) -> None:
    handoff = called(engine)
    deliver_due(engine, at=SECOND)
    await office.actions.take(handoff.id, "Anna")
    await office.actions.close(handoff.id, "Anna", CloseReason.OTHER)

    assert not (await office.actions.undo(handoff.id, "Boris")).applied
    undone = await office.actions.undo(handoff.id, "Anna")
    assert (undone.applied, undone.state, undone.taken_by) == (True, HandoffState.TAKEN, "Anna")
    assert "atkal ir atvērts" in conversation_messages(engine, handoff)[-1]
    assert not (await office.actions.undo(handoff.id, "Anna")).applied, "one step only"
    assert not (await office.actions.reopen(handoff.id, "Boris")).applied

    await office.actions.close(handoff.id, "Anna", CloseReason.SOLVED)
    deliver_due(engine)
    again = await office.actions.reopen(handoff.id, "Boris")
    assert (again.applied, again.state, again.taken_by) == (True, HandoffState.OPEN, None)
    assert (GROUP, NotificationKind.NEWS) in deliver_due(engine)
    with read_transaction(engine) as connection:
        found = handoffs.get(connection, handoff.id)
    assert found is not None
    assert (found.remind_at, found.escalate_at, found.ask_at) == (NOW + 10 * MINUTE, NOW + 20 * MINUTE, None)


async def test_what_is_given_back_waits_as_if_it_were_new(engine: Engine, office: HandoffActionsSetup) -> None:
    handoff = called(engine)
    await office.actions.take(handoff.id, "Anna")
    assert not (await office.actions.release(handoff.id, "Boris")).applied
    assert (await office.actions.release(handoff.id, "Anna")) == ActionResult(
        applied=True, state=HandoffState.OPEN, taken_by=None
    )

    with read_transaction(engine) as connection:
        again = handoffs.get(connection, handoff.id)
    assert again is not None
    assert (again.remind_at, again.escalate_at) == (NOW + 10 * MINUTE, NOW + 20 * MINUTE)


async def test_a_forgotten_person_cannot_be_taken(engine: Engine, office: HandoffActionsSetup) -> None:
    handoff = called(engine)
    with write_transaction(engine) as connection:
        personal_data.erase(connection, personal_data.find_conversations(connection, handoff.conversation))

    gone = await office.actions.take(handoff.id, "Anna")
    assert (gone.applied, gone.state, gone.closed) == (False, None, True)


async def test_a_change_is_shown_wherever_it_was_told(engine: Engine, office: HandoffActionsSetup) -> None:
    handoff = called(engine)
    assert deliver_due(engine, at=SECOND) == [(MAIL, NotificationKind.INITIAL), (GROUP, NotificationKind.INITIAL)]
    await office.actions.take(handoff.id, "Anna")
    assert deliver_due(engine) == [(MAIL, NotificationKind.INITIAL), (GROUP, NotificationKind.INITIAL)]


def test_who_calls_again_changes_the_notice_and_makes_no_other(engine: Engine) -> None:
    called(engine)
    deliver_due(engine, at=SECOND)
    called(engine, 2)
    assert deliver_due(engine, at=2 * SECOND) == []
    assert deliver_due(engine, at=2 * SECOND + DEBOUNCE) == [(GROUP, NotificationKind.INITIAL)]


def test_nobody_comes_so_the_line_is_reminded_and_then_others_are_told(engine: Engine) -> None:
    called(engine)
    deliver_due(engine, at=SECOND)
    for minutes, expected in (
        (10, [(MAIL, NotificationKind.REMINDER), (GROUP, NotificationKind.REMINDER)]),
        (11, []),
        (20, [(BOSS, NotificationKind.ESCALATION)]),
        (39, []),
        (40, [(BOSS, NotificationKind.REMINDER)]),
        (79, []),
        (80, [(BOSS, NotificationKind.REMINDER)]),
        (159, []),
    ):
        with write_transaction(engine) as connection:
            HANDOFF_WORKFLOW.run_due_timers(connection, NOW + minutes * MINUTE + SECOND)
        assert deliver_due(engine, at=minutes * MINUTE + SECOND) == expected, minutes


def test_a_stopped_till_waits_three_minutes_also_when_it_is_told_later(engine: Engine) -> None:
    first = called(engine)
    urgent = called(engine, 2, HandoffReason.TRADING_STOPPED)
    with read_transaction(engine) as connection:
        found = handoffs.get(connection, urgent.id)
    assert urgent.id == first.id
    assert found is not None
    assert found.remind_at == NOW + 2 * SECOND + 3 * MINUTE
    assert (MAIL, NotificationKind.INITIAL) in deliver_due(engine, at=2 * SECOND)


def test_who_needs_nobody_any_more_closes_it(engine: Engine) -> None:
    handoff = called(engine)
    deliver_due(engine, at=SECOND)
    with write_transaction(engine) as connection:
        HANDOFF_WORKFLOW.close_all(connection, handoff.conversation, NOW + 2 * SECOND)
        closed = handoffs.get(connection, handoff.id)
    assert closed is not None
    assert closed.state is HandoffState.CLOSED
    assert len(deliver_due(engine, at=2 * SECOND)) == 2


@pytest.mark.parametrize(("hours", "state"), [(12, HandoffState.OPEN), (13, HandoffState.CLOSED)])
async def test_who_writes_that_it_still_does_not_work_opens_it_again_within_hours(
    engine: Engine, office: HandoffActionsSetup, hours: int, state: HandoffState
) -> None:
    handoff = called(engine)
    deliver_due(engine, at=SECOND)
    await office.actions.take(handoff.id, "Anna")
    await office.actions.close(handoff.id, "Anna", CloseReason.SOLVED)
    deliver_due(engine)
    later = timedelta(hours=hours)
    with write_transaction(engine) as connection:
        for _ in range(2):
            office.actions.handoff_workflow.still_broken(connection, handoff.conversation, NOW + later)
        found = handoffs.get(connection, handoff.id)
    assert found is not None
    assert found.state is state
    opened = state is HandoffState.OPEN
    assert ("atkal ir atvērts" in conversation_messages(engine, handoff)[-1]) is opened
    assert ((GROUP, NotificationKind.NEWS) in deliver_due(engine, at=later)) is opened
    assert events_of(engine, handoff).count((HandoffEvent.REOPENED, None)) == opened


def test_where_nobody_is_to_be_told_nothing_waits(engine: Engine) -> None:
    talk, _ = take_in(engine, said("Palīgā!"))
    with write_transaction(engine) as connection:
        handoff = handoffs.open_handoff(connection, talk, 1, LineId("sales"), HandoffReason.NOT_UNDERSTOOD, NOW)
        HandoffWorkflow().opened(connection, handoff, NOW)
        found = handoffs.get(connection, handoff.id)
        assert notifications.due(connection, NOW + 99 * MINUTE) == ()
    assert found is not None
    assert found.remind_at is None


async def test_what_is_given_back_is_reminded_of_once_more_and_those_above_too(
    engine: Engine, office: HandoffActionsSetup
) -> None:
    handoff = called(engine)
    deliver_due(engine, at=SECOND)
    for minutes in (11, 21):
        with write_transaction(engine) as connection:
            HANDOFF_WORKFLOW.run_due_timers(connection, NOW + minutes * MINUTE)
        deliver_due(engine, at=minutes * MINUTE)
    await office.actions.take(handoff.id, "Anna")
    await office.actions.release(handoff.id, "Anna")
    deliver_due(engine, at=21 * MINUTE)
    for minutes, expected in (
        (10, [(MAIL, NotificationKind.REMINDER), (GROUP, NotificationKind.REMINDER)]),
        (20, [(BOSS, NotificationKind.REMINDER)]),
    ):
        with write_transaction(engine) as connection:
            HANDOFF_WORKFLOW.run_due_timers(connection, NOW + minutes * MINUTE)
        assert deliver_due(engine, at=minutes * MINUTE) == expected


def test_who_calls_again_is_heard_by_those_who_were_set_meanwhile(engine: Engine) -> None:
    talk, _ = take_in(engine, said("Palīgā!"))
    with write_transaction(engine) as connection:
        first = handoffs.open_handoff(connection, talk, 1, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, NOW)
        HandoffWorkflow().opened(connection, first, NOW)
    assert deliver_due(engine) == []
    called(engine, 2)
    assert deliver_due(engine, at=2 * SECOND) == [(MAIL, NotificationKind.INITIAL), (GROUP, NotificationKind.INITIAL)]


@pytest.mark.parametrize("takes_tickets", [True, False])
def test_nobody_free_names_the_ticket_mailbox_only_where_there_is_one(engine: Engine, takes_tickets: bool) -> None:
    nowhere = TicketChannel(name="", address=TicketAddress(email="", aliases=()))
    base = small_base()
    if not takes_tickets:
        base = replace(base, directory=replace(base.directory, ticket_channel=nowhere))
    known = KnowledgeBundle(base=base, interpreter=ScriptedInterpreter(), phrases=small_phrases())
    updates = PersonUpdates(knowledge_source=known, jobs=RecordingJobQueue(), channels=CHANNELS)
    handoff = called(engine)
    with write_transaction(engine) as connection:
        talk = updates(connection, handoff, HandoffEvent.ESCALATED, NOW)
    assert talk is not None
    with read_transaction(engine) as connection:
        text = history.messages_after(connection, talk)[-1].text
    assert "+371 2000000" in text
    assert ("@" in text) is takes_tickets
