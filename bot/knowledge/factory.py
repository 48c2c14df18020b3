"""Builds what the handlers need: content, lessons, classifier and phrases; decides nothing."""

import ctypes
import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from bot.knowledge.gc_pause import gc_paused
from bot.knowledge.model_cache import cached_or_train
from bot.knowledge.phrases import load_phrases
from handlers.model.context import KnowledgeBundle
from kb.lessons import Lesson, extend
from kb.loading.loader import load_knowledge_base
from kb.model import KnowledgeBase
from kb.understanding.pipeline import UnderstandingPipeline


class KnowledgeSource(Protocol):
    """Provides the current knowledge. Read it once for each message: it may be swapped in between."""

    @property
    def current(self) -> KnowledgeBundle:
        """The current knowledge."""
        ...


def load_knowledge(folder: Path | None = None, lessons: Iterable[Lesson] = ()) -> KnowledgeBundle:
    """Load the content from `folder` or as shipped, and train on it (about a second).

    Raises:
        ContentError: names every problem in the content.
    """
    with _frozen_gc():
        return train_knowledge(load_knowledge_base(folder), lessons)


def train_knowledge(released_content: KnowledgeBase, lessons: Iterable[Lesson] = ()) -> KnowledgeBundle:
    """Train on the content files and the lessons."""
    with _frozen_gc():
        base = extend(released_content, lessons)
        return KnowledgeBundle(
            base=base, interpreter=UnderstandingPipeline(base, cached_or_train(base)), phrases=load_phrases(base)
        )


@contextmanager
def _frozen_gc() -> Iterator[None]:
    # Replaced knowledge is freed nevertheless: it holds no reference cycles.
    with gc_paused():
        yield
        gc.freeze()
        _trim_heap()


def _trim_heap() -> None:
    """Return memory that training used to the system, if the C library can (glibc)."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
