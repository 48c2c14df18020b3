"""Lays out the charts of the reports, each for a desktop and a phone; the page shows the one that fits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, count, pairwise
from typing import Final

from bot.web.chart import Chart, ChartBar, ChartLabel, ChartLine, LinearScale

LABEL_OFFSET: Final = 4
"""From the middle of a text down to the line it stands on, in pixels."""
AXIS_WIDTH: Final = 36
AXIS_HEIGHT: Final = 24
RIGHT: Final = 14
"""Room for the half of the last label that stands beyond its bar."""
ROW_BAR_HEIGHT: Final = 14
ROW_BAR_MARGIN: Final = 5
ROW_VALUE_WIDTH: Final = 40
MIN_BAR_GAP: Final = 2
BAR_GAP_SHARE: Final = 0.14
"""So much of the room of a bar stays free on each side, at least MIN_BAR_GAP pixels."""
TOP: Final = 10


@dataclass(frozen=True, kw_only=True)
class ChartSeries:
    """Values of one kind, one for each label."""

    title: str
    values: Sequence[int]


@dataclass(frozen=True, kw_only=True)
class ChartCaption:
    """What a chart is called; `description` has places for the {label} and the {count} of its highest bar."""

    name: str
    title: str
    description: str

    def with_highest(self, labels: Sequence[str], values: Sequence[int]) -> "ChartCaption":
        """The caption with these places filled in."""
        highest = max(range(len(values)), key=values.__getitem__)
        return replace(self, description=self.description.format(label=labels[highest], count=values[highest]))


@dataclass(frozen=True, kw_only=True)
class ChartFormat:
    """The measures of a chart in pixels, and how much text fits. The label of a row stands before its bar, or above."""

    name: str
    width: int
    height: int
    max_labels: int
    row_height: int
    row_label_width: int
    row_label_line: int
    max_row_label_chars: int


DESKTOP: Final = ChartFormat(
    name="wide-chart",
    width=880,
    height=250,
    max_labels=10,
    row_height=24,
    row_label_width=212,
    row_label_line=16,
    max_row_label_chars=34,
)
PHONE: Final = ChartFormat(
    name="narrow-chart",
    width=340,
    height=230,
    max_labels=4,
    row_height=40,
    row_label_width=0,
    row_label_line=14,
    max_row_label_chars=48,
)
FORMATS: Final = (DESKTOP, PHONE)


def stacked_bars(caption: ChartCaption, labels: Sequence[str], series: Sequence[ChartSeries]) -> tuple[Chart, ...]:
    """Stacked bars over time in both formats; none without series."""
    if not series:
        return ()
    filled = caption.with_highest(labels, [sum(values) for values in _columns(series)])
    return tuple(_stacked_bars(filled, labels, series, form) for form in FORMATS)


def ranked_bars(caption: ChartCaption, labels: Sequence[str], values: Sequence[int]) -> tuple[Chart, ...]:
    """Horizontal bars in both formats, the first label on top; none without values."""
    if not values:
        return ()
    return tuple(_ranked_bars(caption.with_highest(labels, values), labels, values, form) for form in FORMATS)


def _stacked_bars(
    caption: ChartCaption, labels: Sequence[str], series: Sequence[ChartSeries], form: ChartFormat
) -> Chart:
    stacks = [tuple(accumulate(values, initial=0)) for values in _columns(series)]
    ticks = axis_ticks(max((stack[-1] for stack in stacks), default=0))
    x = LinearScale(values=(0, len(labels)), pixels=(AXIS_WIDTH, form.width - RIGHT))
    y = LinearScale(values=(ticks[0], ticks[-1]), pixels=(form.height - AXIS_HEIGHT, TOP))
    return Chart(
        id=f"{caption.name}-{form.name}",
        name=form.name,
        width=form.width,
        height=form.height,
        title=caption.title,
        description=caption.description,
        lines=tuple(ChartLine(points=((AXIS_WIDTH, y(tick)), (form.width - RIGHT, y(tick)))) for tick in ticks),
        bars=tuple(bar for column, stack in enumerate(stacks) for bar in _stack(column, stack, x, y)),
        labels=(
            *(ChartLabel(x=AXIS_WIDTH - 6, y=y(tick) + LABEL_OFFSET, text=str(tick), anchor="end") for tick in ticks),
            *(
                ChartLabel(x=x(column + 0.5), y=form.height - 6, text=labels[column])
                for column in _labelled_columns(len(labels), form.max_labels)
            ),
        ),
    )


def _labelled_columns(columns: int, max_labels: int) -> range:
    """Counted from the end: the last day must have a label."""
    return range(columns - 1, -1, -max(1, -(-columns // max_labels)))


def _stack(column: int, stack: Sequence[int], x: LinearScale, y: LinearScale) -> list[ChartBar]:
    slot = x(1) - x(0)
    gap = max(MIN_BAR_GAP, BAR_GAP_SHARE * slot)
    return [
        ChartBar(x=x(column) + gap, y=y(above), width=slot - 2 * gap, height=y(below) - y(above), series=series)
        for series, (below, above) in enumerate(pairwise(stack))
        if above > below
    ]


def _ranked_bars(caption: ChartCaption, labels: Sequence[str], values: Sequence[int], form: ChartFormat) -> Chart:
    x = LinearScale(values=(0, max(*values, 1)), pixels=(form.row_label_width, form.width - ROW_VALUE_WIDTH))
    bars = tuple(_row_bar(row, value, x, form) for row, value in enumerate(values))
    return Chart(
        id=f"{caption.name}-{form.name}",
        name=form.name,
        width=form.width,
        height=form.row_height * len(labels),
        title=caption.title,
        description=caption.description,
        bars=bars,
        labels=(
            *(_row_label(row, label, form) for row, label in enumerate(labels)),
            *(_value_label(bar, value) for bar, value in zip(bars, values, strict=True)),
        ),
    )


def _row_bar(row: int, value: int, x: LinearScale, form: ChartFormat) -> ChartBar:
    bottom = form.row_height * (row + 1) - ROW_BAR_MARGIN
    return ChartBar(x=x(0), y=bottom - ROW_BAR_HEIGHT, width=x(value) - x(0), height=ROW_BAR_HEIGHT)


def _row_label(row: int, text: str, form: ChartFormat) -> ChartLabel:
    before = form.row_label_width > 0
    return ChartLabel(
        x=form.row_label_width - 8 if before else 0,
        y=form.row_height * row + form.row_label_line,
        text=_shorten(text, form.max_row_label_chars),
        anchor="end" if before else "start",
    )


def _value_label(bar: ChartBar, value: int) -> ChartLabel:
    return ChartLabel(x=bar.x + bar.width + 6, y=bar.y + bar.height / 2 + LABEL_OFFSET, text=str(value), anchor="start")


def axis_ticks(highest: int) -> list[int]:
    """Whole numbers from 0 to `highest` or a little more: at most six, in steps of 1, 2 or 5 times a power of ten."""
    steps = (first * 10**power for power in count() for first in (1, 2, 5))
    step = next(step for step in steps if step * 5 >= highest)
    return list(range(0, max(highest, 1) + step, step))[:6]


def _columns(series: Sequence[ChartSeries]) -> list[tuple[int, ...]]:
    """The values of each label."""
    return list(zip(*(one.values for one in series), strict=True))


def _shorten(label: str, max_chars: int) -> str:
    return label if len(label) <= max_chars else f"{label[: max_chars - 1]}…"
