"""What is older than it is kept is erased, wholly and in batches; what still matters to somebody is not."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, func, select, update
from structlog.testing import capture_logs

from bot.database.transactions import Transactions
from bot.delivery import retention as retention_job
from bot.delivery.retention import RetentionJob, RetentionPeriods
from bot.observability.metrics import PrometheusMetrics
from bot.settings import Settings
from handlers.model.actions import HandoffReason
from handlers.model.handoff import NotificationKind
from storage import retention
from storage.conversations.conversations import Conversation
from storage.database.engine import read_transaction, write_transaction
from storage.delivery import notification_queue
from storage.helpdesk import audit_log, handoffs
from storage.helpdesk.audit_log import AuditEvent
from storage.tables import audit, conversations, messages, notices
from storage.tables import handoffs as handoffs_table
from tests.contract.talks import NOW, TECHNICAL, said, take_in
from tests.plans import full_scans, recorded_statements

DAY = timedelta(days=1)


@dataclass
class Archive:
    """A database, the job on it, and the clock."""

    engine: Engine
    transactions: Transactions
    metrics: PrometheusMetrics = field(default_factory=PrometheusMetrics)
    time: list[datetime] = field(default_factory=lambda: [NOW])

    def job(self, **days: int) -> RetentionJob:
        """The job with these periods."""
        return RetentionJob(
            transactions=self.transactions,
            clock=lambda: self.time[0],
            periods=RetentionPeriods(**days),
            metrics=self.metrics,
        )

    def writes(self, by: str, days_ago: int, number: int = 1) -> Conversation:
        """A person wrote so many days ago, and has the reply."""
        talk, _ = take_in(self.engine, said(f"ŠNICELIS {by}", number, by=by), at=NOW - days_ago * DAY)
        with write_transaction(self.engine) as connection:
            connection.execute(update(messages).values(due_at=None, state="sent"))
        return talk

    def people(self) -> list[str]:
        """Whose conversations are there."""
        with read_transaction(self.engine) as connection:
            return list(connection.scalars(select(conversations.c.sender).order_by(conversations.c.sender)))

    def count(self, table: object) -> int:
        """How many rows a table has."""
        with read_transaction(self.engine) as connection:
            return connection.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]

    def erased(self, kind: str) -> float | None:
        """The counter."""
        return self.metrics.registry.get_sample_value("paligs_retention_erased_total", {"kind": kind})


def close(connection: Connection, handoff: handoffs.Handoff, at: datetime) -> None:
    """Nobody needs it any more."""
    of_it = update(handoffs_table).where(handoffs_table.c.id == handoff.id)
    connection.execute(of_it.values(state="closed", closed_at=at))


@pytest.fixture
def archive(engine: Engine) -> Iterator[Archive]:
    with ThreadPoolExecutor(2) as threads:
        yield Archive(engine, Transactions(engine, threads))


async def test_conversations_older_than_they_are_kept_are_erased_whole(archive: Archive) -> None:
    archive.writes("anna", 31)
    archive.writes("bob", 29)
    with capture_logs() as logs:
        await archive.job(conversations=30)()
    assert archive.people() == ["bob"]
    assert archive.count(messages) == 2
    assert archive.erased("conversations") == 1
    assert [entry for entry in logs if entry["event"] == "retention.erased"] == [
        {"event": "retention.erased", "kind": "conversations", "count": 1, "log_level": "info"}
    ]


async def test_without_a_period_everything_is_kept(archive: Archive) -> None:
    archive.writes("anna", 4000)
    await archive.job()()
    assert archive.people() == ["anna"]


async def test_many_are_erased_in_batches_and_all_of_them(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention_job, "CONVERSATIONS_BATCH", 3)
    for number in range(8):
        archive.writes(f"person {number}", 40)
    await archive.job(conversations=30)()
    assert archive.people() == []
    assert archive.erased("conversations") == 8


async def test_it_works_once_a_day_and_goes_on_after_a_fault(archive: Archive) -> None:
    job = archive.job(conversations=30)
    await job()
    archive.writes("anna", 40)
    archive.time[0] = NOW + timedelta(hours=23)
    await job()
    assert archive.people() == ["anna"]
    archive.time[0] = NOW + DAY
    await job()
    assert archive.people() == []


async def test_who_writes_between_the_look_and_the_erasure_is_kept(archive: Archive) -> None:
    anna, bob = archive.writes("anna", 40), archive.writes("bob", 40)
    with read_transaction(archive.engine) as connection:
        found = retention.old_conversations(connection, NOW - 30 * DAY, 100)
        assert found == sorted([anna.id, bob.id])
        assert retention.old_conversations(connection, NOW - 30 * DAY, 1, found[0]) == found[1:]
    archive.writes("anna", 0, number=2)
    with write_transaction(archive.engine) as connection:
        assert retention.erase_conversations(connection, NOW - 30 * DAY, found) == 1
    assert archive.people() == ["anna"]


async def test_who_waits_for_people_or_for_a_new_message_is_kept(archive: Archive) -> None:
    anna, bob = archive.writes("anna", 40), archive.writes("bob", 40)
    with write_transaction(archive.engine) as connection:
        called = handoffs.open_handoff(connection, anna, 1, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, NOW - 40 * DAY)
        of_bob = update(messages).where(messages.c.conversation_id == bob.id)
        connection.execute(of_bob.values(due_at=NOW, created_at=NOW - DAY))
        assert retention.old_conversations(connection, NOW - 30 * DAY, 100) == []
        assert retention.erase_conversations(connection, NOW - 30 * DAY, [anna.id, bob.id]) == 0
    with write_transaction(archive.engine) as connection:
        close(connection, called, NOW)
        connection.execute(of_bob.values(created_at=NOW - 40 * DAY))
        assert retention.old_conversations(connection, NOW - 30 * DAY, 100) == sorted([anna.id, bob.id])
        assert retention.erase_conversations(connection, NOW - 30 * DAY, [anna.id, bob.id]) == 2
    assert archive.people() == []


async def test_closed_handoffs_are_erased_with_their_events_and_what_staff_was_sent_is_retracted(
    archive: Archive,
) -> None:
    anna, bob = archive.writes("anna", 20), archive.writes("bob", 20)
    with write_transaction(archive.engine) as connection:
        old = handoffs.open_handoff(connection, anna, 1, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, NOW - 20 * DAY)
        open_one = handoffs.open_handoff(connection, bob, 2, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, NOW - 20 * DAY)
        for handoff in (old, open_one):
            notification_queue.add(connection, handoff, NotificationKind.INITIAL, {"telegram:-1": True}, NOW - 20 * DAY)
        connection.execute(update(notices).values(receipt="r", state="sent", due_at=None))
        close(connection, old, NOW - 19 * DAY)
    await archive.job(handoffs=18)()
    with read_transaction(archive.engine) as connection:
        assert list(connection.scalars(select(handoffs_table.c.id))) == [open_one.id]
        detached = connection.execute(select(notices).where(notices.c.handoff == old.id)).one()
        kept = connection.execute(select(notices).where(notices.c.handoff == open_one.id)).one()
    assert detached.conversation_id is None
    assert detached.due_at is not None
    assert (kept.conversation_id, kept.due_at) == (bob.id, None)
    assert archive.people() == ["anna", "bob"]
    assert archive.erased("handoffs") == 1


async def test_the_audit_log_is_kept_for_its_days(archive: Archive) -> None:
    with write_transaction(archive.engine) as connection:
        for days in (401, 399):
            audit_log.record(connection, AuditEvent.SIGNED_IN, NOW - days * DAY, agent="otto", subject=str(days))
    await archive.job(audit=400)()
    with read_transaction(archive.engine) as connection:
        assert list(connection.scalars(select(audit.c.subject))) == ["399"]
    assert archive.erased("audit") == 1


async def test_nothing_of_what_is_erased_stays_in_the_files_of_sqlite(archive: Archive) -> None:
    if archive.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's files are its own")
    archive.writes("anna", 40)
    archive.writes("bob", 1)
    file = Path(str(archive.engine.url.database))
    stored = [part for part in file.parent.iterdir() if part.name.startswith(file.name)]
    assert any("ŠNICELIS anna".encode() in part.read_bytes() for part in stored)
    await archive.job(conversations=30)()
    assert not any("ŠNICELIS anna".encode() in part.read_bytes() for part in stored if part.exists())
    assert any("ŠNICELIS bob".encode() in part.read_bytes() for part in stored if part.exists())


async def test_whatever_has_a_setting_is_erased_daily_in_batches_and_counted(archive: Archive) -> None:
    settings = {name for name in Settings.model_fields if name.endswith("_retention_days")}
    periods = {field.name.removesuffix("s"): field.name for field in fields(RetentionPeriods)}
    assert {f"{name}_retention_days" for name in periods} == settings
    job = archive.job(**dict.fromkeys(periods.values(), 1))
    assert {kind for kind, _, _ in job.due_kinds()} == set(periods.values())
    await job()
    assert {kind: archive.erased(kind) for kind in periods.values()} == dict.fromkeys(periods.values(), 0.0)


async def test_references_to_pictures_are_forgotten_in_their_own_time_and_the_words_stay(archive: Archive) -> None:
    for number, days_ago in enumerate((40, 35, 5), 1):
        archive.writes(f"person {number}", days_ago)
    with write_transaction(archive.engine) as connection:
        connection.execute(
            update(messages).where(messages.c.kind.is_not(None)).values(media="photo:AgAC", picture_text="Kļūda 12")
        )
    await archive.job(media=30)()
    with read_transaction(archive.engine) as connection:
        kept = connection.scalars(select(messages.c.media).where(messages.c.kind.is_not(None)).order_by(messages.c.id))
        assert list(kept) == [None, None, "photo:AgAC"]
        read = connection.scalars(select(messages.c.picture_text).where(messages.c.picture_text.is_not(None)))
        assert list(read) == ["Kļūda 12"], "what was read from a picture is forgotten with it"
    assert len(archive.people()) == 3
    assert archive.erased("media") == 2
    archive.time[0] += 30 * DAY
    await archive.job(media=30)()
    assert archive.erased("media") == 3


async def test_pictures_are_looked_for_beside_those_who_write_a_part_of_the_messages_at_a_time(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "MESSAGES_LOOKED_THROUGH", 4)
    monkeypatch.setattr(retention_job, "BATCH", 1)
    for number, days_ago in enumerate((40, 35, 5, 33, 40, 34), 1):
        archive.writes(f"person {number}", days_ago)
    with write_transaction(archive.engine) as connection:
        connection.execute(update(messages).where(messages.c.kind.is_not(None)).values(media="photo:AgAC"))
        first = retention.old_media(connection, NOW - 30 * DAY)
        assert first is not None
        after = retention.old_media(connection, NOW - 30 * DAY, first.looked_to)
        assert after is not None
        assert (len(first.ids), len(after.ids)) == (2, 1)
        assert retention.old_media(connection, NOW, connection.scalar(select(func.max(messages.c.id))) or 0) is None
    with recorded_statements(archive.engine) as statements:
        await archive.job(media=30)()
    assert archive.erased("media") == 5
    kept = select(messages.c.media).where(messages.c.media.is_not(None))
    with read_transaction(archive.engine) as connection:
        assert list(connection.scalars(kept)) == ["photo:AgAC"]
        assert [scan for one in statements for scan in full_scans(connection, one)] == []
