"""`paligs user`: what is stored about a person, and erasing it."""

import json
from typing import Annotated

import typer

app = typer.Typer(help="A person's data: export, erase.", no_args_is_help=True)

Person = Annotated[str, typer.Argument(metavar="ID", help="A conversation's id, channel:sender, or a sender's id.")]


@app.command()
def export(person: Person) -> None:
    """Print all that is stored about a person as JSON."""
    from bot.settings import read
    from storage import personal_data
    from storage.database import engine

    with engine.reading(engine.create(read().database_url)) as connection:
        talks = personal_data.find(connection, person)
        found = personal_data.export(connection, talks)
    _none_found(person, len(talks))
    typer.echo(json.dumps(found, ensure_ascii=False, indent=1))


@app.command()
def erase(person: Person) -> None:
    """Erase all that is stored about a person; counts without text or name stay."""
    from bot.settings import read
    from storage import personal_data
    from storage.database import engine

    with engine.writing(engine.create(read().database_url)) as connection:
        talks = personal_data.find(connection, person)
        erased = personal_data.erase(connection, talks)
    _none_found(person, len(talks))
    typer.echo("Erased: " + ", ".join(f"{count} {table}" for table, count in erased.rows.items() if count) + ".")


def _none_found(person: str, talks: int) -> None:
    if not talks:
        typer.echo(
            f"Nothing is stored about {person}: write a conversation's id, channel:sender, or a sender.", err=True
        )
        raise typer.Exit(1)
