"""Puts together what the handlers need to know: content, lessons, matcher and sentences; decides nothing."""

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
    """Where to find what is known now. Whoever deals with a message asks once: it may be another the next time."""

    @property
    def current(self) -> KnowledgeBundle:
        """What is known now."""
        ...


def load_knowledge(folder: Path | None = None, lessons: Iterable[Lesson] = ()) -> KnowledgeBundle:
    """Everything that is known, from `folder` or as shipped; the matcher learns from it here (about a second).

    Raises:
        ContentError: names every mistake in the content.
    """
    with _frozen_gc():
        return train_knowledge(load_knowledge_base(folder), lessons)


def train_knowledge(released_content: KnowledgeBase, lessons: Iterable[Lesson] = ()) -> KnowledgeBundle:
    """What stands in the content files and what was taught beside; the matcher learns from it here."""
    with _frozen_gc():
        base = extend(released_content, lessons)
        return KnowledgeBundle(
            base=base, interpreter=UnderstandingPipeline(base, cached_or_train(base)), phrases=load_phrases()
        )


@contextmanager
def _frozen_gc() -> Iterator[None]:
    # What is replaced by something newer goes nevertheless, for nothing in it refers to itself in a circle.
    with gc_paused():
        yield
        gc.freeze()
        _trim_heap()


def _trim_heap() -> None:
    """What learning took for a while goes back to the system, where the C library is one that can (glibc)."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
