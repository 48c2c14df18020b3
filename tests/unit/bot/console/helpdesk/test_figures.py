"""The page Figures: sums, times, charts that the page's policy lets stand, CSV; nobody in it."""

import csv
import io
import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain, pairwise

import pytest

from bot.console.reporting.charts import ChartCaption, ChartSeries, axis_ticks, ranked_bars, stacked_bars
from bot.console.views.reports import ReportPeriod, format_duration, quantile
from handlers.model.actions import HandoffReason
from kb.model import LANGUAGES, EntryId, LineId
from storage.announcements import outages
from storage.announcements.outages import OutageDraft
from storage.database import engine
from storage.helpdesk.audit_log import AuditEvent
from storage.statistics import monthly_rollup
from tests.contract.asked import UNKNOWN
from tests.contract.talks import TRACE
from tests.doubles import NOW
from tests.unit.bot.console.conftest import ConsoleBrowser
from tests.unit.bot.console.helpdesk.conftest import HelpdeskFixture

DAY = timedelta(days=1)
TODAY = NOW.date()


async def test_nothing_is_shown_of_nobody(otto: ConsoleBrowser) -> None:
    page = await otto.text("/figures")
    assert "Vēl nekā nav." in page


async def test_outages_of_the_period_say_how_long_how_many_and_who_was_told(
    shop: HelpdeskFixture, otto: ConsoleBrowser
) -> None:
    assert "Traucējumi" not in await otto.text("/figures")
    draft = OutageDraft(
        kind="cards", texts=dict.fromkeys(LANGUAGES, "Kartes neder"), topics=frozenset(), words=("karte",)
    )
    talk = shop.record_message("Karte neder", at=NOW)
    with engine.write_transaction(shop.console.database) as connection:
        for ago in (timedelta(minutes=30), 60 * DAY):
            number = outages.declare(connection, draft, author="otto", now=NOW - ago)
            outages.report(connection, talk, number, None, NOW - ago)
            outages.end(connection, number, NOW - ago + timedelta(minutes=25))
            outages.settle(connection, number, talk, outages.TOLD)
    page = await otto.text("/figures?days=30")
    assert page.count("Kartes neder</a>") == 1
    row = page[page.index("Kartes neder</a>") :].partition("</tr>")[0]
    assert re.findall(r"data-label=\"([^\"]+)\">([^<]+)<", row) == [
        ("Ilgums", "25 min"),
        ("Sarunas", "1"),
        ("Zināmās vietas", "0"),
        ("Uzzināja par beigām", "1"),
        ("Nevarēja paziņot", "0"),
    ]
    assert (await otto.text("/figures?days=90")).count("Kartes neder</a>") == 2


async def test_messages_are_summed_and_drawn(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    for _ in range(3):
        shop.record_message("Kā atdot naudu?", at=NOW)
    shop.record_message("Blabla", UNKNOWN, channel="telegram", at=NOW - DAY)
    shop.record_message("Cilvēku!", people=HandoffReason.ASKED_FOR_PERSON, line=LineId("desk"), at=NOW)
    await shop.handoff_actions.take(1, "otto")

    page = await otto.text("/figures?days=7")

    assert "<dd>5</dd>" in page
    assert tile(page, "Atbildēts no zināšanām") == "80 % <small>4</small>"
    assert tile(page, "Nosūtīts uz tālruņa līniju") == "0 % <small>0</small>"
    assert tile(page, "Nesaprasts") == "20 % <small>1</small>"
    assert page.count('role="img"') == 8
    assert "Konsultanti" in page
    assert "refund" in page


def tile(page: str, title: str) -> str:
    """The value below a title."""
    found = re.search(rf"<dt>{title}</dt><dd>(.*?)</dd>", page)
    assert found is not None
    return found[1]


def table_row(page: str, heading: str) -> list[str]:
    """The cells beside the heading of a row, without marks."""
    found = re.search(rf'<tr><th scope="row">{heading}</th>(.*?)</tr>', page)
    assert found is not None
    return [" ".join(re.sub("<[^>]+>", "", cell).split()) for cell in re.findall(r"<td[^>]*>(.*?)</td>", found[1])]


async def test_what_people_got_is_split_by_language_and_the_opening_of_a_page_is_no_message(
    shop: HelpdeskFixture, otto: ConsoleBrowser
) -> None:
    command = replace(TRACE, handler="command", act="talk", entry=None)
    problem = replace(TRACE, act="problem", entry=EntryId("printer"))
    for _ in range(7):
        shop.record_message("/start", command, at=NOW)
    shop.record_message("Kā atdot naudu?", at=NOW)
    shop.record_message("Printeris", problem, at=NOW)
    shop.record_message("Blabla", UNKNOWN, at=NOW)
    shop.record_message("Принтер", replace(problem, language="ru"), at=NOW)

    page = await otto.text("/figures?days=7")

    assert "<dd>4</dd>" in page
    assert "Komandas, piemēram, /start, neskaitās: 7." in page
    assert tile(page, "Atbildēts no zināšanām") == "25 % <small>1</small>"
    assert table_row(page, "latviešu valoda") == ["3 75 %", "1 33 %", "1 33 %", "0 0 %", "0 0 %", "0 0 %", "1 33 %"]
    assert table_row(page, "krievu valoda") == ["1 25 %", "0 0 %", "1 100 %", "0 0 %", "0 0 %", "0 0 %", "0 0 %"]


async def test_a_line_shows_its_topics_its_hand_offs_and_how_long_they_waited(
    shop: HelpdeskFixture, otto: ConsoleBrowser
) -> None:
    shop.record_message("Printeris", replace(TRACE, entry=EntryId("printer")), by="anna", at=NOW)
    for who in ("boris", "clara"):
        shop.record_message(
            "Cilvēku!", UNKNOWN, by=who, people=HandoffReason.ASKED_FOR_PERSON, line=LineId("workshop"), at=NOW
        )
    shop.console.advance_clock(minutes=5)
    await shop.handoff_actions.take(1, "otto")
    shop.console.advance_clock(minutes=11)

    page = await otto.text("/figures?days=7")

    assert table_row(page, "Darbnīca") == ["1", "2", "5 min", "1", "0"]
    assert "Nav paņemts 15 min laikā" in page


async def test_only_what_three_people_said_is_a_figure(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    for who in ("anna", "boris", "clara"):
        shop.record_message("Kur dāvanu karte", UNKNOWN, by=who, at=NOW)
    for _ in range(5):
        shop.record_message("Mani sauc Anna Bērziņa", UNKNOWN, by="anna", at=NOW)

    page = await otto.text("/figures")

    assert "Kur dāvanu karte" in page
    assert "Bērziņa" not in page


async def test_counts_are_given_as_csv_and_that_is_audited(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    shop.record_message("Mans noslēpums", at=NOW)

    answer = await otto.get("/figures/counts.csv?days=7")

    assert answer.content_type == "text/csv"
    assert list(csv.reader(io.StringIO(await answer.text()))) == [
        ["day", "channel", "language", "act", "outcome", "entry", "count"],
        [TODAY.isoformat(), "webchat", "lv", "answer", "answered", "refund", "1"],
    ]
    assert [noted.subject for noted in shop.console.audit_records(AuditEvent.REPORT_EXPORTED)] == [
        f"{TODAY - 6 * DAY} {TODAY}"
    ]


async def test_a_year_is_shown_by_months_that_are_added_up_when_first_looked_at(
    shop: HelpdeskFixture, otto: ConsoleBrowser
) -> None:
    shop.record_message("Kā atdot naudu?", at=NOW - 60 * DAY)
    shop.record_message("Kā atdot naudu?", at=NOW)

    page = await otto.text("/figures?days=365")

    assert "<dd>2</dd>" in page
    assert "11.2026" in page
    with engine.read_transaction(shop.console.database) as connection:
        assert monthly_rollup.months_to_roll_up(connection, TODAY) == ()
    table = await (await otto.get("/figures/counts.csv?days=365")).text()
    assert table.splitlines()[1:] == [
        "2026-09-01,webchat,lv,answer,answered,refund,1",
        "2026-11-01,webchat,lv,answer,answered,refund,1",
    ]


@pytest.mark.parametrize(
    ("days", "bars", "first"),
    [
        (7, 7, date(2026, 11, 17)),
        (30, 30, date(2026, 10, 25)),
        (90, 14, date(2026, 8, 24)),
        (365, 12, date(2025, 12, 1)),
    ],
)
def test_a_period_has_as_many_bars_as_can_be_told_apart(days: int, bars: int, first: date) -> None:
    span = ReportPeriod(days=days, today=TODAY)

    assert (len(span.bar_starts), span.bar_starts[0], span.first_day) == (bars, first, first)
    assert {span.bar_start(span.first_day + each * DAY) for each in range((TODAY - span.first_day).days + 1)} == set(
        span.bar_starts
    )


async def test_a_chart_has_nothing_that_the_pages_policy_refuses(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    shop.record_message("Kā atdot naudu?", channel="<i>x", at=NOW)
    shop.record_message("Blabla", UNKNOWN, at=NOW)

    page = await otto.text("/figures?days=7")

    for word in ("style=", "onload", "<style", "<i>"):
        assert word not in page
    assert '<li class="key-0">&lt;i&gt;x</li>' in page


async def test_a_chart_tells_a_screen_reader_what_it_shows(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    for _ in range(2):
        shop.record_message("Kā atdot naudu?", at=NOW)
    shop.record_message("Kā atdot naudu?", at=NOW - DAY)

    page = await otto.text("/figures?days=7")

    assert '<title id="by_channel-wide-chart-title">Ziņas pa kanāliem</title>' in page
    assert f"Lielākā vērtība: {TODAY:%d.%m.} – 2. Visas vērtības ir tabulā zem diagrammas.</desc>" in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(chain(*(found.split() for found in re.findall('labelledby="([^"]+)"', page)))) <= set(ids)


CAPTION = ChartCaption(name="x", title="x", description="{label}: {count}")


def test_bars_stand_on_each_other_and_on_the_axis() -> None:
    series = [ChartSeries(title="a", values=[1, 0]), ChartSeries(title="b", values=[3, 2])]
    for chart in stacked_bars(CAPTION, ["1", "2"], series):
        lower, upper, alone = chart.bars
        assert (lower.series, upper.series, alone.series) == (0, 1, 1)
        assert lower.x == upper.x < alone.x
        assert upper.y + upper.height == pytest.approx(lower.y)
        assert upper.height == pytest.approx(3 * lower.height)
        assert (
            lower.y + lower.height == alone.y + alone.height == max(y for line in chart.lines for _, y in line.points)
        )
        assert chart.description == "1: 4"


def test_the_longest_bar_is_the_highest_value_and_long_labels_are_cut() -> None:
    for chart in ranked_bars(CAPTION, ["a" * 50, "b"], [6, 3]):
        longest, half = chart.bars
        assert longest.width == pytest.approx(2 * half.width)
        assert [label.text.endswith("…") for label in chart.labels] == [True, False, False, False]
        assert all(label.x < chart.width for label in chart.labels)


@pytest.mark.parametrize("bars", [1, 7, 14, 30])
def test_the_last_bar_has_a_label_and_labels_do_not_touch(bars: int) -> None:
    labels = [f"{number:02}.11." for number in range(bars)]
    for chart in stacked_bars(CAPTION, labels, [ChartSeries(title="a", values=[1] * bars)]):
        places = sorted(label.x for label in chart.labels if label.text in labels)
        assert labels[-1] in [label.text for label in chart.labels]
        assert all(right - left > 40 for left, right in pairwise(places))


def test_without_values_nothing_is_drawn() -> None:
    assert stacked_bars(CAPTION, ["1"], []) == ranked_bars(CAPTION, [], []) == ()


def test_times_are_written_as_people_read_them() -> None:
    assert [format_duration(each) for each in (None, 0.0005, 0.25, 3.21, 45, 600, 9000)] == [
        "–",
        "0.5 ms",
        "250 ms",
        "3.2 s",
        "45 s",
        "10 min",
        "2.5 h",
    ]
    assert (quantile((), 0.5), quantile((1.0, 2.0, 3.0), 0.5), quantile((1.0, 2.0), 0.95)) == (None, 2.0, 2.0)


@pytest.mark.parametrize(
    ("most", "marks"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (2, [0, 1, 2]),
        (5, [0, 1, 2, 3, 4, 5]),
        (6, [0, 2, 4, 6]),
        (7, [0, 2, 4, 6, 8]),
        (48, [0, 10, 20, 30, 40, 50]),
        (1266, [0, 500, 1000, 1500]),
    ],
)
def test_an_axis_counts_in_whole_numbers(most: int, marks: list[int]) -> None:
    assert axis_ticks(most) == marks
