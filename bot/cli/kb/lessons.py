"""`paligs kb export --taught` and `kb import --taught`: write lessons and edits into files, and mark them released."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import typer

from bot.cli.kb.export_files import ExportResult, export_content_files, lessons_json
from bot.cli.kb.export_json import export_json
from bot.settings import Settings, read_settings
from kb.entry_edits import apply_edits, effective_edits
from kb.lessons import extend
from kb.loading.loader import load_knowledge_base
from storage.curation import entry_drafts, entry_versions
from storage.curation import lessons as taught
from storage.curation.entry_drafts import EntryDraft
from storage.curation.lessons import LessonSet
from storage.database import engine


def print_lessons(content: Path | None) -> None:
    """Print the content with the lessons added, and list lessons and drafts."""
    settings = read_settings()
    curriculum, drafted = _read_lessons_and_drafts(settings)
    filed = load_knowledge_base(content or settings.content_dir, with_universal=False)
    edits = effective_edits(filed, curriculum.edits)
    curriculum = replace(curriculum, edits=edits)
    base = extend(apply_edits(filed, edits), curriculum.lessons)
    out_of_scope = {language: list(texts) for language, texts in base.out_of_scope.items()}
    found = {**export_json(base), "decoys": out_of_scope, **lessons_json(curriculum, drafted)}
    typer.echo(json.dumps(found, ensure_ascii=False, indent=1))


def write_lessons(content: Path | None, out: Path) -> None:
    """Write the changed content files into `out`."""
    settings = read_settings()
    curriculum, drafted = _read_lessons_and_drafts(settings)
    for line in _format_result(export_content_files(content or settings.content_dir, curriculum, drafted, out)):
        typer.echo(line)


def mark_lessons_released(content: Path | None) -> None:
    """Mark the lessons and drafts that the content files hold as released."""
    settings = read_settings()
    base = load_knowledge_base(content or settings.content_dir)
    with engine.write_transaction(engine.create_database_engine(settings.database_url)) as connection:
        lessons = taught.mark_released(connection, base, datetime.now(UTC))
        edits = entry_versions.mark_edits_released(connection, base, datetime.now(UTC))
        entries = entry_drafts.drop_released(connection, base)
        left = len(taught.current_lessons(connection).stored)
    typer.echo(
        f"{len(lessons)} lessons, {len(edits)} edited entries and {len(entries)} drafts are released; "
        f"{left} lessons are pending."
    )


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
        yield f"{result.skipped} lessons are skipped: the content files hold them already, or their entry is gone."
    if not result.files:
        yield "No edited entries, lessons or drafts are pending."
    else:
        ready = f"{result.edits} edited entries, {result.lessons} lessons, {len(result.entries)} new entries"
        yield f"{ready}. Copy them over the content, look at git diff, then: paligs kb check, paligs kb import --taught"
