"""Counts by day, of what cannot be traced to anybody."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine

from storage.database.engine import read_transaction, write_transaction
from storage.statistics import daily_counts
from tests.contract.stored import read_daily_counts
from tests.contract.talks import NOW, TRACE, at_once

TODAY = NOW.date()
DAY = timedelta(days=1)


def test_messages_that_are_alike_are_counted_together(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        daily_counts.increment(connection, "telegram", TRACE, TODAY)
        daily_counts.increment(connection, "telegram", TRACE, TODAY)
        daily_counts.increment(connection, "telegram", replace(TRACE, entry=None, language="ru"), TODAY)
        daily_counts.increment(connection, "webchat", TRACE, TODAY)

    with read_transaction(engine) as connection:
        counted = read_daily_counts(connection, TODAY, TODAY)
    assert [(each.channel, each.language, each.entry, each.count) for each in counted] == [
        ("telegram", "lv", "refund", 2),
        ("telegram", "ru", "", 1),
        ("webchat", "lv", "refund", 1),
    ]
    assert {(each.day, each.act, each.outcome) for each in counted} == {(TODAY, "answer", "answered")}


def test_days_are_read_from_the_first_to_the_last(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        for days in range(4):
            daily_counts.increment(connection, "telegram", TRACE, TODAY + days * DAY)

    with read_transaction(engine) as connection:
        days_read = [each.day for each in read_daily_counts(connection, TODAY + DAY, TODAY + 2 * DAY)]
    assert days_read == [TODAY + DAY, TODAY + 2 * DAY]


def test_nothing_is_lost_when_many_count_at_once(engine: Engine) -> None:
    def count() -> None:
        for _ in range(5):
            with write_transaction(engine) as connection:
                daily_counts.increment(connection, "telegram", TRACE, TODAY)

    at_once([count] * 6)

    with read_transaction(engine) as connection:
        assert [each.count for each in read_daily_counts(connection, TODAY, TODAY)] == [30]
