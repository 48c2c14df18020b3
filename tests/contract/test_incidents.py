"""Incidents: which hand-offs belong together, what staff hears of them, and what one step does to all of them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from time import sleep
from typing import Final

import pytest
from sqlalchemy import Engine, func, select, text

from bot.app.channels import CHANNELS
from bot.database.transactions import Transactions
from bot.helpdesk.escalation import HandoffWorkflow
from bot.helpdesk.handoff_actions import HandoffActions
from bot.helpdesk.incident_actions import IncidentActions, IncidentResult
from bot.helpdesk.incidents.content import build_incident_notification
from bot.helpdesk.person_updates import PersonUpdates
from bot.knowledge.phrases import load_phrases
from bot.notify.interface import IncidentNotification
from bot.notify.routing import IncidentPlan, RoutingPlan
from handlers.model.actions import HandoffReason
from handlers.model.context import KnowledgeBundle
from handlers.model.handoff import CloseReason, HandoffState, NotificationKind
from kb.model import EntryId, LineId
from storage import personal_data
from storage.conversations import history
from storage.database.engine import read_transaction, write_transaction
from storage.delivery import notifications
from storage.delivery.notifications import ClaimedNotification
from storage.helpdesk import handoffs, incidents
from storage.helpdesk.handoff_states import HandoffEvent
from storage.helpdesk.handoffs import Handoff
from storage.tables import notices as notice_rows
from storage.tables import turns as turn_rows
from tests.contract.talks import NOW, SECOND, TECHNICAL, said, take_in
from tests.doubles import RecordingJobQueue, ScriptedInterpreter, small_base

GROUP, BOSS, MAIL = "telegram:-1", "telegram:-2", "mailto:ops@bistro.lv"
SALES: Final = LineId("sales")
STOPPED, PERSON = HandoffReason.TRADING_STOPPED, HandoffReason.ASKED_FOR_PERSON
INTERNET, PRINTER = EntryId("no-connection"), EntryId("printer")
MINUTE = timedelta(minutes=1)
ROUTING = RoutingPlan(
    targets_by_line={TECHNICAL: {GROUP: True, MAIL: False}, SALES: {GROUP: True}},
    escalation_targets={BOSS: True},
    incidents=IncidentPlan(max_messages=2),
)
STORM: Final = ("anna", "boris", "vera")


@dataclass
class Desk:
    """A desk of staff, and the messages that it is told."""

    engine: Engine
    actions: IncidentActions
    jobs: RecordingJobQueue
    workflow: HandoffWorkflow
    strangers: set[str]
    """Senders whom no platform vouches for."""
    silent: set[str]
    """Conversations that nothing may be sent to."""

    def call(
        self,
        by: str,
        words: str = "Kase stāv, nevaram pārdot",
        *,
        at: timedelta = timedelta(0),
        line: LineId = TECHNICAL,
        reason: HandoffReason = STOPPED,
        cause: EntryId | None = None,
    ) -> Handoff:
        """Somebody calls for people; the hand-off as it is afterwards."""
        moment = NOW + at
        talk, _ = take_in(self.engine, said(words, int(at.total_seconds()), by=by), at=moment)
        with write_transaction(self.engine) as connection:
            turn = connection.scalar(select(func.max(turn_rows.c.id)))
            assert turn is not None
            handoff = handoffs.open_handoff(connection, talk, turn, line, reason, moment, cause=cause)
            self.workflow.opened(connection, handoff, moment)
        return self.get(handoff)

    def storm(self, *people: str) -> list[Handoff]:
        """Each of them calls in the same words, a second after the one before."""
        called = [self.call(one, at=number * SECOND) for number, one in enumerate(people or STORM)]
        return [self.get(one) for one in called]

    def get(self, handoff: Handoff) -> Handoff:
        with read_transaction(self.engine) as connection:
            found = handoffs.get(connection, handoff.id)
        assert found is not None
        return found

    def deliver(self, *, at: timedelta) -> list[tuple[str, NotificationKind, bool]]:
        """Send all that is due: to whom, of which kind, and whether it is about an incident."""
        done = list[tuple[str, NotificationKind, bool]]()
        with write_transaction(self.engine) as connection:
            for target in notifications.due(connection, NOW + at):
                while isinstance(claimed := notifications.claim(connection, target, NOW + at), ClaimedNotification):
                    notifications.mark_sent(connection, claimed, f"r{claimed.id}", NOW + at)
                    done.append((target, claimed.kind, claimed.incident is not None))
        return sorted(done)

    def fresh(self, *, at: timedelta) -> list[tuple[str, NotificationKind, bool]]:
        """As `deliver`, without what changes a message that is there already."""
        with read_transaction(self.engine) as connection:
            there = {
                (row.target, NotificationKind(row.kind), row.handoff < 0)
                for row in connection.execute(select(notice_rows).where(notice_rows.c.shown > 0))
            }
        return [one for one in self.deliver(at=at) if one not in there or one[1] not in _FOLLOWS]

    def run_timers(self, *, at: timedelta) -> tuple[str, ...]:
        with write_transaction(self.engine) as connection:
            return self.workflow.run_due_timers(connection, NOW + at)

    def content(self, incident: int, kind: NotificationKind) -> IncidentNotification:
        claimed = ClaimedNotification(
            id=1,
            handoff=-incident,
            kind=kind,
            target=GROUP,
            conversation=None,
            version=1,
            provider_message_id=None,
            in_reply_to=None,
            attempts=1,
            created_at=NOW,
        )
        with read_transaction(self.engine) as connection:
            built = build_incident_notification(connection, claimed, incident, CHANNELS, None)
        assert built is not None
        return built

    def running(self) -> list[int]:
        with read_transaction(self.engine) as connection:
            return [one.id for one in incidents.list_running(connection)]

    def last_words(self, handoff: Handoff) -> str:
        with read_transaction(self.engine) as connection:
            return history.messages_after(connection, handoff.conversation)[-1].text


_FOLLOWS = (NotificationKind.INITIAL, NotificationKind.ESCALATION)


@pytest.fixture
def desk(engine: Engine) -> Iterator[Desk]:
    base = small_base()
    known = KnowledgeBundle(base=base, interpreter=ScriptedInterpreter(), phrases=load_phrases(base))
    jobs, strangers, silent = RecordingJobQueue(), set[str](), set[str]()
    workflow = HandoffWorkflow(
        routing=ROUTING,
        is_verified=lambda _channel, sender: sender not in strangers,
        tell_person=PersonUpdates(knowledge_source=known, jobs=jobs, channels=CHANNELS),
    )
    with ThreadPoolExecutor(4) as threads:
        actions = HandoffActions(
            transactions=Transactions(engine, threads),
            clock=lambda: NOW + MINUTE,
            knowledge_source=known,
            jobs=jobs,
            handoff_workflow=workflow,
        )
        incident_actions = IncidentActions(
            actions=actions, find_obstacle=lambda _connection, talk, _now: "STOP" if talk.id in silent else None
        )
        yield Desk(engine, incident_actions, jobs, workflow, strangers, silent)


def joined(*called: Handoff) -> list[int | None]:
    return [one.incident for one in called]


def test_the_third_similar_call_makes_an_incident_of_all_three(desk: Desk) -> None:
    first = desk.call("anna")
    second = desk.call("boris", "Kases stāv, nevaram pārdot", at=SECOND)
    assert joined(first, second) == [None, None]

    third = desk.call("vera", at=2 * SECOND)

    assert third.incident is not None
    assert joined(desk.get(first), desk.get(second)) == [third.incident] * 2
    with read_transaction(desk.engine) as connection:
        assert [one.id for one in incidents.members(connection, third.incident)] == [first.id, second.id, third.id]
    told = desk.deliver(at=MINUTE)
    assert (GROUP, NotificationKind.INITIAL, True) in told
    assert all(of_incident for _, _, of_incident in told), "what the list holds is not told one by one"


def test_calls_stored_at_the_same_moment_by_two_workers_make_one_incident(desk: Desk) -> None:
    desk.call("anna")
    talk, _ = take_in(desk.engine, said("Kase stāv", 2, by="boris"), at=NOW)
    with ThreadPoolExecutor(1) as worker, write_transaction(desk.engine) as connection:
        turn = connection.scalar(select(func.max(turn_rows.c.id)))
        assert turn is not None
        second = handoffs.open_handoff(connection, talk, turn, TECHNICAL, STOPPED, NOW)
        desk.workflow.opened(connection, second, NOW)
        concurrent = worker.submit(desk.call, "vera", at=3 * SECOND)
        while not concurrent.done() and not has_to_wait(desk.engine):
            sleep(0.01)
    (incident,) = desk.running()
    assert desk.get(concurrent.result()).incident == desk.get(second).incident == incident


def has_to_wait(engine: Engine) -> bool:
    """Whether a transaction waits for the end of another one; on SQLite every writer does."""
    if engine.dialect.name == "sqlite":
        return True
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    with read_transaction(engine) as connection:
        return bool(connection.scalar(waiting))


@pytest.mark.parametrize(
    "other",
    [
        {"line": SALES},
        {"reason": PERSON},
        {"at": 11 * MINUTE},
        {"words": "Printera papīrs ir iestrēdzis virtuvē un pīkst", "cause": PRINTER},
    ],
    ids=["another line", "another reason", "too late", "another cause"],
)
def test_what_is_different_makes_no_incident(desk: Desk, other: dict[str, object]) -> None:
    desk.call("anna", cause=INTERNET)
    desk.call("boris", cause=INTERNET, at=SECOND)
    given: dict[str, object] = {"at": 2 * SECOND, **other}
    assert desk.call("vera", **given).incident is None  # type: ignore[arg-type] # each is what `call` takes
    assert desk.running() == []


def test_wishes_for_a_person_join_only_where_they_name_the_same_cause(desk: Desk) -> None:
    nothing = [desk.call(one, "cilvēku", reason=PERSON, at=at * SECOND) for at, one in enumerate(STORM)]
    assert joined(*map(desk.get, nothing)) == [None] * 3, "a wish for a person alone is nobody else's"
    named = [
        desk.call(f"{one} named", "cilvēku", reason=PERSON, cause=PRINTER, at=(5 + at) * SECOND)
        for at, one in enumerate(STORM)
    ]
    assert len(set(joined(*map(desk.get, named)))) == 1
    assert desk.call("juris", "cilvēku", reason=PERSON, cause=INTERNET, at=MINUTE).incident is None


def test_nothing_is_joined_where_the_setting_says_so(desk: Desk) -> None:
    desk.workflow = replace(desk.workflow, routing=replace(ROUTING, incidents=IncidentPlan(min_handoffs=1)))
    assert joined(*desk.storm()) == [None] * 3


def test_whom_nobody_vouches_for_never_joins_whoever_is_known(desk: Desk) -> None:
    desk.strangers.update({"spam 1", "spam 2", "spam 3"})
    desk.storm("anna", "spam 1", "boris", "spam 2")
    known = desk.call("vera", at=5 * SECOND)
    unknown = desk.call("spam 3", at=6 * SECOND)
    assert known.incident is not None
    assert unknown.incident not in (None, known.incident)
    with read_transaction(desk.engine) as connection:
        assert [(one.id, one.verified) for one in incidents.list_running(connection)] == [
            (known.incident, True),
            (unknown.incident, False),
        ]


def test_a_cause_that_nobody_named_rings_by_itself_and_one_that_is_known_does_not(desk: Desk) -> None:
    called = [desk.call(one, cause=INTERNET, at=at * SECOND) for at, one in enumerate(STORM)]
    desk.deliver(at=MINUTE)
    same = desk.call("juris", cause=INTERNET, at=MINUTE + SECOND)
    assert same.incident == desk.get(called[0]).incident
    assert desk.fresh(at=MINUTE + 2 * SECOND) == []

    genuine = desk.call("ilze", "virtuvē printeris klusē", cause=PRINTER, at=MINUTE + 5 * SECOND)
    assert genuine.incident == same.incident, "a stopped till belongs there whatever its cause"
    assert (GROUP, NotificationKind.INITIAL, False) in desk.fresh(at=MINUTE + 6 * SECOND)


def test_other_words_without_a_cause_ring_up_to_the_limit(desk: Desk) -> None:
    incident = desk.storm()[0].incident
    assert incident is not None
    for number, words in enumerate(
        ("ekrāns melns un klusums", "пропал свет на кухне", "the waiters wait", "durvis neveras vaļā")
    ):
        assert desk.call(f"p{number}", words, at=(10 + number) * SECOND).incident == incident
    with read_transaction(desk.engine) as connection:
        found = incidents.get(connection, incident)
    assert found is not None
    assert found.rung == ROUTING.incidents.max_messages


def test_all_its_timers_are_told_once(desk: Desk) -> None:
    called = desk.storm("anna", "boris", "vera", "juris")
    desk.deliver(at=MINUTE)
    assert desk.run_timers(at=4 * MINUTE) == ()
    reminder = [(GROUP, NotificationKind.REMINDER, True), (MAIL, NotificationKind.REMINDER, True)]
    assert desk.fresh(at=4 * MINUTE) == sorted(reminder)
    # Each person hears that nobody is free yet, and the managers hear of the incident.
    assert sorted(desk.run_timers(at=7 * MINUTE)) == sorted(one.conversation for one in called)
    assert desk.fresh(at=7 * MINUTE) == [(BOSS, NotificationKind.ESCALATION, True)]
    assert desk.run_timers(at=8 * MINUTE) == ()


async def test_one_take_takes_all_that_wait_and_tells_each_person(desk: Desk) -> None:
    called = desk.storm()
    incident = called[-1].incident
    assert incident is not None
    await desk.actions.actions.take(called[1].id, "Boris")

    result = await desk.actions.take(incident, "Anna")

    assert (result.changed, result.applied) == (2, True)
    assert [(one.state, one.taken_by) for one in map(desk.get, called)] == [
        (HandoffState.TAKEN, "Anna"),
        (HandoffState.TAKEN, "Boris"),
        (HandoffState.TAKEN, "Anna"),
    ]
    assert all(desk.get(one).remind_at is desk.get(one).escalate_at is None for one in called)
    assert set(result.conversations) <= set(desk.jobs.submitted)
    assert await desk.actions.take(incident, "Cecil") == IncidentResult(changed=0)
    assert desk.content(incident, NotificationKind.INITIAL).state is HandoffState.TAKEN


async def test_whoever_has_it_is_asked_once_for_all_of_it(desk: Desk) -> None:
    called = desk.storm()
    incident = called[-1].incident
    assert incident is not None
    desk.deliver(at=10 * SECOND)
    await desk.actions.take(incident, "Anna")
    assert all(of_incident for _, _, of_incident in desk.deliver(at=2 * MINUTE)), "the list tells it, and nothing else"
    asked = [(MAIL, NotificationKind.QUESTION, True), (GROUP, NotificationKind.QUESTION, True)]
    for minutes, expected in ((60, []), (61, asked), (62, []), (180, []), (181, asked)):
        desk.run_timers(at=minutes * MINUTE)
        assert desk.fresh(at=minutes * MINUTE) == sorted(expected), minutes
    assert desk.content(incident, NotificationKind.QUESTION).last_actor == "Anna"

    # One who calls later and waits is asked after by its reminder; the question is for what is taken.
    late = desk.call("late", at=3 * SECOND)
    assert late.incident == incident
    question = desk.content(incident, NotificationKind.QUESTION)
    assert (question.state, question.last_actor) == (HandoffState.TAKEN, "Anna")
    await desk.actions.actions.take(late.id, "Boris")
    assert desk.content(incident, NotificationKind.QUESTION).last_actor == "Anna, Boris"

    assert not (await desk.actions.keep(incident, "Cecil")).applied
    assert (await desk.actions.keep(incident, "Anna")).changed == 3
    assert [desk.get(one).ask_at for one in called] == [NOW + 61 * MINUTE] * 3
    released = await desk.actions.release(incident, "Anna")
    assert released.changed == 3
    assert [desk.get(one).state for one in (*called, late)] == [HandoffState.OPEN] * 3 + [HandoffState.TAKEN]
    assert [desk.get(one).remind_at for one in called] == [NOW + 4 * MINUTE] * 3
    assert not (await desk.actions.release(incident, "Anna")).applied


async def test_when_it_works_again_all_are_closed_and_told_but_whom_nobody_may_write_to(desk: Desk) -> None:
    called = desk.storm()
    incident = called[-1].incident
    assert incident is not None
    desk.silent.add(called[0].conversation)
    before = desk.last_words(called[0])

    result = await desk.actions.works_again(incident, "Anna")

    assert (result.changed, result.told, result.untold) == (3, 2, 1)
    assert [desk.get(one).closed_reason for one in called] == [CloseReason.SOLVED] * 3
    assert desk.last_words(called[0]) == before
    assert desk.last_words(called[1]) == desk.last_words(called[2]) != before
    assert desk.running() == []
    assert not (await desk.actions.works_again(incident, "Anna")).applied
    assert desk.run_timers(at=300 * MINUTE) == ()
    assert desk.content(incident, NotificationKind.INITIAL).state is HandoffState.CLOSED


async def test_what_opens_again_after_the_end_stands_alone(desk: Desk) -> None:
    called = desk.storm()
    incident = called[-1].incident
    assert incident is not None
    desk.deliver(at=10 * SECOND)
    await desk.actions.works_again(incident, "Anna")
    desk.deliver(at=MINUTE)
    with write_transaction(desk.engine) as connection:
        desk.workflow.still_broken(connection, called[1].conversation, NOW + 2 * MINUTE)

    again = desk.get(called[1])
    assert (again.state, again.incident, again.closed_at) == (HandoffState.OPEN, None, None)
    assert desk.running() == []
    assert (GROUP, NotificationKind.INITIAL, False) in desk.deliver(at=2 * MINUTE)


async def test_one_with_another_cause_is_parted_and_told_by_itself(desk: Desk) -> None:
    called = desk.storm("anna", "boris", "vera", "juris")
    incident = called[-1].incident
    assert incident is not None
    desk.deliver(at=10 * SECOND)

    assert await desk.actions.part(incident, called[0].id)

    parted = desk.get(called[0])
    assert (parted.incident, parted.state) == (None, HandoffState.OPEN)
    assert parted.remind_at == NOW + 4 * MINUTE
    assert (GROUP, NotificationKind.INITIAL, False) in desk.fresh(at=MINUTE)
    assert not await desk.actions.part(incident, called[0].id)
    assert desk.content(incident, NotificationKind.INITIAL).count == 3
    assert (await desk.actions.take(incident, "Anna")).changed == 3
    assert desk.get(called[0]).state is HandoffState.OPEN
    assert await desk.actions.part(incident, called[1].id), "one that somebody has stays theirs"
    assert desk.get(called[1]).taken_by == "Anna"


def test_an_incident_without_anybody_has_no_content(desk: Desk) -> None:
    called = desk.storm()
    incident = called[-1].incident
    assert incident is not None
    with write_transaction(desk.engine) as connection:
        for one in called:
            personal_data.erase(connection, personal_data.find_conversations(connection, one.conversation))
        assert incidents.members(connection, incident) == ()
        assert incidents.get(connection, incident + 1) is None


@pytest.mark.parametrize("event", [HandoffEvent.REMINDED, HandoffEvent.ESCALATED, HandoffEvent.ASKED])
def test_a_timer_is_claimed_once_within_its_gap(desk: Desk, event: HandoffEvent) -> None:
    incident = desk.storm()[-1].incident
    assert incident is not None
    with write_transaction(desk.engine) as connection:
        claims = [
            incidents.claim_timer(connection, incident, event, NOW + at * MINUTE, last_before=NOW + (at - 3) * MINUTE)
            for at in (0, 1, 2, 3, 5, 6)
        ]
    assert claims == [True, False, False, True, False, True]
