"""What of the knowledge base anybody may read, and in which order: pure.

Entries of small talk are none; entries in no category stand under the last one, which has no title of its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from kb.model import Act, Category, Directory, Entry, EntryId, KnowledgeBase, Language, Line, LineId, Source

MAX_RELATED: int = 5
OTHER_CATEGORY: str = "other"


@dataclass(frozen=True)
class HelpCatalogue:
    """The entries of a knowledge base as a reader finds them."""

    base: KnowledgeBase

    @cached_property
    def entries(self) -> Mapping[EntryId, Entry]:
        """The public ones, in the order of the content."""
        return {entry.id: entry for entry in self.base.entries.values() if entry.act is not Act.TALK}

    @cached_property
    def categories(self) -> Mapping[str, Category]:
        """Those that hold a public entry, by id."""
        shelved = {entry for category in self.base.categories for entry in category.entries}
        others = tuple(entry for entry in self.entries if entry not in shelved)
        last = Category(id=OTHER_CATEGORY, title={}, entries=others)
        return {each.id: each for each in (*self.base.categories, last) if self.entries_of(each)}

    def entries_of(self, category: Category) -> Sequence[Entry]:
        """The public entries of a category."""
        return [self.entries[entry] for entry in category.entries if entry in self.entries]

    def category_of(self, entry: EntryId) -> Category:
        """Where a public entry stands."""
        return next(each for each in self.categories.values() if entry in each.entries)

    def related(self, entry: EntryId) -> Sequence[Entry]:
        """The entries that follow in the same category, from its beginning again after the last."""
        shelf = self.entries_of(self.category_of(entry))
        place = [each.id for each in shelf].index(entry)
        return [*shelf[place + 1 :], *shelf[:place]][:MAX_RELATED]

    @property
    def popular(self) -> Sequence[Entry]:
        """Those that the bot offers first."""
        return [self.entries[topic] for topic in self.base.directory.topics if topic in self.entries]

    def line_of(self, entry: Entry) -> Line:
        """Whom to call about an entry."""
        directory = self.base.directory
        return directory.lines.get(entry.line, directory.lines[directory.general_line])

    @property
    def lines(self) -> Sequence[Line]:
        """Every phone line, the urgent one first."""
        return lines_urgent_first(self.base.directory)

    def sources_of(self, entry: Entry) -> Iterable[Source]:
        """The documents that an entry rests on."""
        return [self.base.sources[source] for source in entry.sources]


def lines_urgent_first(directory: Directory) -> Sequence[Line]:
    """Every phone line, the urgent one first."""

    def is_urgent(line: LineId) -> bool:
        return line == directory.urgent_line

    return [directory.lines[line] for line in sorted(directory.lines, key=is_urgent, reverse=True)]


def first_line(entry: Entry, language: Language) -> str:
    """What an entry says first."""
    return entry.body[language].partition("\n")[0]
