"""Texts and times as every database can hold them."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import DateTime
from sqlalchemy.dialects import postgresql, sqlite

from storage.errors import NaiveDateTimeError
from storage.tables.types import UtcDateTime, storable

HIGH, LOW = "\ud83d", "\ude00"
"""The halves of a surrogate pair."""


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("Kase neiet", "Kase neiet"),
        ("a\x00b\x00", "ab"),
        (HIGH, "\ufffd"),
        (LOW + HIGH, "\ufffd\ufffd"),
        (f"a{HIGH}b", "a\ufffdb"),
        (HIGH + LOW, "😀"),
        ("😀👩🏽‍🍳", "😀👩🏽‍🍳"),
        ("", ""),
    ],
)
def test_only_what_no_database_can_hold_is_changed(given_text: str, kept: str) -> None:
    assert storable(given_text) == kept


@given(st.text(st.characters(exclude_categories=()) | st.sampled_from(["\x00", HIGH, LOW])))
def test_whatever_is_cleaned_can_be_stored_and_stays_as_it_is(words: str) -> None:
    cleaned = storable(words)

    assert "\x00" not in cleaned
    assert cleaned.encode().decode() == cleaned
    assert storable(cleaned) == cleaned


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_proper_text_is_not_touched(words: str) -> None:
    assert storable(words) == words


# Each zone is read from a file when it is drawn first.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.datetimes(timezones=st.timezones()))
def test_sqlite_keeps_a_time_as_sqlalchemy_would_and_gives_it_back_in_utc(time: datetime) -> None:
    dialect = sqlite.dialect()
    try:
        digits = time.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        return  # Beyond the first or last year there is no UTC.
    column, plain = UtcDateTime(), DateTime().dialect_impl(dialect).bind_processor(dialect)
    stored = column.bind_processor(dialect)(time)

    assert plain is not None
    assert stored == plain(digits)
    read = column.result_processor(dialect, None)(stored)
    assert read is not None
    # Not compared with `time`: one that a change of the clock skips or repeats equals none in another zone.
    assert (read, read.tzinfo) == (digits.replace(tzinfo=UTC), UTC)


def test_a_time_without_a_zone_is_refused_by_both_databases() -> None:
    for dialect in (sqlite.dialect(), postgresql.dialect()):  # type: ignore[no-untyped-call]
        with pytest.raises(NaiveDateTimeError):
            UtcDateTime().bind_processor(dialect)(datetime(2026, 11, 28))  # noqa: DTZ001
