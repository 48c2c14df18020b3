"""`paligs kb import FAQ`: entries are written, checked, and what they still need is told; or nothing is written."""

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.app import app
from bot.cli.kb.content_import.labels import fitting_title, slug, title_of, unique
from bot.cli.kb.init_content import NewCompany, write_content
from kb.loading.loader import load_knowledge_base
from kb.model import EntryId


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    new = NewCompany(company="Riverside Library", languages=("en",), lines={"desk": "+12025550101"})
    write_content(tmp_path / "new", new, today=date(2027, 1, 1))
    return tmp_path / "new"


def run(folder: Path, text: str, *more: str, name: str = "faq.csv") -> Result:
    file = folder.parent / name
    file.write_text(text, "utf-8")
    return CliRunner().invoke(app, ["kb", "import", str(file), "--content", str(folder), *more])


def test_entries_are_written_and_what_they_need_is_told(folder: Path) -> None:
    done = run(
        folder,
        "question,answer,section,source\nHow do I renew a book that I have at home?,Press <b>Renew</b>.,Loans,https://a.example/renew\n"
        f"Fines?,{'15 cents. ' * 40},Loans,\n",
        "--source", "https://a.example/faq",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    known = load_knowledge_base(folder)
    entry = known.entries[EntryId("book-that-i-have-at-home")]
    assert (entry.title["en"], entry.line) == ("Book that I have at home", "desk")
    assert entry.citation["en"] == "Source: Riverside Library, https://a.example/renew"
    assert known.entries[EntryId("fines")].citation["en"].endswith("https://a.example/faq")
    assert "2 entries written" in done.output
    assert "title.en: 'Book that I have at home' is cut to fit" in done.output
    assert "fines.yaml: answer.en: 399 characters: 350 fit a phone" in done.output
    assert "4 entries have fewer than 20 questions" in done.output
    assert "# - 'Loans: Fines'" in (folder / "entries" / "fines.yaml").read_text("utf-8")
    again = run(folder, "question,answer\nFines?,Other\nOpen?,Yes\n", "--source", "https://a.example/other")
    assert "skipped, an entry has it already: Fines?" in again.output
    assert "1 entries written" in again.output
    assert len(load_knowledge_base(folder).sources) == 3


def test_what_is_wrong_is_told_with_its_line_and_nothing_is_written(folder: Path) -> None:
    before = sorted(path.name for path in folder.rglob("*"))
    done = run(folder, "question,answer\nYour number?,Call +12025559999\n", "--source", "https://a.example/faq")
    assert done.exit_code == 1
    assert "faq.csv: line 2: answer.en: +12025559999 is not in directory.yaml: use the number of a line" in done.output
    assert sorted(path.name for path in folder.rglob("*")) == before
    assert "a.example" not in (folder / "directory.yaml").read_text("utf-8")
    lacking = run(folder, "question,answer\nWhy?,\n")
    assert "faq.csv: line 2: 'Why?' has no answer" in lacking.output
    assert (lacking.exit_code, "nothing was written" in lacking.output) == (1, True)
    unknown = run(folder, "question,answer\nWhy?,So\n", "--line", "repairs")
    assert "faq.csv: line 2: line: 'repairs' is no line" in unknown.output


def test_a_file_without_a_language_of_the_content_is_refused(folder: Path) -> None:
    done = run(folder, "question_de,answer_de\nWarum?,Darum\n")
    assert "the file lacks en: write a table with the columns question_en, answer_en" in str(done.exception)


def test_sources_on_one_line_are_not_edited(folder: Path) -> None:
    with (folder / "directory.yaml").open("a", encoding="utf-8") as file:
        file.write("sources: {A: {title: {en: Rules}, url: 'https://a.example/rules'}}\n")
    done = run(folder, "question,answer\nWhy?,So\n", "--source", "https://a.example/faq")
    assert "sources: stands on one line" in str(done.exception)
    assert run(folder, "question,answer,source\nWhy?,So,A\n").exit_code == 0
    assert load_knowledge_base(folder).entries[EntryId("why")].sources == ("A",)


def test_proposals_become_questions_but_for_those_of_two_entries(folder: Path) -> None:
    page = (
        "<h2>Pay</h2><details><summary>How can I pay here?</summary>By <b>credit card</b>, for <b>free</b>.</details>"
        "<details><summary>Is there parking?</summary>Yes, <b>free</b>.</details>"
    )
    done = run(folder, page, "--take-proposals", name="faq.html")
    assert done.exit_code == 0, done.output
    known = load_knowledge_base(folder)
    assert known.entries[EntryId("how-can-i-pay-here")].questions["en"] == (
        "How can I pay here?", "Pay: How can I pay here", "credit card",
    )  # fmt: skip
    assert "free" not in known.entries[EntryId("is-there-parking")].questions["en"]


def test_titles_and_ids_come_from_the_words_of_the_question() -> None:
    assert title_of("Kann ich ein Kinderbett bekommen?") == "Ein Kinderbett bekommen"
    assert title_of("Hours?") == "Hours"
    assert title_of("Donaudampfschifffahrtsgesellschaft?") == "Donaudampfschifffahrtsg…"
    assert fitting_title("Return items at the front desk") == "Return items at the…"
    assert slug("Как продлить книгу: ещё раз?") == "kak-prodlit-knigu-eshche-raz"
    assert (slug("Frühstück für Gäste"), slug("???")) == ("fruehstueck-fuer-gaeste", "topic")
    assert len(slug("word " * 20)) <= 40
    assert unique(["a", "a", "b"], frozenset({"b"})) == ["a", "a-2", "b-2"]
