"""`paligs kb export --taught` and `paligs kb import --taught`: from the database into the content files, and done."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import typer

from bot.cli.kb.commands import export_json
from bot.cli.kb.export_files import ExportResult, export_content_files, lessons_json
from bot.settings import Settings, read_settings
from kb.lessons import extend
from kb.loading.loader import load_knowledge_base
from storage.curation import entry_drafts
from storage.curation import lessons as taught
from storage.curation.entry_drafts import EntryDraft
from storage.curation.lessons import LessonSet
from storage.database import engine


def print_lessons(content: Path | None) -> None:
    """Prints the content with what was taught in its place, and a list of that and of the drafts."""
    settings = read_settings()
    curriculum, drafted = _read_lessons_and_drafts(settings)
    base = extend(load_knowledge_base(content or settings.content_dir), curriculum.lessons)
    decoys = {language: list(texts) for language, texts in base.out_of_scope.items()}
    found = {**export_json(base), "decoys": decoys, **lessons_json(curriculum, drafted)}
    typer.echo(json.dumps(found, ensure_ascii=False, indent=1))


def write_lessons(content: Path | None, out: Path) -> None:
    """Writes the content files that change into `out`."""
    settings = read_settings()
    curriculum, drafted = _read_lessons_and_drafts(settings)
    for line in _format_result(export_content_files(content or settings.content_dir, curriculum, drafted, out)):
        typer.echo(line)


def mark_lessons_released(content: Path | None) -> None:
    """Lays down the lessons and drafts that stand in the content files by now."""
    settings = read_settings()
    base = load_knowledge_base(content or settings.content_dir)
    with engine.write_transaction(engine.create_database_engine(settings.database_url)) as connection:
        lessons = taught.mark_released(connection, base, datetime.now(UTC))
        entries = entry_drafts.drop_released(connection, base)
        left = len(taught.current_lessons(connection).stored)
    typer.echo(f"{len(lessons)} lessons and {len(entries)} drafts stand in the files by now; {left} lessons are left.")


def _read_lessons_and_drafts(settings: Settings) -> tuple[LessonSet, tuple[EntryDraft, ...]]:
    database = engine.create_database_engine(settings.database_url)
    with engine.read_transaction(database) as connection:
        return taught.current_lessons(connection), entry_drafts.list_all(connection)


def _format_result(result: ExportResult) -> Iterator[str]:
    for file in result.files:
        yield f"{file}"
    for draft, problems in result.unfinished.items():
        yield from (f"drafts/{draft}.yaml: {problem}" for problem in problems)
    if result.skipped:
        yield f"{result.skipped} lessons are left out: they stand in the files by now, or their entry has gone."
    if not result.files:
        yield "Nothing was taught that does not stand in the files."
    else:
        ready = f"{result.lessons} lessons, {len(result.entries)} new entries"
        yield f"{ready}. Copy them over the content, look at git diff, then: paligs kb check, paligs kb import --taught"
