"""`paligs ask`: one question as text or JSON, or a file of them."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from bot.cli.asker import BatchAsker, SingleRow
from bot.cli.output import FileError, progress, status_line
from bot.knowledge.explain import format_explanation
from bot.knowledge.factory import load_knowledge, load_knowledge_lazily
from bot.settings_lookup import read_knowledge_settings
from handlers.model.context import KnowledgeBundle

if TYPE_CHECKING:
    from storage.curation.lessons import LessonSet


def ask_once(text: str, *, lang: str | None, as_json: bool, why: bool = False) -> None:
    """Print the answer to `text`."""
    with status_line("Training the model ..."):
        known = _load_knowledge(load_knowledge_lazily)
    if lang is not None and lang not in known.base.languages:
        sys.stderr.write(f"--lang {lang}: write one of {', '.join(known.base.languages)}\n")
        sys.exit(2)
    answer = BatchAsker(known).ask(SingleRow(text=text, lang=lang), why=why, evidence=as_json)
    if as_json:
        import json

        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        return
    sys.stdout.write("\n\n".join(answer["replies"]) + "\n")
    if why:
        sys.stdout.write("\n" + "\n".join(format_explanation(answer["why"])) + "\n")
    sys.stdout.flush()
    sys.stderr.write(f"\n[{answer['outcome']} · {answer['entry'] or answer['act']} · {answer['score']:.2f}]\n")


def ask_batch(name: str, *, why: bool = False) -> None:
    """Print one JSON object for each line of the file, in order."""
    import json

    from bot.cli.ask_batch import ask_lines

    with _open_batch(name) as (rows, total):
        for answer in progress(ask_lines(rows, _load_knowledge(load_knowledge), why=why), total=total, label="asking"):
            sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _load_knowledge(load: Callable[..., KnowledgeBundle]) -> KnowledgeBundle:
    """What the server knows that runs with the same settings."""
    settings = read_knowledge_settings()
    taught = _lesson_set(settings.database_url)
    return load(settings.content_dir, *((taught.lessons, taught.edits) if taught is not None else ()))


def _lesson_set(url: str) -> "LessonSet | None":
    """That of the database; one that is not there is not asked, which would load what reads databases."""
    kind, _, file = url.strip().partition(":///")
    if kind == "sqlite" and file and not Path(file.partition("?")[0]).exists():
        return None
    from bot.knowledge.lesson_source import read_lesson_set

    return read_lesson_set(url)


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
