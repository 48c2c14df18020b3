"""Column types that make both databases hold the same values; knows no table."""

import re
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

from storage.errors import NaiveDateTimeError

BigKey = BigInteger().with_variant(Integer(), "sqlite")
"""An autoincrement number; SQLite supports that for INTEGER only."""


def storable(text: str) -> str:
    """`text` as both databases can store it: without NUL, and with U+FFFD for lone surrogates."""
    whole = text.replace("\x00", "")
    if whole.isascii() or not _LONE_SURROGATES.search(whole):
        return whole
    return whole.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


_LONE_SURROGATES: Final = re.compile("[\ud800-\udfff]")


class SafeText(TypeDecorator[str]):
    """Text, made storable on write: PostgreSQL refuses NUL, and neither database accepts lone surrogates."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else storable(value)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, stored and returned in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise NaiveDateTimeError
        # SQLite has no time zones: the stored digits are UTC.
        return value.astimezone(UTC).replace(tzinfo=None) if dialect.name == "sqlite" else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
