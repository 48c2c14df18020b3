"""Packs the rows of a table into a field of a form, so that what was previewed is what is stored; nothing is kept."""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Any, Final

from bot.customers.importing.table_file import TableRow

MAX_UNPACKED_BYTES: Final = 50_000_000


class PackedRowsError(ValueError):
    """The field does not hold rows: read the file again."""


def pack_rows(rows: Sequence[TableRow]) -> str:
    """The rows as text."""
    told = [[row.number, row.cells] for row in rows]
    return b64encode(zlib.compress(json.dumps(told, ensure_ascii=False).encode())).decode()


def unpack_rows(packed: str) -> tuple[TableRow, ...]:
    """The rows of a text.

    Raises:
        PackedRowsError: it holds none.
    """
    try:
        unpacked = zlib.decompressobj()
        data = unpacked.decompress(b64decode(packed, validate=True), MAX_UNPACKED_BYTES)
        if not unpacked.eof:
            raise PackedRowsError(PackedRowsError.__doc__)
        return tuple(map(_row, json.loads(data)))
    except (ValueError, TypeError, RecursionError, zlib.error) as exc:
        raise PackedRowsError(PackedRowsError.__doc__) from exc


def _row(told: Any) -> TableRow:
    number, cells = told
    if not isinstance(number, int) or not isinstance(cells, dict):
        raise TypeError
    return TableRow(number=number, cells={str(name): str(cell) for name, cell in cells.items()})
