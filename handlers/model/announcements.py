"""What the helpdesk announces, as a decision is given it: frozen values; nothing here decides who is told."""

from dataclasses import dataclass
from datetime import datetime

from kb.model import EntryId, Language, Translations


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """A text in every language; its first line is its headline. `seen`: it was shown to the person who writes."""

    id: int
    text: Translations
    seen: bool = False

    def headline(self, language: Language) -> str:
        """The first line."""
        return self.text[language].partition("\n")[0]

    def body(self, language: Language) -> str:
        """What follows the headline; empty where there is nothing more."""
        return self.text[language].partition("\n")[2].strip()


@dataclass(frozen=True, kw_only=True)
class News(Announcement):
    """News of changed rules or channels. `source` names the document or person that it rests on."""

    source: str
    published_at: datetime


@dataclass(frozen=True, kw_only=True)
class Outage(Announcement):
    """An outage that runs: whoever writes about its entries or words, or has stopped, is told of it first.

    Each of `words` is a phrase whose words all stand in such a message. `expected_until` is only as an agent gave it.
    """

    kind: str
    """What is out of order for many at once: one of the content's kinds, or `other`."""
    topics: frozenset[EntryId]
    words: tuple[str, ...] = ()
    started_at: datetime
    expected_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class OutageReport:
    """A message was about the outage of this number; `told` if its reply tells of it for the first time.

    `joins`: a hand-off of this message is of the same cause.
    """

    outage: int
    told: bool = False
    joins: bool = False
