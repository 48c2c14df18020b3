"""A chart as geometry in pixels, which templates/chart.html draws as SVG; knows nothing of what it shows."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

CHART_TEMPLATES: Final = Path(__file__).parent / "templates"


@dataclass(frozen=True, kw_only=True)
class LinearScale:
    """From a range of values to a range of pixels."""

    values: tuple[float, float]
    pixels: tuple[float, float]

    def __call__(self, value: float) -> float:
        """The pixel of `value`."""
        (low, high), (start, end) = self.values, self.pixels
        return start + (end - start) * (value - low) / (high - low)


@dataclass(frozen=True, kw_only=True)
class ChartBar:
    """A rectangle; the style sheet colours it by its series."""

    x: float
    y: float
    width: float
    height: float
    series: int = 0


@dataclass(frozen=True, kw_only=True)
class ChartDot:
    """A point of a line."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True, kw_only=True)
class ChartLine:
    """A line through points; `name` is its class in the style sheet."""

    points: tuple[tuple[float, float], ...]
    name: str = "guide"


@dataclass(frozen=True, kw_only=True)
class ChartLabel:
    """A text that begins, stands in the middle or ends at a point."""

    x: float
    y: float
    text: str
    anchor: str = "middle"
    name: str = "tick"


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What is drawn, and what a screen reader says of it. `id` occurs once in a page."""

    id: str
    width: float
    height: float
    title: str
    description: str
    name: str = ""
    lines: tuple[ChartLine, ...] = ()
    bars: tuple[ChartBar, ...] = ()
    dots: tuple[ChartDot, ...] = ()
    labels: tuple[ChartLabel, ...] = ()
