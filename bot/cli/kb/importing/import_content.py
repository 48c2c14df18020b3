"""`paligs kb import FILE`: a FAQ becomes entries, a list of questions goes to its entries; says what is left to do."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import typer

from bot.cli.kb.importing.import_questions import add_questions
from bot.cli.output import FileError
from bot.faq_import.articles import FaqFileError
from bot.faq_import.entry_files import ImportResult, write_entries
from bot.faq_import.file_reading import read_faq
from bot.faq_import.phrasings import propose_phrasings
from kb.loading.content_warnings import MIN_QUESTIONS
from kb.loading.loader import load_knowledge_base
from kb.model import LineId


def import_file(file: Path, folder: Path, *, line: str | None, take_proposals: bool) -> None:
    """Import and report.

    Raises:
        FileError: the file cannot be read, or does not fit the content; nothing was changed.
        ContentError: the content has problems.
        Exit: something was not taken over (status 1); the rest was.
    """
    if _holds_questions(file):
        typer.echo(f"{add_questions(file, folder)} questions added under {folder}. Now: paligs kb check")
        return
    knowledge = load_knowledge_base(folder)
    try:
        found = read_faq(file)
        proposed = {one.where: propose_phrasings(one) for one in found.articles}
        articles = [
            replace(one, questions=(*one.questions, *proposed[one.where])) if take_proposals else one
            for one in found.articles
        ]
        today = datetime.now(UTC).date()
        result = write_entries(
            articles, folder, knowledge, line=LineId(line) if line is not None else None, today=today
        )
    except FaqFileError as exc:
        raise FileError(str(exc)) from exc
    _report(result, folder)
    if not take_proposals:
        _print_proposals([(one.question, proposed[one.where]) for one in found.articles])
    mistakes = (*found.mistakes, *result.mistakes)
    for mistake in mistakes:
        typer.echo(f"{file}: {mistake}", err=True)
    if mistakes:
        raise typer.Exit(1)


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


def _print_proposals(proposed: list[tuple[str, tuple[str, ...]]]) -> None:
    shown = [(question, phrasings) for question, phrasings in proposed if phrasings]
    if shown:
        typer.echo("Of the file's own words they may be asked so too (--take-proposals takes them over):")
        for question, phrasings in shown:
            typer.echo(f"  {question}: {' | '.join(phrasings)}")
