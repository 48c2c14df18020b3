"""The shape of what Paligs knows: frozen values without behaviour beyond look-ups; nothing here reads or writes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Final, NewType, TypeVar

Language = str
"""An ISO 639-1 code: lv, ru, en, de ..."""
LANGUAGES: Final[tuple[Language, ...]] = ("lv", "ru", "en")
"""The languages in which the bot's own sentences ship with the program, and that content has if it names none."""

EntryId = NewType("EntryId", str)
LineId = NewType("LineId", str)
ANY_LINE = LineId("any")
"""The line of an entry that belongs to no line in particular."""

Translations = Mapping[Language, str]
"""One text in every language of the content."""

_Text = TypeVar("_Text")


class LanguageTexts(dict[Language, _Text]):
    """Texts by language; a language that the content does not have reads the text of the content's first."""

    def __missing__(self, language: Language) -> _Text:
        return next(iter(self.values()))


class LanguagePhrases(dict[Language, tuple[str, ...]]):
    """Lists of phrases by language; a language that the content does not have has none."""

    def __missing__(self, language: Language) -> tuple[str, ...]:
        return ()


class Act(StrEnum):
    """What the bot does once an entry is recognised."""

    ANSWER = "answer"
    TICKET = "ticket"
    CRITICAL = "critical"
    HANDOFF = "handoff"
    PROBLEM = "problem"
    TALK = "talk"


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
class SynonymSet:
    """Surface forms that mean the same in each language; a form ending in * stands for every word that begins so."""

    id: str
    forms: Mapping[Language, tuple[str, ...]]


class CueId(StrEnum):
    """Every cue that the code reads; the content files may hold these and no others."""

    YES = "yes"
    NO = "no"
    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    LAST = "last"
    NONE_OF_THESE = "none_of_these"
    AGAIN = "again"
    RESOLVED = "resolved"
    CALLING = "calling"
    ACKNOWLEDGE = "acknowledge"
    CANCEL = "cancel"
    MY_VENUE = "my_venue"
    LANGUAGE_LV = "language_lv"
    LANGUAGE_RU = "language_ru"
    LANGUAGE_EN = "language_en"
    PAST = "past"
    HYPOTHETICAL = "hypothetical"
    ONE_DEVICE = "one_device"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    EMERGENCY_EVERYONE = "emergency_everyone"
    REPEAT_TICKET = "repeat_ticket"
    GREETING = "greeting"
    CONDITIONAL = "conditional"
    CORRECTION = "correction"
    POLITENESS = "politeness"
    ELSEWHERE = "elsewhere"
    TICKET_ORDER = "ticket_order"
    TICKET_SENDING = "ticket_sending"
    TICKET_NOUN = "ticket_noun"


class DialogueAct(StrEnum):
    """What a message does in the conversation, beside what it is about; content files may hold these only."""

    ASK_NUMBER = "ask_number"
    """Asks for a phone number, or whom to ask."""
    CANNOT_REACH = "cannot_reach"
    """Rang in vain."""
    ASK_PERSON = "ask_person"
    """Wants a human, a call back, somebody sent."""
    CHASING = "chasing"
    """Asks when it will be mended, or where somebody is."""
    NOT_HELPED = "not_helped"
    """The advice did not help; the same again."""
    WORKS_AGAIN = "works_again"
    """Says plainly that it works again."""
    PARTLY = "partly"
    """Works partly; trading goes on."""
    BARE_FAULT = "bare_fault"
    """A fault or a cry for help that names no device."""
    DEVICE_FAULT = "device_fault"
    """A fault of a device or function that no entry need know."""
    DETAIL = "detail"
    """Which till, since when, which error, who and where: an answer to what was asked."""
    INSIST = "insist"
    """Presses for an answer that was just not given."""
    ELABORATE = "elaborate"
    """A bare question about the answer before: why, how, where."""
    ASK_PRICE_FOLLOW = "ask_price_follow"
    """What does that cost?"""
    ASK_TIME_FOLLOW = "ask_time_follow"
    """By when, how long?"""
    CHOOSE_BOTH = "choose_both"
    """Both, or all of what was offered."""
    DONT_KNOW = "dont_know"
    """Does not know."""
    ANY_OF_THEM = "any_of_them"
    """Any of what was offered."""
    AGREE = "agree"
    """All right, understood."""
    THANKS = "thanks"
    """Thanks, or goodbye."""
    GREETING = "greeting"
    """Greets, or says that there is a question."""
    SMALL_TALK = "small_talk"
    """How are you, who are you."""
    ANGER = "anger"
    """Swears, is sarcastic, complains."""
    CONFUSION = "confusion"
    """Did not understand the bot."""
    WRONG_ANSWER = "wrong_answer"
    """The answer was not what was asked."""
    CALLING_NOW = "calling_now"
    """Is about to call."""
    TICKET_PUSH = "ticket_push"
    """Presses for a ticket in chat."""
    WHICH_EMAIL = "which_email"
    """Which address, and what to write."""
    FORWARD_MEDIA = "forward_media"
    """Says that a picture or recording comes."""
    DEVICE_ONLY = "device_only"
    """Names a device and says nothing of it."""
    OUTAGE = "outage"
    """Trading has stopped now."""
    OTHER = "other"
    """None of these: it is about a topic."""


@dataclass(frozen=True, kw_only=True)
class TriggerPhrases:
    """A short thing that people say to the bot itself (yes, the second one, it works again), in each language."""

    id: str
    phrases: Mapping[Language, tuple[str, ...]]


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
    follow_ups: Mapping[DialogueAct, EntryId] = field(default_factory=lambda: MappingProxyType({}))
    """The entries that answer "what does it cost?" and "how long?", whatever was talked about."""
    dialogue_entries: Mapping[DialogueAct, EntryId] = field(default_factory=lambda: MappingProxyType({}))
    """The entries whose questions show a dialogue act, where several entries have the same `act`."""
    bot_name: Translations = field(default_factory=lambda: MappingProxyType(LanguageTexts(en="Paligs")))
    """What the bot is called: the company where the content does not say."""
    draft_fields: tuple[str, ...] = ()
    """What the e-mail draft asks for."""
    languages: tuple[Language, ...] = LANGUAGES
    """The languages that the bot speaks; the first where nothing tells which."""

    @property
    def takes_tickets(self) -> bool:
        """Whether there is a mailbox that makes tickets."""
        return bool(self.ticket_channel.address.email)


@dataclass(frozen=True, kw_only=True)
class KnowledgeBase:
    """All that the bot may say as a fact. `version` is a digest of the content files (12 hex digits)."""

    version: str
    directory: Directory
    entries: Mapping[EntryId, Entry]
    sources: Mapping[str, Source]
    concepts: tuple[SynonymSet, ...] = ()
    cues: Mapping[str, TriggerPhrases] = field(default_factory=lambda: MappingProxyType({}))
    out_of_scope: Mapping[Language, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Messages near the domain that no entry answers, by language."""
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
