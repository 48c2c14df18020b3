"""`paligs db`: upgrade the database, check it, back it up."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="The database: upgrade, check, backup.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def upgrade() -> None:
    """Upgrade the database to the newest schema."""
    from bot.delivery.jobs import procrastinate_schema
    from bot.settings import read_settings
    from storage.database import engine
    from storage.migrations import upgrade

    database = engine.create_database_engine(read_settings().database_url)
    upgrade.upgrade(database)
    procrastinate_schema.upgrade(database)
    typer.echo("The database is up to date.")


@app.command()
def check() -> None:
    """Check for pending migrations, schema drift and damage: exit 1 and a line for each problem."""
    from bot.delivery.jobs import procrastinate_schema
    from bot.settings import read_settings
    from storage.database import engine
    from storage.migrations import upgrade

    database = engine.create_database_engine(read_settings().database_url)
    problems = [*upgrade.find_problems(database), *procrastinate_schema.find_problems(database)]
    for problem in problems:
        typer.echo(problem)
    if problems:
        raise typer.Exit(1)
    typer.echo("The database is sound and up to date.")


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="Where to write the copy; must not be there yet.")]) -> None:
    """Copy the database while it runs (SQLite; PostgreSQL has pg_dump)."""
    from bot.settings import read_settings
    from storage.database import engine
    from storage.migrations import upgrade

    upgrade.backup(engine.create_database_engine(read_settings().database_url), file)
    typer.echo(f"Written: {file}")
