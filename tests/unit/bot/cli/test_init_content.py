"""Another company's content, begun with `paligs kb init`: it passes the check, answers, and has nothing of the first."""

import re
from datetime import date
from pathlib import Path

import pytest

from bot.channels.telegram.profile import profiles_of
from bot.cli.kb.init_content import write_content
from bot.cli.output import FileError
from bot.knowledge.phrases import load_phrases
from bot.web import read_texts
from handlers.model.phrases import in_words_of
from kb.loading.content_error import ContentError
from kb.loading.loader import load_knowledge_base
from kb.understanding.pipeline import UnderstandingPipeline

FIRST_COMPANY = re.compile(
    r"paligs|palīg|smarttek|iiko|\bEDS\b|\btills?\b|\bkas(e|i|es|u)\b|касс|restaurant|restor", re.IGNORECASE
)
PACKAGE = Path(__file__).parents[4] / "bot"


def begin(folder: Path, *, phone: str = "+12025550101", languages: tuple[str, ...] = ("en", "lv", "ru", "de")) -> None:
    write_content(
        folder,
        company="Riverside Library",
        languages=languages,
        phone=phone,
        ticket_email="help@library.example",
        today=date(2027, 1, 1),
        bot_name="Riva",
    )


def test_what_is_begun_passes_the_check_and_answers(tmp_path: Path) -> None:
    begin(tmp_path / "new", languages=("en",))
    known = load_knowledge_base(tmp_path / "new")
    best = UnderstandingPipeline(known).understand("when are you open?").best
    assert best is not None
    assert best.entry == "opening-hours"
    assert known.entries[best.entry].review_by == date(2028, 1, 1)
    assert (known.directory.takes_tickets, known.directory.bot_name["en"]) == (True, "Riva")


def test_nothing_of_the_first_company_is_said(tmp_path: Path) -> None:
    begin(tmp_path / "new")
    known = load_knowledge_base(tmp_path / "new")
    said = [text for words in load_phrases(known).by_language.values() for text in words.values()]
    for folder, section in (("channels/webchat", "page"), ("web/email_draft", "draft"), ("notify", "notify")):
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
        begin(tmp_path, phone="call us")
