"""One clock: days and times are those of the installation, also in the nights in which it is put forward and back."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.console.framework.local_time import format_local, local_day, local_midnight, zone_name

RIGA = ZoneInfo("Europe/Riga")


@pytest.mark.parametrize(
    ("day", "starts", "hours"),
    [
        (date(2026, 11, 28), datetime(2026, 11, 27, 22, tzinfo=UTC), 24),
        (date(2026, 7, 1), datetime(2026, 6, 30, 21, tzinfo=UTC), 24),
        (date(2026, 3, 29), datetime(2026, 3, 28, 22, tzinfo=UTC), 23),
        (date(2026, 10, 25), datetime(2026, 10, 24, 21, tzinfo=UTC), 25),
    ],
)
def test_a_day_starts_at_its_midnight_and_ends_at_the_next(day: date, starts: datetime, hours: int) -> None:
    ends = local_midnight(day + timedelta(days=1), RIGA)
    assert local_midnight(day, RIGA) == starts
    assert ends - starts == timedelta(hours=hours)
    second = timedelta(seconds=1)
    assert [local_day(at, RIGA) for at in (starts, ends - second, ends)] == [day, day, day + timedelta(days=1)]


@pytest.mark.parametrize(
    ("utc", "shown"),
    [
        (datetime(2026, 11, 27, 23, 36, tzinfo=UTC), "28.11.2026 01:36"),
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "29.03.2026 02:59"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "29.03.2026 04:00"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "25.10.2026 03:30"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "25.10.2026 03:30"),
    ],
)
def test_times_are_those_on_the_wall(utc: datetime, shown: str) -> None:
    assert format_local(utc, RIGA) == shown


def test_a_machine_without_zones_says_that_it_is_utc() -> None:
    assert format_local(datetime(2026, 11, 27, 23, 36, tzinfo=UTC), UTC) == "27.11.2026 23:36 UTC"
    assert (zone_name(UTC), zone_name(RIGA)) == ("UTC", "Europe/Riga")
