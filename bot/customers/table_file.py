"""Reads the rows of a CSV or XLSX file, whatever wrote it: encoding and separator are found; knows no customers."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

MAX_BYTES: Final = 50_000_000
_WORKBOOKS: Final = (".xlsx", ".xlsm")
_SEPARATORS: Final = ";,\t|"
_WINDOWS_ENCODINGS: Final = ("cp1257", "cp1251")
"""What Latvian and Russian Windows write; the first where the letters tell nothing."""
_LATVIAN: Final = frozenset("āčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽ")
_RUSSIAN: Final = re.compile(r"[А-Яа-яЁё]{2,}")


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
    lines = _xlsx_lines(path, data) if path.suffix.casefold() in _WORKBOOKS else _csv_lines(data)
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


def encoding_name(path: Path) -> str | None:
    """What the encoding of a CSV file was taken for, as people call it; None for a workbook."""
    if path.suffix.casefold() in _WORKBOOKS:
        return None
    names = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp1257": "Windows-1257", "cp1251": "Windows-1251"}
    return names[detect_encoding(path.read_bytes())]


def _csv_lines(data: bytes) -> Iterator[Sequence[str]]:
    text = _decode(data)
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=first.count)
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def _decode(data: bytes) -> str:
    return data.decode(detect_encoding(data), "replace")


def detect_encoding(data: bytes) -> str:
    """The encoding of a text: as it says itself, else UTF-8, else the Windows one whose letters are likelier words."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return max(_WINDOWS_ENCODINGS, key=lambda encoding: _likelihood(data.decode(encoding, "replace"), encoding))
    return "utf-8-sig"


def _likelihood(text: str, encoding: str) -> int:
    """How many letters are as its language writes them: Latvian ones among plain letters, Russian ones side by side."""
    if encoding == "cp1251":
        return sum(len(word) for word in _RUSSIAN.findall(text))
    foreign = sum(letter.isalpha() and not letter.isascii() and letter not in _LATVIAN for letter in text)
    return sum(letter in _LATVIAN for letter in text) - 2 * foreign


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
