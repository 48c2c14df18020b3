"""`paligs kb import FILE`: a FAQ becomes entries, a list of questions goes to its entries; says what is left to do."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import typer

from bot.cli.kb.importing.import_questions import add_questions
from bot.cli.output import FileError
from bot.faq_import.articles import Article, FaqFileError
from bot.faq_import.entry_files import ImportResult, quoted, write_entries
from bot.faq_import.file_reading import read_faq
from bot.faq_import.phrasings import propose_phrasings
from bot.faq_import.translations import TranslatedArticle, put_together
from kb.loading.content_warnings import MIN_QUESTIONS
from kb.loading.loader import load_directory, load_knowledge_base
from kb.loading.schema import DirectoryFile
from kb.loading.validation import unlisted_contacts
from kb.model import LineId


def import_files(files: Sequence[Path], folder: Path, *, line: str | None, take_proposals: bool) -> None:
    """Import and report; several files are one FAQ in several languages.

    Raises:
        FileError: a file cannot be read, or does not fit the content; nothing was changed.
        ContentError: the content has problems.
        Exit: something was not taken over (status 1); the rest was.
    """
    if len(files) == 1 and _holds_questions(files[0]):
        typer.echo(f"{add_questions(files[0], folder)} questions added under {folder}. Now: paligs kb check")
        return
    knowledge = load_knowledge_base(folder)
    try:
        found = [(file, read_faq(file)) for file in files]
        articles = [replace(one, where=_place(file, one, files)) for file, faq in found for one in faq.articles]
        proposed = [(one.question, propose_phrasings(one)) for one in articles]
        if take_proposals:
            pairs = zip(articles, proposed, strict=True)
            articles = [replace(one, questions=(*one.questions, *phrasings)) for one, (_, phrasings) in pairs]
        topics, apart = put_together(articles, knowledge.languages)
        result = write_entries(
            topics, folder, knowledge, line=LineId(line) if line is not None else None, today=datetime.now(UTC).date()
        )
    except FaqFileError as exc:
        raise FileError(str(exc)) from exc
    _report(result, folder)
    _tell_contacts(topics, load_directory(folder))
    if not take_proposals:
        _print_proposals(proposed)
    names = ", ".join(map(str, files))
    mistakes = [f"{file}: {mistake}" for file, faq in found for mistake in faq.mistakes]
    mistakes += [f"{names}: {mistake}" if len(files) == 1 else str(mistake) for mistake in (*apart, *result.mistakes)]
    for mistake in mistakes:
        typer.echo(mistake, err=True)
    if mistakes:
        raise typer.Exit(1)


def _place(file: Path, article: Article, files: Sequence[Path]) -> str:
    """Where an article is; of several files in which one."""
    return article.where if len(files) == 1 else f"{file}: {article.where}"


def _holds_questions(file: Path) -> bool:
    """Whether it is a list of questions for entries that are there: JSON lines, or an export of this program."""
    if file.suffix.casefold() == ".jsonl":
        return True
    if file.suffix.casefold() != ".json":
        return False
    try:
        data = json.loads(file.read_text("utf-8-sig"))
    except (OSError, ValueError):
        return False
    return isinstance(data, dict) and isinstance(data.get("entries"), list)


def _report(result: ImportResult, folder: Path) -> None:
    typer.echo(f"{len(result.written)} entries written under {folder}/entries.")
    for note in result.notes:
        typer.echo(f"look at {note}")
    few = [one for one in result.written if one.questions < MIN_QUESTIONS]
    if few:
        typer.echo(f"These need more questions, {MIN_QUESTIONS} each are enough:")
        for one in few:
            typer.echo(f"  {one.id}: {one.questions}")
    typer.echo("Now: paligs kb check")


def _tell_contacts(topics: Sequence[TranslatedArticle], directory: DirectoryFile) -> None:
    """Answers may name only what directory.yaml has: the line to write there."""
    answers = (article.answer for topic in topics for article in topic.by_language.values())
    missing = dict.fromkeys(one.contact for answer in answers for one in unlisted_contacts(answer, directory))
    if missing:
        listed = ", ".join(map(quoted, (*directory.contacts, *missing)))
        typer.echo(
            f"Answers name what directory.yaml does not have. Write there, if they are right:\n  contacts: [{listed}]"
        )


def _print_proposals(proposed: list[tuple[str, tuple[str, ...]]]) -> None:
    shown = [(question, phrasings) for question, phrasings in proposed if phrasings]
    if shown:
        typer.echo("Of the file's own words they may be asked so too (--take-proposals takes them over):")
        for question, phrasings in shown:
            typer.echo(f"  {question}: {' | '.join(phrasings)}")
