"""Counts by day, of what cannot be traced to anybody."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, Engine, select, text

from bot.app.container import open_application
from bot.app.services import utc_now
from bot.intake.reply_enqueuer import no_draft_link
from bot.settings import Settings
from handlers.model.context import KnowledgeBundle
from storage.database.engine import read_transaction, write_transaction
from storage.statistics import daily_counts, monthly_rollup
from storage.tables import daily_count_slots, monthly_counts
from storage.tables import daily_counts as daily_counts_table
from tests.contract.stored import read_daily_counts
from tests.contract.talks import NOW, TRACE, at_once
from tests.doubles import ScriptedInterpreter, small_base, small_phrases
from tests.patience import PATIENCE_SECONDS

TODAY = NOW.date()
DAY = timedelta(days=1)
ZONE = ZoneInfo("Pacific/Kiritimati")
"""Where a day begins half a day before it does elsewhere."""
ON_POSTGRES = pytest.mark.parametrize(
    "backend", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


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


def days_in_slots(connection: Connection) -> list[object]:
    return list(connection.scalars(select(daily_count_slots.c.day).order_by("day")))


@ON_POSTGRES
def test_who_counts_the_same_waits_for_nobody(engine: Engine) -> None:
    with write_transaction(engine) as connection, write_transaction(engine) as other:
        daily_counts.increment(connection, "telegram", TRACE, TODAY)
        other.execute(text("SET LOCAL lock_timeout = '1ms'"))
        daily_counts.increment(other, "telegram", TRACE, TODAY)

    with read_transaction(engine) as connection:
        assert [each.count for each in read_daily_counts(connection, TODAY, TODAY)] == [2]
        assert days_in_slots(connection) == [TODAY, TODAY]


def test_the_slots_of_past_days_become_counts_and_the_figures_stay(engine: Engine) -> None:
    def count(times: int) -> None:
        for day in (TODAY - DAY, TODAY):
            with write_transaction(engine) as connection, write_or_the_same(engine, connection) as other:
                for _ in range(times):
                    daily_counts.increment(connection, "telegram", TRACE, day)
                    daily_counts.increment(other, "telegram", replace(TRACE, entry=None), day)
                daily_counts.increment(other, "telegram", TRACE, day)

    for times in (1, 2):
        count(times)
        with write_transaction(engine) as connection:
            before = read_daily_counts(connection, TODAY - DAY, TODAY)
            daily_counts.fold(connection, TODAY)
            assert read_daily_counts(connection, TODAY - DAY, TODAY) == before
            assert TODAY - DAY not in days_in_slots(connection)

    assert [(each.entry, each.count) for each in before] == [("", 3), ("refund", 5)] * 2
    with read_transaction(engine) as connection:
        folded = select(daily_counts_table.c["count"]).where(daily_counts_table.c.day == TODAY - DAY)
        assert sorted(connection.scalars(folded)) == [3, 5]


@contextmanager
def write_or_the_same(engine: Engine, connection: Connection) -> Iterator[Connection]:
    """A second transaction beside this one, where the database has several who write."""
    if engine.dialect.name == "sqlite":
        yield connection
    else:
        with write_transaction(engine) as other:
            yield other


def test_nothing_is_lost_and_nothing_counted_twice_while_slots_are_folded(engine: Engine) -> None:
    def count() -> None:
        for _ in range(10):
            with write_transaction(engine) as connection:
                daily_counts.increment(connection, "telegram", TRACE, TODAY)

    def fold() -> None:
        for _ in range(10):
            with write_transaction(engine) as connection:
                daily_counts.fold(connection, TODAY + DAY)

    at_once([count, count, count, fold, fold])
    fold()

    with read_transaction(engine) as connection:
        assert [each.count for each in read_daily_counts(connection, TODAY, TODAY)] == [30]
        assert connection.scalar(select(daily_counts_table.c["count"])) == 30


def test_a_month_is_summed_with_what_was_in_slots(engine: Engine) -> None:
    september = date(2026, 9, 1)
    for day in (september, september, september + DAY, TODAY):
        with write_transaction(engine) as connection:
            daily_counts.increment(connection, "telegram", TRACE, day)

    with write_transaction(engine) as connection:
        monthly_rollup.roll_up(connection, TODAY)

    with read_transaction(engine) as connection:
        rows = connection.execute(select(monthly_counts.c.day, monthly_counts.c["count"])).all()
    assert [tuple(row) for row in rows] == [(september, 3)]


@ON_POSTGRES
async def test_the_program_folds_past_days_by_itself_and_no_others(engine: Engine, url: str) -> None:
    today = utc_now().astimezone(ZONE).date()
    # Tomorrow, as a day may end while this runs.
    days = [today - 2 * DAY, today - DAY, today + DAY]
    with write_transaction(engine) as connection:
        for day in days:
            daily_counts.increment(connection, "telegram", TRACE, day)
    knowledge = KnowledgeBundle(base=small_base(), interpreter=ScriptedInterpreter(), phrases=small_phrases())
    settings = Settings(database_url=url, timezone=ZONE.key)
    async with open_application(settings, knowledge, make_draft_link=no_draft_link) as program:
        program.start()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(left := await program.transactions.read(days_in_slots)) > 1:
                await asyncio.sleep(0.02)
    assert left == days[2:]
    with read_transaction(engine) as connection:
        assert [each.day for each in read_daily_counts(connection, days[0], days[2])] == days
