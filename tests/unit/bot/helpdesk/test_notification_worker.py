"""How notices are brought out: each target for itself, again where that helps, no more than a group may hear."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest
from sqlalchemy import Engine
from structlog.testing import capture_logs

from bot.helpdesk.escalation import Calls
from bot.helpdesk.notification_worker import GROUP, TRIES, Announcer
from bot.notify.directory import Staff
from bot.notify.interface import Kind, Notice, Notifier, NotifyError, State, Thread, Told, Withdrawn
from bot.notify.routing import Plan
from bot.notify.staff_address import StaffAddress, Way, staff_address
from handlers.model.actions import HandoffReason
from kb.model import LineId, TicketAddress
from storage import personal_data
from storage.database import engine
from storage.delivery import notifications
from storage.helpdesk import handoffs
from storage.helpdesk.handoffs import Handoff, What
from storage.migrations import upgrade
from tests.contract.talks import SECOND, TECHNICAL, said, take_in
from tests.doubles import NOW

TICKET = TicketAddress(email="tickets@bistro.lv")
TEAM, OPS, BOSS = (
    staff_address(written, TICKET) for written in ("telegram:-1", "ops@bistro.lv", "json://127.0.0.1/boss")
)
MINUTE = timedelta(minutes=1)


@dataclass
class Recorder:
    """A notifier that keeps what it was given, and fails as told."""

    told: list[tuple[str, Told, Thread]] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    hold: asyncio.Event | None = None

    async def notify(self, to: StaffAddress, notice: Told, thread: Thread) -> str:
        if self.hold is not None:
            await self.hold.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.told.append((to.name, notice, thread))
        return thread.receipt or f"r{len(self.told)}"

    def states(self) -> list[tuple[Kind, State]]:
        return [(notice.kind, notice.state) for _, notice, _ in self.told if isinstance(notice, Notice)]


@dataclass
class Office:
    """A database, a clock that is set by hand, and three ways to staff."""

    database: Engine
    announcer: Announcer
    calls: Calls
    team: Recorder
    ops: Recorder
    boss: Recorder
    time: list[datetime]
    people: int = 0

    def called(self, reason: HandoffReason = HandoffReason.ASKED_FOR_PERSON, line: LineId = TECHNICAL) -> Handoff:
        self.people += 1
        talk, _ = take_in(self.database, said("Palīgā!", by=f"person {self.people}"), at=self.time[0])
        with engine.writing(self.database) as connection:
            handoff = handoffs.open(connection, talk, self.people, line, reason, self.time[0])
            self.calls.called(connection, handoff, self.time[0])
        return handoff

    def taken(self, handoff: Handoff, who: str = "Ilze") -> None:
        with engine.writing(self.database) as connection:
            assert handoffs.take(connection, handoff.id, who, self.time[0])
            self.calls.changed(connection, handoff, What.TAKEN, self.time[0], who=who)

    async def passes(self, time: timedelta = timedelta(0)) -> None:
        self.time[0] += time
        await self.announcer.settled()

    def counted(self, kind: str, result: str) -> float:
        labels = {"kind": kind, "result": result}
        return self.announcer.metrics.registry.get_sample_value("paligs_notices_total", labels) or 0.0


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    database = engine.create(f"sqlite:///{tmp_path / 'paligs.sqlite3'}")
    upgrade.upgrade(database)
    plan = Plan(lines={TECHNICAL: {TEAM.name: True, OPS.name: False}}, escalation={BOSS.name: False})
    addresses = MappingProxyType({address.name: address for address in (TEAM, OPS, BOSS)})
    team, ops, boss, time, calls = Recorder(), Recorder(), Recorder(), [NOW], Calls(plan=plan)
    ways: dict[Way, Notifier] = {Way.TELEGRAM: team, Way.MAIL: ops, Way.APPRISE: boss}
    with ThreadPoolExecutor(2) as threads:
        announcer = Announcer(
            database=database,
            threads=threads,
            clock=lambda: time[0],
            staff=Staff(plan=plan, addresses=addresses),
            calls=calls,
            ways=ways,
            look_seconds=0.02,
        )
        yield Office(database, announcer, calls, team, ops, boss, time)
    database.dispose()


async def test_staff_is_told_and_then_who_has_it(office: Office) -> None:
    handoff = office.called()
    await office.passes()
    office.taken(handoff)
    await office.passes(SECOND)

    assert office.team.states() == office.ops.states() == [(Kind.NOTICE, State.OPEN), (Kind.NOTICE, State.TAKEN)]
    (_, first, new), (_, second, change) = office.team.told
    assert isinstance(first, Notice)
    assert isinstance(second, Notice)
    assert (first.by, second.by, first.said[0].text) == (None, "Ilze", "Palīgā!")
    assert (new.receipt, change.receipt) == (None, "r1")
    assert new.key != change.key
    assert (office.counted("notice", "sent"), office.counted("notice", "changed")) == (2, 2)


async def test_nobody_comes_so_the_line_is_reminded_and_others_are_told(office: Office) -> None:
    office.called(HandoffReason.TRADING_STOPPED)
    await office.passes()
    await office.passes(3 * MINUTE)
    assert office.team.states()[-1] == (Kind.REMINDER, State.OPEN)
    assert office.team.told[-1][2].answers == "r1"
    assert office.boss.told == []
    await office.passes(3 * MINUTE)
    assert office.boss.states() == [(Kind.ESCALATION, State.OPEN)]
    await office.passes(60 * MINUTE)
    assert [kind for kind, _ in office.team.states()] == [Kind.NOTICE, Kind.REMINDER]


async def test_a_reminder_that_comes_after_it_was_taken_is_not_said(office: Office) -> None:
    handoff = office.called()
    await office.passes()
    office.team.failures = [NotifyError("busy", permanent=False)]
    await office.passes(10 * MINUTE)
    office.taken(handoff)
    await office.passes(MINUTE)
    assert [kind for kind, _ in office.team.states()] == [Kind.NOTICE, Kind.NOTICE]


async def test_what_is_over_before_staff_was_told_is_not_told(office: Office) -> None:
    handoff = office.called()
    with engine.writing(office.database) as connection:
        office.calls.resolved(connection, handoff.conversation, NOW)
    await office.passes()
    assert office.team.told == office.ops.told == []


async def test_what_fails_for_now_is_tried_again_after_a_pause(office: Office) -> None:
    office.called()
    office.ops.failures = [
        NotifyError("busy", permanent=False),
        NotifyError("not yet", permanent=False, retry_after=MINUTE),
        RuntimeError("a fault of ours"),
    ]
    with capture_logs():
        await office.passes()
        await office.passes(SECOND)
        assert office.ops.failures != []
        await office.passes(30 * SECOND)
        assert len(office.ops.failures) == 1, "it asked for a minute"
        await office.passes(31 * SECOND)
        await office.passes(9 * SECOND)
    assert len(office.ops.told) == 1
    assert len(office.team.told) == 1
    assert office.counted("notice", "later") == 3


async def test_what_never_succeeds_is_given_up_in_the_end(office: Office) -> None:
    office.called()
    office.ops.failures = [NotifyError("busy", permanent=False) for _ in range(3 * TRIES)]
    with capture_logs():
        for _ in range(TRIES + 5):
            await office.passes(5 * MINUTE)
    assert office.ops.told == []
    assert office.counted("notice", "failed") == 1


async def test_when_the_whole_line_cannot_be_told_those_above_are_told_at_once(office: Office) -> None:
    office.called()
    office.team.failures = [NotifyError("no such group", permanent=True)] * 2
    office.ops.failures = [NotifyError("550", permanent=True)] * 2
    with capture_logs():
        await office.passes()
        await office.passes()
        await office.passes()
    assert office.boss.states() == [(Kind.ESCALATION, State.OPEN)]


async def test_a_target_that_is_slow_holds_up_no_other(office: Office) -> None:
    office.ops.hold = asyncio.Event()
    office.called()
    await office.announcer.look()
    async with asyncio.timeout(5):
        while not office.team.told:
            await asyncio.sleep(0.01)
    assert office.ops.told == []
    office.ops.hold.set()
    await office.passes()
    assert len(office.ops.told) == 1


async def test_a_group_hears_no_more_than_it_may_and_news_before_changes(office: Office) -> None:
    first = office.called()
    for _ in range(GROUP.most + 9):
        office.called()
    await office.passes()
    assert len(office.team.told) == GROUP.most
    assert len(office.ops.told) == GROUP.most + 10, "a mailbox hears all of it"
    office.taken(first)
    await office.passes(GROUP.within - SECOND)
    assert len(office.team.told) == GROUP.most
    await office.passes(SECOND)
    assert len(office.team.told) == GROUP.most + 11
    assert office.team.states()[-1] == (Kind.NOTICE, State.TAKEN), "the change comes last"


async def test_a_target_that_is_no_longer_set_is_given_up(office: Office) -> None:
    handoff = office.called()
    with engine.writing(office.database) as connection:
        notifications.add(connection, handoff, notifications.Kind.NOTICE, {"telegram:-99": True}, NOW)
    with capture_logs() as logs:
        await office.passes()
    assert [log["error"] for log in logs if log["event"] == "notice.not_brought"] == [
        "the settings do not name this target any more"
    ]


async def test_a_way_that_this_process_lacks_is_left_to_another(office: Office) -> None:
    office.called()
    ways = office.announcer.ways
    assert isinstance(ways, dict)
    there = ways.pop(Way.TELEGRAM)
    await office.passes()
    ways[Way.TELEGRAM] = there
    await office.passes()
    assert office.team.told[0][2].receipt is None
    assert len(office.team.told) == len(office.ops.told) == 1


async def test_who_is_forgotten_is_taken_back_wherever_it_was_told(office: Office) -> None:
    handoff = office.called()
    await office.passes()
    with engine.writing(office.database) as connection:
        personal_data.erase(connection, personal_data.find(connection, handoff.conversation))
    await office.passes()
    assert office.team.told[-1][1:] == (Withdrawn(handoff=handoff.id), office.team.told[-1][2])
    assert office.team.told[-1][2].receipt == "r1"
    assert office.counted("withdrawn", "changed") == 2
    await office.passes(60 * MINUTE)
    assert len(office.team.told) == 2


async def test_it_looks_by_itself_finishes_what_it_has_begun_and_says_once_that_nobody_is_told(office: Office) -> None:
    office.announcer.start()
    office.called()
    async with asyncio.timeout(5):
        while not office.team.told:
            await asyncio.sleep(0.01)
    office.announcer.wake()
    await office.announcer.stop()
    office.called()
    await asyncio.sleep(0.1)
    assert len(office.team.told) == 1


async def test_where_nobody_is_told_that_is_said(office: Office) -> None:
    alone = Announcer(
        database=office.database,
        threads=office.announcer.threads,
        clock=lambda: NOW,
        staff=Staff(),
        calls=Calls(),
        ways={},
    )
    with capture_logs() as logs:
        alone.start()
        await asyncio.sleep(0.05)
        await alone.stop()
    assert [log["event"] for log in logs] == ["notices.nobody_is_told"]
