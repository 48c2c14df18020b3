"""The command line as a person uses it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from kb.loading.loader import load_knowledge_base
from kb.model import EntryId
from tests.doubles import CONTENT
from tests.e2e.loaded_commands import LoadedCommands
from tests.patience import PATIENCE_SECONDS
from tests.ports import own_port

Paligs = Callable[..., CompletedProcess[str]]

_ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "NO_COLOR": "1", "COLUMNS": "200"}


@pytest.fixture(scope="module")
def paligs() -> Iterator[Paligs]:
    """Runs the program in a folder of its own."""
    with LoadedCommands(_ENVIRONMENT) as commands:
        yield commands.run


def test_help_names_every_command(tmp_path: Path) -> None:
    """By an interpreter of its own, as a person starts it."""
    start = [sys.executable, "-m", "bot", "--help"]
    told = subprocess.run(start, cwd=tmp_path, env=_ENVIRONMENT, capture_output=True, text=True, check=True).stdout
    for command in ("run", "chat", "ask", "kb", "db", "user"):
        assert command in told


def test_ask_answers_in_words_and_as_json(paligs: Paligs, tmp_path: Path) -> None:
    told = paligs("ask", "kā aizvērt maiņu", folder=tmp_path)
    assert told.returncode == 0
    assert "Avots:" in told.stdout
    answer = json.loads(paligs("ask", "kak zakryt smenu", "--json", folder=tmp_path).stdout)
    assert (answer["entry"], answer["lang"], answer["outcome"]) == ("shift-close", "ru", "answered")


def test_ask_tells_why_in_lines_and_as_json(paligs: Paligs, tmp_path: Path) -> None:
    told = paligs("ask", "kā aizvērt maiņu", "--why", folder=tmp_path).stdout
    assert "of shift-close, score" in told
    assert "decided by  " in told
    why = json.loads(paligs("ask", "kā aizvērt maiņuu", "--why", "--json", folder=tmp_path).stdout)["why"]
    assert why["matched"]["entry"] == "shift-close"
    (tmp_path / "rows.jsonl").write_text('{"text": "kā aizvērt maiņu"}', "utf-8")
    assert "why" in json.loads(paligs("ask", "--batch", "rows.jsonl", "--why", folder=tmp_path).stdout)


def test_ask_without_a_question_or_in_an_unknown_language_says_what_to_write(paligs: Paligs, tmp_path: Path) -> None:
    assert "Write what to ask" in paligs("ask", folder=tmp_path).stderr
    refused = paligs("ask", "kase", "--lang", "tlh", folder=tmp_path)
    assert refused.returncode == 2
    assert "write one of lv, ru, en" in refused.stderr


def test_a_batch_answers_every_line_in_order_and_survives_a_broken_one(paligs: Paligs, tmp_path: Path) -> None:
    lines = ['{"text": "labdien"}', "{broken", '{"text": "kase stāv, neko nevaram pārdot"}']
    (tmp_path / "batch.jsonl").write_text("\n".join(lines), "utf-8")
    told = paligs("ask", "--batch", "batch.jsonl", "--json", folder=tmp_path)
    first, second, third = (json.loads(line) for line in told.stdout.splitlines())
    assert first["act"] == "talk"
    assert second["line_number"] == 2
    assert third["act"] == "critical"
    piped = paligs("ask", "--batch", "-", folder=tmp_path, given=lines[2])
    assert json.loads(piped.stdout)["entry"] == third["entry"]


def test_a_batch_whose_reader_has_enough_ends_quietly(tmp_path: Path) -> None:
    (tmp_path / "batch.jsonl").write_text('{"text": "labdien"}\n' * 2000, "utf-8")
    command = [sys.executable, "-m", "bot", "ask", "--batch", "batch.jsonl"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=_ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as asking:
        assert asking.stdout
        assert asking.stderr
        assert json.loads(asking.stdout.readline())["act"] == "talk"
        asking.stdout.close()
        assert asking.stderr.read() == b""
        asking.wait(PATIENCE_SECONDS)


def test_a_start_prints_one_line_with_the_address(tmp_path: Path) -> None:
    environment = {**_ENVIRONMENT, "PORT": str(own_port()), "LOG_LEVEL": "ERROR"}
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "run"], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout
        line = program.stdout.readline()
        url = f"http://localhost:{environment['PORT']}"
        assert line == f"Paligs is ready: chat {url}/ , console {url}/console/ , Ctrl-C stops it.\n"
        program.terminate()
        assert program.stdout.read() == ""


def test_a_batch_that_is_not_there_is_one_clear_line(paligs: Paligs, tmp_path: Path) -> None:
    told = paligs("ask", "--batch", "nothing.jsonl", folder=tmp_path)
    assert told.returncode == 2
    assert "nothing.jsonl: No such file" in told.stderr
    assert "Traceback" not in told.stderr


def test_kb_check_is_content_with_what_is_shipped_and_names_what_is_wrong(paligs: Paligs, tmp_path: Path) -> None:
    assert "no problems" in paligs("kb", "check", "--no-forecast", folder=tmp_path).stdout
    assert paligs("kb", "check", "--content", str(CONTENT), folder=tmp_path).returncode == 0
    (tmp_path / "content").mkdir()
    refused = paligs("kb", "check", "--content", "content", folder=tmp_path)
    assert refused.returncode == 1
    assert "directory.yaml: cannot be read" in refused.stdout


def test_kb_train_tells_where_the_model_is_cached_and_what_cannot_be_read(paligs: Paligs, tmp_path: Path) -> None:
    done = paligs("kb", "train", folder=tmp_path)
    assert done.returncode == 0
    assert "cached in" in done.stdout
    broken = paligs("kb", "train", "--content", "nowhere", folder=tmp_path)
    assert broken.returncode == 2
    assert "is no folder" in broken.stderr


def test_kb_learn_is_the_same_command_and_not_in_the_help(paligs: Paligs, tmp_path: Path) -> None:
    assert paligs("kb", "learn", folder=tmp_path).stdout == paligs("kb", "train", folder=tmp_path).stdout
    told = paligs("kb", "--help", folder=tmp_path).stdout
    assert "train" in told
    assert "learn" not in told


def test_kb_export_holds_every_entry_in_every_language(paligs: Paligs, tmp_path: Path) -> None:
    exported = json.loads(paligs("kb", "export", "--json", folder=tmp_path).stdout)
    assert len(exported["entries"]) == 160
    assert set(exported["lines"]) == {"helpdesk", "technical", "administration"}
    assert all(set(entry["answers"]) == {"lv", "ru", "en"} for entry in exported["entries"])


def test_questions_are_imported_once_and_an_unknown_entry_is_refused(paligs: Paligs, tmp_path: Path) -> None:
    content = tmp_path / "content"
    shutil.copytree(CONTENT, content)
    rows = [
        {"id": "close", "lang": "lv", "text": "kā: beigt # dienu"},
        {"id": "close", "lang": "lv", "text": "Kā aizvērt maiņu"},
        {"id": "hello", "lang": "en", "text": "yes"},
    ]
    (tmp_path / "new.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    for expected in (2, 0):
        assert (
            f"{expected} questions added"
            in paligs("kb", "import", "new.jsonl", "--content", "content", folder=tmp_path).stdout
        )
    assert load_knowledge_base(content).entries[EntryId("close")].questions["lv"][-1] == "kā: beigt # dienu"
    (tmp_path / "bad.jsonl").write_text('{"id": "nobody", "lang": "lv", "text": "x"}', "utf-8")
    assert (
        "nobody: no such entry" in paligs("kb", "import", "bad.jsonl", "--content", "content", folder=tmp_path).stderr
    )
    (tmp_path / "worse.jsonl").write_text("x", "utf-8")
    assert (
        "line 1: the line: Invalid JSON"
        in paligs("kb", "import", "worse.jsonl", "--content", "content", folder=tmp_path).stderr
    )


def test_an_import_that_would_break_the_content_leaves_it_as_it_was(paligs: Paligs, tmp_path: Path) -> None:
    content = tmp_path / "content"
    shutil.copytree(CONTENT, content)
    (tmp_path / "new.jsonl").write_text('{"id": "close", "lang": "lv", "text": "printeris nedrukā"}', "utf-8")
    refused = paligs("kb", "import", "new.jsonl", "--content", "content", folder=tmp_path)
    assert refused.returncode == 2
    assert "also stands in" in refused.stderr
    assert load_knowledge_base(content).version == load_knowledge_base(CONTENT).version


def test_an_export_can_be_imported(paligs: Paligs, tmp_path: Path) -> None:
    (tmp_path / "all.json").write_text(
        paligs("kb", "export", "--content", str(CONTENT), folder=tmp_path).stdout, "utf-8"
    )
    shutil.copytree(CONTENT, tmp_path / "content")
    assert "0 questions added" in paligs("kb", "import", "all.json", "--content", "content", folder=tmp_path).stdout


def test_eval_fails_for_continuous_integration_and_says_what_fell_short(paligs: Paligs, tmp_path: Path) -> None:
    (tmp_path / "rows.tsv").write_text("text\tlang\tlabel\nкасса стоит\tru\tdead\n", "utf-8")
    judged = ("kb", "eval", "rows.tsv", "--content", str(CONTENT))
    kept = paligs(*judged, "--fail-under", "first=1", folder=tmp_path)
    assert (kept.returncode, kept.stderr) == (0, "")
    short = paligs(*judged, "--fail-under", "rows=2", folder=tmp_path)
    assert (short.returncode, short.stderr) == (1, "rows is 1, and at least 2 is asked for.\n")
    wrong = paligs(*judged, "--noise", "smoke", folder=tmp_path)
    assert wrong.returncode == 2
    assert "--noise smoke: write typo" in wrong.stderr
    assert "Traceback" not in wrong.stderr


def test_the_database_is_made_checked_and_copied(paligs: Paligs, tmp_path: Path) -> None:
    assert paligs("db", "check", folder=tmp_path).returncode == 1
    assert "up to date" in paligs("db", "upgrade", folder=tmp_path).stdout
    assert "sound" in paligs("db", "check", folder=tmp_path).stdout
    assert paligs("db", "backup", "copy.sqlite3", folder=tmp_path).returncode == 0
    assert (tmp_path / "copy.sqlite3").stat().st_size > 0


def test_nobody_is_found_where_nothing_is_stored(paligs: Paligs, tmp_path: Path) -> None:
    paligs("db", "upgrade", folder=tmp_path)
    for command in ("export", "erase"):
        told = paligs("user", command, "somebody", folder=tmp_path)
        assert told.returncode == 1
        assert "Nothing is stored about somebody" in told.stderr


@pytest.mark.parametrize("command", [("run",), ("db", "upgrade")])
def test_wrong_settings_are_told_together_and_without_a_traceback(
    paligs: Paligs, tmp_path: Path, command: tuple[str, ...]
) -> None:
    told = paligs(*command, folder=tmp_path, PORT="eighty", LOG_LEVEL="LOUD")
    assert told.returncode == 2
    assert "PORT" in told.stderr
    assert "LOG_LEVEL" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_database_that_cannot_be_reached_is_told_without_its_password(paligs: Paligs, tmp_path: Path) -> None:
    url = "postgresql://paligs:verysecret@127.0.0.1:9/none"
    told = paligs("db", "upgrade", folder=tmp_path, DATABASE_URL=url)
    assert told.returncode == 2
    assert "verysecret" not in told.stderr + told.stdout
