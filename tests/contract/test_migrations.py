"""How a database becomes what the program needs, and how it is seen that it is not."""

from functools import partial
from importlib import import_module
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Engine, insert, inspect, select, text

from kb.model import LANGUAGES
from storage.announcements import news
from storage.conversations import history
from storage.database.engine import create_database_engine, read_transaction, write_transaction
from storage.errors import BackupError, MigrationError
from storage.migrations import upgrade
from storage.tables import handoffs, metadata
from tests.contract.talks import HELLO, NOW, at_once, said, take_in

pytestmark = pytest.mark.usefixtures("every_revision")


def change(engine: Engine, *statements: str) -> None:
    with write_transaction(engine) as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_an_empty_database_gets_every_table(empty_engine: Engine) -> None:
    assert upgrade.find_problems(empty_engine) == [
        f"Revision {revision} is missing: run paligs db upgrade."
        for revision in (
            "0001",
            "0002",
            "0003",
            "0004",
            "0005",
            "0006",
            "0007",
            "0008",
            "0009",
            "0010",
            "0011",
            "0012",
            "0013",
            "0014",
            "0015",
            "0016",
            "0017",
            "0018",
            "0019",
            "0020",
            "0021",
            "0023",
            "0024",
            "0025",
            "0026",
        )
    ]

    assert upgrade.revision_problems(empty_engine) == upgrade.find_problems(empty_engine)

    upgrade.upgrade(empty_engine)

    assert upgrade.find_problems(empty_engine) == upgrade.revision_problems(empty_engine) == []
    assert {*inspect(empty_engine).get_table_names()} == {*metadata.tables, "alembic_version"}
    take_in(empty_engine, HELLO)


def test_upgrading_again_changes_nothing(engine: Engine) -> None:
    talk, _ = take_in(engine, HELLO)

    upgrade.upgrade(engine)

    with read_transaction(engine) as connection:
        assert len(history.messages_after(connection, talk.id)) == 2


def test_programs_that_upgrade_at_once_wait_for_each_other(empty_url: str) -> None:
    engines = [create_database_engine(empty_url) for _ in range(4)]

    at_once([partial(upgrade.upgrade, engine) for engine in engines])

    assert upgrade.find_problems(engines[0]) == []
    for engine in engines:
        engine.dispose()


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("DROP INDEX ix_messages_turn_id", "ix_messages_turn_id"),
        ("ALTER TABLE turns ADD COLUMN mood TEXT", "mood"),
        ("ALTER TABLE turns DROP COLUMN score", "score"),
        ("DROP TABLE daily_counts", "daily_counts"),
    ],
)
def test_a_database_that_differs_is_told_apart(engine: Engine, statement: str, named: str) -> None:
    change(engine, statement)
    try:
        faults = upgrade.find_problems(engine)
    finally:
        mend(engine)

    assert len(faults) == 1
    assert named in faults[0]


@pytest.mark.parametrize("backend", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_a_column_that_differs_is_named(empty_engine: Engine) -> None:
    upgrade.upgrade(empty_engine)
    change(empty_engine, "ALTER TABLE turns ALTER entry SET NOT NULL", "ALTER TABLE turns ALTER score TYPE TEXT")

    assert [
        ("turns" in fault, "entry" in fault, "score" in fault) for fault in upgrade.find_problems(empty_engine)
    ] == [
        (True, True, False),
        (True, False, True),
    ]


def mend(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
    upgrade.upgrade(engine)


def test_tables_of_others_are_not_our_business(engine: Engine) -> None:
    change(engine, "CREATE TABLE procrastinate_jobs (id INTEGER PRIMARY KEY)")

    assert upgrade.find_problems(engine) == []

    change(engine, "DROP TABLE procrastinate_jobs")


def test_of_several_handoffs_of_a_conversation_that_of_stopped_trading_stays(engine: Engine) -> None:
    doubles = import_module("storage.migrations.versions.0013_handoff_states").CLOSE_DOUBLES
    reasons = {
        "anna": ("trading_stopped", "asked_for_person"),
        "boris": ("asked_for_person", "not_understood"),
        "cecil": ("asked_for_person",),
    }
    change(engine, "DROP INDEX uq_handoffs_current")
    try:
        for number, (name, wanted) in enumerate(reasons.items(), 1):
            talk, _ = take_in(engine, said("Palīgā!", number, by=name))
            for reason in wanted:
                row: dict[str, object] = {
                    "conversation_id": talk.id,
                    "line": f"line of {reason}",
                    "state": "open",
                    "reason": reason,
                }
                row |= {"turn_id": number, "created_at": NOW, "updated_at": NOW}
                with write_transaction(engine) as connection:
                    connection.execute(insert(handoffs).values(row))
        change(engine, doubles)
        with read_transaction(engine) as connection:
            kept = connection.execute(select(handoffs.c.reason).where(handoffs.c.closed_at.is_(None)))
            assert list(kept.scalars()) == ["trading_stopped", "not_understood", "asked_for_person"]
    finally:
        mend(engine)


def test_a_database_of_a_newer_program_is_left_alone(engine: Engine) -> None:
    with read_transaction(engine) as connection:
        own = connection.scalar(text("SELECT version_num FROM alembic_version"))
    change(engine, "UPDATE alembic_version SET version_num = '9999'")
    try:
        assert (
            upgrade.find_problems(engine)[0]
            == "Revision 9999 is of a newer program: install that one, or restore a backup."
        )
        with pytest.raises(MigrationError, match="9999"):
            upgrade.upgrade(engine)
    finally:
        change(engine, f"UPDATE alembic_version SET version_num = '{own}'")  # noqa: S608


def test_a_revision_that_fails_leaves_nothing_behind(empty_engine: Engine) -> None:
    change(empty_engine, "CREATE TABLE handoffs (id INTEGER PRIMARY KEY)")

    with pytest.raises(MigrationError, match="as it was"):
        upgrade.upgrade(empty_engine)

    assert inspect(empty_engine).get_table_names() == ["handoffs"]


def test_a_backup_is_a_whole_database(engine: Engine, backend: str, tmp_path: Path) -> None:
    talk, _ = take_in(engine, HELLO)
    copy = tmp_path / "backups" / "copy.db"
    if backend == "postgresql":
        with pytest.raises(BackupError, match="pg_dump"):
            upgrade.backup(engine, copy)
        return

    upgrade.backup(engine, copy)

    restored = create_database_engine(f"sqlite:///{copy}")
    assert upgrade.find_problems(restored) == []
    with read_transaction(restored) as connection:
        assert len(history.messages_after(connection, talk.id)) == 2
    restored.dispose()
    assert oct(copy.stat().st_mode)[-3:] == "600"


@pytest.mark.parametrize("backend", [pytest.param("sqlite")], indirect=True)
def test_announcements_keep_their_texts_in_their_languages(empty_engine: Engine) -> None:
    step = import_module("storage.migrations.versions.0025_announcement_texts")
    upgrade.upgrade(empty_engine)
    change(
        empty_engine,
        "ALTER TABLE announcements DROP COLUMN texts",
        *(f"ALTER TABLE announcements ADD COLUMN text_{one} TEXT NOT NULL DEFAULT '{one}: Nēma'" for one in LANGUAGES),
        "INSERT INTO announcements (kind, source, author, created_at, ends_at) "
        "VALUES ('news', 'a letter', 'otto', '2026-11-28', '2026-12-28')",
    )
    with write_transaction(empty_engine) as connection, Operations.context(MigrationContext.configure(connection)):
        step.upgrade()

    assert upgrade.find_problems(empty_engine) == []
    with read_transaction(empty_engine) as connection:
        (published,) = news.list_published(connection)
    assert published.news.text == {language: f"{language}: Nēma" for language in LANGUAGES}
