"""`paligs customers`: the list of venues and their tills from a table, and back into one."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.customers.importing.import_plan import ImportPlan
    from bot.customers.venue_cards import VenueCard
    from kb.model import Language

app = typer.Typer(help="Venues and their tills: import, export, links.", no_args_is_help=True, rich_markup_mode=None)
MAX_PROBLEMS_SHOWN = 100


@app.command("import")
def import_table(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or XLSX file; its first row names the columns.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
    lang: Annotated[str, typer.Option(help="The language of what it says: lv, ru or en.")] = "en",
) -> None:
    """Add venues, and replace those that are known by name and address; rows with a mistake are left out."""
    from bot.customers.importing.import_plan import plan_import
    from bot.customers.importing.table_file import TableFileError, encoding_name, read_rows
    from kb.model import LANGUAGES

    if lang not in LANGUAGES:
        typer.echo(f"--lang {lang}: write one of {', '.join(LANGUAGES)}", err=True)
        raise typer.Exit(2)
    say = _sentences(lang)
    try:
        plan = plan_import(read_rows(path))
    except TableFileError as exc:
        typer.echo(exc.told(lang), err=True)
        raise typer.Exit(2) from exc
    encoding = encoding_name(path.name, path.read_bytes())
    if encoding is not None:
        typer.echo(say("read_as", encoding=encoding))
    devices = sum(len(venue.devices) for venue in plan.venues)
    counted = say("counted", venues=len(plan.venues), devices=devices)
    if dry_run:
        for venue in plan.venues:
            typer.echo(say("venue", name=venue.label, devices=len(venue.devices), phones=len(venue.phones)))
        typer.echo(say("nothing_stored", counted=counted))
    else:
        typer.echo(say("stored", counted=counted, **_store(plan, say("storing"))))
    for problem in plan.problems[:MAX_PROBLEMS_SHOWN]:
        typer.echo(problem.told(lang), err=True)
    if plan.problems:
        typer.echo(say("left_out", n=len(plan.problems)), err=True)
        raise typer.Exit(1)


def _sentences(language: "Language") -> "Callable[..., str]":
    from functools import partial

    from bot.customers.importing.sentences import import_sentence

    return partial(import_sentence, language)


def _store(plan: "ImportPlan", label: str) -> "dict[str, int]":
    from collections import Counter
    from datetime import UTC, datetime

    from bot.settings import read_settings
    from storage.customers import venues
    from storage.customers.venue_import import in_batches
    from storage.database import engine

    now, done = datetime.now(UTC), Counter[str]()
    database = engine.create_database_engine(read_settings().database_url)
    with typer.progressbar(in_batches(plan.venues), label=label, file=sys.stderr) as shown:
        for batch in shown:
            with engine.write_transaction(database) as connection:
                done.update(venues.save(connection, venue, now).value for venue in batch)
    return {result.value: done[result] for result in venues.SaveResult}


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
    from storage.customers import venue_links, venues
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
    from bot.customers.sheet.sheet_page import SheetStyle, render_sheet
    from bot.settings import read_settings
    from kb.loading.loader import load_knowledge_base

    base = load_knowledge_base(read_settings().content_dir)
    path.write_text(render_sheet(cards, base, SheetStyle()), encoding="utf-8")
