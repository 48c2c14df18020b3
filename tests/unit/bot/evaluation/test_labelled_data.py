"""Labelled files: what is read, and what a person is told who wrote one wrongly."""

import json
from pathlib import Path

import pytest

from bot.evaluation.errors import EvaluationError
from bot.evaluation.labelled_data import knowledge_from_rows, read_labelled_file
from kb.model import SynonymSet


def write(folder: Path, *lines: str | dict[str, str], name: str = "rows.jsonl") -> Path:
    file = folder / name
    file.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), "utf-8")
    return file


def test_columns_and_json_lines_read_alike(tmp_path: Path) -> None:
    table = write(tmp_path, "text\tlang\tlabel\r", "kase stāv\tlv\tdead\r", "", "kas tu esi\tlv\toos")
    lines = write(
        tmp_path,
        {"text": "kase stāv", "lang": "lv", "label": "dead"},
        {"text": "kas tu esi", "lang": "lv", "label": "oos"},
    )
    rows = [labelled.to_row() for labelled in read_labelled_file(table)]
    assert rows == [labelled.to_row() for labelled in read_labelled_file(lines)]
    assert [(row.text, row.label, row.language) for row in rows] == [
        ("kase stāv", "dead", "lv"),
        ("kas tu esi", "none", "lv"),
    ]


def test_noise_lies_over_the_text_of_a_row(tmp_path: Path) -> None:
    (labelled,) = read_labelled_file(write(tmp_path, {"text": "kase stāv", "label": "dead"}))
    assert labelled.to_row("nodiacritics").text == "kase stav"


def test_rows_of_another_split_are_left_out(tmp_path: Path) -> None:
    file = write(
        tmp_path, *({"text": f"a {split}", "label": "a", "split": split} for split in ("train", "test", "val"))
    )
    assert [row.text for row in read_labelled_file(file, "test")] == ["a test"]
    with pytest.raises(EvaluationError, match='among its 3 rows with the split "dev"'):
        read_labelled_file(file, "dev")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (['{"text": "a", "label": "b"}', "{"], "line 2: needs text and label"),
        (['{"text": "a"}'], "line 1: needs text and label"),
        (["text\tlang", "kase\tlv"], "line 2: needs text and label"),
        (['{"text": 5, "label": "b"}'], "line 1: needs text and label"),
        ([""], "no messages"),
        (["text\tlabel"], "no messages"),
    ],
)
def test_a_wrong_file_is_told_with_its_line(tmp_path: Path, lines: list[str], told: str) -> None:
    with pytest.raises(EvaluationError, match=told):
        read_labelled_file(write(tmp_path, *lines))


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="No such file"):
        read_labelled_file(tmp_path / "nothing.tsv")
    (tmp_path / "latin.tsv").write_bytes("text\tlabel\nčeks\tx".encode("cp1257"))
    with pytest.raises(EvaluationError, match="save the file as UTF-8"):
        read_labelled_file(tmp_path / "latin.tsv")


def test_knowledge_is_made_of_labelled_rows(tmp_path: Path) -> None:
    rows = [
        {"text": "open", "label": "door|gate", "lang": "lv"},
        {"text": "weather", "label": "oos"},
        {"text": "shut", "label": "window"},
        {"text": "rain", "label": "none", "lang": "ru"},
    ]
    same = SynonymSet(id="open", forms={"lv": ("vērt",), "ru": (), "en": ("open",)})
    made = knowledge_from_rows(read_labelled_file(write(tmp_path, *rows)), (same,))
    assert made.concepts == (same,)
    assert [(entry.id, language, text) for entry, language, text in made.questions()] == [
        ("door", "lv", "open"),
        ("window", "en", "shut"),
    ]
    assert (made.out_of_scope["en"], made.out_of_scope["ru"]) == (("weather",), ("rain",))
    with pytest.raises(EvaluationError, match="all out of scope"):
        knowledge_from_rows(read_labelled_file(write(tmp_path, rows[1])))
