"""`paligs kb`: check the content, export it, measure how well it is understood."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from kb.check import overdue
from kb.load import ContentError, load
from kb.model import LANGUAGES, Entry, KnowledgeBase, Localised

app = typer.Typer(help="The knowledge base: check, export, evaluate.", no_args_is_help=True)

Folder = Annotated[Path | None, typer.Option("--content", help="Another content folder than the one shipped.")]


@app.command()
def check(content: Folder = None) -> None:
    """Look for mistakes: exit 1 and a line a mistake; warn about reviews that are overdue."""
    try:
        knowledge = load(content)
    except ContentError as exc:
        for problem in exc.problems:
            typer.echo(problem)
        typer.echo(f"{len(exc.problems)} mistakes.", err=True)
        raise typer.Exit(1) from None
    for warning in overdue(knowledge, datetime.now(UTC).date()):
        typer.echo(f"warning: {warning}")
    questions = sum(1 for _ in knowledge.questions())
    decoys = sum(map(len, knowledge.decoys.values()))
    typer.echo(
        f"{len(knowledge.entries)} entries, {questions} questions, {len(knowledge.concepts)} concepts, "
        f"{decoys} decoys: no mistakes. Version {knowledge.version}."
    )


@app.command()
def export(
    as_json: Annotated[bool, typer.Option("--json", help="JSON (the only form there is).")] = True,
    content: Folder = None,
) -> None:
    """Print everything that is known as JSON."""
    del as_json
    typer.echo(json.dumps(exported(load(content)), ensure_ascii=False, indent=1))


@app.command("eval")
def evaluate(
    file: Annotated[Path | None, typer.Argument(help="Labelled messages: .tsv with text, lang, label, style.")] = None,
    peers: Annotated[bool, typer.Option("--peers", help="Beside rapidfuzz alone, over the same questions.")] = False,
    train: Annotated[Path | None, typer.Option(help="Learn from these labelled JSON lines instead.")] = None,
    test: Annotated[Path | None, typer.Option(help="Judge these, with --train.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="With --train: one JSON object a test row.")] = False,
    content: Folder = None,
) -> None:
    """Measure how well messages are understood."""
    from bot.cli.evaluate import print_figures, print_rows

    if train is not None and test is not None:
        del as_json
        print_rows(train, test)
    elif file is not None:
        print_figures(file, content=content, peers=peers)
    else:
        typer.echo("Name a labelled file: paligs kb eval FILE.tsv, or --train A.jsonl --test B.jsonl.", err=True)
        raise typer.Exit(2)


@app.command()
def bench(
    content: Folder = None,
    questions: Annotated[int, typer.Option(min=1, help="How many messages to time.")] = 2000,
) -> None:
    """Time loading, learning and understanding on this machine."""
    from bot.cli.bench import print_speed

    print_speed(content, questions)


@app.command("import")
def import_questions(
    file: Annotated[Path, typer.Argument(help="JSON lines with id, lang and text; or an export.")],
    content: Annotated[Path, typer.Option(help="The content folder to add to.")] = Path("kb/content"),
) -> None:
    """Add questions to the content files; what is there already is passed over."""
    from bot.cli.kb_import import add_questions

    typer.echo(f"{add_questions(file, content)} questions added under {content}. Now: paligs kb check")


def exported(knowledge: KnowledgeBase) -> dict[str, object]:
    """The knowledge base as JSON-ready data: {"entries": [...], "lines": {...}, ...}."""
    directory = knowledge.directory
    return {
        "version": knowledge.version,
        "entries": [_entry(entry) for entry in knowledge.entries.values()],
        "lines": {
            line.id: {"phone": line.phone, "name": _texts(line.name), "does": _texts(line.does)}
            for line in directory.lines.values()
        },
        "ticket_channel": {"name": directory.ticket_channel.name, "email": directory.ticket_channel.address.email},
        "sources": {
            source.id: {"title": _texts(source.title), "url": source.url} for source in knowledge.sources.values()
        },
    }


def _texts(localised: Localised) -> dict[str, str]:
    return {language: localised[language] for language in LANGUAGES}


def _entry(entry: Entry) -> dict[str, object]:
    return {
        "id": entry.id,
        "act": entry.act.value,
        "line": entry.line,
        "trust": entry.trust.value,
        "sources": list(entry.sources),
        "review_by": entry.review_by.isoformat(),
        "titles": _texts(entry.title),
        "questions": {language: list(entry.questions[language]) for language in LANGUAGES},
        "answers": {language: entry.answer(language) for language in LANGUAGES},
    }
