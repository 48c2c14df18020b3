"""The page Figures: how many messages, how they were answered, how quickly; nothing personal, and as CSV too."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from aiohttp import web
from sqlalchemy import Connection

from bot.console.curation.unanswered_groups import Group, gather
from bot.console.framework.knowledge_access import Library, Names
from bot.console.framework.request import Visit
from bot.console.framework.routing import Access, Section, shows
from bot.console.views.series import Series
from bot.database.transactions import Records
from kb.understanding.result import Outcome
from storage.helpdesk import audit_log
from storage.helpdesk.audit_log import Event
from storage.statistics import monthly_rollup, reports
from storage.statistics.monthly_rollup import after
from storage.statistics.reports import HandedOff, Sums, Times

PERIODS: Final = (7, 30, 90, 365)
QUARTER: Final = 90
YEAR: Final = 365
TOPICS: Final = 12
FAILING: Final = 10
FAILING_FROM: Final = 300
"""Messages, the newest unanswered ones, that the failing questions are taken from."""
SAID_BY: Final = 3
"""What fewer people said could tell who they are: it is no figure."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """All that the page shows of a period."""

    sums: Sums
    times: Times
    taking: tuple[float, ...]
    handed_off: HandedOff
    failing: tuple[Group, ...]


@dataclass(frozen=True, kw_only=True)
class Span:
    """A period. It is shown by days, a quarter by weeks, a year by months: so many bars can be told apart."""

    days: int
    today: date

    @property
    def step(self) -> str:
        """What one bar stands for."""
        return {QUARTER: "week", YEAR: "month"}.get(self.days, "day")

    @property
    def since(self) -> date:
        """Its first day: that of a whole week or month."""
        first = self.today - timedelta(days=self.days - 1)
        if self.step == "month":
            return after(first)
        return self.start(first)

    @property
    def starts(self) -> tuple[date, ...]:
        """The first day of each bar."""
        days = (self.since + timedelta(days=each) for each in range((self.today - self.since).days + 1))
        return tuple(dict.fromkeys(self.start(day) for day in days))

    def start(self, day: date) -> date:
        """The first day of the bar that a day belongs to."""
        if self.step == "month":
            return day.replace(day=1)
        return day - timedelta(days=day.weekday()) if self.step == "week" else day

    def label(self, day: date) -> str:
        """A bar's name, as short as it may be."""
        return day.strftime("%m.%Y") if self.step == "month" else day.strftime("%d.%m.")


class FiguresPages:
    """GET /console/figures, and the file of them."""

    def __init__(self, records: Records, library: Library) -> None:
        self._records, self._library = records, library

    def section(self) -> Section:
        """For agents."""
        pages = (
            shows("/figures", self.show, role=Access.AGENT),
            shows("/figures/counts.csv", self.table, role=Access.AGENT),
        )
        return Section(name="figures", role=Access.AGENT, pages=pages)

    async def show(self, visit: Visit) -> web.StreamResponse:
        """Sums, times and charts of the period."""
        span = spanned(visit)
        await self._add_up(span)
        found = await self._records.read(lambda connection: look(connection, span, visit.now))
        names = self._library.names(visit.language)
        drawn = await self._records.run(lambda _: draw(found, span, names, visit.words))
        total = sum(found.sums.by_language.values())
        return visit.show(
            "figures.html",
            span=span,
            periods=PERIODS,
            total=total,
            outcomes=totals(found.sums.by_day_and_outcome),
            found=found,
            quantile=quantile,
            duration=duration,
            names=names,
            topics=top(found.sums.by_entry),
            **drawn,
        )

    async def table(self, visit: Visit) -> web.StreamResponse:
        """The counts of the period, one row a kind of message, as CSV."""
        span = spanned(visit)
        await self._add_up(span)

        def read(connection: Connection) -> str:
            file = io.StringIO()
            writer = csv.writer(file)
            first = "month" if span.step == "month" else "day"
            writer.writerow((first, "channel", "language", "act", "outcome", "entry", "count"))
            writer.writerows(reports.counted(connection, span.since, span.today, by_month=span.step == "month"))
            return file.getvalue()

        text = await self._records.read(read)
        subject, agent = f"{span.since} {span.today}", visit.agent.name
        await self._records.write(
            lambda connection: audit_log.note(
                connection, Event.FIGURES_EXPORTED, visit.now, agent=agent, subject=subject
            )
        )
        name = f"paligs-{span.since}-{span.today}.csv"
        return web.Response(
            text=text, content_type="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )

    async def _add_up(self, span: Span) -> None:
        """Months that are over are added up once, when somebody first looks at a year after they ended."""
        if span.step == "month" and await self._records.read(
            lambda connection: bool(monthly_rollup.missing(connection, span.today))
        ):
            await self._records.write(lambda connection: monthly_rollup.add_up(connection, span.today))


def spanned(visit: Visit) -> Span:
    """The period that is asked for; a month where none is. Days are those of UTC, as they are counted."""
    given = visit.request.query.get("days", "")
    return Span(days=next((days for days in PERIODS if str(days) == given), 30), today=visit.now.date())


def look(connection: Connection, span: Span, now: datetime) -> Found:
    """Everything in one picture."""
    since = datetime.combine(span.since, datetime.min.time(), now.tzinfo)
    until = datetime.combine(span.today + timedelta(days=1), datetime.min.time(), now.tzinfo)
    by = reports.by_months if span.step == "month" else reports.by_days
    groups = gather(connection, now, max(since, now - timedelta(days=90)), most=FAILING_FROM)
    return Found(
        sums=by(connection, span.since, span.today),
        times=reports.times(connection, since, until),
        taking=reports.taking(connection, since, until),
        handed_off=reports.handed_off(connection, since, until),
        failing=tuple(group for group in groups if group.people >= SAID_BY)[:FAILING],
    )


def draw(found: Found, span: Span, names: Names, words: Mapping[str, str]) -> dict[str, Any]:
    """The charts, and the tables behind them."""
    from bot.console.views import charts  # noqa: PLC0415 - see there

    labels = [span.label(day) for day in span.starts]
    sums, topics = found.sums, top(found.sums.by_entry)
    channels = _series(sums.by_day_and_channel, sorted(totals(sums.by_day_and_channel)), span, words, "channel")
    outcomes = _series(sums.by_day_and_outcome, tuple(Outcome), span, words, "outcome")
    calls = (Series(title=words["handed_off"], values=_calls(found.handed_off, span)),)
    names_of, counts = [names.entry(entry) for entry, _ in topics], [count for _, count in topics]
    return {
        "labels": labels,
        "charts": (
            ("by_channel", channels, charts.stacked(labels, channels, title=words["by_channel"])),
            ("by_outcome", outcomes, charts.stacked(labels, outcomes, title=words["by_outcome"])),
            ("handed_off", calls, charts.stacked(labels, calls, title=words["handed_off"])),
        ),
        "topic_chart": charts.ranked(names_of, counts, title=words["topics"]) if topics else "",
    }


def _series(
    counted: Mapping[tuple[date, str], int], kinds: Sequence[str], span: Span, words: Mapping[str, str], prefix: str
) -> list[Series]:
    sums: Counter[tuple[date, str]] = Counter()
    for (day, kind), count in counted.items():
        sums[span.start(day), kind] += count
    return [
        Series(title=words.get(f"{prefix}_{kind}", kind), values=[sums[day, kind] for day in span.starts])
        for kind in kinds
    ]


def _calls(handed_off: HandedOff, span: Span) -> list[int]:
    called: Counter[date] = Counter()
    for day, count in handed_off.by_day.items():
        called[span.start(day)] += count
    return [called[day] for day in span.starts]


def totals(counted: Mapping[tuple[date, str], int]) -> Counter[str]:
    """Over all days."""
    sums: Counter[str] = Counter()
    for (_, kind), count in counted.items():
        sums[kind] += count
    return sums


def top(counted: Mapping[str, int]) -> list[tuple[str, int]]:
    """The most frequent first; of those alike, by name."""
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:TOPICS]


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value that this share of the sorted `values` does not exceed."""
    return values[min(len(values) - 1, int(share * len(values)))] if values else None


def duration(seconds: float | None) -> str:
    """A time as people read it."""
    if seconds is None:
        return "–"
    if seconds < 1:
        return f"{seconds * 1000:.1f} ms" if seconds < 0.01 else f"{seconds * 1000:.0f} ms"
    if seconds < 120:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"
