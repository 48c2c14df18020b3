"""`paligs notices`: tests whether staff can be notified; shows targets by their names only."""

import typer

app = typer.Typer(
    help="Notifications to staff: send a test to every recipient.", no_args_is_help=True, rich_markup_mode=None
)


@app.callback()
def notices() -> None:
    """Notifications to staff."""


@app.command()
def check() -> None:
    """Send a test notification to every target of the NOTIFY_ settings, and print the results."""
    import asyncio

    from bot.app.notification_check import send_test_notifications
    from bot.settings import read_settings
    from kb.loading.loader import load_knowledge_base

    settings = read_settings()
    results = asyncio.run(send_test_notifications(settings, load_knowledge_base(settings.content_dir).directory))
    if not results:
        typer.echo(
            "Nobody is notified of hand-offs: set NOTIFY_ and the name of a line (docs/notifications.md).", err=True
        )
    for name, problem in results.items():
        typer.echo(f"{name}: {problem or 'arrived'}", err=problem is not None)
    if not results or any(results.values()):
        raise typer.Exit(1)
