"""Draws a reliability diagram as an SVG that is readable on light and dark backgrounds."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.evaluation.errors import EvaluationError
from bot.web.chart import CHART_TEMPLATES, Chart, ChartDot, ChartLabel, ChartLine, LinearScale
from kb.evaluation.confusion import ReliabilityBin

WIDTH: Final = 720
HEIGHT: Final = 560
_X: Final = LinearScale(values=(0, 1), pixels=(72, WIDTH - 32))
_Y: Final = LinearScale(values=(0, 1), pixels=(HEIGHT - 104, 56))
_DOT_RADIUS: Final = 6
_TICKS: Final = [number / 5 for number in range(6)]
_KEY: Final = (("measured", "bins, with the number of messages", 56), ("perfect", "perfect calibration", 26))
"""The lines, what they show, and how far above the lower edge that is explained."""


def save_diagram(bins: Sequence[ReliabilityBin], file: Path, title: str) -> None:
    """Write the diagram of these bins to `file`.

    Raises:
        EvaluationError: the file cannot be written.
    """
    try:
        file.write_text(render_diagram(bins, title), "utf-8")
    except OSError as exc:
        raise EvaluationError(f"{file}: {exc.strerror}: name a file in a folder that you may write to") from exc


def render_diagram(bins: Sequence[ReliabilityBin], title: str) -> str:
    """The diagram: each bin at its mean confidence and its accuracy, with the number of its messages."""
    templates = Environment(
        loader=FileSystemLoader([Path(__file__).parent / "templates", CHART_TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return templates.get_template("reliability.svg").render(chart=_lay_out(bins, title))


def _lay_out(bins: Sequence[ReliabilityBin], title: str) -> Chart:
    points = tuple((_X(one.confidence), _Y(one.accuracy)) for one in bins)
    return Chart(
        id="reliability",
        width=WIDTH,
        height=HEIGHT,
        title=title,
        description="; ".join(
            f"confidence {one.confidence:.2f}, accuracy {one.accuracy:.2f}, {one.rows} messages" for one in bins
        ),
        lines=(
            *(line for tick in _TICKS for line in _guides(tick)),
            *(ChartLine(points=((72, HEIGHT - up), (104, HEIGHT - up)), name=name) for name, _, up in _KEY),
            ChartLine(points=((_X(0), _Y(0)), (_X(1), _Y(1))), name="perfect"),
            ChartLine(points=points, name="measured"),
        ),
        dots=tuple(ChartDot(x=x, y=y, radius=_DOT_RADIUS) for x, y in points),
        labels=(
            ChartLabel(x=WIDTH / 2, y=32, text=title, name="heading"),
            *(label for tick in _TICKS for label in _tick_labels(tick)),
            ChartLabel(x=WIDTH / 2, y=HEIGHT - 66, text="confidence"),
            ChartLabel(x=8, y=44, text="accuracy", anchor="start"),
            *(ChartLabel(x=112, y=HEIGHT - up + 4, text=text, anchor="start") for _, text, up in _KEY),
            *(
                ChartLabel(x=x, y=y - 2 * _DOT_RADIUS, text=str(one.rows), name="bin")
                for one, (x, y) in zip(bins, points, strict=True)
            ),
        ),
    )


def _guides(tick: float) -> tuple[ChartLine, ChartLine]:
    return ChartLine(points=((_X(tick), _Y(0)), (_X(tick), _Y(1)))), ChartLine(
        points=((_X(0), _Y(tick)), (_X(1), _Y(tick)))
    )


def _tick_labels(tick: float) -> tuple[ChartLabel, ChartLabel]:
    return (
        ChartLabel(x=_X(tick), y=_Y(0) + 18, text=str(tick)),
        ChartLabel(x=_X(0) - 8, y=_Y(tick) + 4, text=str(tick), anchor="end"),
    )
