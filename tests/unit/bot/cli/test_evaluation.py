"""`paligs kb eval`, `kb check --against` and `kb bench` as a person, or continuous integration, uses them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.bench import reload
from bot.cli.kb import commands
from bot.cli.output import FileError
from tests.doubles import CONTENT

ROWS = """text\tlang\tlabel\tstyle
касса стоит, ничего не продать\tru\tdead\tplain
How do I close the shift\ten\tclose\tplain
nevar saprast kad jūs strādājat\tlv\thours\tlong
kāds laiks\tlv\tnone\tplain
"""


@pytest.fixture
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a labelled file, and the command line in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "rows.tsv").write_text(ROWS, "utf-8")
    return tmp_path


def paligs(*arguments: str) -> Result:
    """`paligs kb ...`."""
    return CliRunner().invoke(commands.app, arguments)


def small(*arguments: str) -> Result:
    """The same over the made-up company."""
    return paligs(*arguments, "--content", str(CONTENT))


def test_eval_prints_figures_beside_all_peers(rows: Path) -> None:
    told = small("eval", "rows.tsv", "--peers").stdout
    for part in (
        "rows.tsv: 4 messages",
        "top-1 accuracy",
        "by language",
        "calibration error",
        "WRatio",
        "bm25",
        "tfidf-svc",
    ):
        assert part in told
    alone = small("eval", "rows.tsv", "--peer", "ratio").stdout
    assert "ratio" in alone
    assert "bm25" not in alone


def test_eval_as_json_holds_all_figures_and_the_picture_is_drawn(rows: Path) -> None:
    arguments = ("--json", "--peer", "bm25", "--noise", "nodiacritics+typo", "--only-questions", "lv")
    told = json.loads(small("eval", "rows.tsv", *arguments, "--reliability", "r.svg").stdout)
    assert told["title"] == "rows.tsv: 4 messages, nodiacritics+typo, questions in lv alone"
    assert (told["figures"]["rows"], told["figures"]["copied"]) == (4, 0)
    assert set(told["by_language"]) == {"lv", "ru", "en"}
    assert set(told["peers"]) == {"bm25"}
    assert {"first", "roc_area", "learning_s", "p50_ms"} <= set(told["peers"]["bm25"])
    assert (rows / "r.svg").read_text("utf-8").startswith("<svg")


def test_limits_that_are_not_kept_end_in_status_one_and_a_sentence(rows: Path) -> None:
    kept = small("eval", "rows.tsv", "--fail-under", "first=0,among_three=0", "--fail-over", "answered_wrongly=1")
    assert (kept.exit_code, kept.stderr) == (0, "")
    broken = small("eval", "rows.tsv", "--fail-under", "rows=5", "--fail-over", "p99_ms=0", "--json")
    assert broken.exit_code == 1
    assert "rows is 4, and at least 5 is asked for." in broken.stderr
    assert "p99_ms is " in broken.stderr
    assert json.loads(broken.stdout)["figures"]["rows"] == 4


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["eval"], "Name a labelled file"),
        (["eval", "--train", "rows.tsv"], "Name a labelled file"),
        (["eval", "none.tsv"], "none.tsv: No such file"),
        (["eval", str(CONTENT / "directory.yaml")], "needs text and label"),
        (["eval", "rows.tsv", "--noise", "typo+smoke"], "write typo, typos, nodiacritics"),
        (["eval", "rows.tsv", "--only-questions", "de"], "write one of lv, ru, en"),
        (["eval", "rows.tsv", "--peer", "oracle"], "no such peer"),
        (["eval", "rows.tsv", "--fail-under", "first"], "is no limit"),
        (["eval", "rows.tsv", "--fail-under", "luck=1"], "no such figure"),
        (["eval", "--train", "rows.tsv", "--test", "rows.tsv", "--json", "--peers"], "leave --json out"),
        (["check", "--against", "none.tsv"], "none.tsv: No such file"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(rows: Path, arguments: list[str], told: str) -> None:
    error = small(*arguments).exception
    assert isinstance(error, FileError)
    assert told in str(error)


def test_a_matcher_can_be_judged_on_any_labelled_file(rows: Path) -> None:
    labelled = [
        {"text": text, "label": label, "lang": "en", "split": split}
        for split in ("train", "test", "val")
        for text, label in (("open the door", "door"), ("close the window", "window"), ("is it raining", "oos"))
    ]
    (rows / "rows.jsonl").write_text("\n".join(map(json.dumps, labelled)), "utf-8")
    both = ("eval", "--train", "rows.jsonl", "--test", "rows.jsonl")
    told = paligs(*both, "--json")
    first, second, third = (json.loads(line) for line in told.stdout.splitlines())
    assert set(first) == {"text", "label", "outcome", "candidates", "ms"}
    assert set(first["candidates"][0]) == {"entry", "score"}
    assert (first["candidates"][0]["entry"], second["candidates"][0]["entry"]) == ("door", "window")
    assert (third["label"], third["outcome"]) == ("oos", "unknown")
    summary = paligs(*both, "--peer", "token_set_ratio", "--fail-under", "first=1")
    assert summary.exit_code == 0
    assert "rows.jsonl: 3 messages" in summary.stdout
    assert "token_set_ratio" in summary.stdout


def test_the_lexicon_serves_any_labelled_file(tmp_path: Path) -> None:
    train, test = tmp_path / "train.jsonl", tmp_path / "test.jsonl"
    said = [("neredzu viesa rēķinu", "bill", "lv"), ("virtuvē ir silti", "kitchen", "lv")]
    asked = [("где счет гостя", "bill", "ru"), ("кто на кухне", "kitchen", "ru")]
    for file, rows in ((train, said), (test, asked)):
        lines = (json.dumps(dict(zip(("text", "label", "lang"), row, strict=True))) for row in rows)
        file.write_text("\n".join(lines), "utf-8")
    told = paligs("eval", "--train", str(train), "--test", str(test), "--fail-under", "first=1")
    assert told.exit_code == 0, told.output


def test_messages_that_stand_in_the_content_are_told(rows: Path) -> None:
    told = small("check", "--against", "rows.tsv")
    assert told.exit_code == 0
    assert "close: 'How do I close the shift' leaked from close" in told.stdout
    assert "rows.tsv: 1 of 4 messages are leaked from the content" in told.stdout
    assert small("check", "--against", "rows.tsv", "--at-most", "1").exit_code == 0
    refused = small("check", "--against", "rows.tsv", "--at-most", "0")
    assert refused.exit_code == 1
    assert "rephrase them" in refused.stderr


def test_bench_times_the_content_or_what_is_generated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(reload, "REST_SECONDS", 0.05)
    told = small("bench", "--messages", "5").stdout
    for part in (
        "reading the content",
        "start, cached model",
        "training",
        "memory, peak",
        "paligs, p50 / p99",
        "token_set_ratio",
    ):
        assert part in told
    made = paligs("bench", "--entries", "5", "--questions", "200", "--messages", "20").stdout
    assert "200 questions of 5 entries" in made
    assert "top-1 accuracy" in made
