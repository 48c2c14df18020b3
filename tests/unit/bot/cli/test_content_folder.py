"""CONTENT_DIR is what every `paligs kb` command reads, and a folder that is not there is named."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.app import app

SMALL = Path(__file__).parents[3] / "content"
COMMANDS = (
    ("check", "--no-forecast"),
    ("train",),
    ("export",),
    ("export", "--taught"),
    ("eval", "rows.tsv"),
    ("bench", "--messages", "1"),
    ("import", "rows.jsonl"),
    ("import", "--taught"),
)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands run here, without settings of their own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CONTENT_DIR", raising=False)


def _run(*arguments: str, **env: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["kb", *arguments], env={"COLUMNS": "300", **env})
    return done.exit_code, done.output


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_missing_folder_is_named_by_every_command(command: tuple[str, ...]) -> None:
    status, told = _run(*command, CONTENT_DIR="/nowhere/content")
    assert status == 2
    assert "CONTENT_DIR: /nowhere/content: is no folder" in told


def test_the_option_counts_before_the_setting_and_is_named_too() -> None:
    status, told = _run("check", "--content", "/elsewhere", CONTENT_DIR=str(SMALL))
    assert status == 2
    assert "--content: /elsewhere: is no folder" in told


def test_the_setting_is_read_from_the_environment() -> None:
    assert '"printer"' in _run("export", CONTENT_DIR=str(SMALL))[1]
    assert _run("check", "--no-forecast", CONTENT_DIR=str(SMALL))[1].splitlines()[-1].startswith("10 entries")


def test_the_setting_is_read_from_the_env_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"CONTENT_DIR={SMALL}\n")
    assert _run("check", "--no-forecast")[1].splitlines()[-1].startswith("10 entries")


def test_questions_are_imported_into_the_folder_of_the_setting(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "ours")
    (tmp_path / "rows.jsonl").write_text('{"id": "printer", "lang": "en", "text": "the printer eats my paper"}\n')
    status, told = _run("import", "rows.jsonl", CONTENT_DIR=str(tmp_path / "ours"))
    assert (status, told) == (0, f"1 questions added under {tmp_path / 'ours'}. Now: paligs kb check\n")
    assert "the printer eats my paper" in (tmp_path / "ours" / "entries" / "printer.yaml").read_text("utf-8")


def test_without_either_the_shipped_content_is_read() -> None:
    assert '"till-down"' in _run("export")[1]
