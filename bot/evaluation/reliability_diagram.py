"""Draws whether scores keep what they promise, as an SVG that is readable on light and dark ground."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from bot.evaluation.errors import EvaluationError
from kb.evaluation.confusion import ReliabilityBin

CHART_ID: Final = "reliability"
_LIGHT_COLOURS: Final = "--ink: #1f2933; --paper: #ffffff; --line: #3b82f6; --quiet: #77818c;"
_DARK_COLOURS: Final = "--ink: #e4e7eb; --paper: #161b22; --line: #60a5fa; --quiet: #8b95a1;"
_CSS: Final = f"""inline:
#chart-{CHART_ID} {{ {_LIGHT_COLOURS} }}
@media (prefers-color-scheme: dark) {{ #chart-{CHART_ID} {{ {_DARK_COLOURS} }} }}
#chart-{CHART_ID} text {{ fill: var(--ink); }}
#chart-{CHART_ID} .text-overlay text.label {{ fill: var(--ink) !important; }}
"""


def save_diagram(bins: Sequence[ReliabilityBin], file: Path, title: str) -> None:
    """Write the picture of these bins to `file`.

    Raises:
        EvaluationError: the file cannot be written.
    """
    try:
        file.write_bytes(render_diagram(bins, title))
    except OSError as exc:
        raise EvaluationError(f"{file}: {exc.strerror}: name a file in a folder that you may write to") from exc


def render_diagram(bins: Sequence[ReliabilityBin], title: str) -> bytes:
    """The picture: each bin at its mean score and its share of right answers, with the number of its messages."""
    from pygal import XY, Config

    # It leaves an importer of an old kind behind, at which Python warns at every import that follows.
    sys.meta_path[:] = [finder for finder in sys.meta_path if hasattr(finder, "find_spec")]

    config = Config()
    config.css.append(_CSS)
    chart = XY(
        config,
        style=_diagram_style(),
        title=title,
        x_title="score promised",
        y_title="share that was right",
        range=(0, 1),
        xrange=(0, 1),
        width=720,
        height=560,
        margin=16,
        dots_size=6,
        stroke_style={"width": 2},
        print_labels=True,
        legend_at_bottom=True,
        legend_at_bottom_columns=1,
        y_labels=_AXIS_LABELS,
        x_labels=_AXIS_LABELS,
        js=(),
    )
    points = [{"value": (one.confidence, one.accuracy), "label": str(one.rows)} for one in bins]
    chart.add("scores, with the number of messages", points)
    chart.add("what an honest score keeps", [(0, 0), (1, 1)], show_dots=False, stroke_style={"dasharray": "6, 6"})
    chart.uuid = CHART_ID
    chart.add_xml_filter(_remove_scripts)
    picture: bytes = chart.render()
    return picture


def _remove_scripts(root: Any) -> Any:
    """A picture needs none, and pages with a strict policy would complain."""
    for holder in root.iter():
        for script in [child for child in holder if str(child.tag).endswith("script")]:
            holder.remove(script)
    return root


def _diagram_style() -> Any:
    from pygal.style import Style

    return Style(
        background="var(--paper)",
        plot_background="var(--paper)",
        foreground="var(--ink)",
        foreground_strong="var(--ink)",
        foreground_subtle="var(--quiet)",
        guide_stroke_color="var(--quiet)",
        major_guide_stroke_color="var(--quiet)",
        colors=("var(--line)", "var(--quiet)"),
        value_label_colors=("var(--ink)", "var(--ink)"),
        font_family="system-ui, sans-serif",
        label_font_size=13,
        major_label_font_size=13,
        legend_font_size=14,
        title_font_size=18,
        value_label_font_size=14,
        opacity="1",
    )


_AXIS_LABELS: Final = [number / 5 for number in range(6)]
