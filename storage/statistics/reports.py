"""Reads sums by day and month, and samples of durations, for the console's reports; reads nothing personal."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import Connection, Table, case, func, literal_column, select

from kb.model import EntryId
from storage.conversations.history import Side
from storage.delivery.status import DeliveryState
from storage.statistics.daily_counts import COUNT_TABLES
from storage.statistics.monthly_rollup import next_month
from storage.tables import daily_feedback, messages, monthly_counts, turns

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


def count_by_day(connection: Connection, since: date, until: date) -> MessageCounts:
    """Message counts from `since` up to and including `until`."""
    return _message_counts(*(_group_counts(connection, table, since, until) for table in COUNT_TABLES))


def count_by_month(connection: Connection, since: date, until: date) -> MessageCounts:
    """Message counts of whole months, from that of `since` to that of `until`; fast after the monthly roll-up."""
    first = since.replace(day=1)
    summed = connection.scalar(select(func.max(monthly_counts.c.day)))
    rest = first if summed is None else max(first, next_month(summed))
    return _message_counts(
        _group_counts(connection, monthly_counts, first, until),
        *(_merge_days_into_months(_group_counts(connection, table, rest, until)) for table in COUNT_TABLES),
    )


_Key = TypeVar("_Key")


class _CountedKind(NamedTuple):
    """The dimensions of a count, but for the entry."""

    day: date
    channel: str
    language: str
    treatment: Treatment


_GroupedCounts = tuple[Counter[_CountedKind], Counter[str]]
"""By kind, and by entry."""


def _group_counts(connection: Connection, table: Table, since: date, until: date) -> _GroupedCounts:
    here, within = table.c, table.c.day.between(since, until)
    # In the order of the primary key, so that nothing is sorted. The entry, of which there are many, is counted apart.
    columns = (here.day, here.channel, here.language, here.act, here.outcome)
    with_entry = func.sum(case((here.entry != literal_column("''"), here["count"]), else_=0))
    rows = connection.execute(select(*columns, func.sum(here["count"]), with_entry).where(within).group_by(*columns))
    kinds: Counter[_CountedKind] = Counter()
    for day, channel, language, act, outcome, total, recognized in rows.all():
        for count, has_entry in ((int(recognized), True), (int(total) - int(recognized), False)):
            if count:
                kinds[_CountedKind(day, channel, language, Treatment(act, outcome, has_entry))] += count
    of_entries = select(here.entry, func.sum(here["count"])).where(within, here.entry != literal_column("''"))
    entries = Counter({entry: int(count) for entry, count in connection.execute(of_entries.group_by(here.entry))})
    return kinds, entries


def _merge_days_into_months(counted: _GroupedCounts) -> _GroupedCounts:
    kinds, entries = counted
    months: Counter[_CountedKind] = Counter()
    for kind, count in kinds.items():
        months[kind._replace(day=kind.day.replace(day=1))] += count
    return months, entries


def _message_counts(*counted: _GroupedCounts) -> MessageCounts:
    kinds = sum((each for each, _ in counted), Counter[_CountedKind]())
    entries = sum((each for _, each in counted), Counter[str]())
    return MessageCounts(
        by_day_and_channel=_sum_over(kinds, lambda kind: (kind.day, kind.channel)),
        by_day_and_treatment=_sum_over(kinds, lambda kind: (kind.day, kind.treatment)),
        by_language_and_treatment=_sum_over(kinds, lambda kind: (kind.language, kind.treatment)),
        by_language=_sum_over(kinds, lambda kind: kind.language),
        by_entry=entries,
        by_act=_sum_over(kinds, lambda kind: kind.treatment.act),
    )


def _sum_over(counted: Counter[_CountedKind], key: Callable[[_CountedKind], _Key]) -> Counter[_Key]:
    sums: Counter[_Key] = Counter()
    for kind, count in counted.items():
        sums[key(kind)] += count
    return sums


CountRow = tuple[date, str, str, str, str, str, int]
"""Day or month, channel, language, act, outcome, entry, and the number of messages."""


def count_rows(connection: Connection, since: date, until: date, *, by_month: bool = False) -> tuple[CountRow, ...]:
    """The counts of each kind, by day; or by month, as `count_by_month` sums them."""
    sums: Counter[Any] = Counter()
    first = since
    if by_month:
        start = since.replace(day=1)
        summed = connection.scalar(select(func.max(monthly_counts.c.day)))
        first = start if summed is None else max(start, next_month(summed))
        for *key, count in _read_count_rows(connection, monthly_counts, start, until):
            sums[tuple(key)] += count
    for table in COUNT_TABLES:
        for day, *kind, count in _read_count_rows(connection, table, first, until):
            sums[(day.replace(day=1) if by_month else day, *kind)] += count
    return tuple((*key, count) for key, count in sorted(sums.items()))


def _read_count_rows(connection: Connection, table: Table, since: date, until: date) -> Iterator[CountRow]:
    here = table.c
    columns = (here.day, here.channel, here.language, here.act, here.outcome, here.entry)
    query = select(*columns, here["count"]).where(here.day.between(since, until))
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
