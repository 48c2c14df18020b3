"""What is done for SQLite files alone: looking them through, and copying them while they are in use."""

import sqlite3
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from storage.database.engine import create_database_engine, migration_transaction, read_transaction, write_transaction
from storage.errors import BackupError, MigrationError, UnavailableError
from storage.migrations import HEAD, upgrade
from tests.contract.talks import HELLO, take_in
from tests.migrated_once import revisions_run_once

pytestmark = pytest.mark.usefixtures("every_revision")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database file that is up to date."""
    engine = create_database_engine(f"sqlite:///{tmp_path}/paligs.db")
    upgrade.upgrade(engine)
    yield engine
    engine.dispose()


def orphan(engine: Engine) -> None:
    with migration_transaction(engine) as connection:
        connection.execute(text("INSERT INTO sessions VALUES ('nobody', '{}', '2026-11-23 00:00:00')"))


def test_a_row_whose_talk_is_missing_is_found(engine: Engine) -> None:
    orphan(engine)

    (fault,) = upgrade.find_problems(engine)
    assert "foreign_key_check finds: sessions" in fault


def test_a_damaged_index_is_found(engine: Engine) -> None:
    take_in(engine, HELLO)
    with write_transaction(engine) as connection:
        connection.execute(text("PRAGMA writable_schema=ON"))
        other = "UPDATE sqlite_schema SET sql = replace(sql, '(sender)', '(address)') WHERE name = 'ix_conversations_sender'"
        connection.execute(text(other))
    engine.dispose()

    assert "integrity_check finds" in upgrade.find_problems(engine)[0]


def test_a_file_that_is_no_database_is_found(tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_text("This is a letter, not a database. " * 100)
    engine = create_database_engine(f"sqlite:///{tmp_path}/letter.db")

    assert "file is not a database" in upgrade.find_problems(engine)[0]
    engine.dispose()


def test_a_database_out_of_reach_is_not_called_damaged(tmp_path: Path) -> None:
    engine = create_database_engine(f"sqlite:///{tmp_path}")

    with pytest.raises(UnavailableError):
        upgrade.find_problems(engine)


def schema(engine: Engine) -> set[tuple[str, str]]:
    with read_transaction(engine) as connection:
        found = connection.execute(text("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"))
        return {(row.name, row.sql) for row in found}


def test_what_tests_open_has_the_tables_that_the_revisions_make(engine: Engine) -> None:
    with revisions_run_once():
        for _ in range(2):
            other = create_database_engine("sqlite://")
            upgrade.upgrade(other)
            assert schema(other) == schema(engine)
            assert upgrade.find_problems(other) == []
            other.dispose()


def test_alembic_itself_runs_the_revisions_for_a_developer(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/developed.db"
    config = Config(cmd_opts=Namespace(x=[f"url={url}"]))
    config.set_main_option("script_location", "storage:migrations")

    command.upgrade(config, "head")
    command.check(config)

    engine = create_database_engine(url)
    assert upgrade.find_problems(engine) == []
    engine.dispose()


def test_processes_that_start_on_a_new_file_at_once_wait_for_each_other(tmp_path: Path) -> None:
    program = f"""
from storage.migrations import upgrade
from storage.database.engine import create_database_engine
engine = create_database_engine("sqlite:///{tmp_path}/new/paligs.db")
upgrade.upgrade(engine)
assert upgrade.find_problems(engine) == []
"""
    running = [subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE) for _ in range(4)]

    assert [(process.communicate(timeout=60)[1], process.returncode) for process in running] == [(b"", 0)] * 4


def test_an_upgrade_that_leaves_rows_without_an_owner_is_undone(tmp_path: Path) -> None:
    engine = create_database_engine(f"sqlite:///{tmp_path}/paligs.db")
    with migration_transaction(engine) as connection:
        connection.execute(text("CREATE TABLE owner (id INTEGER PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE owned (owner_id INTEGER REFERENCES owner (id))"))
        connection.execute(text("INSERT INTO owned VALUES (1)"))

    with pytest.raises(MigrationError, match="foreign_key_check finds: owned"):
        upgrade.upgrade(engine)

    assert inspect(engine).get_table_names() == ["owned", "owner"]
    engine.dispose()


def test_a_backup_is_made_while_others_write(engine: Engine, tmp_path: Path) -> None:
    with write_transaction(engine) as connection:
        half = "INSERT INTO conversations (id, channel, address, sender, created_at, last_seen_at)"
        connection.execute(text(f"{half} VALUES ('half', 'x', 'y', 'z', '', '')"))
        upgrade.backup(engine, tmp_path / "copy.db")

    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("SELECT count(*) FROM conversations").fetchone() == (0,)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert sorted(file.name for file in tmp_path.iterdir() if file.name.startswith("copy")) == ["copy.db"]


def test_a_backup_never_replaces_a_file(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "dear.txt").write_text("dear")

    with pytest.raises(BackupError, match=r"dear\.txt is there already"):
        upgrade.backup(engine, tmp_path / "dear.txt")

    assert (tmp_path / "dear.txt").read_text() == "dear"


def test_a_backup_into_a_folder_that_cannot_be_says_so(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="can be written to"):
        upgrade.backup(engine, tmp_path / "paligs.db" / "copy.db")


def test_a_backup_that_fails_leaves_no_half_file(tmp_path: Path) -> None:
    (tmp_path / "paligs.db").write_text("This is a letter, not a database. " * 100)
    engine = create_database_engine(f"sqlite:///{tmp_path}/paligs.db")

    with pytest.raises(BackupError):
        upgrade.backup(engine, tmp_path / "copy.db")

    assert [file.name for file in tmp_path.iterdir()] == ["paligs.db"]
    engine.dispose()


def test_an_upgrade_of_a_busy_database_can_be_tried_again(tmp_path: Path, engine: Engine) -> None:
    with closing(sqlite3.connect(tmp_path / "paligs.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        impatient = create_database_engine(f"sqlite:///{tmp_path}/paligs.db?timeout=0.05")
        with pytest.raises(UnavailableError):
            upgrade.upgrade(impatient)
        impatient.dispose()


def test_the_newest_revision_is_the_one_that_is_named() -> None:
    assert ScriptDirectory(str(files("storage") / "migrations")).get_heads() == [HEAD]


def test_where_there_is_nothing_to_do_alembic_is_not_loaded(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'paligs.sqlite3'}"
    engine = create_database_engine(database)
    upgrade.upgrade(engine)
    engine.dispose()
    program = (
        "import sys\n"
        "from storage.migrations import upgrade\n"
        "from storage.database.engine import create_database_engine\n"
        f"database = create_database_engine({database!r})\n"
        "upgrade.upgrade(database)\n"
        "assert upgrade.revision_problems(database) == []\n"
        "assert 'alembic' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
