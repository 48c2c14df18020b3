"""Column types that make both databases hold the same values; nothing here knows a table."""

import re
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

from storage.errors import NaiveDateTimeError

BigKey = BigInteger().with_variant(Integer(), "sqlite")
"""A growing number. SQLite gives numbers of its own to nothing but INTEGER."""


def storable(text: str) -> str:
    """`text` as every database can hold it: without NUL, and with U+FFFD for half a surrogate pair."""
    whole = text.replace("\x00", "")
    if whole.isascii() or not _LONE_SURROGATES.search(whole):
        return whole
    return whole.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


_LONE_SURROGATES: Final = re.compile("[\ud800-\udfff]")


class SafeText(TypeDecorator[str]):
    """Text, cleaned on its way in: PostgreSQL refuses NUL, and neither database takes half a surrogate pair."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else storable(value)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept and given back in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise NaiveDateTimeError
        # SQLite has no zones: it keeps the digits, which are those of UTC.
        return value.astimezone(UTC).replace(tzinfo=None) if dialect.name == "sqlite" else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
