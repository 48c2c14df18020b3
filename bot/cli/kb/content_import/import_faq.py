"""`paligs kb import FAQ`: prints what became of a file, and what the new entries still need."""

from datetime import date, timedelta
from pathlib import Path
from typing import Final

import typer

from bot.cli.kb.content_import.entry_writer import ImportOptions, import_entries, missing_questions
from bot.cli.kb.content_import.reader import read_faq
from kb.loading.content_error import ContentError
from kb.loading.content_warnings import MIN_QUESTIONS
from kb.loading.loader import load_knowledge_base

REVIEW_AFTER: Final = timedelta(days=365)
LISTED: Final = 12
"""So many entries are named that need questions."""


def import_faq(file: Path, content: Path, options: ImportOptions, *, today: date) -> None:
    """Make entries of a file, or exit 1 with a line for each mistake."""
    found = read_faq(file)
    try:
        done = import_entries(file, found, content, options, review_by=today + REVIEW_AFTER)
    except ContentError as exc:
        for problem in exc.problems:
            typer.echo(problem)
        typer.echo(f"{len(exc.problems)} problems; nothing was written.", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{len(done.entries)} entries written under {content}/entries, from {len(found.items)} in {file.name}.")
    for question in done.skipped:
        typer.echo(f"skipped, an entry has it already: {question}")
    for hint in done.hints:
        typer.echo(f"look at {hint}")
    _print_needs(content)
    if done.proposed:
        typer.echo(f"{done.proposed} phrasings stand as comments below the questions: take what people would write.")
    typer.echo("Now: paligs kb check")


def _print_needs(content: Path) -> None:
    few = missing_questions(load_knowledge_base(content), MIN_QUESTIONS)
    if few:
        typer.echo(f"{len(few)} entries have fewer than {MIN_QUESTIONS} questions a language; the fewest first:")
    for name, count in list(few.items())[:LISTED]:
        typer.echo(f"  {name}: {count}")
