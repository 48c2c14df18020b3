"""Gives the pages the current knowledge, its display names, and a callback for changes."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from unicodedata import normalize

from bot.knowledge.factory import KnowledgeSource
from handlers.model.context import KnowledgeBundle
from kb.evaluation.contradictions import FlippedQuestion, flipped_questions
from kb.lessons import Lesson
from kb.loading.loader import load_directory
from kb.loading.schema import DirectoryFile
from kb.model import EntryId, KnowledgeBase, Language, LineId

MAX_QUESTIONS_TO_COMPARE: Final = 200_000
"""With more, comparing takes longer than an agent waits for a page."""


@dataclass(frozen=True, kw_only=True)
class KnowledgeAccess:
    """`released_content` is that of the content files; call `on_change` after a change."""

    source: KnowledgeSource
    released_content: Callable[[], KnowledgeBase]
    on_change: Callable[[], None]
    edited_content: Callable[[], KnowledgeBase]
    """The same with the entries as they were edited, without lessons: lessons are validated against it."""
    directory: Callable[[], DirectoryFile] = load_directory
    """That of the content files, by which an edited entry is checked; raises ContentError."""
    edits_need_approval: bool = False
    """Whether another agent approves an edited entry before it is said."""
    training_failed: Callable[[], bool] = lambda: False
    """Whether the model is older than the lessons or the content, because training failed."""

    @property
    def current(self) -> KnowledgeBundle:
        """The current knowledge."""
        return self.source.current

    async def find_flipped(self, proposed: Sequence[Lesson]) -> Sequence[FlippedQuestion]:
        """Which known questions would mean something else once this is learned."""
        base = self.current.base
        count = sum(len(questions) for entry in base.entries.values() for questions in entry.questions.values())
        if not proposed or count > MAX_QUESTIONS_TO_COMPARE:
            return ()
        return await asyncio.to_thread(flipped_questions, base, proposed)

    def names(self, language: Language) -> "DisplayNames":
        """The display names in a language."""
        return DisplayNames(base=self.current.base, language=language)


@dataclass(frozen=True, kw_only=True)
class DisplayNames:
    """The display names of entries and lines; what is gone from the content keeps its id."""

    base: KnowledgeBase
    language: Language

    def entry(self, entry: str | None) -> str:
        """An entry's title."""
        known = None if entry is None else self.base.entries.get(EntryId(entry))
        return (entry or "") if known is None else known.title[self.language]

    def line(self, line: str | None) -> str:
        """A line's name."""
        known = None if line is None else self.base.directory.lines.get(LineId(line))
        return (line or "") if known is None else known.name[self.language]


def title_sort_key(title: str) -> str:
    """The collation key of a title: č after c and before d, й after и."""
    return normalize("NFKD", title.casefold())
