"""Chooses the reader for a file by its name and content."""

from pathlib import Path
from typing import Final

from bot.cli.kb.content_import.articles_export import read_articles
from bot.cli.kb.content_import.faq_item import FaqFile
from bot.cli.kb.content_import.html_faq import read_html
from bot.cli.kb.content_import.markdown_faq import read_markdown
from bot.cli.kb.content_import.rasa_nlu import read_rasa
from bot.cli.kb.content_import.table import read_table
from bot.cli.output import FileError
from bot.text_files import EncodingError, read_text_file

TABLES: Final = (".csv", ".tsv", ".xlsx", ".xlsm")
READERS: Final = {
    ".html": read_html,
    ".htm": read_html,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".json": read_articles,
    ".yml": read_rasa,
    ".yaml": read_rasa,
}


def read_faq(file: Path) -> FaqFile:
    """The questions and answers of a file.

    Raises:
        FileError: it cannot be read, or is of no known kind.
    """
    kind = file.suffix.casefold()
    if kind in TABLES:
        return read_table(file)
    if kind not in READERS:
        known = ", ".join((*TABLES, *READERS))
        raise FileError(f"{file}: is of no known kind: save it as one of {known}")
    try:
        return READERS[kind](read_text_file(file))
    except EncodingError as exc:
        raise FileError(f"{file}: {exc}") from exc
    except OSError as exc:
        raise FileError(f"{file}: {exc.strerror}: name a file that can be read") from exc


def holds_questions_only(file: Path) -> bool:
    """Whether it is a list of questions of known entries: JSON lines with id, lang and text, or an export."""
    if file.suffix.casefold() in {*TABLES, *READERS} - {".json"}:
        return False
    try:
        start = file.read_text("utf-8", "replace")[:2000].lstrip()
    except OSError:
        return True
    return file.suffix.casefold() != ".json" or (start.startswith("{") and ('"entries"' in start or '"lang"' in start))
