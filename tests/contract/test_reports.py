"""Sums, and times, of nobody in particular."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, insert, select

from handlers.model.actions import HandoffReason
from kb.model import LineId
from storage.conversations import conversations, feedback
from storage.database.engine import read_transaction, write_transaction
from storage.delivery import status
from storage.helpdesk import handoffs
from storage.helpdesk.handoff_states import HandoffEvent
from storage.statistics import daily_counts, handoff_times, monthly_rollup, reports
from storage.statistics.handoff_counts import HandoffCounts, handoff_counts
from storage.statistics.handoff_times import LineTimes
from storage.statistics.reports import FeedbackCounts, MessageCounts, ResponseTimes, Treatment
from storage.tables import handoff_events
from storage.tables import handoffs as handoffs_table
from tests.contract.asked import UNKNOWN, MessageRecorder
from tests.contract.talks import NOW, SECOND, TECHNICAL, TRACE, at_once, close_handoff

TODAY = NOW.date()
DAY = timedelta(days=1)
OFFICE = LineId("office")
REFUND = Treatment("answer", "answered", has_entry=True)
NOTHING = Treatment("none", "unknown", has_entry=False)


def count(engine: Engine, *days: date) -> None:
    with write_transaction(engine) as connection:
        for day in days:
            daily_counts.increment(connection, "telegram", TRACE, day)


def test_messages_are_summed_in_every_direction(engine: Engine) -> None:
    ask = MessageRecorder(engine)
    ask("Kā atdot naudu?")
    ask("Kā atdot naudu?", by="boris")
    ask("Blabla", replace(UNKNOWN, language="ru"), channel="telegram", at=NOW - DAY)
    ask("Sen", at=NOW - 9 * DAY)

    with read_transaction(engine) as connection:
        sums = reports.count_by_day(connection, TODAY - DAY, TODAY)
    assert sums == MessageCounts(
        by_day_and_channel={(TODAY, "webchat"): 2, (TODAY - DAY, "telegram"): 1},
        by_day_and_treatment={(TODAY, REFUND): 2, (TODAY - DAY, NOTHING): 1},
        by_language_and_treatment={("lv", REFUND): 2, ("ru", NOTHING): 1},
        by_language={"lv": 2, "ru": 1},
        by_entry={"refund": 2},
        by_act={"answer": 2, "none": 1},
    )


def test_months_give_the_same_sums_before_they_are_added_up_and_after(engine: Engine) -> None:
    count(engine, date(2026, 8, 31), date(2026, 9, 1), date(2026, 9, 30), date(2026, 11, 1), TODAY, TODAY)
    start, september = date(2026, 9, 14), date(2026, 9, 1)

    with read_transaction(engine) as connection:
        before = reports.count_by_month(connection, start, TODAY)
    with write_transaction(engine) as connection:
        assert monthly_rollup.months_to_roll_up(connection, TODAY) == (date(2026, 8, 1), september)
        monthly_rollup.roll_up(connection, TODAY)
        assert monthly_rollup.months_to_roll_up(connection, TODAY) == ()
        monthly_rollup.roll_up(connection, TODAY)
    with read_transaction(engine) as connection:
        after = reports.count_by_month(connection, start, TODAY)

    assert before == after
    assert after.by_day_and_treatment == {(september, REFUND): 2, (date(2026, 11, 1), REFUND): 3}
    assert (after.by_entry, after.by_language) == ({"refund": 5}, {"lv": 5})
    with read_transaction(engine) as connection:
        months_listed = reports.count_rows(connection, start, TODAY, by_month=True)
        days_listed = reports.count_rows(connection, start, TODAY)
    kind = ("telegram", "lv", "answer", "answered", "refund")
    assert months_listed == ((september, *kind, 2), (date(2026, 11, 1), *kind, 3))
    assert days_listed == ((date(2026, 9, 30), *kind, 1), (date(2026, 11, 1), *kind, 1), (TODAY, *kind, 2))


def test_a_month_is_added_up_once_it_is_surely_over(engine: Engine) -> None:
    with read_transaction(engine) as connection:
        assert monthly_rollup.months_to_roll_up(connection, TODAY) == ()
    count(engine, date(2026, 10, 31))

    with read_transaction(engine) as connection:
        assert monthly_rollup.months_to_roll_up(connection, date(2026, 11, 1)) == ()
        assert monthly_rollup.months_to_roll_up(connection, date(2026, 11, 2)) == (date(2026, 10, 1),)


def test_two_who_add_up_at_once_count_nothing_twice(engine: Engine) -> None:
    count(engine, date(2026, 9, 1), date(2026, 10, 1))

    def add_up() -> None:
        with write_transaction(engine) as connection:
            monthly_rollup.roll_up(connection, TODAY)

    at_once([add_up] * 4)

    with read_transaction(engine) as connection:
        sums = reports.count_by_month(connection, date(2026, 9, 1), TODAY)
    assert sums.by_entry == {"refund": 2}


def test_times_are_of_deciding_and_until_the_first_reply_was_sent(engine: Engine) -> None:
    ask = MessageRecorder(engine)
    ask("Sen", at=NOW - 2 * DAY)
    ask("Viens")
    ask("Divi", at=NOW + SECOND)
    with write_transaction(engine) as connection:
        status.mark_sent(connection, 4, NOW + 3 * SECOND)

    with read_transaction(engine) as connection:
        taken = reports.response_times(connection, NOW - DAY, NOW + DAY)
    assert taken == ResponseTimes(decision_ms=(0.25, 0.25), reply_seconds=(3.0,))


def test_calls_for_people_are_counted_by_day_line_and_reason(engine: Engine) -> None:
    ask = MessageRecorder(engine)
    late = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
    ask("Sen", by="anna", at=NOW - 9 * DAY, people=HandoffReason.ASKED_FOR_PERSON)
    ask("Kase stāv", by="boris", at=late, people=HandoffReason.TRADING_STOPPED)
    ask("Cilvēku", by="clara", people=HandoffReason.ASKED_FOR_PERSON)
    ask("Cilvēku", by="dora", people=HandoffReason.ASKED_FOR_PERSON, line=OFFICE)

    with read_transaction(engine) as connection:
        called = handoff_counts(connection, NOW - 2 * DAY, NOW + DAY)
    assert called == HandoffCounts(
        by_day={late.date(): 1, TODAY: 2},
        by_line={OFFICE: 1, TECHNICAL: 2},
        by_reason={HandoffReason.TRADING_STOPPED: 1, HandoffReason.ASKED_FOR_PERSON: 2},
    )


RIGA = ZoneInfo("Europe/Riga")


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 22, 21, 59, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 22, 22, 0, tzinfo=UTC), date(2026, 11, 23)),
        # The nights in which the clock is put forward (29.03.) and back (25.10.).
        (datetime(2026, 3, 28, 22, 0, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 20, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 21, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 20, 59, tzinfo=UTC), date(2026, 10, 24)),
        (datetime(2026, 10, 24, 21, 0, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 21, 59, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 22, 0, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_a_call_is_counted_on_the_day_that_the_clock_on_the_wall_shows(engine: Engine, at: datetime, day: date) -> None:
    MessageRecorder(engine)("Cilvēku", by="anna", at=at, people=HandoffReason.ASKED_FOR_PERSON)
    with read_transaction(engine) as connection:
        called = handoff_counts(connection, at - DAY, at + DAY, RIGA)
    assert called.by_day == {day: 1}


def test_calls_of_a_year_are_counted_on_their_days_on_both_sides_of_each_clock_change(engine: Engine) -> None:
    ask = MessageRecorder(engine)
    moments = {
        datetime(2026, 1, 14, 21, 59, tzinfo=UTC): date(2026, 1, 14),
        datetime(2026, 3, 29, 0, 30, tzinfo=UTC): date(2026, 3, 29),
        datetime(2026, 7, 1, 20, 59, 59, tzinfo=UTC): date(2026, 7, 1),
        datetime(2026, 7, 1, 21, 0, tzinfo=UTC): date(2026, 7, 2),
        datetime(2026, 10, 24, 21, 0, tzinfo=UTC): date(2026, 10, 25),
        datetime(2026, 10, 25, 21, 59, tzinfo=UTC): date(2026, 10, 25),
        datetime(2026, 12, 31, 22, 0, tzinfo=UTC): date(2027, 1, 1),
    }
    for number, at in enumerate(moments):
        ask("Cilvēku", by=f"somebody {number}", at=at, people=HandoffReason.ASKED_FOR_PERSON)
    with read_transaction(engine) as connection:
        called = handoff_counts(connection, min(moments) - SECOND, max(moments) + SECOND, RIGA)
    assert called.by_day == dict(Counter(moments.values()))


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia"])
def test_days_are_right_where_clocks_stand_a_part_of_an_hour_off(engine: Engine, zone: str) -> None:
    ask, place = MessageRecorder(engine), ZoneInfo(zone)
    moments = [datetime(2026, 1, 1, tzinfo=UTC) + number * timedelta(hours=401, minutes=7) for number in range(22)]
    for number, at in enumerate(moments):
        ask("Cilvēku", by=f"somebody {number}", at=at, people=HandoffReason.ASKED_FOR_PERSON)
    with read_transaction(engine) as connection:
        called = handoff_counts(connection, moments[0], moments[-1] + SECOND, place)
    assert called.by_day == dict(Counter(at.astimezone(place).date() for at in moments))


def test_taking_takes_as_long_as_until_somebody_first_took_it(engine: Engine) -> None:
    ask = MessageRecorder(engine)
    for who in ("anna", "boris", "clara"):
        ask("Cilvēku", by=who, people=HandoffReason.ASKED_FOR_PERSON)
    with write_transaction(engine) as connection:
        for number, seconds in ((1, 90), (1, 200), (2, 30)):
            handoff = handoffs.get(connection, number)
            assert handoff is not None
            handoffs.log_event(connection, handoff, HandoffEvent.TAKEN, NOW + seconds * SECOND, actor="Ilze")
            handoffs.log_event(connection, handoff, HandoffEvent.CONTACTED, NOW + SECOND, actor="Ilze")

    with read_transaction(engine) as connection:
        assert handoff_times.times_by_line(connection, NOW - DAY, NOW + DAY, NOW + 200 * SECOND) == {
            TECHNICAL: LineTimes(seconds_to_take=(30.0, 90.0), late=0, reopened=0)
        }
        assert handoff_times.times_by_line(connection, NOW + DAY, NOW + 2 * DAY, NOW + DAY) == {}


def test_what_nobody_took_in_time_is_late_and_what_was_opened_again_is_counted_once(engine: Engine) -> None:
    ask = MessageRecorder(engine)
    for who in ("taken late", "waits", "closed in time", "closed late", "taken in time"):
        ask("Cilvēku", by=who, people=HandoffReason.ASKED_FOR_PERSON)
    ask("Cilvēku", by="just now", people=HandoffReason.ASKED_FOR_PERSON, line=OFFICE, at=NOW + 900 * SECOND)
    with write_transaction(engine) as connection:
        for number, event, seconds in (
            (1, HandoffEvent.TAKEN, 901),
            (5, HandoffEvent.TAKEN, 900),
            (5, HandoffEvent.REOPENED, 950),
            (5, HandoffEvent.REOPENED, 960),
        ):
            connection.execute(
                insert(handoff_events).values(
                    conversation_id=select(handoffs_table.c.conversation_id)
                    .where(handoffs_table.c.id == number)
                    .scalar_subquery(),
                    handoff_id=number,
                    what=event,
                    created_at=NOW + seconds * SECOND,
                )
            )
        for number, seconds in ((3, 900), (4, 901)):
            close_handoff(connection, number, NOW + seconds * SECOND)

    with read_transaction(engine) as connection:
        found = handoff_times.times_by_line(connection, NOW - DAY, NOW + DAY, NOW + 1000 * SECOND)
    assert found == {
        TECHNICAL: LineTimes(seconds_to_take=(900.0, 901.0), late=3, reopened=1),
        OFFICE: LineTimes(seconds_to_take=(), late=0, reopened=0),
    }


def test_a_command_is_counted_apart_from_what_people_say(engine: Engine) -> None:
    MessageRecorder(engine)("/start", replace(TRACE, handler="command", act="talk", entry=None))

    with read_transaction(engine) as connection:
        sums = reports.count_by_day(connection, TODAY, TODAY)
    assert sums.by_day_and_treatment == {(TODAY, Treatment("command", "answered", has_entry=False)): 1}


def test_what_people_said_is_summed_by_entry(engine: Engine) -> None:
    ask = MessageRecorder(engine)
    for who, helped in (("anna", True), ("boris", True), ("clara", False)):
        talk_id = ask("Kā atdot naudu?", by=who)
        with write_transaction(engine) as connection:
            talk = conversations.get(connection, talk_id)
            feedback.record(connection, talk, str(ask.number), NOW, helped=helped)

    with read_transaction(engine) as connection:
        assert reports.feedback_counts(connection, TODAY, TODAY) == {"refund": FeedbackCounts(helped=2, not_helped=1)}
        assert reports.feedback_counts(connection, TODAY - DAY, TODAY - DAY) == {}
