"""Gives the pages the current knowledge, its display names, and a callback for changes."""

from collections.abc import Callable
from dataclasses import dataclass
from unicodedata import normalize

from bot.knowledge.factory import KnowledgeSource
from handlers.model.context import KnowledgeBundle
from kb.model import EntryId, KnowledgeBase, Language, LineId


@dataclass(frozen=True, kw_only=True)
class KnowledgeAccess:
    """`released_content` is that of the content files, without lessons; call `on_change` after a change."""

    source: KnowledgeSource
    released_content: Callable[[], KnowledgeBase]
    on_change: Callable[[], None]
    training_failed: Callable[[], bool] = lambda: False
    """Whether the model is older than the lessons or the content, because training failed."""

    @property
    def current(self) -> KnowledgeBundle:
        """The current knowledge."""
        return self.source.current

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
