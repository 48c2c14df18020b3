"""Makes venues of the rows of a table: columns by their names in three languages, each mistake with row and remedy."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.customers.importing.sentences import ImportSentence, import_sentence
from bot.customers.importing.table_file import TableRow
from handlers.details.phone_extraction import extract_phones
from kb.model import Language
from storage.customers.venues import Device, Venue

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": (
        "venue",
        "name",
        "vieta",
        "nosaukums",
        "объект",
        "название",
        "objekts",
        "restaurant",
        "restorāns",
        "restorans",
        "ресторан",
    ),
    "address": ("address", "adrese", "адрес"),
    "aliases": ("aliases", "alias", "other names", "citi nosaukumi", "arī", "другие названия", "псевдонимы"),
    "phones": ("phones", "phone", "tālrunis", "talrunis", "tālruņi", "tel", "телефон", "телефоны"),
    "accounts": ("telegram", "telegram id", "accounts", "account", "konti", "аккаунты"),
    "groups": ("group", "groups", "telegram group", "grupa", "grupas", "группа", "группы"),
    "contract": ("contract", "līgums", "ligums", "договор"),
    "note": ("note", "notes", "piezīme", "piezīmes", "piezime", "примечание", "заметка"),
    "device": ("device", "till", "kase", "ierīce", "ierice", "касса", "устройство"),
    "model": ("model", "modelis", "модель"),
    "fiscal_number": (
        "registration number",
        "serial number",
        "reģistrācijas numurs",
        "registracijas numurs",
        "sērijas numurs",
        "регистрационный номер",
        "серийный номер",
        "fiscal number",
        "fiscal_number",
        "fiscal no",
        "fiskālais numurs",
        "fiskalais numurs",
        "eka numurs",
        "фискальный номер",
    ),
    "place": ("place", "device place", "atrašanās vieta", "kur", "место", "где"),
}
"""What a column may be called; the first name is the one that export writes."""
_SEVERAL: Final = re.compile(r"\s*[;,/\n|]\s*")
_ACCOUNT: Final = re.compile(r"-?\d{3,20}|@[A-Za-z]\w{3,31}")
_LATVIAN_PHONE: Final = re.compile(r"[26]\d{7}")
_FOREIGN_PHONE: Final = re.compile(r"\+\d{8,15}")
MAX_PHONE_DIGITS: Final = 15
MAX_NAME_CHARS: Final = 120


@dataclass(frozen=True, kw_only=True)
class ImportProblem:
    """What is wrong in a row, and what to do; `row` is 0 where it is the header."""

    row: int
    sentence: ImportSentence

    def told(self, language: Language) -> str:
        """The row, what is wrong there, and what to do."""
        text = self.sentence.told(language)
        return import_sentence(language, "row" if self.row else "first_row", row=self.row, text=text)


@dataclass(frozen=True, kw_only=True)
class ImportPlan:
    """The venues that a table tells of, and its problems; rows with a problem are left out."""

    venues: tuple[Venue, ...]
    problems: tuple[ImportProblem, ...]


class _RowError(Exception):
    """A row that cannot be used, and why."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.sentence = ImportSentence(key=key, values={name: str(value) for name, value in values.items()})


def plan_import(rows: Sequence[TableRow]) -> ImportPlan:
    """Rows of one venue are joined: each may bring a further device."""
    columns = _columns(rows[0].cells) if rows else {}
    if "name" not in columns:
        wanted = ImportSentence(key="no_name_column", values={"names": ", ".join(COLUMNS["name"][:5])})
        return ImportPlan(venues=(), problems=(ImportProblem(row=0, sentence=wanted),))
    venues: dict[str, Venue] = {}
    problems: list[ImportProblem] = []
    owners: dict[str, tuple[str, int]] = {}
    for row in rows:
        try:
            venue = _read_venue({column: row.cells.get(header, "") for column, header in columns.items()})
            _require_own_fiscal_numbers(venue, owners, row.number)
            known = venues.get(venue.folded)
            venues[venue.folded] = venue if known is None else _joined(known, venue)
        except _RowError as exc:
            problems.append(ImportProblem(row=row.number, sentence=exc.sentence))
    return ImportPlan(venues=tuple(venues.values()), problems=tuple(problems))


def _columns(header: Iterable[str]) -> dict[str, str]:
    """The header of each known column; "vieta" is the venue, or beside its name where a device stands."""
    header = tuple(header)
    by_name = {name: column for column, known in COLUMNS.items() for name in known}
    found: dict[str, str] = {}
    for cell in header:
        column = by_name.get(" ".join(cell.casefold().replace("_", " ").split())) or by_name.get(cell.casefold())
        if column is not None:
            found.setdefault(column, cell)
    second = next((cell for cell in header if cell.casefold() == "vieta"), None)
    if second is not None and found["name"] != second:
        found.setdefault("place", second)
    return found


def _read_venue(cells: Mapping[str, str]) -> Venue:
    name = cells["name"]
    if not name:
        raise _RowError("no_name")
    if len(name) > MAX_NAME_CHARS:
        raise _RowError("long_name", most=MAX_NAME_CHARS)
    return Venue(
        name=name,
        address=cells.get("address") or None,
        contract=cells.get("contract") or None,
        note=cells.get("note") or None,
        aliases=_several(cells.get("aliases", "")),
        phones=tuple(map(_phone, _several(cells.get("phones", "")))),
        accounts=tuple(map(_account, _several(cells.get("accounts", "")))),
        groups=tuple(map(_account, _several(cells.get("groups", "")))),
        devices=_device(cells),
    )


def _several(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in _SEVERAL.split(cell) if part))


def _phone(written: str) -> str:
    """The number as E.164."""
    number = phone_number(written)
    if number is not None:
        return number
    raise _RowError("no_phone", written=_masked(written))


def phone_number(written: str) -> str | None:
    """What stands where a phone number is expected, as E.164; also one that reads as a date, such as 20110525."""
    if sum(sign.isdigit() for sign in written) > MAX_PHONE_DIGITS:
        return None
    found = extract_phones(written)
    digits = re.sub(r"[^\d+]", "", found[0] if len(found) == 1 else written)
    bare = re.sub(r"^(?:00371|371)(?=[26]\d{7}$)", "", digits)
    if _LATVIAN_PHONE.fullmatch(bare):
        return f"+371{bare}"
    return digits if _FOREIGN_PHONE.fullmatch(digits) else None


def _masked(written: str) -> str:
    """What was written without most of its figures: problems are shown on screens and kept in logs."""
    return f"…{written[-2:]}" if any(sign.isdigit() for sign in written) else written[:20]


def _account(written: str) -> str:
    if _ACCOUNT.fullmatch(written):
        return written.removeprefix("@").casefold()
    raise _RowError("no_account", written=_masked(written))


def _device(cells: Mapping[str, str]) -> tuple[Device, ...]:
    told = {part: cells.get(part) or None for part in ("model", "fiscal_number", "place")}
    name = cells.get("device") or told["model"]
    if name is None:
        if told["fiscal_number"]:
            raise _RowError("no_device")
        return ()
    return (Device(name=name, model=told["model"], fiscal_number=told["fiscal_number"], place=told["place"]),)


def _require_own_fiscal_numbers(venue: Venue, owners: dict[str, tuple[str, int]], row: int) -> None:
    for device in venue.devices:
        if device.fiscal_number is None:
            continue
        owner, first = owners.setdefault(device.fiscal_number, (f"{venue.folded} {device.name}", row))
        if owner != f"{venue.folded} {device.name}":
            raise _RowError("fiscal_number_twice", row=first)


def _joined(known: Venue, more: Venue) -> Venue:
    """A venue of several rows: what the later ones leave empty stays."""
    devices = {device.name: device for device in (*known.devices, *more.devices)}
    return replace(
        known,
        contract=more.contract or known.contract,
        note=more.note or known.note,
        aliases=_both(known.aliases, more.aliases),
        phones=_both(known.phones, more.phones),
        accounts=_both(known.accounts, more.accounts),
        groups=_both(known.groups, more.groups),
        devices=tuple(devices.values()),
    )


def _both(known: Iterable[str], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *more)))
