"""Figures as tables for people to read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from math import sqrt
from typing import Final

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from bot.evaluation.comparison import Contender
from bot.evaluation.report import Report, totals
from kb.evaluation.confusion import ReliabilityBin
from kb.evaluation.metrics import EntryMetrics

Number = float | int | None

LABELS: Final[Mapping[str, str]] = {
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
GROUPED: Final[Mapping[str, str]] = {
    "rows": "messages",
    "first": "first",
    "among_three": "three",
    "answered": "answered",
    "answered_wrongly": "wrongly",
    "out_of_scope_answered": "outside",
    "roc_area": "area",
}
BESIDE: Final[Mapping[str, str]] = {
    "first": "first",
    "among_three": "three",
    "out_of_scope_recall": "outside recall",
    "roc_area": "area",
    "learning_s": "learn s",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
}
"""What is told of groups of messages (outside: answered though out of scope), and of several contenders."""
CONFUSIONS: Final = 12
LARGE: Final = 10
_Z: Final = 1.96
"""Standard deviations that hold 95 % of a normal distribution."""


def print_report(console: Console, title: str, found: Report, peers: Sequence[Contender] = ()) -> None:
    """Everything about one set of messages, with `peers` beside."""
    console.print(title, style="bold", highlight=False)
    console.print(_whole_table(found.named()))
    if peers:
        console.print(beside_table("beside others over the same questions", (found.contender, *peers)))
    for name, parted in (("language", found.by_language), ("style", found.by_style)):
        if parted:
            groups = {part: asdict(figures) for part, figures in parted.items()}
            table = _table_of(f"by {name}", groups, GROUPED)
            table.caption = "wrongly: of all; outside: answered, though out of scope"
            console.print(table)
    if found.urgent:
        console.print(_alarms_table(found.urgent))
    if found.reliability:
        console.print(_bins_table(found.reliability))
        console.print(f"calibration error {number(found.dishonesty)}", highlight=False)
    for pair in found.confusions[:CONFUSIONS]:
        console.print(f"{pair.count} x {pair.expected} taken for {pair.predicted}", highlight=False)


def beside_table(title: str, contenders: Iterable[Contender]) -> Table:
    """A row for each contender."""
    return _table_of(title, {one.name: totals(one) for one in contenders}, BESIDE)


def _whole_table(figures: Mapping[str, Number]) -> Table:
    table = _table(None, "", "", "95 % interval")
    counts = dict.fromkeys(("first", "among_three", "answered"), figures["in_scope"])
    outside = int(figures["rows"] or 0) - int(figures["in_scope"] or 0)
    counts |= {"answered_wrongly": figures["rows"], "out_of_scope_answered": outside, "out_of_scope_unknown": outside}
    for key, label in LABELS.items():
        value = figures[key]
        if value is not None:
            table.add_row(label, number(value), interval(value, int(counts[key] or 0)) if key in counts else "")
    return table


def interval(share: float, rows: int) -> str:
    """Where the share lies that countless messages of this kind would give (Wilson)."""
    if not rows:
        return ""
    spread = _Z**2 / rows
    middle = (share + spread / 2) / (1 + spread)
    half = _Z / (1 + spread) * sqrt(share * (1 - share) / rows + spread / (4 * rows))
    return f"{max(0.0, middle - half):.3f} to {min(1.0, middle + half):.3f}"


def _table_of(title: str, rows: Mapping[str, Mapping[str, Number]], labels: Mapping[str, str]) -> Table:
    """A row for each name, and a column for each figure that one of them has."""
    told = {key: label for key, label in labels.items() if any(found[key] is not None for found in rows.values())}
    table = _table(title, "", *told.values())
    for name, found in rows.items():
        table.add_row(name, *(number(found[key]) for key in told))
    return table


def _alarms_table(found: Iterable[EntryMetrics]) -> Table:
    table = _table("must not be missed", "", "messages", "recall", "false alarms")
    for one in found:
        table.add_row(one.entry, str(one.rows), number(one.recall), number(one.false_positive_rate))
    return table


def _bins_table(found: Iterable[ReliabilityBin]) -> Table:
    table = _table("scores: promised and kept", "score", "messages", "promised", "right")
    for one in found:
        table.add_row(f"{one.low:.1f} to {one.high:.1f}", str(one.rows), number(one.confidence), number(one.accuracy))
    return table


def _table(title: str | None, *columns: str) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", caption_justify="left", header_style="", box=SIMPLE
    )
    for place, name in enumerate(columns):
        table.add_column(name, justify="right" if place else "left", no_wrap=not place)
    return table


def number(value: Number) -> str:
    """A figure with three places, a large one with one; a dash where there is none."""
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.3f}" if value < LARGE else f"{value:.1f}"
