"""Has the matcher and its peers judged on the same rows, one after the other, in one thread."""

import gc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Final, Protocol, TypeVar

from bot.evaluation.baselines import import_baseline, make_baseline
from bot.knowledge.gc_pause import gc_paused
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

OUR_NAME: Final = "paligs"
TrainedT = TypeVar("TrainedT")


class ShowProgress(Protocol):
    """Shows how far a contest has come."""

    def __call__(self, items: Iterable[LabelledMessage], *, total: int | None, label: str) -> Iterable[LabelledMessage]:
        """The same rows, one after the other."""
        ...


@dataclass(frozen=True, kw_only=True)
class RankerResult:
    """One that was judged, and how many seconds it took to learn."""

    name: str
    training_seconds: float
    predictions: tuple[Prediction, ...]

    @property
    def metrics(self) -> EvaluationMetrics:
        """What came of it."""
        found = compute_metrics(self.predictions)
        # A peer tells no language, which is not the same as telling a wrong one.
        return found if self.name == OUR_NAME else replace(found, language_accuracy=None)


def no_progress(items: Iterable[LabelledMessage], *, total: int | None, label: str) -> Iterable[LabelledMessage]:
    """Nobody looks on."""
    del total, label
    return items


@dataclass(frozen=True, kw_only=True)
class TrainedRanker:
    """One that has learnt, and can be judged on any rows."""

    name: str
    training_seconds: float
    predict: Callable[[Iterable[LabelledMessage]], tuple[Prediction, ...]]

    def evaluate(self, rows: Sequence[LabelledMessage], show_progress: ShowProgress = no_progress) -> RankerResult:
        """What it makes of these rows."""
        judged = self.predict(show_progress(rows, total=len(rows), label=self.name))
        return RankerResult(name=self.name, training_seconds=self.training_seconds, predictions=judged)


def our_matcher(knowledge: KnowledgeBase) -> TrainedRanker:
    """The matcher of this program, having learnt this knowledge."""
    matcher, learning = _time_training(lambda: UnderstandingPipeline(knowledge))
    return TrainedRanker(
        name=OUR_NAME, training_seconds=learning, predict=lambda rows: predict(rows, matcher, perf_counter)
    )


def baseline(name: str, knowledge: KnowledgeBase) -> TrainedRanker:
    """The peer of that name, having learnt the same questions.

    Raises:
        EvaluationError: the peer cannot be made.
    """
    import_baseline(name)
    ranker, learning = _time_training(lambda: make_baseline(name, knowledge))
    return TrainedRanker(
        name=name, training_seconds=learning, predict=lambda rows: predict_by_ranking(rows, ranker, perf_counter)
    )


def _time_training(make: Callable[[], TrainedT]) -> tuple[TrainedT, float]:
    gc.collect()
    # As the program learns.
    with gc_paused():
        start = perf_counter()
        return make(), perf_counter() - start
