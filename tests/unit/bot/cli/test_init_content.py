"""Another company's content, begun with `paligs kb init`: it passes the check, answers, and has nothing of the first."""

import re
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.channels.telegram.profile import profiles_of
from bot.cli.app import app
from bot.cli.kb.init_content import NewCompany, parse_lines, write_content
from bot.cli.output import FileError
from bot.knowledge.phrases import load_phrases
from bot.web import read_texts
from handlers.model.phrases import in_words_of
from kb.loading.content_error import ContentError
from kb.loading.loader import load_knowledge_base
from kb.model import Act, EntryId
from kb.understanding.pipeline import UnderstandingPipeline

FIRST_COMPANY = re.compile(
    r"paligs|palīg|smarttek|iiko|\bEDS\b|\btills?\b|\bkas(e|i|es|u)\b|касс|restaurant|restor", re.IGNORECASE
)
PACKAGE = Path(__file__).parents[4] / "bot"


def begin(folder: Path, *, phone: str = "+12025550101", languages: tuple[str, ...] = ("en", "lv", "ru", "de")) -> None:
    new = NewCompany(
        company="Riverside Library",
        languages=languages,
        lines={"desk": phone, "repairs": "+12025550102"},
        ticket_email="help@library.example",
        bot_name="Riva",
        urgent="water is running in",
    )
    write_content(folder, new, today=date(2027, 1, 1))


def test_what_is_begun_passes_the_check_and_answers(tmp_path: Path) -> None:
    begin(tmp_path / "new", languages=("en",))
    known = load_knowledge_base(tmp_path / "new")
    best = UnderstandingPipeline(known).understand("what is your phone number?").best
    assert best is not None
    assert best.entry == "contact"
    assert known.entries[best.entry].body["en"] == "Call us: +12025550101, +12025550102"
    assert known.entries[EntryId("urgent")].act is Act.CRITICAL
    assert known.entries[best.entry].review_by == date(2028, 1, 1)
    assert (known.directory.takes_tickets, known.directory.bot_name["en"]) == (True, "Riva")


def test_nothing_of_the_first_company_is_said(tmp_path: Path) -> None:
    begin(tmp_path / "new")
    known = load_knowledge_base(tmp_path / "new")
    said = [text for words in load_phrases(known).by_language.values() for text in words.values()]
    for folder, section in (
        ("channels/webchat", "page"),
        ("web/email_draft", "draft"),
        ("notify", "notify"),
        ("web/public_pages", "help"),
    ):
        texts = in_words_of(known, read_texts(PACKAGE / folder / "texts"), section)
        said += [text for words in texts.values() for text in words.values()]
    said += [f"{one.description} {one.short_description}" for one in profiles_of(known).values()]
    assert [text for text in said if FIRST_COMPANY.search(text)] == []
    assert any("Riverside Library" in text for text in said)


def test_content_that_is_there_is_left_alone(tmp_path: Path) -> None:
    begin(tmp_path)
    with pytest.raises(FileError, match="holds content already"):
        begin(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="name a folder that can be written to"):
        begin(tmp_path / "file" / "below")


def test_a_phone_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"lines\.desk\.phone: does not look right"):
        begin(tmp_path / "new", phone="call us")
    assert list((tmp_path / "new").rglob("*.yaml")) == [], "nothing is left of what does not fit"


def test_lines_are_named_or_the_only_one_is_the_desk() -> None:
    assert parse_lines(["+12025550101"]) == {"desk": "+12025550101"}
    assert parse_lines(["a=+12025550101", " b=+12025550102"]) == {"a": "+12025550101", "b": "+12025550102"}
    for wrong in (["+12025550101", "+12025550102"], ["a=+1", "a=+2"], ["The desk=+1"]):
        with pytest.raises(FileError, match="write each as name=number"):
            parse_lines(wrong)


@pytest.mark.parametrize(
    ("language", "asked"),
    [("lt", "koks jūsų telefono numeris"), ("et", "mis on teie telefoninumber"), ("de", "wie ist Ihre Telefonnummer"),
     ("pl", "jaki jest numer telefonu")],
)  # fmt: skip
def test_languages_without_sentences_of_their_own_begin_with_entries_that_answer(
    tmp_path: Path, language: str, asked: str
) -> None:
    begin(tmp_path / language, languages=(language,))
    known = load_knowledge_base(tmp_path / language)
    best = UnderstandingPipeline(known).understand(asked).best
    assert best is not None
    assert best.entry == "contact"
    assert known.entries[best.entry].title[language] in {"Kontaktai", "Kontakt"}


def test_what_is_not_given_is_asked_for(tmp_path: Path) -> None:
    answers = ["Riverside Library", "", "en", "+12025550101", "", ""]
    done = CliRunner().invoke(app, ["kb", "init", str(tmp_path / "new")], input="\n".join(answers) + "\n")
    assert done.exit_code == 0, done.output
    assert "paligs kb import FAQ.csv" in done.output
    directory = load_knowledge_base(tmp_path / "new").directory
    assert (directory.company, directory.takes_tickets) == ("Riverside Library", False)
