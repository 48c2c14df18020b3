"""How notices are brought out: each target for itself, again where that helps, no more than a group may hear."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest
from sqlalchemy import Engine
from structlog.testing import capture_logs

from bot.app.channels import CHANNELS
from bot.database.transactions import Transactions
from bot.helpdesk.escalation import DEBOUNCE, HandoffWorkflow
from bot.helpdesk.notification_worker import (
    MAX_ATTEMPTS,
    MAX_UNCERTAIN_ATTEMPTS,
    MAX_UNKNOWN_ATTEMPTS,
    TELEGRAM_GROUP_RATE_LIMIT,
    NotificationWorker,
)
from bot.notify.directory import Recipients
from bot.notify.interface import AnyNotification, HandoffNotification, Notifier, NotifyError, Retraction, Thread
from bot.notify.routing import RoutingPlan
from bot.notify.staff_address import StaffAddress, Transport, parse_staff_address
from handlers.model.actions import HandoffReason
from handlers.model.details import PersonDetails
from handlers.model.handoff import HandoffState, NotificationKind
from kb.model import LineId, TicketAddress
from storage import personal_data
from storage.conversations import conversations
from storage.database import engine
from storage.delivery import notification_queue
from storage.helpdesk import handoffs
from storage.helpdesk.handoff_states import HandoffEvent
from storage.helpdesk.handoffs import Handoff
from storage.migrations import upgrade
from tests.contract.talks import SECOND, TECHNICAL, said, take_handoff, take_in
from tests.doubles import NOW
from tests.patience import PATIENCE_SECONDS

TICKET = TicketAddress(email="tickets@bistro.lv")
TEAM, OPS, BOSS = (
    parse_staff_address(written, TICKET) for written in ("telegram:-1", "ops@bistro.lv", "json://127.0.0.1/boss")
)
MINUTE = timedelta(minutes=1)


@dataclass
class RecordingNotifier:
    """A notifier that keeps what it was given, and fails as told."""

    notified: list[tuple[str, AnyNotification, Thread]] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    blocked: asyncio.Event | None = None

    async def notify(self, to: StaffAddress, notification: AnyNotification, thread: Thread) -> str:
        if self.blocked is not None:
            await self.blocked.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.notified.append((to.name, notification, thread))
        return thread.provider_message_id or f"r{len(self.notified)}"

    def states(self) -> list[tuple[NotificationKind, HandoffState]]:
        return [
            (notice.kind, notice.state) for _, notice, _ in self.notified if isinstance(notice, HandoffNotification)
        ]


@dataclass
class WorkerFixture:
    """A database, a clock that is set by hand, and three ways to staff."""

    database: Engine
    worker: NotificationWorker
    handoff_workflow: HandoffWorkflow
    team: RecordingNotifier
    ops: RecordingNotifier
    boss: RecordingNotifier
    time: list[datetime]
    people: int = 0

    def open_handoff(self, reason: HandoffReason = HandoffReason.ASKED_FOR_PERSON, line: LineId = TECHNICAL) -> Handoff:
        self.people += 1
        talk, _ = take_in(self.database, said("Palīgā!", by=f"person {self.people}"), at=self.time[0])
        with engine.write_transaction(self.database) as connection:
            handoff = handoffs.open_handoff(connection, talk, self.people, line, reason, self.time[0])
            self.handoff_workflow.opened(connection, handoff, self.time[0])
        return handoff

    def take_handoff(self, handoff: Handoff, agent_name: str = "Ilze") -> None:
        with engine.write_transaction(self.database) as connection:
            assert take_handoff(connection, handoff.id, agent_name, self.time[0])
            taken = replace(handoff, state=HandoffState.TAKEN, taken_by=agent_name)
            self.handoff_workflow.state_changed(
                connection, taken, HandoffEvent.TAKEN, self.time[0], agent_name=agent_name
            )

    async def advance_clock(self, time: timedelta = timedelta(0)) -> None:
        self.time[0] += time
        await self.worker.drain()

    def person_tells(self, handoff: Handoff, details: PersonDetails) -> None:
        with engine.write_transaction(self.database) as connection:
            conversations.record_details(connection, handoff.conversation, details)
            self.handoff_workflow.message_added(connection, handoff.conversation, self.time[0])
            self.handoff_workflow.facts_added(connection, handoff.conversation, self.time[0])

    def metric(self, kind: str, result: str) -> float:
        labels = {"kind": kind, "result": result}
        return self.worker.metrics.registry.get_sample_value("paligs_notifications_total", labels) or 0.0


@pytest.fixture
def office(tmp_path: Path) -> Iterator[WorkerFixture]:
    database = engine.create_database_engine(f"sqlite:///{tmp_path / 'paligs.sqlite3'}")
    upgrade.upgrade(database)
    plan = RoutingPlan(
        targets_by_line={TECHNICAL: {TEAM.name: True, OPS.name: False}}, escalation_targets={BOSS.name: False}
    )
    addresses = MappingProxyType({address.name: address for address in (TEAM, OPS, BOSS)})
    team, ops, boss, time, calls = (
        RecordingNotifier(),
        RecordingNotifier(),
        RecordingNotifier(),
        [NOW],
        HandoffWorkflow(routing=plan),
    )
    ways: dict[Transport, Notifier] = {Transport.TELEGRAM: team, Transport.MAIL: ops, Transport.APPRISE: boss}
    with ThreadPoolExecutor(2) as threads:
        announcer = NotificationWorker(
            transactions=Transactions(database, threads),
            clock=lambda: time[0],
            recipients=Recipients(routing=plan, addresses=addresses),
            handoff_workflow=calls,
            notifiers=ways,
            channels=CHANNELS,
            conversation_link=lambda conversation_id: f"https://bot.lv/{conversation_id}",
            poll_interval=0.02,
        )
        yield WorkerFixture(database, announcer, calls, team, ops, boss, time)
    database.dispose()


async def test_staff_is_told_and_then_who_has_it(office: WorkerFixture) -> None:
    handoff = office.open_handoff()
    await office.advance_clock()
    office.take_handoff(handoff)
    await office.advance_clock(SECOND)

    assert (
        office.team.states()
        == office.ops.states()
        == [(NotificationKind.INITIAL, HandoffState.OPEN), (NotificationKind.INITIAL, HandoffState.TAKEN)]
    )
    (_, first, new), (_, second, change) = office.team.notified
    assert isinstance(first, HandoffNotification)
    assert isinstance(second, HandoffNotification)
    assert (first.last_actor, second.last_actor, first.first_words) == (None, "Ilze", "Palīgā!")
    assert (new.provider_message_id, change.provider_message_id) == (None, "r1")
    assert new.key != change.key
    assert (office.metric("notice", "sent"), office.metric("notice", "updated")) == (2, 2)


def shown(notified: list[tuple[str, AnyNotification, Thread]]) -> list[tuple[NotificationKind, str | None, bool]]:
    """The kind of each, the name it tells, and whether it is a message of its own."""
    return [
        (notice.kind, notice.details.name, thread.provider_message_id is None)
        for _, notice, thread in notified
        if isinstance(notice, HandoffNotification)
    ]


async def test_the_notice_links_the_conversation_and_tells_the_topic(office: WorkerFixture) -> None:
    handoff = office.open_handoff()
    await office.advance_clock()
    _, notice, _ = office.team.notified[0]
    assert isinstance(notice, HandoffNotification)
    assert (notice.link, notice.topic) == (f"https://bot.lv/{handoff.conversation}", "refund")


async def test_a_new_fact_is_a_new_message_for_all_who_were_told(office: WorkerFixture) -> None:
    handoff = office.open_handoff()
    await office.advance_clock()
    office.take_handoff(handoff)
    await office.advance_clock(SECOND)
    office.person_tells(handoff, PersonDetails(name="Ilze"))
    await office.advance_clock(DEBOUNCE)
    assert shown(office.team.notified) == [
        (NotificationKind.INITIAL, None, True),
        (NotificationKind.INITIAL, None, False),
        (NotificationKind.NEWS, "Ilze", True),
        (NotificationKind.INITIAL, "Ilze", False),
    ]
    assert office.team.notified[2][2].in_reply_to == "r1"
    assert shown(office.ops.notified)[-1] == (NotificationKind.NEWS, "Ilze", True)
    assert office.ops.notified[-1][2].in_reply_to == "r1"
    assert office.boss.notified == []

    office.person_tells(handoff, PersonDetails(name="Anna"))
    await office.advance_clock(DEBOUNCE)
    news = (NotificationKind.NEWS, "Anna", True)
    assert news in shown(office.team.notified)
    assert news in shown(office.ops.notified)


async def test_what_is_told_before_the_notice_is_sent_is_part_of_it(office: WorkerFixture) -> None:
    handoff = office.open_handoff()
    office.person_tells(handoff, PersonDetails(name="Ilze"))
    await office.advance_clock()
    await office.advance_clock(DEBOUNCE)
    assert shown(office.ops.notified) == [(NotificationKind.INITIAL, "Ilze", True)]


async def test_news_of_what_is_closed_meanwhile_are_not_told(office: WorkerFixture) -> None:
    handoff = office.open_handoff()
    await office.advance_clock()
    office.person_tells(handoff, PersonDetails(name="Ilze"))
    with engine.write_transaction(office.database) as connection:
        office.handoff_workflow.close_all(connection, handoff.conversation, NOW)
    await office.advance_clock(DEBOUNCE)
    assert NotificationKind.NEWS not in [kind for kind, _, _ in shown(office.team.notified)]


async def test_a_letter_waits_for_further_words_and_a_group_does_not(office: WorkerFixture) -> None:
    office.handoff_workflow = replace(
        office.handoff_workflow, routing=replace(office.handoff_workflow.routing, gather=5 * SECOND)
    )
    handoff = office.open_handoff()
    await office.advance_clock()
    assert (len(office.team.notified), len(office.ops.notified)) == (1, 0)
    office.person_tells(handoff, PersonDetails(name="Ilze"))
    await office.advance_clock(5 * SECOND)
    assert shown(office.ops.notified) == [(NotificationKind.INITIAL, "Ilze", True)]
    assert (NotificationKind.NEWS, "Ilze", True) in shown(office.team.notified)


async def test_who_is_forgotten_is_forgotten_in_reminders_and_news_too(office: WorkerFixture) -> None:
    handoff = office.open_handoff()
    await office.advance_clock()
    office.person_tells(handoff, PersonDetails(name="Ilze"))
    await office.advance_clock(10 * MINUTE)
    kinds = [kind for kind, _, new in shown(office.team.notified) if new]
    assert sorted(kinds) == [NotificationKind.NEWS, NotificationKind.INITIAL, NotificationKind.REMINDER]
    before = len(office.team.notified), len(office.ops.notified)
    with engine.write_transaction(office.database) as connection:
        personal_data.erase(connection, personal_data.find_conversations(connection, handoff.conversation))
    await office.advance_clock(MINUTE)
    retracted = [thread.provider_message_id for _, _, thread in office.team.notified[before[0] :]]
    assert len(set(retracted)) == len(kinds), "each message in the group is overwritten"
    assert len(office.ops.notified) == before[1] + 1, "one letter takes the thread back"


async def test_nobody_comes_so_the_line_is_reminded_and_others_are_told(office: WorkerFixture) -> None:
    office.open_handoff(HandoffReason.TRADING_STOPPED)
    await office.advance_clock()
    await office.advance_clock(3 * MINUTE)
    assert office.team.states()[-1] == (NotificationKind.REMINDER, HandoffState.OPEN)
    assert office.team.notified[-1][2].in_reply_to == "r1"
    assert office.boss.notified == []
    await office.advance_clock(3 * MINUTE)
    assert office.boss.states() == [(NotificationKind.ESCALATION, HandoffState.OPEN)]
    await office.advance_clock(60 * MINUTE)
    assert [kind for kind, _ in office.team.states()] == [NotificationKind.INITIAL, NotificationKind.REMINDER]


async def test_an_error_that_nobody_expected_ends_after_a_few_tries(office: WorkerFixture) -> None:
    office.open_handoff()
    office.team.failures = [TypeError("'int' object is not iterable") for _ in range(MAX_UNKNOWN_ATTEMPTS)]
    for _ in range(MAX_UNKNOWN_ATTEMPTS + 1):
        await office.advance_clock(MINUTE)
    assert (office.metric("notice", "retried"), office.metric("notice", "failed")) == (MAX_UNKNOWN_ATTEMPTS - 1, 1)
    assert office.team.failures == []


async def test_a_reminder_that_comes_after_it_was_taken_is_not_said(office: WorkerFixture) -> None:
    handoff = office.open_handoff()
    await office.advance_clock()
    office.team.failures = [NotifyError("busy", permanent=False)]
    await office.advance_clock(10 * MINUTE)
    office.take_handoff(handoff)
    await office.advance_clock(MINUTE)
    assert [kind for kind, _ in office.team.states()] == [NotificationKind.INITIAL, NotificationKind.INITIAL]


async def test_what_is_over_before_staff_was_told_is_not_told(office: WorkerFixture) -> None:
    handoff = office.open_handoff()
    with engine.write_transaction(office.database) as connection:
        office.handoff_workflow.close_all(connection, handoff.conversation, NOW)
    await office.advance_clock()
    assert office.team.notified == office.ops.notified == []


async def test_what_fails_for_now_is_tried_again_after_a_pause(office: WorkerFixture) -> None:
    office.open_handoff()
    office.ops.failures = [
        NotifyError("busy", permanent=False),
        NotifyError("not yet", permanent=False, retry_after=MINUTE),
        RuntimeError("a fault of ours"),
    ]
    with capture_logs():
        await office.advance_clock()
        await office.advance_clock(SECOND)
        assert office.ops.failures != []
        await office.advance_clock(30 * SECOND)
        assert len(office.ops.failures) == 1, "it asked for a minute"
        await office.advance_clock(31 * SECOND)
        await office.advance_clock(9 * SECOND)
    assert len(office.ops.notified) == 1
    assert len(office.team.notified) == 1
    assert office.metric("notice", "retried") == 3


async def test_what_never_succeeds_is_given_up_in_the_end(office: WorkerFixture) -> None:
    office.open_handoff()
    office.ops.failures = [NotifyError("busy", permanent=False) for _ in range(3 * MAX_ATTEMPTS)]
    with capture_logs():
        for _ in range(MAX_ATTEMPTS + 5):
            await office.advance_clock(5 * MINUTE)
    assert office.ops.notified == []
    assert office.metric("notice", "failed") == 1


async def test_a_service_that_may_have_it_is_not_told_on_and_on(office: WorkerFixture) -> None:
    office.open_handoff()
    silence = [NotifyError("no answer", permanent=False, uncertain=True) for _ in range(MAX_ATTEMPTS)]
    office.ops.failures = list(silence)
    with capture_logs():
        for _ in range(MAX_UNCERTAIN_ATTEMPTS + 2):
            await office.advance_clock(MINUTE / 2)
    assert len(silence) - len(office.ops.failures) == MAX_UNCERTAIN_ATTEMPTS
    assert office.metric("notice", "failed") == 1


async def test_when_the_whole_line_cannot_be_told_those_above_are_told_at_once(office: WorkerFixture) -> None:
    office.open_handoff()
    office.team.failures = [NotifyError("no such group", permanent=True)] * 2
    office.ops.failures = [NotifyError("550", permanent=True)] * 2
    with capture_logs():
        await office.advance_clock()
        await office.advance_clock()
        await office.advance_clock()
    assert office.boss.states() == [(NotificationKind.ESCALATION, HandoffState.OPEN)]


async def test_a_target_that_is_slow_holds_up_no_other(office: WorkerFixture) -> None:
    office.ops.blocked = asyncio.Event()
    office.open_handoff()
    await office.worker.poll()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not office.team.notified:
            await asyncio.sleep(0.01)
    assert office.ops.notified == []
    office.ops.blocked.set()
    await office.advance_clock()
    assert len(office.ops.notified) == 1


async def test_a_group_hears_no_more_than_it_may_and_news_before_changes(office: WorkerFixture) -> None:
    first = office.open_handoff()
    for _ in range(TELEGRAM_GROUP_RATE_LIMIT.max_messages + 9):
        office.open_handoff()
    await office.advance_clock()
    assert len(office.team.notified) == TELEGRAM_GROUP_RATE_LIMIT.max_messages
    assert len(office.ops.notified) == TELEGRAM_GROUP_RATE_LIMIT.max_messages + 10, "a mailbox hears all of it"
    office.take_handoff(first)
    await office.advance_clock(TELEGRAM_GROUP_RATE_LIMIT.period - SECOND)
    assert len(office.team.notified) == TELEGRAM_GROUP_RATE_LIMIT.max_messages
    await office.advance_clock(SECOND)
    assert len(office.team.notified) == TELEGRAM_GROUP_RATE_LIMIT.max_messages + 10
    await office.advance_clock(MINUTE / 2)
    assert len(office.team.notified) == TELEGRAM_GROUP_RATE_LIMIT.max_messages + 11
    assert office.team.states()[-1] == (NotificationKind.INITIAL, HandoffState.TAKEN), "the change comes last"


async def test_a_target_that_is_no_longer_set_is_given_up(office: WorkerFixture) -> None:
    handoff = office.open_handoff()
    with engine.write_transaction(office.database) as connection:
        notification_queue.add(connection, handoff, NotificationKind.INITIAL, {"telegram:-99": True}, NOW)
    with capture_logs() as logs:
        await office.advance_clock()
    assert [log["error"] for log in logs if log["event"] == "notification.failed"] == [
        "the settings do not name this target any more"
    ]


async def test_a_way_that_this_process_lacks_is_left_to_another(office: WorkerFixture) -> None:
    office.open_handoff()
    ways = office.worker.notifiers
    assert isinstance(ways, dict)
    there = ways.pop(Transport.TELEGRAM)
    await office.advance_clock()
    ways[Transport.TELEGRAM] = there
    await office.advance_clock()
    assert office.team.notified[0][2].provider_message_id is None
    assert len(office.team.notified) == len(office.ops.notified) == 1


async def test_who_is_forgotten_is_taken_back_wherever_it_was_told(office: WorkerFixture) -> None:
    handoff = office.open_handoff()
    await office.advance_clock()
    with engine.write_transaction(office.database) as connection:
        personal_data.erase(connection, personal_data.find_conversations(connection, handoff.conversation))
    await office.advance_clock()
    assert office.team.notified[-1][1:] == (Retraction(handoff=handoff.id), office.team.notified[-1][2])
    assert office.team.notified[-1][2].provider_message_id == "r1"
    assert office.metric("retraction", "updated") == 2
    await office.advance_clock(60 * MINUTE)
    assert len(office.team.notified) == 2


async def test_it_looks_by_itself_finishes_what_it_has_begun_and_says_once_that_nobody_is_told(
    office: WorkerFixture,
) -> None:
    office.worker.start()
    office.open_handoff()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not office.team.notified:
            await asyncio.sleep(0.01)
    office.worker.wake()
    await office.worker.stop()
    office.open_handoff()
    await asyncio.sleep(0.1)
    assert len(office.team.notified) == 1


async def test_where_nobody_is_told_that_is_said(office: WorkerFixture) -> None:
    alone = NotificationWorker(
        transactions=office.worker.transactions,
        clock=lambda: NOW,
        recipients=Recipients(),
        handoff_workflow=HandoffWorkflow(),
        notifiers={},
        channels=CHANNELS,
    )
    with capture_logs() as logs:
        alone.start()
        await asyncio.sleep(0.05)
        await alone.stop()
    assert [log["event"] for log in logs] == ["notification.no_recipients"]
