"""`paligs customers`: the list of venues and their tills from a table, and back into one."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.customers.import_plan import ImportPlan

app = typer.Typer(help="Venues and their tills: import, export.", no_args_is_help=True, rich_markup_mode=None)
MAX_PROBLEMS_SHOWN = 100


@app.command("import")
def import_table(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or XLSX file; its first row names the columns.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
) -> None:
    """Add venues, and replace those that are known by name and address; rows with a mistake are left out."""
    from bot.customers.import_plan import plan_import
    from bot.customers.table_file import TableFileError, read_rows

    try:
        plan = plan_import(read_rows(path))
    except TableFileError as exc:
        typer.echo(str(exc), err=True)
        raise typer.Exit(2) from exc
    if dry_run:
        for venue in plan.venues:
            typer.echo(f"{venue.label}: {len(venue.devices)} devices, {len(venue.phones)} phones")
        typer.echo(f"Nothing is stored: {_count(plan)}.")
    else:
        typer.echo(f"{_count(plan)}: {_store(plan)}.")
    for problem in plan.problems[:MAX_PROBLEMS_SHOWN]:
        place = f"Row {problem.row}" if problem.row else "First row"
        typer.echo(f"{place}: {problem.text}", err=True)
    if plan.problems:
        typer.echo(f"{len(plan.problems)} rows were left out. Mend them and import the file again.", err=True)
        raise typer.Exit(1)


def _count(plan: "ImportPlan") -> str:
    devices = sum(len(venue.devices) for venue in plan.venues)
    return f"{len(plan.venues)} venues with {devices} devices"


def _store(plan: "ImportPlan") -> str:
    from collections import Counter
    from datetime import UTC, datetime

    from bot.settings import read_settings
    from storage.customers import venues
    from storage.database import engine

    now, done = datetime.now(UTC), Counter[str]()
    database = engine.create_database_engine(read_settings().database_url)
    shown = typer.progressbar(plan.venues, label="Storing", file=sys.stderr)
    with shown as each, engine.write_transaction(database) as connection:
        for venue in each:
            done[venues.save(connection, venue, now).value] += 1
    return ", ".join(f"{done[result]} {result.value}" for result in venues.SaveResult)


@app.command()
def export(
    path: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Where to; the terminal where it is left out.")
    ] = None,
) -> None:
    """Write all venues as a CSV file that can be imported again."""
    from bot.customers.export_file import write_csv
    from bot.settings import read_settings
    from storage.customers import venues
    from storage.database import engine

    with engine.read_transaction(engine.create_database_engine(read_settings().database_url)) as connection:
        found = venues.list_venues(connection)
    if path is None:
        write_csv(found, sys.stdout)
        return
    with path.open("w", encoding="utf-8-sig", newline="") as output:
        write_csv(found, output)
    typer.echo(f"{len(found)} venues written to {path}.")
