"""Reads the form of a venue as a row of the import is read, so that both know the same mistakes."""

from collections.abc import Mapping
from typing import Final

from bot.customers.importing.import_plan import COLUMNS, plan_import
from bot.customers.importing.table_file import TableRow
from storage.customers.venues import Venue

FIELDS: Final = ("name", "address", "aliases", "phones", "accounts", "groups", "contract", "note")
_DEVICE_PARTS: Final = ("device", "model", "fiscal_number", "place")
MAX_FIELD_CHARS: Final = 2000
MAX_DEVICES: Final = 100


def read_form(form: Mapping[str, str]) -> Venue | None:
    """The venue that the form tells of; None where something in it cannot be used."""
    cells = {name: form.get(name, "").strip()[:MAX_FIELD_CHARS] for name in FIELDS}
    lines = [line for line in form.get("devices", "").splitlines() if line.strip()][:MAX_DEVICES]
    told = [dict.fromkeys(_DEVICE_PARTS, ""), *map(_device_cells, lines)]
    rows = [TableRow(number=number, cells=_with_headers({**cells, **one})) for number, one in enumerate(told, 1)]
    plan = plan_import(rows)
    return plan.venues[0] if len(plan.venues) == 1 and not plan.problems else None


def form_of(venue: Venue) -> dict[str, str]:
    """What the form of a venue is filled in with."""
    devices = ("; ".join(part or "" for part in _parts(one)).rstrip("; ") for one in map(vars, venue.devices))
    return {
        "name": venue.name,
        "address": venue.address or "",
        "aliases": "; ".join(venue.aliases),
        "phones": "; ".join(venue.phones),
        "accounts": "; ".join(map(_account, venue.accounts)),
        "groups": "; ".join(map(_account, venue.groups)),
        "contract": venue.contract or "",
        "note": venue.note or "",
        "devices": "\n".join(devices),
    }


def _parts(device: Mapping[str, str | None]) -> tuple[str | None, ...]:
    return device["name"], device["model"], device["fiscal_number"], device["place"]


def _device_cells(line: str) -> dict[str, str]:
    parts = [part.strip() for part in line.split(";", len(_DEVICE_PARTS) - 1)]
    return dict(zip(_DEVICE_PARTS, [*parts, "", "", ""], strict=False))


def _with_headers(cells: Mapping[str, str]) -> dict[str, str]:
    return {COLUMNS[column][0]: cell for column, cell in cells.items()}


def _account(value: str) -> str:
    return value if value.lstrip("-").isdigit() else f"@{value}"
