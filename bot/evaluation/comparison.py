"""Has the matcher and its peers judged on the same rows, one after the other, in one thread."""

import gc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Final, Protocol, TypeVar

from bot.evaluation.baselines import peer, ready
from bot.knowledge.gc_pause import paused
from kb.evaluation.metrics import (
    EvaluationMetrics,
    LabelledMessage,
    Prediction,
    compute_metrics,
    predict,
    predict_by_ranking,
)
from kb.model import KnowledgeBase
from kb.understanding.pipeline import UnderstandingPipeline

OURS: Final = "paligs"
Made = TypeVar("Made")


class Watches(Protocol):
    """Shows how far a contest has come."""

    def __call__(self, items: Iterable[LabelledMessage], *, total: int | None, label: str) -> Iterable[LabelledMessage]:
        """The same rows, one after the other."""
        ...


@dataclass(frozen=True, kw_only=True)
class Contender:
    """One that was judged, and how many seconds it took to learn."""

    name: str
    learning: float
    judged: tuple[Prediction, ...]

    @property
    def figures(self) -> EvaluationMetrics:
        """What came of it."""
        found = compute_metrics(self.judged)
        # A peer tells no language, which is not the same as telling a wrong one.
        return found if self.name == OURS else replace(found, language_accuracy=None)


def unwatched(items: Iterable[LabelledMessage], *, total: int | None, label: str) -> Iterable[LabelledMessage]:
    """Nobody looks on."""
    del total, label
    return items


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """One that has learnt, and can be judged on any rows."""

    name: str
    learning: float
    judging: Callable[[Iterable[LabelledMessage]], tuple[Prediction, ...]]

    def judge(self, rows: Sequence[LabelledMessage], watch: Watches = unwatched) -> Contender:
        """What it makes of these rows."""
        judged = self.judging(watch(rows, total=len(rows), label=self.name))
        return Contender(name=self.name, learning=self.learning, judged=judged)


def ours(knowledge: KnowledgeBase) -> Learnt:
    """The matcher of this program, having learnt this knowledge."""
    matcher, learning = _timed(lambda: UnderstandingPipeline(knowledge))
    return Learnt(name=OURS, learning=learning, judging=lambda rows: predict(rows, matcher, perf_counter))


def theirs(name: str, knowledge: KnowledgeBase) -> Learnt:
    """The peer of that name, having learnt the same questions.

    Raises:
        EvaluationError: the peer cannot be made.
    """
    ready(name)
    ranker, learning = _timed(lambda: peer(name, knowledge))
    return Learnt(name=name, learning=learning, judging=lambda rows: predict_by_ranking(rows, ranker, perf_counter))


def _timed(make: Callable[[], Made]) -> tuple[Made, float]:
    gc.collect()
    # As the program learns.
    with paused():
        start = perf_counter()
        return make(), perf_counter() - start
