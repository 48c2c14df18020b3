"""`paligs kb import FAQ`: entries are written, mistakes and what is left to do are told; nothing that is there changes."""

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from bot.cli.app import app
from bot.cli.output import FileError


def paligs(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, arguments)
    if isinstance(result.exception, FileError):
        raise result.exception
    return result.exit_code, result.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A company of one language with the examples of `kb init`."""
    paligs("kb", "init", str(tmp_path / "new"), "--company", "Shop", "--lines", "+12025550101", "--languages", "en")
    return tmp_path / "new"


def entry(folder: Path, name: str) -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load((folder / "entries" / f"{name}.yaml").read_text("utf-8"))
    return found


def test_entries_are_written_and_what_is_left_to_do_is_told(folder: Path, tmp_path: Path) -> None:
    long = "How can I send something back that I have bought and do not want?"
    answer = f"Within {{two}} weeks. {'We are glad to take it. ' * 60}"
    (tmp_path / "faq.csv").write_text(f'question,answer,url\n{long},"{answer}",https://a.example\n', "utf-8")
    status, said = paligs("kb", "import", str(tmp_path / "faq.csv"), "--content", str(folder))
    assert status == 0
    name = "how-can-i-send-something-back-that-i-hav"
    written = entry(folder, name)
    assert (written["line"], written["title"]) == ("desk", {"en": "How can I send…"})
    assert str(written["answer"]).startswith("{'en': 'Within (two) weeks. We are")
    assert "1 entries written" in said
    assert f"look at {name}: its title is cut to 24 characters" in said
    assert "its answer is cut at 900 of" in said
    assert f"  {name}: 1" in said
    assert paligs("kb", "check", "--content", str(folder), "--no-forecast")[0] == 0


def test_proposals_are_told_or_taken_over(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "faq.md").write_text("## How do I pay by card?\n\nAt the desk, with any **bank card**.\n", "utf-8")
    told = paligs("kb", "import", str(tmp_path / "faq.md"), "--content", str(folder))[1]
    assert "How do I pay by card?: pay by card | bank card" in told
    assert entry(folder, "how-do-i-pay-by-card")["questions"] == {"en": ["How do I pay by card?"]}
    (folder / "entries" / "how-do-i-pay-by-card.yaml").unlink()
    paligs("kb", "import", str(tmp_path / "faq.md"), "--content", str(folder), "--take-proposals")
    asked = {"en": ["How do I pay by card?", "pay by card", "bank card"]}
    assert entry(folder, "how-do-i-pay-by-card")["questions"] == asked


def test_what_is_asked_already_is_left_and_told_and_the_rest_is_written(folder: Path, tmp_path: Path) -> None:
    text = "id,question,answer\ncontact,YOUR phone number?,Nine.\ncontact,how do i pay,By card.\n,your phone NUMBER,Ten.\n,,x\n"
    (tmp_path / "faq.csv").write_text(text, "utf-8")
    status, said = paligs("kb", "import", str(tmp_path / "faq.csv"), "--content", str(folder))
    assert status == 1
    assert "row 2: entry contact is asked so already" in said
    assert "row 4: entry contact is asked so already" in said
    assert "row 5: no question" in said
    assert entry(folder, "contact-2")["questions"] == {"en": ["how do i pay"]}
    assert entry(folder, "contact")["id"] == "contact"


@pytest.mark.parametrize(
    ("options", "told"), [(("--line", "kitchen"), "no line kitchen: write one of desk"), ((), "no JSON")]
)
def test_what_does_not_fit_is_refused_before_anything_is_written(
    folder: Path, tmp_path: Path, options: tuple[str, ...], told: str
) -> None:
    before = sorted((folder / "entries").iterdir())
    file = tmp_path / ("faq.csv" if options else "faq.json")
    file.write_text("question,answer\nwhen,At nine.\n" if options else "{", "utf-8")
    with pytest.raises(FileError, match=told):
        paligs("kb", "import", str(file), "--content", str(folder), *options)
    assert sorted((folder / "entries").iterdir()) == before


def test_content_of_several_languages_takes_no_file_of_one(tmp_path: Path) -> None:
    folder = tmp_path / "two"
    paligs("kb", "init", str(folder), "--company", "Shop", "--lines", "+12025550101", "--languages", "en,de")
    (tmp_path / "faq.csv").write_text("question,answer\nwhen,At nine.\n", "utf-8")
    with pytest.raises(FileError, match="its content is in en, de, and a file holds one language"):
        paligs("kb", "import", str(tmp_path / "faq.csv"), "--content", str(folder))


def test_a_wrong_line_in_a_list_of_questions_is_told_by_its_number(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "more.jsonl"
    file.write_text('{"id": "contact", "lang": "en", "text": "ring you"}\n{"id": "contact", "lang": "en"}\n', "utf-8")
    with pytest.raises(FileError, match="line 2: text: Field required: write an object with id, lang and text"):
        paligs("kb", "import", str(file), "--content", str(folder))
    file.write_text('{"entries": [{"id": 1}]}', "utf-8")
    with pytest.raises(FileError, match="no export: write it with paligs kb export --json"):
        paligs("kb", "import", str(file), "--content", str(folder))
