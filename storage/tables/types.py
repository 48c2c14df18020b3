"""Column types that make both databases hold the same values; knows no table."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

from storage.errors import NaiveDateTimeError

BigKey = BigInteger().with_variant(Integer(), "sqlite")
"""An autoincrement number; SQLite supports that for INTEGER only."""


def storable(text: str) -> str:
    """`text` as both databases can store it: without NUL, and with U+FFFD for lone surrogates."""
    whole = text.replace("\x00", "")
    if whole.isascii():
        return whole
    try:
        # Only lone surrogates have no UTF-8; to look for them takes longer than to write it.
        whole.encode()
    except UnicodeEncodeError:
        return whole.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole


class SafeText(TypeDecorator[str]):
    """Text, made storable on write: PostgreSQL refuses NUL, and neither database accepts lone surrogates."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None]:  # noqa: ARG002
        return _storable_or_null


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, stored and returned in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    # Without SQLAlchemy's own steps in between: a message binds a dozen times.
    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], datetime | str | None]:
        return _sqlite_time if dialect.name == "sqlite" else _utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:  # noqa: ARG002
        return _read_sqlite_time if dialect.name == "sqlite" else _utc


def _storable_or_null(text: str | None) -> str | None:
    return None if text is None else storable(text)


def _utc(time: datetime | None) -> datetime | None:
    if time is None or time.tzinfo is UTC:
        return time
    if time.tzinfo is None:
        raise NaiveDateTimeError
    return time.astimezone(UTC)


def _sqlite_time(time: datetime | None) -> str | None:
    """SQLite has no time zones: the digits are UTC, as SQLAlchemy writes them."""
    global _last_written  # noqa: PLW0603 - replaced as a whole, so threads need no lock
    if time is None:
        return None
    last, written = _last_written
    if time is not last:
        utc: Any = _utc(time)
        written = utc.replace(tzinfo=None).isoformat(" ", "microseconds")
        _last_written = time, written
    return written


_last_written: tuple[datetime | None, str] = (None, "")
"""One moment of a message is written into half a dozen columns: it is converted once."""


def _read_sqlite_time(stored: str | None) -> datetime | None:
    return None if stored is None else datetime.fromisoformat(stored).replace(tzinfo=UTC)
