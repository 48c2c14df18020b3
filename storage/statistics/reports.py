"""Reads sums by day and month, and samples of durations, for the console's reports; reads nothing personal."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Integer, Table, cast, extract, func, literal_column, select

from handlers.model.actions import HandoffReason
from kb.model import EntryId, LineId
from storage.conversations.history import Side
from storage.delivery.status import DeliveryState
from storage.statistics.monthly_rollup import next_month
from storage.tables import daily_counts, daily_feedback, handoffs, messages, monthly_counts, turns

SAMPLE_TURNS: Final = 2_000
"""Durations are sampled from so many of the newest turns of the period."""


class Treatment(NamedTuple):
    """What the bot did with a message: the act and the outcome, and whether an entry was recognised."""

    act: str
    outcome: str
    has_entry: bool


@dataclass(frozen=True, kw_only=True)
class MessageCounts:
    """Message counts by their dimensions; for sums by month a day stands for its month."""

    by_day_and_channel: Mapping[tuple[date, str], int]
    by_day_and_treatment: Mapping[tuple[date, Treatment], int]
    by_language_and_treatment: Mapping[tuple[str, Treatment], int]
    by_language: Mapping[str, int]
    by_entry: Mapping[str, int]
    """Without messages that were not recognized."""
    by_act: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class ResponseTimes:
    """Sorted samples: decision time (ms), and time until the first reply was sent (s)."""

    decision_ms: tuple[float, ...]
    reply_seconds: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class HandoffCounts:
    """Hand-off counts by day, by line and by reason."""

    by_day: Mapping[date, int]
    by_line: Mapping[LineId, int]
    by_reason: Mapping[HandoffReason, int]


def count_by_day(connection: Connection, since: date, until: date) -> MessageCounts:
    """Message counts from `since` up to and including `until`."""
    return _message_counts(_group_counts(connection, daily_counts, since, until))


def count_by_month(connection: Connection, since: date, until: date) -> MessageCounts:
    """Message counts of whole months, from that of `since` to that of `until`; fast after the monthly roll-up."""
    first = since.replace(day=1)
    summed = connection.scalar(select(func.max(monthly_counts.c.day)))
    rest = first if summed is None else max(first, next_month(summed))
    return _message_counts(
        _group_counts(connection, monthly_counts, first, until),
        _merge_days_into_months(_group_counts(connection, daily_counts, rest, until)),
    )


_GroupedCounts = tuple[Counter[Any], Counter[Any]]
"""By day, channel, act, outcome and whether there is an entry; by language, act, outcome and entry."""


def _group_counts(connection: Connection, table: Table, since: date, until: date) -> _GroupedCounts:
    here = table.c

    def by(*columns: ColumnElement[Any]) -> Counter[Any]:
        counted = select(*columns, func.sum(here["count"])).where(here.day.between(since, until))
        return Counter({(*row[:-1],): int(row[-1]) for row in connection.execute(counted.group_by(*columns))})

    has_entry = (here.entry != literal_column("''")).label("has_entry")
    return by(here.day, here.channel, here.act, here.outcome, has_entry), by(
        here.language, here.act, here.outcome, here.entry
    )


def _merge_days_into_months(counted: _GroupedCounts) -> _GroupedCounts:
    days, kinds = counted
    months: Counter[Any] = Counter()
    for (day, *kind), count in days.items():
        months[(day.replace(day=1), *kind)] += count
    return months, kinds


def _message_counts(*counted: _GroupedCounts) -> MessageCounts:
    days = sum((each for each, _ in counted), Counter[Any]())
    kinds = sum((each for _, each in counted), Counter[Any]())
    entries = _sum_over(kinds, 3)
    entries.pop("", None)
    by_day: Counter[tuple[date, Treatment]] = Counter()
    for (day, _, act, outcome, has_entry), count in days.items():
        by_day[day, Treatment(act, outcome, bool(has_entry))] += count
    by_language: Counter[tuple[str, Treatment]] = Counter()
    for (language, act, outcome, entry), count in kinds.items():
        by_language[language, Treatment(act, outcome, entry != "")] += count
    return MessageCounts(
        by_day_and_channel=_sum_over(days, 0, 1),
        by_day_and_treatment=by_day,
        by_language_and_treatment=by_language,
        by_language=_sum_over(kinds, 0),
        by_entry=entries,
        by_act=_sum_over(kinds, 1),
    )


def _sum_over(counted: Counter[Any], *places: int) -> Counter[Any]:
    sums: Counter[Any] = Counter()
    for key, count in counted.items():
        sums[tuple(key[place] for place in places) if len(places) > 1 else key[places[0]]] += count
    return sums


CountRow = tuple[date, str, str, str, str, str, int]
"""Day or month, channel, language, act, outcome, entry, and the number of messages."""


def count_rows(connection: Connection, since: date, until: date, *, by_month: bool = False) -> tuple[CountRow, ...]:
    """The counts as stored, by day; or by month, as `count_by_month` sums them."""
    if not by_month:
        return tuple(_read_count_rows(connection, daily_counts, since, until))
    first = since.replace(day=1)
    summed = connection.scalar(select(func.max(monthly_counts.c.day)))
    rest = first if summed is None else max(first, next_month(summed))
    sums: Counter[Any] = Counter()
    for table, start in ((monthly_counts, first), (daily_counts, rest)):
        for day, *kind, count in _read_count_rows(connection, table, start, until):
            sums[(day.replace(day=1), *kind)] += count
    return tuple((*key, count) for key, count in sorted(sums.items()))


def _read_count_rows(connection: Connection, table: Table, since: date, until: date) -> Iterator[CountRow]:
    here = table.c
    columns = (here.day, here.channel, here.language, here.act, here.outcome, here.entry)
    query = select(*columns, here["count"]).where(here.day.between(since, until)).order_by(*columns)
    yield from (tuple(row) for row in connection.execute(query))


def response_times(connection: Connection, since: datetime, until: datetime) -> ResponseTimes:
    """Durations of the newest SAMPLE_TURNS turns of the period."""
    here = turns.c
    within = select(here.id, here.milliseconds, here.created_at).where(
        here.created_at >= since, here.created_at < until
    )
    sample = within.order_by(here.created_at.desc()).limit(SAMPLE_TURNS).subquery("sample")
    arrived = messages.c.state.in_((DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ))
    first = select(func.min(messages.c.sent_at)).where(messages.c.turn_id == sample.c.id, messages.c.side == Side.BOT)
    sent = first.where(arrived).scalar_subquery().label("sent")
    rows = connection.execute(select(sample.c.milliseconds, sample.c.created_at, sent)).all()
    replied = ((row.sent - row.created_at).total_seconds() for row in rows if row.sent is not None)
    return ResponseTimes(
        decision_ms=tuple(sorted(row.milliseconds for row in rows)),
        reply_seconds=tuple(sorted(max(0.0, seconds) for seconds in replied)),
    )


QUARTER_HOUR_SECONDS: Final = 900
"""Every offset from UTC that is in use is a multiple of a quarter of an hour, so that none of them is on two days."""


def handoff_counts(connection: Connection, since: datetime, until: datetime, zone: tzinfo = UTC) -> HandoffCounts:
    """Hand-offs of the period; days are those of `zone`, as in daily_counts."""
    here = handoffs.c
    within = (here.created_at >= since, here.created_at < until)

    def by(column: ColumnElement[Any]) -> Any:
        counted = select(column, func.count()).where(*within)
        return connection.execute(counted.group_by(column).order_by(column)).all()

    quarter: ColumnElement[Any] = cast(func.floor(extract("epoch", here.created_at) / QUARTER_HOUR_SECONDS), Integer)
    if connection.dialect.name == "sqlite":
        quarter = cast(func.strftime("%s", here.created_at), Integer) / literal_column(str(QUARTER_HOUR_SECONDS))
    by_day: Counter[date] = Counter()
    for number, count in by(quarter):
        by_day[datetime.fromtimestamp(int(number) * QUARTER_HOUR_SECONDS, zone).date()] += count
    return HandoffCounts(
        by_day=dict(by_day),
        by_line={LineId(line): count for line, count in by(here.line)},
        by_reason={HandoffReason(reason): count for reason, count in by(here.reason)},
    )


@dataclass(frozen=True, kw_only=True)
class FeedbackCounts:
    """How often people rated answers as helpful and unhelpful."""

    helped: int
    not_helped: int


def feedback_counts(connection: Connection, since: date, until: date) -> Mapping[EntryId, FeedbackCounts]:
    """Feedback by entry, from `since` up to and including `until`."""
    here = daily_feedback.c
    yes, no = func.sum(here.helped).label("yes"), func.sum(here.not_helped).label("no")
    sums = select(here.entry, yes, no).where(here.day.between(since, until)).group_by(here.entry)
    return {
        EntryId(row.entry): FeedbackCounts(helped=int(row.yes), not_helped=int(row.no))
        for row in connection.execute(sums)
    }
