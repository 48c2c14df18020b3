"""What staff is told of a venue that was in touch before: one short line, by the clock of the installation."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from handlers.model.venue import HistoryWords, VenueHistory
from kb.model import EntryId

EVENING = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
"""Half past midnight of the 23rd in Riga."""
PRINTER = EntryId("printer")


def sentence(key: str, **values: str) -> str:
    shown = {"called_on": "called on {day}", "calls_lately": "in {days} days: {n}"}
    return shown.get(key, key.replace("_", " ")).format(**values)


def words(today: date) -> HistoryWords:
    titles = {PRINTER: "Printer"}
    return HistoryWords(sentence=sentence, title=titles.get, today=today, zone=ZoneInfo("Europe/Riga"))


@pytest.mark.parametrize(
    ("today", "told"),
    [
        (date(2026, 11, 23), "called today: Printer"),
        (date(2026, 11, 24), "called yesterday: Printer"),
        (date(2026, 11, 26), "called on 23.11.: Printer"),
    ],
)
def test_the_day_of_the_last_call_is_that_of_the_clock_there(today: date, told: str) -> None:
    assert words(today).tell(VenueHistory(last_at=EVENING, calls=1, topic=PRINTER)) == told


def test_several_calls_are_counted_and_a_topic_that_is_gone_is_left_out() -> None:
    several = VenueHistory(last_at=EVENING, calls=3, topic=EntryId("gone"))
    assert words(date(2026, 11, 24)).tell(several) == "called yesterday; in 7 days: 3"


def test_a_venue_that_only_wrote_has_not_called() -> None:
    wrote = VenueHistory(last_at=EVENING + timedelta(days=1), calls=0)
    assert words(date(2026, 11, 24)).tell(wrote) == "wrote today"
