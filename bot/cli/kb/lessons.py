"""`paligs kb export --taught` and `paligs kb import --taught`: from the database into the content files, and done."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import typer

from bot.cli.kb.commands import exported
from bot.cli.kb.export_files import Written, taught_json, write
from bot.settings import Settings, read
from kb.lessons import extend
from kb.loading.loader import load_knowledge_base
from storage.curation import entry_drafts
from storage.curation import lessons as taught
from storage.curation.entry_drafts import Draft
from storage.curation.lessons import Curriculum
from storage.database import engine


def print_taught(content: Path | None) -> None:
    """Prints the content with what was taught in its place, and a list of that and of the drafts."""
    settings = read()
    curriculum, drafted = _stored(settings)
    base = extend(load_knowledge_base(content or settings.content_dir), curriculum.lessons)
    decoys = {language: list(texts) for language, texts in base.out_of_scope.items()}
    found = {**exported(base), "decoys": decoys, **taught_json(curriculum, drafted)}
    typer.echo(json.dumps(found, ensure_ascii=False, indent=1))


def write_taught(content: Path | None, out: Path) -> None:
    """Writes the content files that change into `out`."""
    settings = read()
    curriculum, drafted = _stored(settings)
    for line in _told(write(content or settings.content_dir, curriculum, drafted, out)):
        typer.echo(line)


def lay_down(content: Path | None) -> None:
    """Lays down the lessons and drafts that stand in the content files by now."""
    settings = read()
    base = load_knowledge_base(content or settings.content_dir)
    with engine.writing(engine.create(settings.database_url)) as connection:
        lessons = taught.filed(connection, base, datetime.now(UTC))
        entries = entry_drafts.filed(connection, base)
        left = len(taught.current(connection).taught)
    typer.echo(f"{len(lessons)} lessons and {len(entries)} drafts stand in the files by now; {left} lessons are left.")


def _stored(settings: Settings) -> tuple[Curriculum, tuple[Draft, ...]]:
    database = engine.create(settings.database_url)
    with engine.reading(database) as connection:
        return taught.current(connection), entry_drafts.listed(connection)


def _told(written: Written) -> Iterator[str]:
    for file in written.files:
        yield f"{file}"
    for draft, problems in written.unfinished.items():
        yield from (f"drafts/{draft}.yaml: {problem}" for problem in problems)
    if written.left_out:
        yield f"{written.left_out} lessons are left out: they stand in the files by now, or their entry has gone."
    if not written.files:
        yield "Nothing was taught that does not stand in the files."
    else:
        ready = f"{written.lessons} lessons, {len(written.entries)} new entries"
        yield f"{ready}. Copy them over the content, look at git diff, then: paligs kb check, paligs kb import --taught"
