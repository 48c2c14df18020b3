"""The metrics of an evaluation by their public keys, ready for JSON, tables and limits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from bot.evaluation.comparison import RankerResult
from kb.evaluation.confusion import Confusion, ReliabilityBin, confusions, expected_calibration_error, reliability_bins
from kb.evaluation.evaluation_metrics import (
    EntryMetrics,
    EvaluationMetrics,
    LabelledMessage,
    Prediction,
    entry_metrics,
    metrics_by,
)
from kb.evaluation.threshold_curve import ThresholdPoint, threshold_curve
from kb.model import URGENT_ACTS, KnowledgeBase

UNKNOWN_GROUP: Final = "?"
_PUBLIC_KEYS: Final[Mapping[str, str]] = {
    "top1_accuracy": "first",
    "recall_at_3": "among_three",
    "coverage": "answered",
    "confident_error_rate": "answered_wrongly",
    "selective_risk": "risk",
    "auroc": "roc_area",
    "language_accuracy": "language",
    "false_positive_rate": "false_alarms",
    "predicted": "got",
    "confidence": "promised",
    "accuracy": "kept",
    "training_seconds": "learning_s",
    "leaked": "copied",
}
"""Fields with another public key (`--json`, `--fail-under`, `--fail-over`), because scripts rely on the keys."""


@dataclass(frozen=True, kw_only=True)
class EvaluationReport:
    """The evaluation of this program's matcher."""

    result: RankerResult
    by_language: Mapping[str, EvaluationMetrics]
    by_style: Mapping[str, EvaluationMetrics]
    urgent_entries: tuple[EntryMetrics, ...]
    confusions: tuple[Confusion, ...]
    reliability: tuple[ReliabilityBin, ...]
    calibration_error: float | None
    curve: tuple[ThresholdPoint, ...]
    leaked: int | None
    """How many messages are (nearly) copies of the content; None if not checked."""

    def by_name(self) -> dict[str, float | int | None]:
        """Every metric that a limit can be set for, by its key; those of a language or style as `lv.first`."""
        recalls = [one.recall for one in self.urgent_entries if one.recall is not None]
        drawn = [one.false_positive_rate for one in self.urgent_entries if one.false_positive_rate is not None]
        figures = total_metrics(self.result) | {
            _PUBLIC_KEYS["leaked"]: self.leaked,
            "calibration_error": self.calibration_error,
            "urgent_recall": min(recalls, default=None),
            "urgent_false_alarms": max(drawn, default=None),
        }
        for one in self.urgent_entries:
            figures[f"{one.entry}.recall"] = one.recall
            figures[f"{one.entry}.{_PUBLIC_KEYS['false_positive_rate']}"] = one.false_positive_rate
        for name, found in (*self.by_language.items(), *self.by_style.items()):
            figures |= {f"{name}.{key}": value for key, value in public_values(found).items()}
        return figures

    def as_json(self) -> dict[str, Any]:
        """The whole report."""
        return {
            "figures": {key: rounded(value) for key, value in self.by_name().items() if "." not in key},
            "by_language": {name: _rounded_values(found) for name, found in self.by_language.items()},
            "by_style": {name: _rounded_values(found) for name, found in self.by_style.items()},
            "urgent": [_rounded_values(one) for one in self.urgent_entries],
            "confusions": [_rounded_values(one) for one in self.confusions],
            "reliability": [_rounded_values(one) for one in self.reliability],
            "curve": [_rounded_values(one) for one in self.curve],
        }


def make_report(result: RankerResult, knowledge: KnowledgeBase, leaked: int | None = None) -> EvaluationReport:
    """All metrics of these rows; `leaked` of them are copies of the content."""
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
        curve=threshold_curve(judged),
        leaked=leaked,
    )


def total_metrics(result: RankerResult) -> dict[str, float | int | None]:
    """The metrics of all rows together, and the training time in seconds."""
    return public_values(result.metrics) | {_PUBLIC_KEYS["training_seconds"]: result.training_seconds}


def public_values(
    values: EvaluationMetrics | EntryMetrics | Confusion | ReliabilityBin | ThresholdPoint,
) -> dict[str, Any]:
    """The fields under their public keys."""
    return {_PUBLIC_KEYS.get(key, key): value for key, value in asdict(values).items()}


def rounded(value: float | int | None) -> float | int | None:
    """Rounded for reading, precise enough to compare."""
    return round(value, 5) if isinstance(value, float) else value


def _metrics_by_group(
    predictions: Sequence[Prediction], key: Callable[[LabelledMessage], str]
) -> Mapping[str, EvaluationMetrics]:
    """By the key, unless no row has one."""
    parted = metrics_by(predictions, key)
    return {} if set(parted) == {UNKNOWN_GROUP} else parted


def _rounded_values(
    values: EvaluationMetrics | EntryMetrics | Confusion | ReliabilityBin | ThresholdPoint,
) -> dict[str, Any]:
    return {key: rounded(value) for key, value in public_values(values).items()}
