"""Questions and answers in the columns of a CSV or XLSX file."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bot.customers.importing.table_file import TableFileError, TableRow, read_rows
from bot.faq_import.articles import Article, ArticleMistake, FaqFile, FaqFileError

_COLUMNS: Final = {
    "id": frozenset({"id", "slug", "key"}),
    "title": frozenset({"title", "name", "topic", "nosaukums", "tēma", "название", "тема", "titel", "thema"}),
    "question": frozenset({"question", "q", "ask", "jautājums", "вопрос", "frage"}),
    "answer": frozenset({"answer", "a", "reply", "response", "text", "atbilde", "ответ", "antwort"}),
    "source": frozenset({"source", "url", "link", "page", "avots", "saite", "источник", "ссылка", "quelle"}),
    "questions": frozenset({"questions", "phrasings", "variants", "also", "jautājumi", "вопросы", "fragen"}),
}
"""What columns are called, in lower case without a number behind it."""
_NUMBER: Final = re.compile(r"[\s_-]*\d+$")
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
    kinds = {name: _kind(name) for row in rows[:1] for name in row.cells}
    missing = [kind for kind in ("question", "answer") if kind not in kinds.values()]
    if missing:
        message = (
            f"{path}: the first row names no column `{'`, `'.join(missing)}`: name the columns question and answer."
        )
        raise FaqFileError(message)
    mistakes: list[ArticleMistake] = []
    return FaqFile(articles=_merged(_articles(rows, kinds, mistakes)), mistakes=tuple(mistakes))


def _kind(column: str) -> str | None:
    name = _NUMBER.sub("", column.strip().casefold())
    return next((kind for kind, names in _COLUMNS.items() if name in names), None)


def _articles(
    rows: tuple[TableRow, ...], kinds: dict[str, str | None], mistakes: list[ArticleMistake]
) -> Iterator[Article]:
    for row in rows:
        where = f"row {row.number}"
        found: dict[str, list[str]] = {kind: [] for kind in _COLUMNS}
        for name, cell in row.cells.items():
            kind = kinds.get(name)
            if kind is not None and cell:
                found[kind] += [cell] if kind == "answer" else [part for part in _SEVERAL.split(cell) if part.strip()]
        asked = [*found["question"], *found["questions"]]
        if not asked:
            mistakes.append(ArticleMistake(where=where, problem="no question: write how people ask it."))
            continue
        yield Article(
            where=where,
            question=asked[0],
            answer="\n".join(found["answer"]),
            id=next(iter(found["id"]), None),
            title=next(iter(found["title"]), None),
            questions=tuple(asked[1:]),
            source=next((one for one in found["source"] if one.startswith("http")), None),
        )


def _merged(articles: Iterator[Article]) -> tuple[Article, ...]:
    """Rows of one id, or of one answer, as one article."""
    by_key: dict[str, Article] = {}
    for one in articles:
        key = one.id or one.answer or one.where
        first = by_key.get(key)
        if first is None:
            by_key[key] = one
            continue
        more = (*first.questions, one.question, *one.questions)
        by_key[key] = Article(
            where=first.where,
            question=first.question,
            answer=first.answer or one.answer,
            id=first.id,
            title=first.title or one.title,
            questions=more,
            source=first.source or one.source,
        )
    return tuple(by_key.values())
