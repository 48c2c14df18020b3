"""Figures as tables for people to read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from math import sqrt
from typing import Final

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from bot.evaluation.comparison import RankerResult
from bot.evaluation.report import EvaluationReport, total_metrics
from kb.evaluation.confusion import ReliabilityBin
from kb.evaluation.metrics import EntryMetrics

MetricValue = float | int | None

METRIC_LABELS: Final[Mapping[str, str]] = {
    "rows": "messages",
    "in_scope": "in scope",
    "copied": "known (nearly) word for word",
    "first": "right first",
    "among_three": "right among three",
    "answered": "answered, in scope",
    "answered_wrongly": "answered wrongly, of all",
    "risk": "wrong, of what was answered",
    "out_of_scope_answered": "out of scope, answered",
    "out_of_scope_unknown": "out of scope, unknown",
    "out_of_scope_recall": "out-of-scope recall at 95 % right",
    "roc_area": "ROC area out of scope",
    "language": "language told",
    "learning_s": "learning, s",
    "p50_ms": "p50, ms",
    "p99_ms": "p99, ms",
}
GROUP_LABELS: Final[Mapping[str, str]] = {
    "rows": "messages",
    "first": "first",
    "among_three": "three",
    "answered": "answered",
    "answered_wrongly": "wrongly",
    "out_of_scope_answered": "outside",
    "roc_area": "area",
}
COMPARISON_LABELS: Final[Mapping[str, str]] = {
    "first": "first",
    "among_three": "three",
    "out_of_scope_recall": "outside recall",
    "roc_area": "area",
    "learning_s": "learn s",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
}
"""What is told of groups of messages (outside: answered though out of scope), and of several contenders."""
MAX_CONFUSIONS: Final = 12
ONE_DECIMAL_FROM: Final = 10
_Z_95: Final = 1.96
"""Standard deviations that hold 95 % of a normal distribution."""


def print_report(
    console: Console, title: str, evaluation: EvaluationReport, baselines: Sequence[RankerResult] = ()
) -> None:
    """Everything about one set of messages, with `peers` beside."""
    console.print(title, style="bold", highlight=False)
    console.print(_totals_table(evaluation.by_name()))
    if baselines:
        console.print(comparison_table("beside others over the same questions", (evaluation.result, *baselines)))
    for name, parted in (("language", evaluation.by_language), ("style", evaluation.by_style)):
        if parted:
            groups = {part: asdict(figures) for part, figures in parted.items()}
            table = _metrics_table(f"by {name}", groups, GROUP_LABELS)
            table.caption = "wrongly: of all; outside: answered, though out of scope"
            console.print(table)
    if evaluation.urgent_entries:
        console.print(_urgent_table(evaluation.urgent_entries))
    if evaluation.reliability:
        console.print(_reliability_table(evaluation.reliability))
        console.print(f"calibration error {format_value(evaluation.calibration_error)}", highlight=False)
    for pair in evaluation.confusions[:MAX_CONFUSIONS]:
        console.print(f"{pair.count} x {pair.expected} taken for {pair.predicted}", highlight=False)


def comparison_table(title: str, results: Iterable[RankerResult]) -> Table:
    """A row for each contender."""
    return _metrics_table(title, {one.name: total_metrics(one) for one in results}, COMPARISON_LABELS)


def _totals_table(metrics: Mapping[str, MetricValue]) -> Table:
    table = _make_table(None, "", "", "95 % interval")
    counts = dict.fromkeys(("first", "among_three", "answered"), metrics["in_scope"])
    outside = int(metrics["rows"] or 0) - int(metrics["in_scope"] or 0)
    counts |= {"answered_wrongly": metrics["rows"], "out_of_scope_answered": outside, "out_of_scope_unknown": outside}
    for key, label in METRIC_LABELS.items():
        value = metrics[key]
        if value is not None:
            table.add_row(
                label, format_value(value), wilson_interval(value, int(counts[key] or 0)) if key in counts else ""
            )
    return table


def wilson_interval(share: float, rows: int) -> str:
    """Where the share lies that countless messages of this kind would give (Wilson)."""
    if not rows:
        return ""
    spread = _Z_95**2 / rows
    middle = (share + spread / 2) / (1 + spread)
    half = _Z_95 / (1 + spread) * sqrt(share * (1 - share) / rows + spread / (4 * rows))
    return f"{max(0.0, middle - half):.3f} to {min(1.0, middle + half):.3f}"


def _metrics_table(title: str, rows: Mapping[str, Mapping[str, MetricValue]], labels: Mapping[str, str]) -> Table:
    """A row for each name, and a column for each figure that one of them has."""
    told = {key: label for key, label in labels.items() if any(found[key] is not None for found in rows.values())}
    table = _make_table(title, "", *told.values())
    for name, found in rows.items():
        table.add_row(name, *(format_value(found[key]) for key in told))
    return table


def _urgent_table(entries: Iterable[EntryMetrics]) -> Table:
    table = _make_table("must not be missed", "", "messages", "recall", "false alarms")
    for one in entries:
        table.add_row(one.entry, str(one.rows), format_value(one.recall), format_value(one.false_positive_rate))
    return table


def _reliability_table(bins: Iterable[ReliabilityBin]) -> Table:
    table = _make_table("scores: promised and kept", "score", "messages", "promised", "right")
    for one in bins:
        table.add_row(
            f"{one.low:.1f} to {one.high:.1f}", str(one.rows), format_value(one.confidence), format_value(one.accuracy)
        )
    return table


def _make_table(title: str | None, *columns: str) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", caption_justify="left", header_style="", box=SIMPLE
    )
    for place, name in enumerate(columns):
        table.add_column(name, justify="right" if place else "left", no_wrap=not place)
    return table


def format_value(value: MetricValue) -> str:
    """A figure with three places, a large one with one; a dash where there is none."""
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.3f}" if value < ONE_DECIMAL_FROM else f"{value:.1f}"
