"""What would be answered at other thresholds: counts over judged rows; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kb.evaluation.evaluation_metrics import Prediction

THRESHOLDS: Final = (0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)


@dataclass(frozen=True, kw_only=True)
class ThresholdPoint:
    """Shares at one threshold: of the rows in scope, and in the last field of those out of scope; None without rows."""

    threshold: float
    answered_right: float | None
    answered_wrong: float | None
    out_of_scope_answered: float | None


def threshold_curve(
    predictions: Sequence[Prediction], thresholds: Sequence[float] = THRESHOLDS
) -> tuple[ThresholdPoint, ...]:
    """By confidence alone: rules that ask back whatever the confidence is are left out."""
    return tuple(_point(predictions, threshold) for threshold in thresholds) if predictions else ()


def _point(predictions: Sequence[Prediction], threshold: float) -> ThresholdPoint:
    in_scope = [one for one in predictions if one.message.accepted]
    out_of_scope = [one for one in predictions if not one.message.accepted]
    answered = [one for one in in_scope if one.confidence >= threshold]
    right = sum(one.is_correct for one in answered)
    return ThresholdPoint(
        threshold=threshold,
        answered_right=_share(right, len(in_scope)),
        answered_wrong=_share(len(answered) - right, len(in_scope)),
        out_of_scope_answered=_share(sum(one.confidence >= threshold for one in out_of_scope), len(out_of_scope)),
    )


def _share(count: int, rows: int) -> float | None:
    return count / rows if rows else None
