"""Evaluates the matcher and the baselines on the same rows, one after the other, in one thread."""

import gc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Final, Protocol, TypeVar

from bot.evaluation.baselines import import_baseline, make_baseline
from bot.knowledge.memory import gc_paused
from kb.evaluation.evaluation_metrics import (
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
    """Wraps an iteration with a progress bar."""

    def __call__(self, items: Iterable[LabelledMessage], *, total: int | None, label: str) -> Iterable[LabelledMessage]:
        """The same items in order."""
        ...


@dataclass(frozen=True, kw_only=True)
class RankerResult:
    """The predictions of one ranker, and its training time in seconds."""

    name: str
    training_seconds: float
    predictions: tuple[Prediction, ...]

    @property
    def metrics(self) -> EvaluationMetrics:
        """Its metrics."""
        found = compute_metrics(self.predictions)
        # A baseline identifies no language, which is not the same as a wrong one.
        return found if self.name == OUR_NAME else replace(found, language_accuracy=None)


def no_progress(items: Iterable[LabelledMessage], *, total: int | None, label: str) -> Iterable[LabelledMessage]:
    """Shows nothing."""
    del total, label
    return items


@dataclass(frozen=True, kw_only=True)
class TrainedRanker:
    """A trained ranker, ready to be evaluated."""

    name: str
    training_seconds: float
    predict: Callable[[Iterable[LabelledMessage]], tuple[Prediction, ...]]

    def evaluate(self, rows: Sequence[LabelledMessage], show_progress: ShowProgress = no_progress) -> RankerResult:
        """Evaluate on these rows."""
        judged = self.predict(show_progress(rows, total=len(rows), label=self.name))
        return RankerResult(name=self.name, training_seconds=self.training_seconds, predictions=judged)


def our_matcher(knowledge: KnowledgeBase) -> TrainedRanker:
    """This program's matcher, trained on the knowledge."""
    matcher, learning = _time_training(lambda: UnderstandingPipeline(knowledge))
    return TrainedRanker(
        name=OUR_NAME, training_seconds=learning, predict=lambda rows: predict(rows, matcher, perf_counter)
    )


def baseline(name: str, knowledge: KnowledgeBase) -> TrainedRanker:
    """The baseline of that name, trained on the same questions.

    Raises:
        EvaluationError: the baseline cannot be made.
    """
    import_baseline(name)
    ranker, learning = _time_training(lambda: make_baseline(name, knowledge))
    return TrainedRanker(
        name=name, training_seconds=learning, predict=lambda rows: predict_by_ranking(rows, ranker, perf_counter)
    )


def _time_training(make: Callable[[], TrainedT]) -> tuple[TrainedT, float]:
    gc.collect()
    # As the server trains.
    with gc_paused():
        start = perf_counter()
        return make(), perf_counter() - start
