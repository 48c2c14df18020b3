"""The page Reports: message counts, outcomes and response times; nothing personal, and also as CSV."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cached_property
from itertools import chain
from typing import Any, Final

from aiohttp import web
from sqlalchemy import Connection

from bot.console.curation.unanswered_groups import UnansweredGroup, group_unanswered
from bot.console.framework.knowledge_access import DisplayNames, KnowledgeAccess
from bot.console.framework.local_time import local_day, local_midnight
from bot.console.framework.page_routing import AccessLevel, Section, get
from bot.console.framework.request import ConsoleRequest
from bot.console.reporting.charts import ChartCaption, ChartSeries, ranked_bars, stacked_bars
from bot.console.reporting.resolution import Resolution, count_commands, sum_by_resolution
from bot.console.reporting.rows import language_rows, line_rows
from bot.database.transactions import Transactions
from kb.model import LineId
from storage.announcements import outages
from storage.announcements.outages import DeclaredOutage
from storage.helpdesk import audit_log
from storage.helpdesk.audit_log import AuditEvent
from storage.statistics import handoff_times, monthly_rollup, reports
from storage.statistics.handoff_counts import HandoffCounts, handoff_counts
from storage.statistics.handoff_times import LineTimes
from storage.statistics.monthly_rollup import next_month
from storage.statistics.reports import MessageCounts, ResponseTimes

PERIOD_DAYS: Final = (7, 30, 90, 365)
QUARTER_DAYS: Final = 90
YEAR_DAYS: Final = 365
MAX_TOPICS_SHOWN: Final = 12
HARD_TO_ANSWER: Final = 10
MAX_UNANSWERED_READ: Final = 300
"""The newest unanswered messages that hard questions are taken from."""
MIN_PEOPLE: Final = 3
"""A question of fewer people could identify them, and is not shown."""


@dataclass(frozen=True, kw_only=True)
class ReportData:
    """The data of a period."""

    counts: MessageCounts
    times: ResponseTimes
    line_times: Mapping[LineId, LineTimes]
    handoffs: HandoffCounts
    hard_to_answer: tuple[UnansweredGroup, ...]
    outages: tuple[DeclaredOutage, ...] = ()

    @property
    def seconds_to_take(self) -> tuple[float, ...]:
        """Of all lines, sorted."""
        return tuple(sorted(chain.from_iterable(times.seconds_to_take for times in self.line_times.values())))

    @property
    def by_day_and_resolution(self) -> Mapping[tuple[date, str], int]:
        """What people got, without commands."""
        return {(day, str(kind)): n for (day, kind), n in sum_by_resolution(self.counts.by_day_and_treatment).items()}


@dataclass(frozen=True, kw_only=True)
class ReportPeriod:
    """A period. It is shown by days, a quarter by weeks, a year by months, so that bars stay distinguishable."""

    days: int
    today: date

    @cached_property
    def bar_unit(self) -> str:
        """What one bar stands for."""
        return {QUARTER_DAYS: "week", YEAR_DAYS: "month"}.get(self.days, "day")

    @cached_property
    def first_day(self) -> date:
        """Its first day: that of a whole week or month."""
        first = self.today - timedelta(days=self.days - 1)
        if self.bar_unit == "month":
            return next_month(first)
        return self.bar_start(first)

    @cached_property
    def bar_starts(self) -> tuple[date, ...]:
        """The first day of each bar."""
        days = (self.first_day + timedelta(days=each) for each in range((self.today - self.first_day).days + 1))
        return tuple(dict.fromkeys(self.bar_start(day) for day in days))

    def bar_start(self, day: date) -> date:
        """The first day of the bar of a day."""
        if self.bar_unit == "month":
            return day.replace(day=1)
        return day - timedelta(days=day.weekday()) if self.bar_unit == "week" else day

    def label(self, day: date) -> str:
        """The short label of a bar."""
        return day.strftime("%m.%Y") if self.bar_unit == "month" else day.strftime("%d.%m.")


class ReportsView:
    """GET /console/figures, and its CSV file."""

    def __init__(self, transactions: Transactions, knowledge: KnowledgeAccess) -> None:
        self._transactions, self._knowledge = transactions, knowledge

    def section(self) -> Section:
        """For agents."""
        pages = (
            get("/figures", self.show, role=AccessLevel.AGENT),
            get("/figures/counts.csv", self.export_csv, role=AccessLevel.AGENT),
        )
        return Section(name="figures", role=AccessLevel.AGENT, routes=pages)

    async def show(self, request: ConsoleRequest) -> web.StreamResponse:
        """Counts, response times and charts of the period."""
        span = period_from_query(request)
        await self._roll_up_months(span)
        found = await self._transactions.read(
            lambda connection: read_report(connection, span, request.now, request.zone)
        )
        names = self._knowledge.names(request.language)
        base, resolved = self._knowledge.current.base, totals_by_kind(found.by_day_and_resolution)
        return request.render(
            "figures.html",
            span=span,
            periods=PERIOD_DAYS,
            total=resolved.total(),
            resolved=resolved,
            commands=count_commands(found.counts.by_day_and_treatment),
            by_language=language_rows(found.counts),
            by_line=line_rows(found.counts, found.handoffs, found.line_times, base),
            lines={entry.id: entry.line for entry in base.entries.values()},
            late_minutes=handoff_times.LATE_AFTER // timedelta(minutes=1),
            found=found,
            now=request.now,
            quantile=quantile,
            duration=format_duration,
            names=names,
            topics=most_frequent(found.counts.by_entry),
            **draw_charts(found, span, names, request.texts),
        )

    async def export_csv(self, request: ConsoleRequest) -> web.StreamResponse:
        """The counts of the period as CSV, a row for each kind of message."""
        span = period_from_query(request)
        await self._roll_up_months(span)

        def read(connection: Connection) -> str:
            file = io.StringIO()
            writer = csv.writer(file)
            first = "month" if span.bar_unit == "month" else "day"
            writer.writerow((first, "channel", "language", "act", "outcome", "entry", "count"))
            writer.writerows(
                reports.count_rows(connection, span.first_day, span.today, by_month=span.bar_unit == "month")
            )
            return file.getvalue()

        text = await self._transactions.read(read)
        subject, agent = f"{span.first_day} {span.today}", request.agent.name
        await self._transactions.write(
            lambda connection: audit_log.record(
                connection, AuditEvent.REPORT_EXPORTED, request.now, agent=agent, subject=subject
            )
        )
        name = f"paligs-{span.first_day}-{span.today}.csv"
        return web.Response(
            text=text, content_type="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )

    async def _roll_up_months(self, span: ReportPeriod) -> None:
        """Roll up finished months, when somebody first looks at a year after they ended."""
        if span.bar_unit == "month" and await self._transactions.read(
            lambda connection: bool(monthly_rollup.months_to_roll_up(connection, span.today))
        ):
            await self._transactions.write(lambda connection: monthly_rollup.roll_up(connection, span.today))


def period_from_query(request: ConsoleRequest) -> ReportPeriod:
    """The requested period, by default a month. Days are those of the installation, as counted."""
    given = request.http_request.query.get("days", "")
    days = next((days for days in PERIOD_DAYS if str(days) == given), 30)
    return ReportPeriod(days=days, today=local_day(request.now, request.zone))


def read_report(connection: Connection, period: ReportPeriod, now: datetime, zone: tzinfo) -> ReportData:
    """All data from one snapshot."""
    since = local_midnight(period.first_day, zone)
    until = local_midnight(period.today + timedelta(days=1), zone)
    by = reports.count_by_month if period.bar_unit == "month" else reports.count_by_day
    groups = group_unanswered(connection, now, max(since, now - timedelta(days=90)), limit=MAX_UNANSWERED_READ)
    return ReportData(
        counts=by(connection, period.first_day, period.today),
        times=reports.response_times(connection, since, until),
        line_times=handoff_times.times_by_line(connection, since, until, now),
        handoffs=handoff_counts(connection, since, until, zone),
        outages=outages.declared_between(connection, since, until),
        hard_to_answer=tuple(group for group in groups if group.conversation_count >= MIN_PEOPLE)[:HARD_TO_ANSWER],
    )


def draw_charts(
    report: ReportData, period: ReportPeriod, names: DisplayNames, words: Mapping[str, str]
) -> dict[str, Any]:
    """The charts, and what stands in the tables behind them."""
    labels = [period.label(day) for day in period.bar_starts]
    counts, topics = report.counts, most_frequent(report.counts.by_entry)
    channels = _chart_series(
        counts.by_day_and_channel, sorted(totals_by_kind(counts.by_day_and_channel)), period, words, "channel"
    )
    outcomes = _chart_series(report.by_day_and_resolution, tuple(Resolution), period, words, "result")
    calls = (ChartSeries(title=words["handed_off"], values=_handoff_counts(report.handoffs, period)),)
    topic_names, topic_counts = [names.entry(entry) for entry, _ in topics], [count for _, count in topics]
    shown = (("by_channel", channels), ("by_outcome", outcomes), ("handed_off", calls))
    return {
        "labels": labels,
        "charts": [(name, series, stacked_bars(_caption(name, words), labels, series)) for name, series in shown],
        "topic_charts": ranked_bars(_caption("topics", words), topic_names, topic_counts),
    }


def _caption(name: str, words: Mapping[str, str]) -> ChartCaption:
    return ChartCaption(name=name, title=words[name], description=words["chart_about"])


def _chart_series(
    counts: Mapping[tuple[date, str], int],
    kinds: Sequence[str],
    period: ReportPeriod,
    words: Mapping[str, str],
    prefix: str,
) -> list[ChartSeries]:
    sums: Counter[tuple[date, str]] = Counter()
    for (day, kind), count in counts.items():
        sums[period.bar_start(day), kind] += count
    return [
        ChartSeries(title=words.get(f"{prefix}_{kind}", kind), values=[sums[day, kind] for day in period.bar_starts])
        for kind in kinds
    ]


def _handoff_counts(handoffs: HandoffCounts, period: ReportPeriod) -> list[int]:
    called: Counter[date] = Counter()
    for day, count in handoffs.by_day.items():
        called[period.bar_start(day)] += count
    return [called[day] for day in period.bar_starts]


def totals_by_kind(counts: Mapping[tuple[date, str], int]) -> Counter[str]:
    """Totals over all days."""
    sums: Counter[str] = Counter()
    for (_, kind), count in counts.items():
        sums[kind] += count
    return sums


def most_frequent(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """The most frequent first; equal ones by name."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MAX_TOPICS_SHOWN]


def quantile(values: Sequence[float], share: float) -> float | None:
    """The quantile of the sorted `values`."""
    return values[min(len(values) - 1, int(share * len(values)))] if values else None


def format_duration(seconds: float | None) -> str:
    """A duration in readable form."""
    if seconds is None:
        return "–"
    if seconds < 1:
        return f"{seconds * 1000:.1f} ms" if seconds < 0.01 else f"{seconds * 1000:.0f} ms"
    if seconds < 120:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"
