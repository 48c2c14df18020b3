"""Reads the rows of a CSV or XLSX file, whatever wrote it: encoding and separator are found; knows no customers."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

MAX_BYTES: Final = 50_000_000
_SEPARATORS: Final = ";,\t|"
_FALLBACK_ENCODING: Final = "cp1257"
"""What Latvian Windows writes."""


class TableFileError(Exception):
    """The file cannot be read as a table; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class TableRow:
    """The cells of a row by the header of their column; `number` is the row as a spreadsheet counts it."""

    number: int
    cells: dict[str, str]


def read_rows(path: Path) -> tuple[TableRow, ...]:
    """The rows below the header, without empty ones.

    Raises:
        TableFileError: it is not there, too big, no table, or has no header.
    """
    try:
        data = path.read_bytes()
    except OSError as exc:
        message = f"{path}: {exc.strerror or exc}."
        raise TableFileError(message) from exc
    if len(data) > MAX_BYTES:
        message = f"{path}: bigger than {MAX_BYTES // 1_000_000} MB. Split the file."
        raise TableFileError(message)
    lines = _xlsx_lines(path, data) if path.suffix.casefold() in (".xlsx", ".xlsm") else _csv_lines(data)
    numbered = [(number, line) for number, line in enumerate(lines, 1) if any(cell.strip() for cell in line)]
    if not numbered:
        message = f"{path}: empty. The first row names the columns."
        raise TableFileError(message)
    (_, header), *rows = numbered
    names = [cell.strip() for cell in header]
    return tuple(
        TableRow(number=number, cells={name: cell.strip() for name, cell in zip(names, line, strict=False) if name})
        for number, line in rows
    )


def _csv_lines(data: bytes) -> Iterator[Sequence[str]]:
    text = _decode(data)
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=first.count)
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode(_FALLBACK_ENCODING, "replace")


def _xlsx_lines(path: Path, data: bytes) -> Iterator[Sequence[str]]:
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as exc:
        message = f"{path}: not an Excel workbook (.xlsx). Save it again as XLSX, or as CSV."
        raise TableFileError(message) from exc
    sheet = book.worksheets[0]
    for row in sheet.iter_rows(values_only=True):
        yield ["" if value is None else _cell_text(value) for value in row]


def _cell_text(value: object) -> str:
    """A number without the ".0" that spreadsheets add to phone and fiscal numbers."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
