"""Where messages are mistaken, and whether scores are honest: counts over judged rows; pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kb.evaluation.evaluation_metrics import OUT_OF_SCOPE, Prediction


@dataclass(frozen=True, kw_only=True)
class Confusion:
    """One entry taken for another (or for none), and how often."""

    expected: str
    predicted: str
    count: int


@dataclass(frozen=True, kw_only=True)
class ReliabilityBin:
    """Rows whose first score lies between two bounds: what was promised and what came."""

    low: float
    high: float
    rows: int
    confidence: float
    accuracy: float


def confusions(predictions: Sequence[Prediction]) -> tuple[Confusion, ...]:
    """Which entries are taken for which, most frequent first; what is said on no entry counts as "none"."""
    counts = Counter(
        (one.message.label, one.first or OUT_OF_SCOPE)
        for one in predictions
        if one.message.accepted and not one.is_correct
    )
    counts.update(
        (OUT_OF_SCOPE, one.first or OUT_OF_SCOPE) for one in predictions if not one.message.accepted and one.is_answered
    )
    order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Confusion(expected=expected, predicted=got, count=count) for (expected, got), count in order)


def reliability_bins(predictions: Sequence[Prediction], bins: int = 10) -> tuple[ReliabilityBin, ...]:
    """Whether scores are honest: in each range of scores, the mean score and the share that was right."""
    found = []
    for number in range(bins):
        low, high = number / bins, (number + 1) / bins
        inside = [one for one in predictions if low <= one.confidence < high or (one.confidence == high == 1)]
        if inside:
            promised = sum(one.confidence for one in inside) / len(inside)
            kept = sum(one.is_correct for one in inside) / len(inside)
            found.append(ReliabilityBin(low=low, high=high, rows=len(inside), confidence=promised, accuracy=kept))
    return tuple(found)


def expected_calibration_error(predictions: Sequence[Prediction]) -> float | None:
    """How far scores are from what comes of them on average (the expected calibration error); 0 is honest."""
    bins = reliability_bins(predictions)
    return sum(one.rows * abs(one.confidence - one.accuracy) for one in bins) / len(predictions) if bins else None
