"""Reads the rows of a CSV or XLSX file, whatever wrote it: encoding and separator are found; knows no customers."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from bot.customers.importing.sentences import COMMAND_LANGUAGE, ImportSentence
from kb.model import Language

MAX_LINES: Final = 1_100_000
"""With the empty ones: as many as a spreadsheet has."""
MAX_COLUMNS: Final = 256
_WORKBOOKS: Final = (".xlsx", ".xlsm")
_UNREADABLE: Final = (
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
    OSError,
    NotImplementedError,
)
"""What openpyxl and zipfile raise for what is no workbook, or a broken one."""
_SEPARATORS: Final = ";,\t|"
_WINDOWS_ENCODINGS: Final = ("cp1257", "cp1251")
"""What Latvian and Russian Windows write; the first where the letters tell nothing."""
_LATVIAN: Final = frozenset("āčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽ")
_RUSSIAN: Final = re.compile(r"[А-Яа-яЁё]{2,}")


@dataclass(frozen=True, kw_only=True)
class TableLimits:
    """How large a table may be; `unpacked_bytes` of a workbook, since a small archive can hold a large table."""

    file_bytes: int = 50_000_000
    unpacked_bytes: int = 400_000_000
    rows: int = 200_000


OWN_FILES: Final = TableLimits()
"""For files of whoever runs the command."""


class TableFileError(Exception):
    """The file cannot be read as a table; `told` says why and what to do."""

    def __init__(self, key: str, **values: object) -> None:
        self._sentence = ImportSentence(key=key, values={name: str(value) for name, value in values.items()})
        super().__init__(self._sentence.told(COMMAND_LANGUAGE))

    def told(self, language: Language) -> str:
        """Why, and what to do."""
        return self._sentence.told(language)


@dataclass(frozen=True, kw_only=True)
class TableRow:
    """The cells of a row by the header of their column; `number` is the row as a spreadsheet counts it."""

    number: int
    cells: dict[str, str]


def read_rows(path: Path, limits: TableLimits = OWN_FILES) -> tuple[TableRow, ...]:
    """The rows below the header, without empty ones.

    Raises:
        TableFileError: it is not there, too big, no table, or has no header.
    """
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise TableFileError("unreadable", file=path, reason=exc.strerror or exc) from exc
    return parse_rows(str(path), data, limits)


def parse_rows(name: str, data: bytes, limits: TableLimits) -> tuple[TableRow, ...]:
    """The rows of the content of a file; `name` is what people call it.

    Raises:
        TableFileError: it is too big, no table, or has no header.
    """
    if len(data) > limits.file_bytes:
        raise TableFileError("too_big", file=name, most=limits.file_bytes // 1_000_000)
    lines = _xlsx_lines(name, data, limits) if is_workbook(name) else _csv_lines(name, data)
    numbered: list[tuple[int, Sequence[str]]] = []
    for number, line in enumerate(lines, 1):
        if any(cell.strip() for cell in line):
            numbered.append((number, line))
        if number > MAX_LINES or len(numbered) > limits.rows:
            raise TableFileError("too_many_rows", file=name, most=limits.rows)
    if not numbered:
        raise TableFileError("empty", file=name)
    (_, header), *rows = numbered
    names = [cell.strip() for cell in header]
    return tuple(
        TableRow(number=number, cells={name: cell.strip() for name, cell in zip(names, line, strict=False) if name})
        for number, line in rows
    )


def is_workbook(name: str) -> bool:
    """Whether a file of this name is a workbook; else it is a text."""
    return name.casefold().endswith(_WORKBOOKS)


def encoding_name(name: str, data: bytes) -> str | None:
    """Which old encoding a CSV file was taken for, as people call it; None where there is no doubt."""
    guessed = {"cp1257": "Windows-1257", "cp1251": "Windows-1251"}
    return None if is_workbook(name) else guessed.get(detect_encoding(data))


def _csv_lines(name: str, data: bytes) -> Iterator[Sequence[str]]:
    text = _decode(data)
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    except csv.Error as exc:
        raise TableFileError("open_quote", file=name) from exc


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


def _xlsx_lines(name: str, data: bytes, limits: TableLimits) -> Iterator[Sequence[str]]:
    try:
        if _unpacked_bytes(data) > limits.unpacked_bytes:
            raise TableFileError("too_big", file=name, most=limits.unpacked_bytes // 1_000_000)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for row in book.worksheets[0].iter_rows(values_only=True, max_col=MAX_COLUMNS):
            yield ["" if value is None else _cell_text(value) for value in row]
    except _UNREADABLE as exc:
        raise TableFileError("no_workbook", file=name) from exc


def _unpacked_bytes(data: bytes) -> int:
    """How much a workbook, which is a ZIP archive, says that it holds."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return sum(part.file_size for part in archive.infolist())


def _cell_text(value: object) -> str:
    """A number without the ".0" that spreadsheets add to phone and fiscal numbers."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
