"""Writes venues as the table that can be imported again: a row for each device; sends nothing."""

import csv
from collections.abc import Iterable
from typing import Final, TextIO

from bot.customers.importing.import_plan import COLUMNS
from storage.customers.venues import Device, Venue

_HEADER: Final = tuple(names[0] for names in COLUMNS.values())


def write_csv(venues: Iterable[Venue], output: TextIO) -> None:
    """With a semicolon, as spreadsheets in Latvia expect it."""
    writer = csv.writer(output, delimiter=";", lineterminator="\n")
    writer.writerow(_HEADER)
    for venue in venues:
        for number, device in enumerate(venue.devices or (None,)):
            writer.writerow([*(_venue_cells(venue) if not number else _same_venue(venue)), *_device_cells(device)])


def _venue_cells(venue: Venue) -> list[str]:
    several = (
        venue.aliases,
        venue.phones,
        [_account(one) for one in venue.accounts],
        [_account(one) for one in venue.groups],
    )
    lists = ["; ".join(values) for values in several]
    return [
        safe_cell(cell) for cell in (venue.name, venue.address or "", *lists, venue.contract or "", venue.note or "")
    ]


def _same_venue(venue: Venue) -> list[str]:
    return [safe_cell(venue.name), safe_cell(venue.address or ""), *[""] * 6]


def _device_cells(device: Device | None) -> list[str]:
    if device is None:
        return [""] * 4
    cells = (device.name, device.model, device.fiscal_number, device.place)
    return [safe_cell(cell or "") for cell in cells]


def _account(value: str) -> str:
    return value if value.lstrip("-").isdigit() else f"@{value}"


def safe_cell(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; phone numbers and account names stay as they are."""
    formula = cell.startswith(("=", "\t", "\r")) or (cell.startswith(("+", "-", "@")) and not cell[1:2].isalnum())
    return f"'{cell}" if formula else cell
