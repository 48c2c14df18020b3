"""All that is told about judged rows, as values ready for JSON; what the tables print is taken from here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from bot.evaluation.comparison import RankerResult
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

URGENT_ACTS: Final = frozenset({Act.CRITICAL, Act.TICKET})
"""Acts that must not be missed."""
UNKNOWN_GROUP: Final = "?"


@dataclass(frozen=True, kw_only=True)
class EvaluationReport:
    """What came of our own matcher."""

    result: RankerResult
    by_language: Mapping[str, EvaluationMetrics]
    by_style: Mapping[str, EvaluationMetrics]
    urgent_entries: tuple[EntryMetrics, ...]
    confusions: tuple[Confusion, ...]
    reliability: tuple[ReliabilityBin, ...]
    calibration_error: float | None
    leaked: int | None
    """How many of the messages stand in the content (nearly) word for word; None where nobody looked."""

    def by_name(self) -> dict[str, float | int | None]:
        """Every figure that a limit can be set for, by its name; those of a language or style as `lv.first`."""
        recalls = [one.recall for one in self.urgent_entries if one.recall is not None]
        drawn = [one.false_positive_rate for one in self.urgent_entries if one.false_positive_rate is not None]
        figures = total_metrics(self.result) | {
            "copied": self.leaked,
            "calibration_error": self.calibration_error,
            "urgent_recall": min(recalls, default=None),
            "urgent_false_alarms": max(drawn, default=None),
        }
        for one in self.urgent_entries:
            figures[f"{one.entry}.recall"] = one.recall
            figures[f"{one.entry}.false_alarms"] = one.false_positive_rate
        for name, found in (*self.by_language.items(), *self.by_style.items()):
            figures |= {f"{name}.{key}": value for key, value in asdict(found).items()}
        return figures

    def as_json(self) -> dict[str, Any]:
        """The whole of it."""
        return {
            "figures": {key: rounded(value) for key, value in self.by_name().items() if "." not in key},
            "by_language": {name: _metrics_json(found) for name, found in self.by_language.items()},
            "by_style": {name: _metrics_json(found) for name, found in self.by_style.items()},
            "urgent": [_rounded_values(asdict(one)) for one in self.urgent_entries],
            "confusions": [asdict(one) for one in self.confusions],
            "reliability": [_rounded_values(asdict(one)) for one in self.reliability],
        }


def make_report(result: RankerResult, knowledge: KnowledgeBase, leaked: int | None = None) -> EvaluationReport:
    """All figures of these rows; `copied` of them stand in the content."""
    judged = result.predictions
    urgent = [entry.id for entry in knowledge.entries.values() if entry.act in URGENT_ACTS]
    return EvaluationReport(
        result=result,
        by_language=_metrics_by_group(judged, lambda row: row.language or UNKNOWN_GROUP),
        by_style=_metrics_by_group(judged, lambda row: row.style or UNKNOWN_GROUP),
        urgent_entries=tuple(entry_metrics(judged, entry) for entry in urgent),
        confusions=confusions(judged),
        reliability=reliability_bins(judged),
        calibration_error=expected_calibration_error(judged),
        leaked=leaked,
    )


def total_metrics(result: RankerResult) -> dict[str, float | int | None]:
    """The figures of all rows together, and the seconds that learning took."""
    return asdict(result.metrics) | {"learning_s": result.training_seconds}


def rounded(value: float | int | None) -> float | int | None:
    """Short enough to read, exact enough to compare."""
    return round(value, 5) if isinstance(value, float) else value


def _metrics_by_group(
    predictions: Sequence[Prediction], key: Callable[[LabelledMessage], str]
) -> Mapping[str, EvaluationMetrics]:
    """By the key, unless no row has one."""
    parted = metrics_by(predictions, key)
    return {} if set(parted) == {UNKNOWN_GROUP} else parted


def _metrics_json(metrics: EvaluationMetrics) -> dict[str, Any]:
    return _rounded_values(asdict(metrics))


def _rounded_values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: rounded(value) for key, value in values.items()}
