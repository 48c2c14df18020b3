"""`paligs customers`: the list of venues and their tills from a table, and back into one."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

if TYPE_CHECKING:
    from bot.customers.import_plan import ImportPlan
    from bot.customers.venue_cards import VenueCard

app = typer.Typer(help="Venues and their tills: import, export, links.", no_args_is_help=True, rich_markup_mode=None)
MAX_PROBLEMS_SHOWN = 100


@app.command("import")
def import_table(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or XLSX file; its first row names the columns.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
) -> None:
    """Add venues, and replace those that are known by name and address; rows with a mistake are left out."""
    from bot.customers.import_plan import plan_import
    from bot.customers.table_file import TableFileError, encoding_name, read_rows

    try:
        plan = plan_import(read_rows(path))
    except TableFileError as exc:
        typer.echo(str(exc), err=True)
        raise typer.Exit(2) from exc
    encoding = encoding_name(path)
    if encoding is not None:
        typer.echo(f"Read as {encoding}. If letters look wrong, save the file as UTF-8.")
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


@app.command()
def links(
    csv_path: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write the links as a table.")] = None,
    sheet_path: Annotated[
        Path | None, typer.Option("--sheet", metavar="FILE", help="Write cards with QR codes to print (HTML, A4).")
    ] = None,
    venue: Annotated[str | None, typer.Option(help="Only of this venue: its name, a number, a fiscal number.")] = None,
    revoke: Annotated[
        bool, typer.Option("--revoke", help="Revoke the links of that venue first: printed codes stop working.")
    ] = False,
) -> None:
    """Make the links that carry a venue and its till to the bot; those that are there stay."""
    if revoke and venue is None:
        typer.echo("--revoke needs --venue: name the venue whose printed codes are to stop working.", err=True)
        raise typer.Exit(2)
    cards = _make_cards(venue, revoke=revoke)
    if not cards:
        typer.echo("No such venue. `paligs customers export` lists all of them.", err=True)
        raise typer.Exit(1)
    if csv_path is not None:
        with csv_path.open("w", encoding="utf-8-sig", newline="") as output:
            _write_csv(cards, output)
    if sheet_path is not None:
        _write_sheet(cards, sheet_path)
    if csv_path is None and sheet_path is None:
        _write_csv(cards, sys.stdout)
    else:
        typer.echo(f"{len(cards)} cards written.")


def _make_cards(name: str | None, *, revoke: bool) -> "list[VenueCard]":
    from datetime import UTC, datetime

    from bot.app.roles import DATA_DIR
    from bot.app.signing_key import signing_key
    from bot.customers import venue_search
    from bot.customers.link_addresses import LinkAddresses
    from bot.customers.link_tokens import VenueLinkTokens
    from bot.customers.venue_cards import venue_cards
    from bot.settings import read_settings
    from storage.customers import links as venue_links
    from storage.customers import venues
    from storage.database import engine

    settings, now = read_settings(), datetime.now(UTC)
    tokens, addresses = VenueLinkTokens(signing_key(settings, DATA_DIR)), LinkAddresses.from_settings(settings)
    database = engine.create_database_engine(settings.database_url)
    cards: list[VenueCard] = []
    with engine.write_transaction(database) as connection:
        found = venues.list_venues(connection) if name is None else venue_search.search(connection, name)[:1]
        for venue in found:
            if revoke:
                old = [link.id for link in venue_links.list_links(connection, venue.id)]
                venue_links.revoke(connection, venue.id, old, now)
            cards += venue_cards(venue, venue_links.ensure_links(connection, venue, now), tokens, addresses)
    return cards


def _write_csv(cards: "list[VenueCard]", output: TextIO) -> None:
    from bot.customers.venue_cards import write_links

    write_links(cards, output)


def _write_sheet(cards: "list[VenueCard]", path: Path) -> None:
    from bot.customers.sheet.page import SheetStyle, render_sheet
    from bot.settings import read_settings
    from kb.loading.loader import load_knowledge_base

    directory = load_knowledge_base(read_settings().content_dir).directory
    path.write_text(render_sheet(cards, directory.lines[directory.urgent_line], SheetStyle()), encoding="utf-8")
