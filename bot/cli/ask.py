"""`paligs ask`: one question as text or JSON, or a file of them."""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

import typer

from bot.cli.ask_batch import BatchAsker, BatchRow, ask_lines
from bot.cli.output import FileError, progress, status_line
from bot.knowledge.explain import format_explanation
from bot.knowledge.factory import load_knowledge
from bot.knowledge.lesson_source import read_lesson_set
from bot.settings import read_settings
from handlers.model.context import KnowledgeBundle


def ask_once(text: str, *, lang: str | None, as_json: bool, why: bool = False) -> None:
    """Print the answer to `text`."""
    with status_line("Training the model ..."):
        known = _load_knowledge()
    if lang is not None and lang not in known.base.languages:
        typer.echo(f"--lang {lang}: write one of {', '.join(known.base.languages)}", err=True)
        raise typer.Exit(2)
    answer = BatchAsker(known).ask(BatchRow.model_validate({"text": text, "lang": lang}), why=why)
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    typer.echo("\n\n".join(answer["replies"]))
    if why:
        typer.echo("\n" + "\n".join(format_explanation(answer["why"])))
    typer.echo(f"\n[{answer['outcome']} · {answer['entry'] or answer['act']} · {answer['score']:.2f}]", err=True)


def ask_batch(name: str, *, why: bool = False) -> None:
    """Print one JSON object for each line of the file, in order."""
    with _open_batch(name) as (rows, total):
        for answer in progress(ask_lines(rows, _load_knowledge(), why=why), total=total, label="asking"):
            sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _load_knowledge() -> KnowledgeBundle:
    """What the server knows that runs with the same settings."""
    settings = read_settings()
    return load_knowledge(settings.content_dir, read_lesson_set(settings.database_url).lessons)


@contextmanager
def _open_batch(name: str) -> Iterator[tuple[TextIO, int | None]]:
    if name == "-":
        yield sys.stdin, None
        return
    with ExitStack() as stack:
        try:
            file = stack.enter_context(Path(name).open(encoding="utf-8", errors="replace"))
        except OSError as exc:
            raise FileError(f"{name}: {exc.strerror}: check the name and that you may read it") from exc
        total = sum(1 for _ in file)
        file.seek(0)
        yield file, total
