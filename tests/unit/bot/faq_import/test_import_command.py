"""`paligs kb import FAQ`: entries are written, mistakes and what is left to do are told; nothing that is there changes."""

import json
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


def test_contacts_of_answers_are_told_as_a_line_for_the_directory(folder: Path, tmp_path: Path) -> None:
    text = 'question,answer\nhow do i write,"To a@shop.example, +12025550199 or https://shop.example/form."\n'
    (tmp_path / "faq.csv").write_text(text, "utf-8")
    told = paligs("kb", "import", str(tmp_path / "faq.csv"), "--content", str(folder))[1]
    line = 'contacts: ["https://shop.example/form", "a@shop.example", "+12025550199"]'
    assert f"  {line}\n" in told
    assert (
        "a@shop.example is not in directory.yaml: use an address that is, or add it under contacts"
        in (paligs("kb", "check", "--content", str(folder), "--no-forecast")[1])
    )
    with (folder / "directory.yaml").open("a", encoding="utf-8") as directory:
        directory.write(f"{line}\n")
    assert paligs("kb", "check", "--content", str(folder), "--no-forecast")[0] == 0
    again = paligs("kb", "import", str(tmp_path / "faq.csv"), "--content", str(folder))[1]
    assert "contacts:" not in again


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


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """A company of two languages."""
    folder = tmp_path / "two"
    paligs("kb", "init", str(folder), "--company", "Shop", "--lines", "+12025550101", "--languages", "en,de")
    return folder


EACH = {"en": "When do you open?", "de": "Wann ist offen?"}


def written(folder: Path, name: str) -> tuple[object, object, object]:
    """Title, answer and questions of an entry; the content has no mistakes."""
    assert paligs("kb", "check", "--content", str(folder), "--no-forecast")[0] == 0
    found = entry(folder, name)
    return found["title"], found["answer"], found["questions"]


def files(tmp_path: Path, texts: dict[str, str]) -> list[str]:
    for name, text in texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    return [str(tmp_path / name) for name in texts]


@pytest.mark.parametrize(
    "texts",
    [
        {"faq.csv": "id,question_en,question de,answer (en),answer.de\nhours,When do you open?,Wann ist offen?,At nine.,Um neun.\n"},
        {"faq.csv": "id;language;question;answer\nhours;en-US;When do you open?;At nine.\nhours;de;Wann ist offen?;Um neun.\n"},
        {"faq.en.csv": "id,question,answer\nhours,When do you open?,At nine.\n", "faq.de.csv": "id,question,answer\nhours,Wann ist offen?,Um neun.\n"},
        {"faq.json": '[{"slug": "hours", "locale": "en", "question": "When do you open?", "answer": "At nine."},'
                     ' {"slug": "hours", "locale": "de", "question": "Wann ist offen?", "answer": "Um neun."}]'},
    ],
    ids=["columns", "language column", "files", "objects"],
)  # fmt: skip
def test_a_faq_in_several_languages_becomes_entries_in_all_of_them(
    two: Path, tmp_path: Path, texts: dict[str, str]
) -> None:
    status, said = paligs("kb", "import", *files(tmp_path, texts), "--content", str(two))
    assert (status, "1 entries written" in said) == (0, True), said
    titles = {"en": "When do you open", "de": "Wann ist offen"}
    answers, asked = {"en": "At nine.", "de": "Um neun."}, {language: [one] for language, one in EACH.items()}
    assert written(two, "hours") == (titles, answers, asked)


def test_the_export_has_the_languages_of_the_content(two: Path, tmp_path: Path) -> None:
    text = "question_en,question_de,answer_en,answer_de\nwhen,wann,At nine.,Um neun.\n"
    paligs("kb", "import", *files(tmp_path, {"faq.csv": text}), "--content", str(two))
    status, said = paligs("kb", "export", "--json", "--content", str(two))
    assert status == 0
    (when,) = (one for one in json.loads(said)["entries"] if one["id"] == "when")
    assert when["answers"] == {"en": "At nine.", "de": "Um neun."}
    assert when["questions"] == {"en": ["when"], "de": ["wann"]}
    assert [*when["titles"]] == ["en", "de"]


@pytest.mark.parametrize(
    "page",
    [
        (
            '<section lang="de"><details><summary>Wann ist offen?</summary>Um neun.</details></section>'
            '<section lang="en"><details><summary>When do you open?</summary>At nine.</details></section>'
        ),
        (
            '<dl lang="en"><dt>When do you open?</dt><dd>At nine.</dd></dl>'
            '<dl><dt lang="de-AT">Wann ist offen?</dt><dd>Um neun.</dd></dl>'
        ),
        '<h2 lang="en">When do you open?</h2><p>At nine.</p><h2 lang="de">Wann ist offen?</h2><p>Um neun.</p>',
        (
            '<script type="application/ld+json">{"@type": "FAQPage", "mainEntity": [{"@type": "Question", "inLanguage": "de",'
            '"name": "Wann ist offen?", "acceptedAnswer": {"text": "Um neun."}}]}</script><div lang="en">'
            '<script type="application/ld+json">[{"@type": "Question", "name": "When do you open?", "acceptedAnswer": '
            '{"text": "At nine."}}]</script></div>'
        ),
    ],
    ids=["details", "definitions", "headings", "data"],
)
def test_parts_of_a_page_belong_together_by_their_order(two: Path, tmp_path: Path, page: str) -> None:
    assert paligs("kb", "import", *files(tmp_path, {"faq.html": page}), "--content", str(two))[0] == 0
    asked = {language: [one] for language, one in EACH.items()}
    assert written(two, "when-do-you-open")[2] == asked


def test_what_a_language_lacks_is_told_with_its_row_and_the_rest_is_written(two: Path, tmp_path: Path) -> None:
    text = (
        "question_en,question_de,answer_en,answer_de,question_fr,answer_fr\n"
        "when,wann,At nine.,Um neun.,,\n"
        "who,wer,Ann.,,,\n"
        "where,,Here.,,,\n"
        "how,wie,So.,So.,comment,Ainsi.\n"
        ",,x,y,,\n"
    )
    status, said = paligs("kb", "import", *files(tmp_path, {"faq.csv": text}), "--content", str(two))
    assert status == 1
    assert "2 entries written" in said
    for told in (
        "row 3 (de): no answer: write one",
        "row 3 (en): no question and answer in de: write them",
        "row 4 (en): no question and answer in de",
        "row 5 (fr): is in fr, the content in en, de: leave it out, or add the language",
        "row 6: no question: write how people ask it.",
    ):
        assert told in said
    assert written(two, "how")[2] == {"en": ["how"], "de": ["wie"]}


def test_a_file_that_tells_no_language_is_told_how_to(two: Path, tmp_path: Path) -> None:
    given = files(tmp_path, {"faq.csv": "question,answer\nwhen,At nine.\n"})
    status, said = paligs("kb", "import", *given, "--content", str(two))
    assert status == 1
    assert "row 2: nothing tells which of en, de it is in: name the columns question_de and answer_de" in said


def test_languages_that_hold_different_numbers_of_questions_without_ids_are_refused(two: Path, tmp_path: Path) -> None:
    texts = {"a.en.md": "# When\n\nAt nine.\n\n# Who\n\nAnn.\n", "a.de.md": "# Wann\n\nUm neun.\n"}
    with pytest.raises(FileError, match="2 in en, 1 in de: which belong together"):
        paligs("kb", "import", *files(tmp_path, texts), "--content", str(two))


def test_content_of_one_language_takes_its_part_of_a_file_or_all_of_one_that_claims_another(
    folder: Path, tmp_path: Path
) -> None:
    both = files(tmp_path, {"faq.csv": "question_en,question_de,answer_en,answer_de\nwhen,wann,At nine.,Um neun.\n"})
    status, said = paligs("kb", "import", *both, "--content", str(folder))
    assert (status, "row 2 (de): is in de, the content in en" in said) == (1, True)
    assert entry(folder, "when")["questions"] == {"en": ["when"]}
    claimed = files(tmp_path, {"faq.html": '<html lang="de"><h2>How do I pay?</h2><p>By card.</p></html>'})
    assert paligs("kb", "import", *claimed, "--content", str(folder))[0] == 0
    assert entry(folder, "how-do-i-pay")["questions"] == {"en": ["How do I pay?"]}


def test_a_wrong_line_in_a_list_of_questions_is_told_by_its_number(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "more.jsonl"
    file.write_text('{"id": "contact", "lang": "en", "text": "ring you"}\n{"id": "contact", "lang": "en"}\n', "utf-8")
    with pytest.raises(FileError, match="line 2: text: Field required: write an object with id, lang and text"):
        paligs("kb", "import", str(file), "--content", str(folder))
    file.write_text('{"entries": [{"id": 1}]}', "utf-8")
    with pytest.raises(FileError, match="no export: write it with paligs kb export --json"):
        paligs("kb", "import", str(file), "--content", str(folder))
