"""`paligs user`: exports and erases what is stored about a person."""

import json
from typing import Annotated

import typer

app = typer.Typer(help="A person's data: export, erase.", no_args_is_help=True, rich_markup_mode=None)

PersonId = Annotated[str, typer.Argument(metavar="ID", help="A conversation's id, channel:sender, or a sender's id.")]


@app.command()
def export(person: PersonId) -> None:
    """Print all that is stored about a person as JSON."""
    from bot.settings import read_settings
    from storage import personal_data
    from storage.database import engine

    with engine.read_transaction(engine.create_database_engine(read_settings().database_url)) as connection:
        talks = personal_data.find_conversations(connection, person)
        found = personal_data.export(connection, talks)
    _require_found(person, len(talks))
    typer.echo(json.dumps(found, ensure_ascii=False, indent=1))


@app.command()
def erase(person: PersonId) -> None:
    """Erase all that is stored about a person; counts without text or name stay."""
    from bot.settings import read_settings
    from storage import personal_data
    from storage.database import engine

    with engine.write_transaction(engine.create_database_engine(read_settings().database_url)) as connection:
        talks = personal_data.find_conversations(connection, person)
        erased = personal_data.erase(connection, talks)
    _require_found(person, len(talks))
    typer.echo("Erased: " + ", ".join(f"{count} {table}" for table, count in erased.rows.items() if count) + ".")


def _require_found(person: str, count: int) -> None:
    if not count:
        typer.echo(
            f"Nothing is stored about {person}: write a conversation's id, channel:sender, or a sender.", err=True
        )
        raise typer.Exit(1)
