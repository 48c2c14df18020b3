"""What a person had erased stands in no file any more, whichever way it was erased; other readers hold files open."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from bot.cli.app import app
from storage import personal_data
from storage.database import engine
from tests.unit.bot.conftest import ProgramFixture

SECRET_WORD = "ZVIRBULIS777"


def _files_with(word: str, folder: Path) -> list[str]:
    return sorted(file.name for file in folder.glob("paligs*") if word.encode() in file.read_bytes())


@pytest.fixture
def other_process(tmp_path: Path, program: ProgramFixture) -> Iterator[Engine]:
    """Connections of another process on the same files."""
    del program
    other = engine.create_database_engine(f"sqlite:///{tmp_path / 'paligs.sqlite3'}")
    with engine.read_transaction(other) as connection:
        personal_data.find_conversations(connection, "nobody")
    yield other
    other.dispose()


@pytest.fixture
async def told(program: ProgramFixture, other_process: Engine, tmp_path: Path) -> ProgramFixture:
    """A program in which somebody has said the word."""
    del other_process
    await program.exchange(f"{SECRET_WORD} hours")
    assert "paligs.sqlite3-wal" in _files_with(SECRET_WORD, tmp_path)
    return program


async def test_after_forget_in_the_chat_the_words_are_in_no_file(told: ProgramFixture, tmp_path: Path) -> None:
    await told.exchange("/forget")
    assert _files_with(SECRET_WORD, tmp_path) == []


async def test_after_the_command_line_erased_it_the_words_are_in_no_file(told: ProgramFixture, tmp_path: Path) -> None:
    del told
    url = f"sqlite:///{tmp_path / 'paligs.sqlite3'}"
    done = CliRunner().invoke(app, ["user", "erase", "anna"], env={"DATABASE_URL": url})
    assert done.output.startswith("Erased:")
    assert _files_with(SECRET_WORD, tmp_path) == []


async def test_after_another_process_erased_it_the_words_are_in_no_file(
    told: ProgramFixture, other_process: Engine, tmp_path: Path
) -> None:
    del told
    with engine.write_transaction(other_process) as connection:
        personal_data.erase(connection, personal_data.find_conversations(connection, "anna"))
    assert _files_with(SECRET_WORD, tmp_path) == []


async def test_what_is_purged_is_in_no_file(told: ProgramFixture, tmp_path: Path) -> None:
    await told.exchange("/forget")
    assert _files_with("anna", tmp_path), "its address, until the notice is sent"
    with engine.write_transaction(told.database) as connection:
        talks = personal_data.find_conversations(connection, "anna")
        personal_data.erase(connection, talks)
    assert _files_with("anna", tmp_path) == []
