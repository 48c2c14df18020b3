"""Reads a file of questions and answers by what its name ends in."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Final

from bot.customers.importing.table_file import detect_encoding
from bot.faq_import.articles import Article, ArticleMistake, FaqFile, FaqFileError
from bot.faq_import.exports import read_json, read_rasa
from bot.faq_import.pages import read_markdown, read_page
from bot.faq_import.question_tables import read_table

TABLES: Final = frozenset({".csv", ".tsv", ".xlsx", ".xlsm"})
PAGES: Final = frozenset({".html", ".htm"})
MARKDOWN: Final = frozenset({".md", ".markdown"})
YAMLS: Final = frozenset({".yml", ".yaml"})
JSONS: Final = frozenset({".json"})
_NAMED: Final = re.compile(r"\.([A-Za-z]{2})$")
FORMATS: Final = TABLES | PAGES | MARKDOWN | YAMLS | JSONS


def read_faq(path: Path) -> FaqFile:
    """All articles of a file, and what is wrong in it.

    Raises:
        FaqFileError: it cannot be read, is of another kind, or holds no question.
    """
    kind = path.suffix.casefold()
    if kind not in FORMATS:
        message = f"{path}: of no known kind: {', '.join(sorted(FORMATS))}."
        raise FaqFileError(message)
    found = read_table(path) if kind in TABLES else FaqFile(articles=_read_text(path, kind))
    if not found.articles and not found.mistakes:
        message = (
            f"{path}: no question with an answer is in it. docs/content.md shows what is read of each kind of file."
        )
        raise FaqFileError(message)
    return _in_language_of_name(path, _checked(found))


def _in_language_of_name(path: Path, found: FaqFile) -> FaqFile:
    """What a file says in no other language is in that of its name: `faq.de.csv`."""
    named = _NAMED.search(path.stem)
    if named is None:
        return found
    return replace(
        found, articles=tuple(replace(one, language=one.language or named[1].casefold()) for one in found.articles)
    )


def _read_text(path: Path, kind: str) -> tuple[Article, ...]:
    try:
        data = path.read_bytes()
    except OSError as exc:
        message = f"{path}: {exc.strerror or exc}."
        raise FaqFileError(message) from exc
    text = data.decode(detect_encoding(data), "replace")
    if kind in PAGES:
        return read_page(text)
    if kind in MARKDOWN:
        return read_markdown(text)
    if kind in YAMLS:
        return read_rasa(text)
    try:
        return read_json(json.loads(text))
    except ValueError as exc:
        message = f"{path}: no JSON: {exc}."
        raise FaqFileError(message) from exc


def _checked(found: FaqFile) -> FaqFile:
    """Without the articles that say nothing, each of which is a mistake."""
    mistakes = list(found.mistakes)
    kept: list[Article] = []
    for one in found.articles:
        missing = [name for name, text in (("question", one.question), ("answer", one.answer)) if not text.strip()]
        if missing:
            problem = f"no {' and no '.join(missing)}: write one, or leave it out."
            mistakes.append(ArticleMistake(where=one.where, problem=problem))
        else:
            kept.append(one)
    return FaqFile(articles=tuple(kept), mistakes=tuple(mistakes))
