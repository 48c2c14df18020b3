"""Reads questions and answers from the columns of a CSV or XLSX file."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from bot.cli.kb.content_import.faq_item import UNNAMED_LANGUAGE, FaqFile, FaqItem, FaqText
from bot.cli.output import FileError
from bot.customers.table_file import TableFileError, TableRow, read_rows
from kb.model import Language

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "question": ("question", "questions", "q", "frage", "fragen", "jautājums", "jautājumi", "вопрос", "вопросы",
                 "klausimas", "küsimus", "pytanie", "phrase", "variants"),
    "answer": ("answer", "a", "antwort", "atbilde", "ответ", "atsakymas", "vastus", "odpowiedź", "text", "content"),
    "title": ("title", "titel", "label", "nosaukums", "название", "заголовок", "pavadinimas", "pealkiri", "tytuł"),
    "id": ("id", "key", "slug"),
    "source": ("source", "url", "link", "quelle", "avots", "источник", "šaltinis", "allikas", "źródło"),
    "section": ("section", "category", "topic", "kategorie", "kategorija", "категория", "раздел"),
}  # fmt: skip
"""What the header may call each column; with a language behind it where the file has several: `answer_de`."""
SEPARATORS: Final = re.compile(r"\n|\s\|\s|\|")
"""Between several questions of one cell."""
_HEADER: Final = re.compile(r"^(?P<name>.*?)(?:[ _.(-]+(?P<language>[a-z]{2})\)?|\s*\d+)?$")


def read_table(file: Path) -> FaqFile:
    """The rows of the file; a row without an answer adds its questions to the row before, or to that of its id.

    Raises:
        FileError: it is no table, or has no columns of questions and answers.
    """
    try:
        rows = read_rows(file)
    except TableFileError as exc:
        raise FileError(str(exc)) from exc
    columns = _columns(tuple(rows[0].cells) if rows else ())
    named = {name for name, _ in columns.values()}
    for needed in ("question", "answer"):
        if needed not in named:
            raise FileError(f"{file}: line 1: no column is called {needed}: name them question and answer")
    items: list[FaqItem] = []
    problems: list[str] = []
    for row in rows:
        item = _item(row, columns)
        same = next((place for place, one in enumerate(items) if item.entry_id and one.entry_id == item.entry_id), None)
        if same is None and _only_asks(item) and not item.entry_id and items:
            same = len(items) - 1
        if same is not None:
            items[same] = _joined(items[same], item)
            continue
        found = tuple(_row_problems(item))
        problems.extend(found)
        if not found:
            items.append(item)
    return FaqFile(items=tuple(items), problems=tuple(problems))


def _columns(header: Sequence[str]) -> Mapping[str, tuple[str, Language]]:
    """What each column holds, and in which language."""
    known = {alias: name for name, aliases in COLUMNS.items() for alias in aliases}
    found: dict[str, tuple[str, Language]] = {}
    for column in header:
        parts = _HEADER.match(column.strip().casefold())
        if parts and (name := known.get(parts["name"].strip())):
            found[column] = (name, parts["language"] or UNNAMED_LANGUAGE)
    return found


def _item(row: TableRow, columns: Mapping[str, tuple[str, Language]]) -> FaqItem:
    cells: dict[tuple[str, Language], list[str]] = {}
    for column, text in row.cells.items():
        if text and column in columns:
            cells.setdefault(columns[column], []).append(text)
    languages = dict.fromkeys(language for _, language in columns.values())

    def cell(name: str, language: Language = UNNAMED_LANGUAGE) -> str:
        return " ".join(cells.get((name, language), ()))

    texts = {
        language: FaqText(
            questions=tuple(_questions(cells.get(("question", language), ()))),
            answer=cell("answer", language),
            title=cell("title", language),
            section=cell("section", language) or cell("section"),
        )
        for language in languages
        if ("question", language) in columns.values() or ("answer", language) in columns.values()
    }
    return FaqItem(number=row.number, texts=texts, entry_id=cell("id"), source=cell("source"))


def _questions(cells: Sequence[str]) -> Iterator[str]:
    for cell in cells:
        yield from dict.fromkeys(cleaned for part in SEPARATORS.split(cell) if (cleaned := " ".join(part.split())))


def _only_asks(item: FaqItem) -> bool:
    return not any(text.answer for text in item.texts.values()) and any(text.questions for text in item.texts.values())


def _joined(item: FaqItem, more: FaqItem) -> FaqItem:
    """The item with the questions of another row."""
    texts = {
        language: replace(text, questions=tuple(dict.fromkeys((*text.questions, *more.texts[language].questions))))
        for language, text in item.texts.items()
    }
    return replace(item, texts=texts)


def _row_problems(item: FaqItem) -> Iterator[str]:
    for language, text in item.texts.items():
        where = f"line {item.number}: " + (f"{language}: " if language else "")
        if not text.questions:
            yield f"{where}has no question: write how people ask for it"
        elif not text.answer:
            yield f"{where}{text.questions[0]!r} has no answer: write it, or remove the question"
