"""From lessons and drafts to content files, and back: nothing but additions, and nothing twice."""

import difflib
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from bot.cli.app import app
from bot.cli.kb.export_files import entry_yaml
from bot.cli.kb.yaml_edit import append_items, replace_values
from bot.knowledge.content_cache import cached_or_load
from kb.entry_edits import apply_edits, edit_of
from kb.lessons import extend
from kb.loading.loader import load_knowledge_base
from kb.model import Act, EntryId, KnowledgeBase, Language
from storage.curation import entry_drafts, entry_versions, lessons
from storage.curation.entry_drafts import EntryDraft
from storage.database import engine
from storage.migrations import upgrade
from tests.doubles import CONTENT, NOW

SHIPPED = Path(__file__).parents[4] / "kb" / "content"
GIFT = EntryDraft(
    id="gift-cards",
    act=Act.ANSWER,
    line="desk",
    titles={"lv": "Dāvanu kartes", "ru": "Подарочные карты", "en": "Gift cards"},
    answers={"lv": "Pārdod kā preci.\n\nIzdod čeku.", "ru": "- Продаёт касса: да.", "en": "Sell them # as goods."},
    questions={"lv": ("dāvanu karte", "kā: pārdot karti"), "ru": ("подарочная карта",), "en": ("gift card",)},
    by="Ilze\nBērziņa",
    at=NOW,
)


class ExportFixture:
    """A database and a content folder of the test's own, and the command line on them."""

    def __init__(self, folder: Path, content: Path) -> None:
        self.folder = folder
        self.content = shutil.copytree(content, folder / "content")
        self.url = f"sqlite:///{folder / 'paligs.sqlite3'}"
        self.database: Engine = engine.create_database_engine(self.url)
        upgrade.upgrade(self.database)

    def teach(
        self, text: str, entry: str | None, language: Language = "lv", filed: KnowledgeBase | None = None
    ) -> None:
        """`filed` is what stands in the files, where that was read before."""
        with engine.write_transaction(self.database) as connection:
            filed = filed or load_knowledge_base(self.content)
            if entry is None:
                lessons.add_out_of_scope(connection, filed, language, text, "Ilze", NOW)
            else:
                lessons.add_lesson(connection, filed, EntryId(entry), language, text, "Ilze", NOW)

    def add_draft(self, draft: EntryDraft) -> None:
        with engine.write_transaction(self.database) as connection:
            entry_drafts.add(connection, draft, load_knowledge_base(self.content))

    def edit(self, entry: str = "printer", **changed: Any) -> None:
        """Texts are given for some languages."""
        base = load_knowledge_base(self.content)
        before = edit_of(base.entries[EntryId(entry)])
        for name in {"title", "answer", "questions"} & {*changed}:
            changed[name] = {**getattr(before, name), **changed[name]}
        with engine.write_transaction(self.database) as connection:
            entry_versions.add_version(connection, replace(before, **changed), base, "Ilze", NOW, seen=None)

    def run_cli(self, *arguments: str) -> str:
        done = CliRunner().invoke(app, ["kb", *arguments], env={"DATABASE_URL": self.url})
        assert done.exit_code == 0, done.output
        return done.output

    def export(self) -> str:
        return self.run_cli("export", "--taught", "--out", str(self.folder / "review"), "--content", str(self.content))

    def copy_export(self) -> None:
        """As a person does who has looked at the review."""
        shutil.copytree(self.folder / "review", self.content, dirs_exist_ok=True)

    def lessons(self) -> lessons.LessonSet:
        with engine.read_transaction(self.database) as connection:
            return lessons.current_lessons(connection)


@pytest.fixture
def house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[ExportFixture]:
    house = ExportFixture(tmp_path, getattr(request, "param", CONTENT))
    yield house
    house.database.dispose()


@pytest.mark.no_cover  # The same lines as of the made-up company, a hundred times.
@pytest.mark.parametrize("house", [SHIPPED], indirect=True)
def test_what_was_taught_becomes_additions_to_the_shipped_files_and_then_is_no_lesson_any_more(
    house: ExportFixture,
) -> None:
    before = {file.relative_to(house.content): file.read_text("utf-8") for file in house.content.rglob("*.yaml")}
    filed = cached_or_load(house.content)
    house.teach("kase: vērdi # nekā", "cash-drawer", filed=filed)
    house.teach("'ящик' & - всё", "cash-drawer", "ru", filed)
    house.teach("vai tu dziedi", None, filed=filed)
    base = extend(filed, house.lessons().lessons)

    told = house.export()
    house.copy_export()

    added = []
    for name, text in before.items():
        written = (house.content / name).read_text("utf-8")
        # What is the same word for word needs no search for what was added.
        for line in difflib.ndiff(text.splitlines(), written.splitlines()) if written != text else ():
            assert line[0] in " +", line
            added += [line.removeprefix("+ ")] * (line[0] == "+")
    assert sorted(added) == ["    - '''ящик'' & - всё'", "    - 'kase: vērdi # nekā'", "    - vai tu dziedi"]
    assert "3 lessons, 0 new entries" in told
    filed = load_knowledge_base(house.content)
    assert filed.entries[EntryId("cash-drawer")] == base.entries[EntryId("cash-drawer")]
    assert filed.out_of_scope == base.out_of_scope
    assert extend(filed, house.lessons().lessons) is filed
    assert "no problems" in house.run_cli("check", "--no-forecast", "--content", str(house.content))

    done = house.run_cli("import", "--taught", "--content", str(house.content))
    assert done.startswith("3 lessons, 0 edited entries and 0 drafts are released; 0 lessons are pending")
    assert house.lessons().stored == ()
    assert "No edited entries, lessons or drafts are pending" in house.export()


EDITED = """\
# How the file begins.
id: printer
act: problem
line: workshop
trust: seed   # as the workshop says
sources: [S1, S2]
review_by: 2030-01-01
title:
  lv: 'Kaste: #1'
  ru: Принтер
  en: Box
answer:
  lv: |-
    Izslēdziet.

    Zvaniet: {workshop_phone}.
  ru: |-
    Звоните: {workshop_phone} (Мастерская).
  en: |-
    Call {workshop_phone} (Workshop).
questions:
  lv:
    - printeris nedrukā
    - čeki nenāk ārā
    - kā lai drukā
  ru:
    - принтер не печатает
    - чеки не выходят
  en:
    - the printer does not print
    - 'the box: dead'
"""


def test_an_edited_entry_is_written_into_its_file_and_the_rest_stays_as_it_is(house: ExportFixture) -> None:
    file = house.content / "entries" / "printer.yaml"
    text = file.read_text("utf-8").replace("trust: seed", "trust: seed   # as the workshop says")
    file.write_text("# How the file begins.\n" + text, "utf-8")
    house.edit(
        title={"lv": "Kaste: #1", "en": "Box"},
        answer={"lv": "Izslēdziet.\n\nZvaniet: {workshop_phone}."},
        questions={"en": ("the printer does not print", "the box: dead")},
        sources=("S1", "S2"),
        review_by=date(2030, 1, 1),
    )
    house.teach("kā lai drukā", "printer")
    before = load_knowledge_base(house.content)
    said = extend(apply_edits(before, house.lessons().edits), house.lessons().lessons)
    printed = json.loads(house.run_cli("export", "--taught", "--content", str(house.content)))
    assert [one["id"] for one in printed["edited"]] == ["printer"]
    assert next(one for one in printed["entries"] if one["id"] == "printer")["titles"]["en"] == "Box"

    assert "1 edited entries, 1 lessons, 0 new entries" in house.export()
    house.copy_export()
    assert file.read_text("utf-8") == EDITED
    released = load_knowledge_base(house.content)
    assert released.entries == said.entries
    assert apply_edits(released, house.lessons().edits) is released
    done = house.run_cli("import", "--taught", "--content", str(house.content))
    assert done.startswith("1 lessons, 1 edited entries and 0 drafts are released")
    assert house.lessons().edits == ()


def test_an_edit_of_one_text_changes_its_lines_alone(house: ExportFixture) -> None:
    file = house.content / "entries" / "hours.yaml"
    before = file.read_text("utf-8")
    house.edit("hours", title={"en": "Opening hours"})
    house.export()
    written = (house.folder / "review" / "entries" / "hours.yaml").read_text("utf-8")
    changed = [line for line in difflib.ndiff(before.splitlines(), written.splitlines()) if line[0] != " "]
    assert [line for line in changed if line[0] == "+"] == ["+   en: Opening hours"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: 1\nb: [x, y]\nc: 3\n", "a: 1\nb: new\nc: 3\n"),
        ("a: 1\nb:\n  - x\n  - y\n\n# on c\nc: 3\n", "a: 1\nb: new\n\n# on c\nc: 3\n"),
        ("a: 1\nb: {x: 1}\n", "a: 1\nb: new\n"),
        ("b: |-\n  x\n  y\nc: 3", "b: new\nc: 3\n"),
        ("b:\n  lv: [x,\n    y]\n", "b: new\n"),
        ("a: 1\n", "a: 1\n"),
    ],
)
def test_a_value_is_replaced_however_it_is_written(before: str, after: str) -> None:
    assert replace_values(before, {"b": ["b: new"]}) == after


def test_a_draft_that_is_whole_becomes_an_entry_for_review(house: ExportFixture) -> None:
    house.add_draft(GIFT)
    assert "0 lessons, 1 new entries" in house.export()
    house.copy_export()

    file = (house.content / "entries" / "gift-cards.yaml").read_text("utf-8")
    assert file.startswith("# For review: drafted by Ilze Bērziņa on 2026-11-23.\n")
    entry = load_knowledge_base(house.content).entries[EntryId("gift-cards")]
    assert dict(entry.title) == GIFT.titles
    assert dict(entry.body) == GIFT.answers
    assert dict(entry.questions) == GIFT.questions
    assert (entry.act, entry.line, entry.trust.value, str(entry.review_by)) == ("answer", "desk", "owner", "2027-05-22")

    done = house.run_cli("import", "--taught", "--content", str(house.content))
    assert done.startswith("0 lessons, 0 edited entries and 1 drafts")
    with engine.read_transaction(house.database) as connection:
        assert entry_drafts.list_all(connection) == ()


def test_a_draft_that_is_not_whole_stands_aside_and_says_what_is_missing(house: ExportFixture) -> None:
    house.add_draft(EntryDraft(id="bonus", act=Act.PROBLEM, line="any", titles={"en": "Bonus " * 5}, by="Ilze", at=NOW))
    told = house.export()
    house.copy_export()

    file = (house.content / "drafts" / "bonus.yaml").read_text("utf-8")
    for missing in (
        "title.lv: is missing: add it",
        "title.en: is too long",
        "answer: is missing",
        "questions: is missing",
    ):
        assert f"# Missing: {missing}" in file
        assert f"drafts/bonus.yaml: {missing}" in told
    assert EntryId("bonus") not in load_knowledge_base(house.content).entries


def test_a_draft_whose_entry_is_there_by_now_stands_aside(house: ExportFixture) -> None:
    house.add_draft(GIFT)
    (house.content / "entries" / "gift-cards.yaml").write_text(entry_yaml(GIFT), "utf-8")
    assert "there is an entry gift-cards by now" in house.export()


def test_the_first_decoys_make_their_file(house: ExportFixture) -> None:
    house.teach("who won the match", None, "en")
    house.teach("kas uzvarēja", None, "lv")
    house.export()
    house.copy_export()
    assert load_knowledge_base(house.content, with_universal=False).out_of_scope == {
        "lv": ("kas uzvarēja",),
        "ru": (),
        "en": ("who won the match",),
    }
    house.teach("кто выиграл", None, "ru")
    house.export()
    house.copy_export()
    assert load_knowledge_base(house.content, with_universal=False).out_of_scope["ru"] == ("кто выиграл",)


def test_lessons_that_the_files_have_overtaken_are_left_out(house: ExportFixture) -> None:
    house.teach("goldfish sulking", "printer", "en")
    house.teach("parrot shouting", "printer", "en")
    scanner = house.content / "entries" / "scanner.yaml"
    scanner.write_text(scanner.read_text("utf-8") + "    - goldfish sulking\n", "utf-8")
    told = house.export()
    assert "1 lessons are skipped" in told
    assert "1 lessons, 0 new entries" in told


def test_as_json_the_lessons_stand_in_their_place_and_in_a_list(house: ExportFixture) -> None:
    house.teach("goldfish sulking", "printer", "en")
    house.teach("who won the match", None, "en")
    house.add_draft(GIFT)
    found = json.loads(house.run_cli("export", "--json", "--taught", "--content", str(house.content)))
    (printer,) = [entry for entry in found["entries"] if entry["id"] == "printer"]
    assert printer["questions"]["en"][-1] == "goldfish sulking"
    assert found["decoys"]["en"] == ["who won the match"]
    assert [(each["kind"], each["entry"], each["by"]) for each in found["taught"]] == [
        ("question", "printer", "Ilze"),
        ("decoy", None, "Ilze"),
    ]
    assert found["drafts"][0]["id"] == "gift-cards"
    plain = json.loads(house.run_cli("export", "--json", "--content", str(house.content)))
    assert "taught" not in plain
    assert "goldfish sulking" not in json.dumps(plain)


def test_a_folder_that_cannot_be_written_to_is_told(house: ExportFixture) -> None:
    house.teach("goldfish sulking", "printer", "en")
    (house.folder / "review").write_text("a file")
    done = CliRunner().invoke(
        app,
        ["kb", "export", "--taught", "--out", str(house.folder / "review"), "--content", str(house.content)],
        env={"DATABASE_URL": house.url},
    )
    assert "name a folder that can be written to" in str(done.exception)


@pytest.mark.parametrize("wrong", [["export", "--out", "x"], ["import"], ["import", "file", "--taught"]])
def test_what_does_not_go_together_says_what_to_write(wrong: list[str]) -> None:
    done = CliRunner().invoke(app, ["kb", *wrong])
    assert done.exit_code == 2
    assert "paligs kb" in done.output


def test_a_list_gets_longer_in_its_own_style_and_nothing_stands_twice() -> None:
    text = "# mine\nquestions:\n  lv:\n  - 'a'\n  en:\n      - b # why\n"
    assert append_items(text, "questions", {"lv": ["A", "c", "c"], "en": ["d: e"]}) == (
        "# mine\nquestions:\n  lv:\n  - 'a'\n  - c\n  en:\n      - b # why\n      - 'd: e'\n",
        2,
    )
