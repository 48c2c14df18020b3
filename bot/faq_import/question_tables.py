"""Questions and answers in the columns of a CSV or XLSX file."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from bot.customers.importing.table_file import TableFileError, TableRow, read_rows
from bot.faq_import.articles import Article, ArticleMistake, FaqFile, FaqFileError
from kb.model import Language

_COLUMNS: Final = {
    "id": frozenset({"id", "slug", "key"}),
    "title": frozenset({"title", "name", "topic", "nosaukums", "tēma", "название", "тема", "titel", "thema"}),
    "question": frozenset({"question", "q", "ask", "jautājums", "вопрос", "frage"}),
    "answer": frozenset({"answer", "a", "reply", "response", "text", "atbilde", "ответ", "antwort"}),
    "source": frozenset({"source", "url", "link", "page", "avots", "saite", "источник", "ссылка", "quelle"}),
    "language": frozenset({"language", "lang", "locale", "valoda", "язык", "sprache"}),
    "questions": frozenset({"questions", "phrasings", "variants", "also", "jautājumi", "вопросы", "fragen"}),
}
"""What columns are called, in lower case without a number behind it."""
_NUMBER: Final = re.compile(r"[\s_-]*\d+$")
_LANGUAGE: Final = re.compile(r"^(.+?)[\s_.(-]+([a-z]{2})(?:-[a-z]+)?\)?$")
"""A column of one language: question_de, answer (en), title.lv."""
_SEVERAL: Final = re.compile(r"\n|\s*\|\s*")


def read_table(path: Path) -> FaqFile:
    """The rows as articles; a row with the id of another, or with its answer, tells further questions of it.

    Raises:
        FaqFileError: it is no table, or has no column of questions or of answers.
    """
    try:
        rows = read_rows(path)
    except TableFileError as exc:
        raise FaqFileError(str(exc)) from exc
    columns = {name: _column(name) for row in rows[:1] for name in row.cells}
    missing = [kind for kind in ("question", "answer") if kind not in {one.kind for one in columns.values()}]
    if missing:
        message = (
            f"{path}: the first row names no column `{'`, `'.join(missing)}`: name the columns question and answer."
        )
        raise FaqFileError(message)
    mistakes: list[ArticleMistake] = []
    return FaqFile(articles=_merged(_articles(rows, columns, mistakes)), mistakes=tuple(mistakes))


class _Column(NamedTuple):
    """What a column holds, and in which language, where it holds one only."""

    kind: str | None
    language: Language | None = None


def _column(header: str) -> _Column:
    name = _NUMBER.sub("", header.strip().casefold())
    if (kind := _kind(name)) is not None:
        return _Column(kind)
    parted = _LANGUAGE.match(name)
    kind = None if parted is None else _kind(_NUMBER.sub("", parted[1]))
    return _Column(None) if parted is None or kind is None else _Column(kind, parted[2])


def _kind(name: str) -> str | None:
    return next((kind for kind, names in _COLUMNS.items() if name in names), None)


def _articles(
    rows: tuple[TableRow, ...], columns: dict[str, _Column], mistakes: list[ArticleMistake]
) -> Iterator[Article]:
    several = [*dict.fromkeys(one.language for one in columns.values() if one.language)]
    languages: Sequence[Language | None] = several or [None]
    for row in rows:
        found = [_article(row, columns, language, several=bool(several)) for language in languages]
        asked = [one for one in found if one.question or (several and one.answer)]
        if not any(one.question for one in asked):
            mistakes.append(ArticleMistake(where=f"row {row.number}", problem="no question: write how people ask it."))
            continue
        yield from asked


def _article(row: TableRow, columns: dict[str, _Column], language: Language | None, *, several: bool) -> Article:
    """The row in a language: of columns of that language, and of those that name none."""
    found: dict[str, list[str]] = {kind: [] for kind in _COLUMNS}
    for name, cell in row.cells.items():
        column = columns.get(name, _Column(None))
        if column.kind is not None and cell and column.language in (None, language):
            whole = column.kind == "answer"
            found[column.kind] += [cell] if whole else [part for part in _SEVERAL.split(cell) if part.strip()]
    asked = [*found["question"], *found["questions"]]
    return Article(
        where=f"row {row.number}" + (f" ({language})" if language else ""),
        question=asked[0] if asked else "",
        answer="\n".join(found["answer"]),
        id=next(iter(found["id"]), None),
        title=next(iter(found["title"]), None),
        questions=tuple(asked[1:]),
        source=next((one for one in found["source"] if one.startswith("http")), None),
        language=language or next((one.strip().casefold()[:2] for one in found["language"]), None),
        row=f"row {row.number}" if several else None,
    )


def _merged(articles: Iterator[Article]) -> tuple[Article, ...]:
    """Rows of one id, or of one answer, as one article in each language."""
    by_key: dict[tuple[str, Language | None], Article] = {}
    for one in articles:
        key = (one.id or one.row or one.answer or one.where, one.language)
        first = by_key.get(key)
        if first is None:
            by_key[key] = one
            continue
        more = (*first.questions, one.question, *one.questions)
        by_key[key] = replace(
            first,
            answer=first.answer or one.answer,
            title=first.title or one.title,
            questions=more,
            source=first.source or one.source,
        )
    return tuple(by_key.values())
