"""`paligs` and its commands; problems in content and settings end in one clear message and status 2."""

import sys
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, NoReturn

import typer

from bot.cli.kb import commands
from bot.cli.operations import agent, customers, db, notices, outbox, user
from bot.cli.output import exit_on_known_errors, status_line

app = typer.Typer(
    name="paligs",
    help="A support bot for restaurant staff: answers from its knowledge, offline, and never makes a ticket.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Rich takes as long to load as all the rest.
    rich_markup_mode=None,
)
app.add_typer(commands.app, name="kb")
app.add_typer(db.app, name="db")
app.add_typer(user.app, name="user")
app.add_typer(customers.app, name="customers")
app.add_typer(outbox.app, name="outbox")
app.add_typer(notices.app, name="notices")
app.add_typer(agent.app, name="agent")


@app.command()
def run(
    host: Annotated[str | None, typer.Option(help="Address to listen on (HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (PORT).")] = None,
    reload: Annotated[
        bool, typer.Option("--reload", help="Start again when code, templates, texts or styles change: to develop.")
    ] = False,
) -> None:
    """Serve the web chat and everything else in one process."""
    from bot.app import helpdesk
    from bot.app.roles import run_standalone
    from bot.observability import tracing
    from bot.settings import Settings, read_settings

    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    if reload:
        _run_reloading(given)
    run_standalone(
        read_settings(
            Settings, also_problems=tracing.find_problems(), more_problems=helpdesk.find_setting_problems, **given
        )
    )


def _run_reloading(given: Mapping[str, Any]) -> NoReturn:
    from bot.cli.restart_on_change import run_with_restarts, source_folders
    from bot.settings import read_settings

    content = read_settings(**given).content_dir
    options = [part for name, value in given.items() for part in (f"--{name}", str(value))]
    folders = source_folders() if content is None else (*source_folders(), content)
    run_with_restarts([sys.executable, "-m", "bot", "run", *options], folders, partial(typer.echo, err=True))


@app.command()
def web(
    host: Annotated[str | None, typer.Option(help="Address to listen on (HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (PORT).")] = None,
) -> None:
    """Receive messages and serve pages: one of many processes on PostgreSQL (paligs worker delivers)."""
    from bot.app import helpdesk
    from bot.app.roles import run_web
    from bot.observability import tracing
    from bot.settings import WebSettings, read_settings

    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    run_web(
        read_settings(
            WebSettings, also_problems=tracing.find_problems(), more_problems=helpdesk.find_setting_problems, **given
        )
    )


@app.command()
def worker() -> None:
    """Deliver replies: one of many processes on PostgreSQL."""
    from bot.app import helpdesk
    from bot.app.roles import run_worker
    from bot.observability import tracing
    from bot.settings import WorkerSettings, read_settings

    run_worker(
        read_settings(
            WorkerSettings, also_problems=tracing.find_problems(), more_problems=helpdesk.find_setting_problems
        )
    )


@app.command()
def settings() -> None:
    """Print all settings as Markdown: what docs/settings.md holds."""
    from bot.cli.operations.settings_reference import settings_reference

    typer.echo(settings_reference(), nl=False)


@app.command()
def chat(
    lang: Annotated[str | None, typer.Option(help="Language to begin in: lv, ru or en.")] = None,
) -> None:
    """Chat in the terminal."""
    from bot.app.roles import run_terminal
    from bot.knowledge.lesson_source import load_live_knowledge
    from bot.settings import read_settings

    settings = read_settings()
    with status_line("Training the model ..."):
        known = load_live_knowledge(settings)
    if lang is not None and lang not in known.current.base.languages:
        typer.echo(f"--lang {lang}: write one of {', '.join(known.current.base.languages)}", err=True)
        raise typer.Exit(2)
    run_terminal(settings, known, language=lang)


@app.command()
def ask(
    text: Annotated[str | None, typer.Argument(help="What a person would write.")] = None,
    lang: Annotated[str | None, typer.Option(help="Answer in lv, ru or en.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object an answer.")] = False,
    batch: Annotated[
        str | None, typer.Option(help="A file of JSON lines with text (lang, conversation); - reads stdin.")
    ] = None,
    why: Annotated[bool, typer.Option("--why", help="Explain the decision as well.")] = False,
) -> None:
    """Ask once, or a whole file; nothing is stored."""
    from bot.cli.ask import ask_batch, ask_once

    if batch is not None:
        ask_batch(batch, why=why)
    elif text is not None:
        ask_once(text, lang=lang, as_json=as_json, why=why)
    else:
        typer.echo("Write what to ask: paligs ask 'kase nedrukā čeku', or --batch FILE.", err=True)
        raise typer.Exit(2)


def main() -> None:
    """The console script."""
    with exit_on_known_errors():
        app()
    sys.exit(0)


if __name__ == "__main__":
    main()
