"""Builds what the handlers need: content, lessons, classifier and phrases; decides nothing."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from bot.knowledge.content_cache import cached_or_load, content_path, read_content
from bot.knowledge.memory import gc_paused, trim_heap
from bot.knowledge.model_cache import cache_path, cached_or_train, read_pipeline
from bot.knowledge.phrases import load_phrases
from bot.knowledge.reply_model import LazyReplyModel
from bot.knowledge.snapshot import SnapshotError
from handlers.model.context import KnowledgeBundle
from kb.entry_edits import EntryEdit, apply_edits
from kb.lessons import Lesson, extend
from kb.model import KnowledgeBase
from kb.understanding.result import Interpreter


class KnowledgeSource(Protocol):
    """Provides the current knowledge. Read it once for each message: it may be swapped in between."""

    @property
    def current(self) -> KnowledgeBundle:
        """The current knowledge."""
        ...


def load_knowledge(
    folder: Path | None = None, lessons: Iterable[Lesson] = (), edits: Iterable[EntryEdit] = ()
) -> KnowledgeBundle:
    """Load the content from `folder` or as shipped, apply what was edited and taught, and train (about a second).

    Raises:
        ContentError: names every problem in the content.
    """
    with frozen_gc():
        return train_knowledge(apply_edits(cached_or_load(folder), edits), lessons)


def load_knowledge_lazily(
    folder: Path | None = None, lessons: Iterable[Lesson] = (), edits: Iterable[EntryEdit] = ()
) -> KnowledgeBundle:
    """The same for one thread and few questions: of what is cached only that is read which they look at.

    Raises:
        ContentError: names every problem in the content.
    """
    lessons, edits = tuple(lessons), tuple(edits)
    try:
        with gc_paused():
            # What is edited or taught is compared with all that is there.
            content = read_content(content_path(folder), lazy=not lessons and not edits)
            base = extend(apply_edits(content, edits), lessons)
            pipeline = read_pipeline(cache_path(base), base, lazy=True)
            bundle = _bundle(base, pipeline)
            gc.freeze()
            return bundle
    except SnapshotError:
        return load_knowledge(folder, lessons, edits)


def train_knowledge(content: KnowledgeBase, lessons: Iterable[Lesson] = ()) -> KnowledgeBundle:
    """Train on the content and the lessons, unless the model is cached."""
    with frozen_gc():
        base = extend(content, lessons)
        return _bundle(base, cached_or_train(base))


def cached_knowledge(content: KnowledgeBase, lessons: Iterable[Lesson] = ()) -> KnowledgeBundle | None:
    """The same if the model is cached, else None."""
    with frozen_gc():
        base = extend(content, lessons)
        try:
            pipeline = read_pipeline(cache_path(base), base)
        except SnapshotError:
            return None
        return _bundle(base, pipeline)


def _bundle(base: KnowledgeBase, interpreter: Interpreter) -> KnowledgeBundle:
    return KnowledgeBundle(base=base, interpreter=interpreter, phrases=load_phrases(base), replies=LazyReplyModel())


@contextmanager
def frozen_gc() -> Iterator[None]:
    """For work whose results all stay: no collection scans them, and memory it used goes back to the system."""
    # Replaced knowledge is freed nevertheless: it holds no reference cycles.
    with gc_paused():
        yield
        gc.freeze()
        trim_heap()
