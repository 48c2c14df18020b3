"""Evaluation metrics as tables for the terminal."""

from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from typing import Final

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from bot.evaluation.comparison import RankerResult
from bot.evaluation.report import EvaluationReport, public_values, total_metrics
from kb.evaluation.confusion import ReliabilityBin
from kb.evaluation.evaluation_metrics import EntryMetrics
from kb.evaluation.threshold_curve import ThresholdPoint

MetricValue = float | int | None

METRIC_LABELS: Final[Mapping[str, str]] = {
    "rows": "messages",
    "in_scope": "in scope",
    "copied": "leaked from the content",
    "first": "top-1 accuracy",
    "among_three": "recall@3",
    "answered": "answered, in scope",
    "answered_wrongly": "confident errors, of all",
    "risk": "selective risk",
    "out_of_scope_answered": "out of scope, answered",
    "out_of_scope_unknown": "out of scope, unknown",
    "out_of_scope_recall": "out-of-scope recall at 95 % TPR",
    "roc_area": "AUROC, out of scope",
    "language": "language accuracy",
    "learning_s": "training, s",
    "p50_ms": "p50, ms",
    "p99_ms": "p99, ms",
}
GROUP_LABELS: Final[Mapping[str, str]] = {
    "rows": "messages",
    "first": "top-1",
    "among_three": "R@3",
    "answered": "answered",
    "answered_wrongly": "errors",
    "out_of_scope_answered": "OOS rate",
    "roc_area": "AUROC",
}
COMPARISON_LABELS: Final[Mapping[str, str]] = {
    "first": "top-1",
    "among_three": "R@3",
    "out_of_scope_recall": "OOS recall",
    "roc_area": "AUROC",
    "learning_s": "train s",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
}
"""Columns of the tables by group (OOS: out of scope) and of the comparison with baselines."""
MAX_CONFUSIONS: Final = 12
ONE_DECIMAL_FROM: Final = 10
_Z_95: Final = 1.96
"""Standard normal quantile of a 95 % interval."""


def print_report(
    console: Console, title: str, evaluation: EvaluationReport, baselines: Sequence[RankerResult] = ()
) -> None:
    """Print everything about one set of messages, with `baselines` beside."""
    console.print(title, style="bold", highlight=False)
    console.print(_totals_table(evaluation.by_name()))
    if baselines:
        console.print(comparison_table("baselines over the same questions", (evaluation.result, *baselines)))
    for name, parted in (("language", evaluation.by_language), ("style", evaluation.by_style)):
        if parted:
            groups = {part: public_values(figures) for part, figures in parted.items()}
            table = _metrics_table(f"by {name}", groups, GROUP_LABELS)
            table.caption = "errors: confident, of all; OOS rate: answered, though out of scope"
            console.print(table)
    if evaluation.urgent_entries:
        console.print(_urgent_table(evaluation.urgent_entries))
    if evaluation.reliability:
        console.print(_reliability_table(evaluation.reliability))
        console.print(_curve_table(evaluation.curve))
        console.print(f"calibration error {format_value(evaluation.calibration_error)}", highlight=False)
    for pair in evaluation.confusions[:MAX_CONFUSIONS]:
        console.print(f"{pair.count} x {pair.expected} predicted as {pair.predicted}", highlight=False)


def comparison_table(title: str, results: Iterable[RankerResult]) -> Table:
    """A row for each ranker."""
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
    """The Wilson score interval of `share` at 95 %."""
    if not rows:
        return ""
    spread = _Z_95**2 / rows
    middle = (share + spread / 2) / (1 + spread)
    half = _Z_95 / (1 + spread) * sqrt(share * (1 - share) / rows + spread / (4 * rows))
    return f"{max(0.0, middle - half):.3f} to {min(1.0, middle + half):.3f}"


def _metrics_table(title: str, rows: Mapping[str, Mapping[str, MetricValue]], labels: Mapping[str, str]) -> Table:
    """A row for each name, and a column for each metric that one of them has."""
    shown = {key: label for key, label in labels.items() if any(found[key] is not None for found in rows.values())}
    table = _make_table(title, "", *shown.values())
    for name, found in rows.items():
        table.add_row(name, *(format_value(found[key]) for key in shown))
    return table


def _urgent_table(entries: Iterable[EntryMetrics]) -> Table:
    table = _make_table("urgent entries", "", "messages", "recall", "false alarms")
    for one in entries:
        table.add_row(one.entry, str(one.rows), format_value(one.recall), format_value(one.false_positive_rate))
    return table


def _reliability_table(bins: Iterable[ReliabilityBin]) -> Table:
    table = _make_table("calibration: confidence and accuracy", "bin", "messages", "confidence", "accuracy")
    for one in bins:
        table.add_row(
            f"{one.low:.1f} to {one.high:.1f}", str(one.rows), format_value(one.confidence), format_value(one.accuracy)
        )
    return table


def _curve_table(points: Iterable[ThresholdPoint]) -> Table:
    table = _make_table("thresholds: what would be answered", "from", "right", "wrong", "out of scope")
    for one in points:
        shares = (one.answered_right, one.answered_wrong, one.out_of_scope_answered)
        table.add_row(f"{one.threshold:.2f}", *map(format_value, shares))
    return table


def _make_table(title: str | None, *columns: str) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", caption_justify="left", header_style="", box=SIMPLE
    )
    for place, name in enumerate(columns):
        table.add_column(name, justify="right" if place else "left", no_wrap=not place)
    return table


def format_value(value: MetricValue) -> str:
    """A metric with three decimals, a large one with one; a dash where there is none."""
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.3f}" if value < ONE_DECIMAL_FROM else f"{value:.1f}"
