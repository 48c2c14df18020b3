"""Outages on both databases: told once to each person, reported once, their hand-offs one message to staff."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, Table, func, select, update

from bot.app.channels import CHANNELS
from bot.database.transactions import Transactions
from bot.helpdesk.agent_chat import AgentChat
from bot.helpdesk.escalation import HandoffWorkflow
from bot.helpdesk.handoff_actions import HandoffActions
from bot.helpdesk.incident_actions import IncidentActions, IncidentResult
from bot.helpdesk.outages import outage_desk
from bot.helpdesk.outages.outage_board import MAX_AGE, OutageBoard
from bot.helpdesk.outages.outage_desk import OutageDesk
from bot.helpdesk.outages.works_again import WorksAgainNotice
from bot.intake.intake import Intake
from bot.knowledge.phrases import load_phrases
from bot.notify.routing import RoutingPlan
from handlers.model.context import KnowledgeBundle
from handlers.model.handoff import NotificationKind
from kb.model import DialogueAct, EntryId, LineId
from storage import personal_data
from storage.announcements import outages
from storage.announcements.outages import DeclaredOutage, OutageDraft
from storage.conversations import conversations, history
from storage.customers import venues
from storage.customers.venues import Venue
from storage.database.engine import read_transaction, write_transaction
from storage.errors import UnavailableError
from storage.helpdesk import handoffs, incidents
from storage.helpdesk.audit_log import AuditEvent, list_records
from storage.tables import announcement_views, notices, outage_reports
from storage.tables import conversations as conversations_table
from tests.contract.talks import HELLO, NOW
from tests.doubles import RecordingJobQueue, ScriptedInterpreter, company, means

GROUP = "telegram:-1"
MINUTE = timedelta(minutes=1)
DRAFT = OutageDraft(
    kind="server",
    texts={
        "lv": "Serveris stāv\nStrādājam.",
        "ru": "Сервер стоит\nРаботаем.",
        "en": "The server is down\nWe work on it.",
    },
    topics=frozenset({EntryId("scanner")}),
    words=("server",),
)
ROUTING = RoutingPlan(
    targets_by_line={LineId("workshop"): {GROUP: True}, LineId("desk"): {GROUP: True}}, escalation_targets={}
)
BASE = company(dialogue_entries={DialogueAct.OUTAGE: EntryId("dead")})


@dataclass
class OutageNight:
    """The way in for people, what staff is told, and the clock."""

    engine: Engine
    transactions: Transactions
    time: list[datetime] = field(default_factory=lambda: [NOW])
    jobs: RecordingJobQueue = field(default_factory=RecordingJobQueue)

    @property
    def knowledge(self) -> KnowledgeBundle:
        """The made-up company's."""
        meanings = {name: means(name, language="en") for name in ("hours", "dead", "scanner", "printer")}
        meanings["printer, dead"] = means("dead", "printer", language="en")
        scripted = ScriptedInterpreter(meanings, {"stop": "opt_out"}, {"printer, dead": DialogueAct.OUTAGE})
        return KnowledgeBundle(base=BASE, interpreter=scripted, phrases=load_phrases(BASE))

    @property
    def workflow(self) -> HandoffWorkflow:
        """Notifications of staff."""
        return HandoffWorkflow(routing=ROUTING, is_verified=CHANNELS.vouches_for)

    async def says(self, text: str, by: str = "anna", **more: object) -> str:
        """The bot's reply; each message is another one."""
        self.time[0] += timedelta(seconds=20)
        inbound = replace(
            HELLO, conversation=by, sender=by, message_id=f"{by} {self.time[0]}", text=text, language="en"
        )
        inbound = replace(inbound, **more)  # type: ignore[arg-type]
        intake = Intake(
            transactions=self.transactions,
            knowledge_source=self.knowledge,
            clock=lambda: self.time[0],
            jobs=self.jobs,
            handoff_workflow=self.workflow,
        )
        await intake(inbound)
        with self.reading() as connection:
            talk = conversations.find(
                connection, channel=inbound.channel, address=inbound.conversation, sender=inbound.sender
            )
            assert talk is not None
            return history.messages_after(connection, talk.id)[-1].text

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection that only reads."""
        return read_transaction(self.engine)

    def declare(self, draft: OutageDraft = DRAFT) -> int:
        """An agent declares it now."""
        with write_transaction(self.engine) as connection:
            return outages.declare(connection, draft, author="otto", now=self.time[0])

    @property
    def desk(self) -> OutageDesk:
        """What agents do."""
        actions = HandoffActions(
            transactions=self.transactions,
            clock=lambda: self.time[0],
            knowledge_source=self.knowledge,
            jobs=self.jobs,
            handoff_workflow=self.workflow,
        )
        obstacle = AgentChat(actions=actions, channels=CHANNELS).find_obstacle
        notice = WorksAgainNotice(knowledge_source=self.knowledge, jobs=self.jobs, find_obstacle=obstacle)
        return OutageDesk(incident_actions=IncidentActions(actions=actions, find_obstacle=obstacle), notice=notice)

    def notices_to(self, by: str) -> int:
        """How often a person was told that it works again."""
        found = 0
        with self.reading() as connection:
            for talk in personal_data.find_conversations(connection, by):
                said = history.messages_after(connection, talk.id)
                found += sum(one.text.startswith("It works again, the outage is over") for one in said)
        return found

    def declared(self, number: int = 1) -> DeclaredOutage:
        """As the helpdesk sees it."""
        with self.reading() as connection:
            found = outages.get(connection, number)
        assert found is not None
        return found

    def first_notifications(self) -> list[int]:
        """What staff has a message of its own of; incidents with a minus sign."""
        wanted = select(notices.c.handoff).where(notices.c.kind == NotificationKind.INITIAL).order_by(notices.c.id)
        with self.reading() as connection:
            return list(connection.scalars(wanted))


@pytest.fixture
def night(engine: Engine) -> Iterator[OutageNight]:
    with ThreadPoolExecutor(4) as threads:
        yield OutageNight(engine, Transactions(engine, threads))


def count_rows(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


async def test_each_of_twenty_people_is_told_it_whole_once_and_reports_it_once(night: OutageNight) -> None:
    night.declare()
    for number in range(20):
        assert (await night.says("scanner", f"person {number}")).startswith(
            "Known outage since 18:30: The server is down"
        )
    for number in range(20):
        assert (await night.says("no server", f"person {number}")).startswith("The outage is not over yet")
    assert "outage" not in await night.says("hours", "somebody else")
    found = night.declared()
    assert (found.reported, found.waiting, found.told, found.untold) == (20, 20, 0, 0)


async def test_stopped_tills_of_it_are_one_message_to_staff_whenever_they_come(night: OutageNight) -> None:
    night.declare()
    for number in range(8):
        said = await night.says("dead", f"whatsapp:+3712600000{number}", channel="whatsapp")
        assert "+371 20000002" in said.splitlines()[2]
        night.time[0] += 15 * MINUTE
    with night.reading() as connection:
        (incident,) = incidents.list_running(connection)
        assert len(incidents.members(connection, incident.id)) == 8
        assert incident.outage == 1
    assert night.first_notifications() == [-incident.id]


async def test_who_names_another_cause_is_told_and_rings_by_itself(night: OutageNight) -> None:
    night.declare()
    await night.says("dead", "anna")
    assert (await night.says("printer, dead", "bert")).startswith("Known outage")
    with night.reading() as connection:
        (incident,) = incidents.list_running(connection)
        other = handoffs.list_by_state(connection)[1]
    assert night.first_notifications() == [-incident.id, other.id]


async def test_the_anonymous_never_join_whom_a_platform_vouches_for(night: OutageNight) -> None:
    night.declare()
    await night.says("dead", "visitor")
    await night.says("dead", "whatsapp:+37126000001", channel="whatsapp")
    with night.reading() as connection:
        assert [one.verified for one in incidents.list_of_outage(connection, 1)] == [False, True]


async def test_without_an_outage_nothing_is_said_or_kept_of_one(night: OutageNight) -> None:
    assert (await night.says("dead")).startswith("Call")
    number = night.declare()
    with write_transaction(night.engine) as connection:
        assert outages.end(connection, number, night.time[0])
        assert not outages.end(connection, number, night.time[0])
    assert "outage" not in await night.says("scanner")
    with night.reading() as connection:
        assert count_rows(connection, outage_reports) == 0


async def test_a_forgotten_one_is_told_to_nobody_after_three_days(night: OutageNight) -> None:
    night.declare()
    night.time[0] += outages.MAX_TOLD
    assert "outage" not in await night.says("scanner")
    with write_transaction(night.engine) as connection:
        assert outages.edit(connection, 1, DRAFT, night.time[0])
    assert "Known outage since 23.11. 18:30" in await night.says("scanner")


async def test_who_was_told_elsewhere_on_the_channel_reads_a_line_only(night: OutageNight) -> None:
    night.declare()
    assert "Known outage" in await night.says("scanner", "anna", conversation="group")
    assert "not over yet" in await night.says("scanner", "anna")
    assert "Known outage" in await night.says("scanner", "anna", channel="telegram")
    assert night.declared().reported == 3


async def test_known_restaurants_are_counted_once_each(night: OutageNight) -> None:
    night.declare()
    with write_transaction(night.engine) as connection:
        store_venue(connection, "Rozengrāls", "+37126000001", "+37126000002")
    for number in ("1", "2", "3"):
        await night.says("scanner", f"whatsapp:+3712600000{number}", channel="whatsapp")
    assert (night.declared().reported, night.declared().venues) == (3, 1)


def store_venue(connection: Connection, name: str, *phones: str) -> None:
    """A customer with these numbers."""
    venues.save(connection, Venue(name=name, phones=phones), NOW)


async def test_erasing_a_person_leaves_the_count_and_nothing_of_theirs(night: OutageNight) -> None:
    night.declare()
    await night.says("scanner")
    await night.says("/forget")
    with night.reading() as connection:
        assert count_rows(connection, outage_reports) == count_rows(connection, announcement_views) == 0
        assert len(personal_data.conversations_of_sender(connection, HELLO.channel, "anna")) == 1
    assert (night.declared().reported, night.declared().waiting) == (1, 0)


async def test_what_is_edited_is_told_as_it_is_now(night: OutageNight) -> None:
    number = night.declare()
    changed = replace(DRAFT, texts=dict.fromkeys(DRAFT.texts, "Two servers"), words=("printer",))
    changed = replace(changed, expected_until=night.time[0] + 60 * MINUTE)
    with write_transaction(night.engine) as connection:
        assert outages.edit(connection, number, changed, night.time[0])
        assert not outages.edit(connection, 99, changed, night.time[0])
    assert "Known outage since 18:30: Two servers\nWe expect to fix it by 19:30." in await night.says("printer")


# --- it works again


async def test_all_who_reported_it_are_told_once_that_it_works_again(
    night: OutageNight, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outage_desk, "BATCH", 3)
    number = await night.desk.declare(DRAFT, "otto")
    for person in range(7):
        await night.says("dead" if person % 2 else "scanner", f"person {person}")
    await night.says("hours", "somebody else")
    night.jobs.submitted.clear()
    assert await night.desk.end(number, "otto") == IncidentResult(changed=3, told=7)
    assert len(night.jobs.submitted) == len(set(night.jobs.submitted)) == 7
    assert [night.notices_to(f"person {person}") for person in range(7)] == [1] * 7
    assert night.notices_to("somebody else") == 0
    with night.reading() as connection:
        assert not handoffs.list_by_state(connection)
        assert not incidents.list_running(connection)
    assert await night.desk.end(number, "otto") == IncidentResult(changed=0)
    await night.desk.finish()
    assert sum(night.notices_to(f"person {person}") for person in range(7)) == 7
    assert "outage" not in await night.says("scanner", "person 1")
    assert (night.declared().told, night.declared().untold, night.declared().waiting) == (7, 0, 0)


async def test_each_reads_it_in_their_language(night: OutageNight) -> None:
    number = await night.desk.declare(DRAFT, "otto")
    for person, language in (("ilze", "lv"), ("ivan", "ru")):
        await night.says("scanner", person)
        with write_transaction(night.engine) as connection:
            own = update(conversations_table).where(conversations_table.c.sender == person)
            connection.execute(own.values(language=language))
    await night.desk.end(number, "otto")
    with night.reading() as connection:
        said = [
            history.messages_after(connection, talk.id)[-1].text
            for person in ("ilze", "ivan")
            for talk in personal_data.find_conversations(connection, person)
        ]
    assert said[0].startswith("Viss atkal darbojas, traucējums ir novērsts (Serveris stāv).")
    assert said[1].startswith("Всё снова работает, сбой устранён (Сервер стоит).")


async def test_outside_the_window_of_whatsapp_and_after_stop_nobody_is_told_and_that_is_counted(
    night: OutageNight,
) -> None:
    number = await night.desk.declare(DRAFT, "otto")
    await night.says("scanner", "whatsapp:+37126000001", channel="whatsapp")
    await night.says("scanner", "bert")
    night.time[0] += timedelta(hours=24)
    await night.says("scanner", "whatsapp:+37126000002", channel="whatsapp")
    await night.says("scanner", "gone", channel="gone")
    await night.says("scanner", "carl")
    await night.says("stop", "carl")
    assert await night.desk.end(number, "otto") == IncidentResult(changed=1, told=2, untold=3)
    assert night.notices_to("whatsapp:+37126000002") == night.notices_to("bert") == 1
    assert night.notices_to("whatsapp:+37126000001") == night.notices_to("carl") == 0


async def test_a_group_and_who_writes_in_two_places_are_told_once(night: OutageNight) -> None:
    number = await night.desk.declare(DRAFT, "otto")
    await night.says("scanner", "anna", conversation="group", channel="telegram")
    await night.says("scanner", "bert", conversation="group", channel="telegram")
    await night.says("scanner", "anna", channel="telegram")
    result = await night.desk.end(number, "otto")
    assert (result.told, result.untold) == (3, 0)
    assert night.notices_to("anna") + night.notices_to("bert") == 1


async def test_two_who_end_it_at_once_tell_nobody_twice(night: OutageNight) -> None:
    number = await night.desk.declare(DRAFT, "otto")
    for person in range(12):
        await night.says("scanner", f"person {person}")
    await asyncio.gather(*(night.desk.end(number, name) for name in ("otto", "ada")), night.desk.finish())
    await night.desk.finish()
    assert [night.notices_to(f"person {person}") for person in range(12)] == [1] * 12
    assert night.declared().told == 12


async def test_after_a_crash_on_the_way_the_rest_is_told_and_nobody_twice(
    night: OutageNight, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outage_desk, "BATCH", 2)
    number = await night.desk.declare(DRAFT, "otto")
    for person in range(5):
        await night.says("scanner", f"person {person}")
    settled, settle = list[str](), outages.settle

    def crash(connection: Connection, number: int, conversation_id: str, result: str) -> bool:
        settled.append(conversation_id)
        if len(settled) == 4:
            raise RuntimeError("the power is gone")
        return settle(connection, number, conversation_id, result)

    monkeypatch.setattr(outages, "settle", crash)
    with pytest.raises(RuntimeError, match="power"):
        await night.desk.end(number, "otto")
    assert (night.declared().told, night.declared().waiting) == (2, 3)
    monkeypatch.setattr(outages, "settle", settle)
    await night.desk.finish()
    assert [night.notices_to(f"person {person}") for person in range(5)] == [1] * 5


async def test_whoever_called_for_it_before_it_was_declared_is_told_too(night: OutageNight) -> None:
    await night.says("printer, dead", "anna")
    await night.says("dead", "bert")
    night.time[0] += outage_desk.REPORTED_BEFORE
    await night.says("printer, dead", "carl")
    number = await night.desk.declare(replace(DRAFT, topics=frozenset({EntryId("printer")})), "otto")
    assert night.declared(number).reported == 1
    assert "Known outage" in await night.says("dead", "carl"), "they were not told yet"
    await night.desk.end(number, "otto")
    assert [night.notices_to(name) for name in ("anna", "bert", "carl")] == [0, 0, 1]


async def test_the_incident_that_it_was_proposed_for_belongs_to_it(night: OutageNight) -> None:
    for person in range(4):
        await night.says("dead", f"person {person}")
    with night.reading() as connection:
        (incident,) = incidents.list_proposable(connection)
    number = await night.desk.declare(DRAFT, "otto", incident=incident.id)
    assert night.declared(number).reported == 4
    with night.reading() as connection:
        assert incidents.list_proposable(connection) == ()
    await night.says("dead", "person 5")
    actions = replace(night.desk.incident_actions, end_outage=night.desk.end)
    result = await actions.works_again(incident.id, "otto")
    assert (result.changed, result.told) == (5, 5)
    assert [night.notices_to(f"person {person}") for person in (0, 1, 2, 3, 5)] == [1] * 5
    assert night.declared(number).ended_at is not None
    assert not (await actions.works_again(incident.id, "otto")).applied


async def test_a_dismissed_incident_is_proposed_no_more(night: OutageNight) -> None:
    for person in range(4):
        await night.says("dead", f"person {person}")
    with night.reading() as connection:
        (incident,) = incidents.list_proposable(connection)
    assert await night.desk.dismiss(incident.id, "otto")
    assert not await night.desk.dismiss(incident.id, "otto")
    with night.reading() as connection:
        assert incidents.list_proposable(connection) == ()


async def test_what_agents_do_is_audited(night: OutageNight) -> None:
    number = await night.desk.declare(DRAFT, "otto")
    assert await night.desk.edit(number, DRAFT, "ada")
    await night.desk.end(number, "otto")
    assert not await night.desk.edit(number, DRAFT, "ada")
    with night.reading() as connection:
        records = [(each.event, each.agent, each.subject) for each in list_records(connection)]
    assert records == [
        (AuditEvent.OUTAGE_ENDED, "otto", str(number)),
        (AuditEvent.OUTAGE_EDITED, "ada", str(number)),
        (AuditEvent.OUTAGE_DECLARED, "otto", str(number)),
    ]


# --- banners


async def test_banners_are_read_at_most_every_few_seconds(night: OutageNight) -> None:
    board = OutageBoard(
        transactions=night.transactions, clock=lambda: night.time[0], knowledge_source=night.knowledge, zone=UTC
    )
    await board.refresh()
    number = await night.desk.declare(DRAFT, "otto")
    await board.refresh()
    assert board.banners("en") == ()
    night.time[0] += MAX_AGE
    await board.refresh()
    assert board.banners("ru") == ("Известный сбой с 18:30: Сервер стоит",)
    until = night.time[0] + timedelta(days=1)
    await night.desk.edit(number, replace(DRAFT, expected_until=until), "otto")
    night.time[0] += MAX_AGE
    await board.refresh()
    assert board.banners("en") == (
        "Known outage since 18:30: The server is down. We expect to fix it by 24.11. 18:30.",
    )
    night.time[0] = until
    assert board.banners("en") == ("Known outage since 23.11. 18:30: The server is down",)


async def test_without_a_database_the_banners_stay_as_they_were(
    night: OutageNight, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = OutageBoard(
        transactions=night.transactions, clock=lambda: night.time[0], knowledge_source=night.knowledge, zone=UTC
    )
    await night.desk.declare(DRAFT, "otto")
    await board.refresh()

    def gone(connection: Connection, now: datetime) -> None:
        raise UnavailableError

    monkeypatch.setattr(outages, "running", gone)
    night.time[0] += MAX_AGE
    await board.refresh()
    assert len(board.banners("en")) == 1
