"""`paligs notices`: whether those who are to be told of calls can be told; shows targets by their names only."""

import asyncio

import typer

app = typer.Typer(help="Notices to staff: send a test to everybody who is to be told.", no_args_is_help=True)


@app.callback()
def notices() -> None:
    """Notices to staff."""


@app.command()
def check() -> None:
    """Send a test notice to every target of the NOTIFY_ settings, and tell which took it."""
    from bot.app.notification_check import send_test_notifications
    from bot.settings import read_settings
    from kb.loading.loader import load_knowledge_base

    settings = read_settings()
    results = asyncio.run(send_test_notifications(settings, load_knowledge_base(settings.content_dir).directory))
    if not results:
        typer.echo("Nobody is told of calls: set NOTIFY_ and the name of a line (docs/notices.md).", err=True)
    for name, problem in results.items():
        typer.echo(f"{name}: {problem or 'arrived'}", err=problem is not None)
    if not results or any(results.values()):
        raise typer.Exit(1)
