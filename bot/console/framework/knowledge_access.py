"""What the pages need of the knowledge: what is known now, under which names, and where changes of it are told."""

from collections.abc import Callable
from dataclasses import dataclass
from unicodedata import normalize

from bot.knowledge.factory import KnowledgeSource
from handlers.model.context import KnowledgeBundle
from kb.model import EntryId, KnowledgeBase, Language, LineId


@dataclass(frozen=True, kw_only=True)
class KnowledgeAccess:
    """`filed` is what stands in the content files, without what was taught; `told` is called after a change."""

    source: KnowledgeSource
    released_content: Callable[[], KnowledgeBase]
    on_change: Callable[[], None]

    @property
    def current(self) -> KnowledgeBundle:
        """What is known now."""
        return self.source.current

    def names(self, language: Language) -> "DisplayNames":
        """What things are called in a language."""
        return DisplayNames(base=self.current.base, language=language)


@dataclass(frozen=True, kw_only=True)
class DisplayNames:
    """What entries and lines are called; what is gone from the content by now goes by its id."""

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
    """What titles are sorted by: č after c and before d, й after и."""
    return normalize("NFKD", title.casefold())
