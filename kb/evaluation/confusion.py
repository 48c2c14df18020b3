"""Where messages are mistaken, and whether scores are honest: counts over judged rows; pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kb.evaluation.metrics import NONE, Judged


@dataclass(frozen=True, kw_only=True)
class Confusion:
    """One entry taken for another (or for none), and how often."""

    expected: str
    got: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Bin:
    """Rows whose first score lies between two bounds: what was promised and what came."""

    low: float
    high: float
    rows: int
    promised: float
    kept: float


def confusions(judged: Sequence[Judged]) -> tuple[Confusion, ...]:
    """Which entries are taken for which, most frequent first; what is said on no entry counts as "none"."""
    counts = Counter((one.row.label, one.first or NONE) for one in judged if one.row.accepted and not one.right)
    counts.update((NONE, one.first or NONE) for one in judged if not one.row.accepted and one.answered)
    order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Confusion(expected=expected, got=got, count=count) for (expected, got), count in order)


def reliability(judged: Sequence[Judged], bins: int = 10) -> tuple[Bin, ...]:
    """Whether scores are honest: in each range of scores, the mean score and the share that was right."""
    found = []
    for number in range(bins):
        low, high = number / bins, (number + 1) / bins
        inside = [one for one in judged if low <= one.score < high or (one.score == high == 1)]
        if inside:
            promised = sum(one.score for one in inside) / len(inside)
            kept = sum(one.right for one in inside) / len(inside)
            found.append(Bin(low=low, high=high, rows=len(inside), promised=promised, kept=kept))
    return tuple(found)


def dishonesty(judged: Sequence[Judged]) -> float | None:
    """How far scores are from what comes of them on average (the expected calibration error); 0 is honest."""
    bins = reliability(judged)
    return sum(one.rows * abs(one.promised - one.kept) for one in bins) / len(judged) if bins else None
