"""`paligs kb eval --dialogs`: scores conversations, and says which line of a file cannot be used."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.app import app
from bot.cli.output import FileError


def written(folder: Path, *rows: object) -> Path:
    file = folder / "dialogs.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return file


DIALOG = {
    "id": "one",
    "lang": "lv",
    "turns": [
        {"user": "kā aizvērt maiņu", "expect": {"act": "answer", "entry": "shift-close"}},
        {"user": "kam zvanīt", "expect": {"act": "critical", "entry": "till-down"}},
    ],
}


def test_every_turn_is_scored_and_what_is_not_right_is_named(tmp_path: Path) -> None:
    said = CliRunner().invoke(app, ["kb", "eval", "--dialogs", str(written(tmp_path, DIALOG))])
    assert said.exit_code == 0
    assert "turns right 1 of 2, later turns 0 of 1, urgent ones 0 of 1, answered wrongly 1." in said.stdout
    assert "'kam zvanīt'" in said.stdout


def test_the_counts_are_given_as_json(tmp_path: Path) -> None:
    said = CliRunner().invoke(app, ["kb", "eval", "--dialogs", str(written(tmp_path, DIALOG)), "--json"])
    counts = json.loads(said.stdout)
    assert (counts["turns"], counts["right"], counts["answered_wrongly"], len(counts["faults"])) == (2, 1, 1, 1)


@pytest.mark.parametrize(("row", "named"), [({"id": "one"}, "turns"), ([1], "line")])
def test_a_line_that_cannot_be_used_is_named_with_what_to_write(tmp_path: Path, row: object, named: str) -> None:
    said = CliRunner().invoke(app, ["kb", "eval", "--dialogs", str(written(tmp_path, DIALOG, row))])
    assert isinstance(said.exception, FileError)
    assert "dialogs.jsonl:2" in str(said.exception)
    assert named in str(said.exception)
    assert "write id, lang and turns" in str(said.exception)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    said = CliRunner().invoke(app, ["kb", "eval", "--dialogs", str(tmp_path / "none.jsonl")])
    assert isinstance(said.exception, FileError)
    assert "none.jsonl" in str(said.exception)
