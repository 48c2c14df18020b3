"""Charts as SVG that stands in the page itself: no script, no style of its own; the page's style sheet colours them.

What is drawn is markup that the library made and escaped; templates put it in as it is. The library takes a tenth of a
second to import, and few look at figures: import this only where something is drawn.
"""

import sys
from collections.abc import Sequence
from itertools import count
from typing import Any, Final

import pygal
from pygal.etree import etree
from pygal.style import Style

from bot.console.views.series import ChartSeries

# The library leaves an importer of an old kind behind, at which Python warns at every import that follows.
sys.meta_path[:] = [finder for finder in sys.meta_path if hasattr(finder, "find_spec")]

DESKTOP_SIZE: Final = (880, 250)
PHONE_SIZE: Final = (340, 230)
"""Sizes in pixels: one for a desk, one for a phone. The page shows the one that fits."""
_MAX_LABELS: Final = {DESKTOP_SIZE: 10, PHONE_SIZE: 4}


class StackedBarsWithoutTooltips(pygal.StackedBar):  # type: ignore[misc]
    """Bars on top of one another, the values told in the table beside them and not once more at each bar."""

    def _tooltip_and_print_values(self, *_: object) -> None:
        """Nothing: this takes half of the time."""


def stacked_bars(labels: Sequence[str], series: Sequence[ChartSeries], *, title: str) -> str:
    """Bars over time, the series on top of one another; empty where there is no series."""
    return "".join(_stacked_bars(labels, series, title, size) for size in (DESKTOP_SIZE, PHONE_SIZE) if series)


def ranked_bars(labels: Sequence[str], values: Sequence[int], *, title: str) -> str:
    """Bars from the left, the first label on top."""
    return "".join(_ranked_bars(labels, values, title, size) for size in (DESKTOP_SIZE, PHONE_SIZE))


def _stacked_bars(labels: Sequence[str], series: Sequence[ChartSeries], title: str, size: tuple[int, int]) -> str:
    chart = StackedBarsWithoutTooltips(**_chart_options(size), show_minor_x_labels=len(labels) <= _MAX_LABELS[size])
    chart.x_labels = list(labels)
    # Counted from the end: the last day is the one that is looked for.
    step = max(1, -(-len(labels) // _MAX_LABELS[size]))
    chart.x_labels_major = list(labels)[::-1][::step]
    chart.y_labels = axis_ticks(max((sum(bar) for bar in zip(*(one.values for one in series), strict=True)), default=0))
    for one in series:
        chart.add(one.title, list(one.values))
    return _svg(chart, title, size)


def _ranked_bars(labels: Sequence[str], values: Sequence[int], title: str, size: tuple[int, int]) -> str:
    width, _ = size
    shown = 34 if size == DESKTOP_SIZE else 17
    tall = (width, 40 + 22 * len(labels))
    chart = pygal.HorizontalBar(**_chart_options(tall))
    chart.x_labels = [_shorten(label, shown) for label in reversed(labels)]
    chart.y_labels = axis_ticks(max(values, default=0))
    chart.add("", list(reversed(values)))
    return _svg(chart, title, size)


def axis_ticks(highest: int) -> list[int]:
    """Whole numbers from 0 to `most` or a little more: at most six, by ones, twos or fives of some power of ten."""
    steps = (first * 10**power for power in count() for first in (1, 2, 5))
    step = next(step for step in steps if step * 5 >= highest)
    return list(range(0, max(highest, 1) + step, step))[:6]


def _chart_options(size: tuple[int, int]) -> dict[str, Any]:
    width, height = size
    return {
        "width": width,
        "height": height,
        "css": [],
        "js": [],
        "style": Style(label_font_size=11, major_label_font_size=11),
        "show_legend": False,
        "margin": 8,
        "spacing": 6,
        "value_formatter": _format_count,
        "no_data_text": "",
        "truncate_label": -1,
    }


def _format_count(value: float) -> str:
    return f"{value:.0f}"


def _shorten(label: str, max_chars: int) -> str:
    return label if len(label) <= max_chars else f"{label[: max_chars - 1]}…"


def _svg(chart: Any, title: str, size: tuple[int, int]) -> str:
    """The drawing alone. What the library puts beside it (style, script, tooltips) the page's policy would refuse."""
    root = chart.render_tree()
    for parent in list(root.iter()):
        for child in list(parent):
            if not isinstance(child.tag, str) or child.tag.rpartition("}")[2] in ("defs", "script", "style", "desc"):
                parent.remove(child)
    for element in root.iter():
        for name in ("style", "onload"):
            element.attrib.pop(name, None)
    root.attrib.pop("id", None)
    root.set("class", f"chart {'wide-chart' if size == DESKTOP_SIZE else 'narrow-chart'}")
    root.set("role", "img")
    root.set("aria-label", title)
    return str(etree.tostring(root, encoding="unicode"))
