"""The knowledge base of a company: its entries, phone lines and texts; nothing here reads or writes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Final, NewType

from kb.model.dialogue_vocabulary import DialogueAct, SynonymSet, TriggerPhrases
from kb.model.languages import LANGUAGES, Language, LanguageTexts, Translations

EntryId = NewType("EntryId", str)
LineId = NewType("LineId", str)
ANY_LINE = LineId("any")
"""The line of an entry that belongs to no line in particular."""


class Act(StrEnum):
    """What the bot does once an entry is recognised."""

    ANSWER = "answer"
    TICKET = "ticket"
    CRITICAL = "critical"
    HANDOFF = "handoff"
    PROBLEM = "problem"
    TALK = "talk"


URGENT_ACTS: Final = frozenset({Act.CRITICAL, Act.TICKET})
"""Acts that must not be missed."""


class Trust(StrEnum):
    """How far an entry's facts carry: stated by the company, by a dated public page, or by nobody yet."""

    SEED = "seed"
    DATED = "dated"
    OWNER = "owner"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A phone line with people behind it. `phone` is E.164 (+37120110505), `display` is how people read it."""

    id: LineId
    phone: str
    formatted_phone: str
    name: Translations
    purpose: Translations
    entry: EntryId | None = None
    """The entry that tells about this line."""


@dataclass(frozen=True, kw_only=True)
class TicketAddress:
    """The mailbox that turns every letter into a ticket: shown to people, and nothing may ever be sent to it."""

    email: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TicketChannel:
    """The one way to a ticket: an e-mail that the person sends. A company without one has an empty address."""

    name: str
    address: TicketAddress


@dataclass(frozen=True, kw_only=True)
class Source:
    """The document that an answer rests on; `url` is None where it is not published under a link of its own."""

    id: str
    title: Translations
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One topic: what it says (`body`), and the documents that this rests on (`citation`, empty where none)."""

    id: EntryId
    act: Act
    line: LineId
    trust: Trust
    sources: tuple[str, ...]
    review_by: date
    title: Translations
    template: Translations
    """What it says as it stands in the file, with {placeholders} for contacts."""
    body: Translations
    citation: Translations
    questions: Mapping[Language, tuple[str, ...]]

    def answer(self, language: Language) -> str:
        """The whole answer as a person reads it: what it says, and its sources last."""
        return "\n".join(part for part in (self.body[language], self.citation[language]) if part)


@dataclass(frozen=True, kw_only=True)
class Category:
    """A topic area that help pages put entries under, in the order of the content."""

    id: str
    title: Translations
    entries: tuple[EntryId, ...]


@dataclass(frozen=True, kw_only=True)
class Look:
    """The colours of the pages, as #rrggbb; None where the program's are good: of links, marks and buttons."""

    accent: str | None = None
    accent_dark: str | None = None
    """The same on the dark pages that a device may wish for."""


@dataclass(frozen=True, kw_only=True)
class OutageKind:
    """What may be out of order for many at once, and the text that is offered to announce it."""

    id: str
    name: Translations
    draft: Translations


@dataclass(frozen=True, kw_only=True)
class Directory:
    """Who can be reached and where: the only place that knows a number, an address or a name."""

    company: str
    lines: Mapping[LineId, Line]
    urgent_line: LineId
    """The line for stopped trading."""
    general_line: LineId
    """The line that is called in when nothing tells which."""
    greeting_entry: EntryId | None
    """The small talk that greets: the topics are offered with it."""
    resolved_entry: EntryId | None
    """The small talk that answers "it works again"."""
    ticket_channel: TicketChannel
    office_email: str
    sites: Mapping[str, str]
    topics: tuple[EntryId, ...]
    """The entries offered as choices when the bot greets or does not understand."""
    contacts_entry: EntryId | None = None
    """The entry that lists the phone lines."""
    fault_topics: tuple[EntryId, ...] = ()
    """The entries offered where a fault is told without a device."""
    devices: tuple[str, ...] = ()
    """The concepts of the lexicon that are devices: good news of one is none of another."""
    stopped_for_all: tuple[EntryId, ...] = ()
    """Faults that stop trading where they hit everyone: nobody can log in."""
    follow_ups: Mapping[DialogueAct, EntryId] = field(default_factory=lambda: MappingProxyType({}))
    """The entries that answer "what does it cost?" and "how long?", whatever was talked about."""
    dialogue_entries: Mapping[DialogueAct, EntryId] = field(default_factory=lambda: MappingProxyType({}))
    """The entries whose questions show a dialogue act, where several entries have the same `act`."""
    bot_name: Translations = field(default_factory=lambda: MappingProxyType(LanguageTexts(en="Paligs")))
    """What the bot is called: the company where the content does not say."""
    draft_fields: tuple[str, ...] = ()
    """What the e-mail draft asks for."""
    look: Look = field(default_factory=Look)
    outage_kinds: tuple[OutageKind, ...] = ()
    """What the form of an outage offers; empty where the content names none."""
    languages: tuple[Language, ...] = LANGUAGES
    """The languages that the bot speaks; the first where nothing tells which."""
    source_label: Translations = field(default_factory=lambda: MappingProxyType({}))
    """The word before a source; empty where the content does not say."""

    @property
    def takes_tickets(self) -> bool:
        """Whether there is a mailbox that makes tickets."""
        return bool(self.ticket_channel.address.email)


@dataclass(frozen=True, kw_only=True, repr=False)
class KnowledgeBase:
    """All that the bot may say as a fact; has no repr. `version` is a digest of the content files (12 hex digits)."""

    version: str
    directory: Directory
    entries: Mapping[EntryId, Entry]
    sources: Mapping[str, Source]
    concepts: tuple[SynonymSet, ...] = ()
    cues: Mapping[str, TriggerPhrases] = field(default_factory=lambda: MappingProxyType({}))
    out_of_scope: Mapping[Language, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Messages near the domain that no entry answers, by language."""
    foreign_words: frozenset[str] = frozenset()
    """Words of matters that hardly any company answers; empty where the content has decoys enough."""
    dialogue: Mapping[DialogueAct, Mapping[Language, tuple[str, ...]]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """Messages by dialogue act and language; empty where the content has none."""
    texts: Mapping[Language, Mapping[str, Mapping[str, str]]] = field(default_factory=lambda: MappingProxyType({}))
    """The bot's own sentences as the content words them, by language, section and key."""
    categories: tuple[Category, ...] = ()
    """The topic areas of the help pages; empty where the content has none."""

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages that the bot speaks; the first where nothing tells which."""
        return self.directory.languages

    def spoken_language(self, *wishes: Language | None) -> Language:
        """The first wish that the bot speaks, else its first language."""
        return next((wish for wish in wishes if wish in self.languages), self.languages[0])

    @cached_property
    def _entries_by_act(self) -> Mapping[Act, tuple[Entry, ...]]:
        found: dict[Act, tuple[Entry, ...]] = {}
        for entry in self.entries.values():
            found[entry.act] = (*found.get(entry.act, ()), entry)
        return found

    def entries_of(self, act: Act) -> tuple[Entry, ...]:
        """The entries of an act, in the order of the content."""
        return self._entries_by_act.get(act, ())

    def first_entry_of(self, act: Act) -> Entry | None:
        """The first entry of an act; None where the content has none."""
        return next(iter(self.entries_of(act)), None)

    def questions(self) -> Iterator[tuple[Entry, Language, str]]:
        """Every known question with its entry and language, in the order of the content."""
        for entry in self.entries.values():
            for language in self.languages:
                for question in entry.questions[language]:
                    yield entry, language, question
