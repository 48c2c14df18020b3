"""All that is told about judged rows, as values ready for JSON; what the tables print is taken from here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from bot.evaluation.comparison import Contender
from kb.evaluation.confusion import Confusion, ReliabilityBin, confusions, expected_calibration_error, reliability_bins
from kb.evaluation.metrics import (
    EntryMetrics,
    EvaluationMetrics,
    LabelledMessage,
    Prediction,
    entry_metrics,
    metrics_by,
)
from kb.model import Act, KnowledgeBase

URGENT: Final = frozenset({Act.CRITICAL, Act.TICKET})
"""Acts that must not be missed."""
UNKNOWN: Final = "?"


@dataclass(frozen=True, kw_only=True)
class Report:
    """What came of our own matcher."""

    contender: Contender
    by_language: Mapping[str, EvaluationMetrics]
    by_style: Mapping[str, EvaluationMetrics]
    urgent: tuple[EntryMetrics, ...]
    confusions: tuple[Confusion, ...]
    reliability: tuple[ReliabilityBin, ...]
    dishonesty: float | None
    copied: int | None
    """How many of the messages stand in the content (nearly) word for word; None where nobody looked."""

    def named(self) -> dict[str, float | int | None]:
        """Every figure that a limit can be set for, by its name; those of a language or style as `lv.first`."""
        recalls = [one.recall for one in self.urgent if one.recall is not None]
        drawn = [one.false_positive_rate for one in self.urgent if one.false_positive_rate is not None]
        figures = totals(self.contender) | {
            "copied": self.copied,
            "calibration_error": self.dishonesty,
            "urgent_recall": min(recalls, default=None),
            "urgent_false_alarms": max(drawn, default=None),
        }
        for one in self.urgent:
            figures[f"{one.entry}.recall"] = one.recall
            figures[f"{one.entry}.false_alarms"] = one.false_positive_rate
        for name, found in (*self.by_language.items(), *self.by_style.items()):
            figures |= {f"{name}.{key}": value for key, value in asdict(found).items()}
        return figures

    def as_json(self) -> dict[str, Any]:
        """The whole of it."""
        return {
            "figures": {key: rounded(value) for key, value in self.named().items() if "." not in key},
            "by_language": {name: _figures(found) for name, found in self.by_language.items()},
            "by_style": {name: _figures(found) for name, found in self.by_style.items()},
            "urgent": [_rounded(asdict(one)) for one in self.urgent],
            "confusions": [asdict(one) for one in self.confusions],
            "reliability": [_rounded(asdict(one)) for one in self.reliability],
        }


def report(contender: Contender, knowledge: KnowledgeBase, copied: int | None = None) -> Report:
    """All figures of these rows; `copied` of them stand in the content."""
    judged = contender.judged
    urgent = [entry.id for entry in knowledge.entries.values() if entry.act in URGENT]
    return Report(
        contender=contender,
        by_language=_parted(judged, lambda row: row.language or UNKNOWN),
        by_style=_parted(judged, lambda row: row.style or UNKNOWN),
        urgent=tuple(entry_metrics(judged, entry) for entry in urgent),
        confusions=confusions(judged),
        reliability=reliability_bins(judged),
        dishonesty=expected_calibration_error(judged),
        copied=copied,
    )


def totals(contender: Contender) -> dict[str, float | int | None]:
    """The figures of all rows together, and the seconds that learning took."""
    return asdict(contender.figures) | {"learning_s": contender.learning}


def rounded(value: float | int | None) -> float | int | None:
    """Short enough to read, exact enough to compare."""
    return round(value, 5) if isinstance(value, float) else value


def _parted(judged: Sequence[Prediction], key: Callable[[LabelledMessage], str]) -> Mapping[str, EvaluationMetrics]:
    """By the key, unless no row has one."""
    parted = metrics_by(judged, key)
    return {} if set(parted) == {UNKNOWN} else parted


def _figures(found: EvaluationMetrics) -> dict[str, Any]:
    return _rounded(asdict(found))


def _rounded(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: rounded(value) for key, value in values.items()}
