"""Has the matcher and its peers judged on the same rows, one after the other, in one thread."""

import gc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Final, Protocol, TypeVar

from bot.evaluation.peers import peer, ready
from kb.evaluate import Figures, Judged, Row, figures, judge, judge_ranking
from kb.match import Matcher
from kb.model import KnowledgeBase

OURS: Final = "paligs"
Made = TypeVar("Made")


class Watches(Protocol):
    """Shows how far a contest has come."""

    def __call__(self, items: Iterable[Row], *, total: int | None, label: str) -> Iterable[Row]:
        """The same rows, one after the other."""
        ...


@dataclass(frozen=True, kw_only=True)
class Contender:
    """One that was judged, and how many seconds it took to learn."""

    name: str
    learning: float
    judged: tuple[Judged, ...]

    @property
    def figures(self) -> Figures:
        """What came of it."""
        found = figures(self.judged)
        # A peer tells no language, which is not the same as telling a wrong one.
        return found if self.name == OURS else replace(found, language=None)


def unwatched(items: Iterable[Row], *, total: int | None, label: str) -> Iterable[Row]:
    """Nobody looks on."""
    del total, label
    return items


def ours(rows: Sequence[Row], knowledge: KnowledgeBase, watch: Watches = unwatched) -> Contender:
    """The matcher of this program, learning this knowledge."""
    matcher, learning = _timed(lambda: Matcher(knowledge))
    judged = judge(watch(rows, total=len(rows), label=OURS), matcher, perf_counter)
    return Contender(name=OURS, learning=learning, judged=judged)


def theirs(name: str, rows: Sequence[Row], knowledge: KnowledgeBase, watch: Watches = unwatched) -> Contender:
    """The peer of that name over the same questions.

    Raises:
        EvaluationError: the peer cannot be made.
    """
    ready(name)
    ranker, learning = _timed(lambda: peer(name, knowledge))
    judged = judge_ranking(watch(rows, total=len(rows), label=name), ranker, perf_counter)
    return Contender(name=name, learning=learning, judged=judged)


def _timed(make: Callable[[], Made]) -> tuple[Made, float]:
    gc.collect()
    start = perf_counter()
    return make(), perf_counter() - start
