"""The shape of the content files, as pydantic checks it."""

from datetime import date
from typing import Annotated, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, RootModel, StringConstraints

from kb.model import LANGUAGES, Act, CueId, DialogueAct, Language, Trust

NonEmptyText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
ShortTitle = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=24)]
Phone = Annotated[str, StringConstraints(pattern=r"^\+[1-9]\d{6,14}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", to_lower=True)]
LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
OutageKindId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")]


DraftField = Literal["what", "device", "stopped", "contact", "phone", "restaurant", "address", "error", "tried"]
"""What the e-mail draft may ask for."""
DRAFT_FIELDS: Final[tuple[DraftField, ...]] = ("what", "device", "contact", "phone", "restaurant", "address", "tried")
"""What it asks for where the content does not say."""
TextSection = Literal[
    "chat", "page", "telegram", "commands", "draft", "notify", "terminal", "not_found", "help", "sheet"
]
"""Where a sentence of the bot's own stands."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_PerLanguage = TypeVar("_PerLanguage")


class EachLanguage(RootModel[dict[Language, _PerLanguage]]):
    """Something in each language of the content."""

    def __getitem__(self, language: Language) -> _PerLanguage:
        return self.root[language]


class SomeLanguages(RootModel[dict[Language, Annotated[tuple[NonEmptyText, ...], Field(min_length=1)]]]):
    """A list of texts in each language, or in some."""


TextPerLanguage = EachLanguage[NonEmptyText]
"""One text in each language."""
TitlePerLanguage = EachLanguage[ShortTitle]
"""A choice's label in each language, short enough for every channel."""
PhrasesPerLanguage = EachLanguage[Annotated[tuple[NonEmptyText, ...], Field(min_length=1)]]
"""A list of texts in each language."""


class EntryFile(_Strict):
    """entries/<id>.yaml."""

    id: NonEmptyText
    act: Act
    line: NonEmptyText
    trust: Trust
    sources: tuple[NonEmptyText, ...]
    review_by: date
    title: TitlePerLanguage
    answer: TextPerLanguage
    questions: PhrasesPerLanguage


class LineSection(_Strict):
    """One phone line of directory.yaml."""

    phone: Phone
    name: TextPerLanguage
    does: TextPerLanguage
    entry: NonEmptyText | None = None


class TicketSection(_Strict):
    """The ticket channel of directory.yaml."""

    name: NonEmptyText
    email: Email
    aliases: tuple[Email, ...] = ()


class OfficeSection(_Strict):
    """The office of directory.yaml."""

    email: Email


class SourceSection(_Strict):
    """One document of directory.yaml."""

    title: TextPerLanguage
    url: Url | None = None


class LookSection(_Strict):
    """The colours of directory.yaml."""

    accent: Colour | None = None
    accent_dark: Colour | None = None


class OutageKindSection(_Strict):
    """One kind of outage of directory.yaml."""

    name: TextPerLanguage
    draft: TextPerLanguage


class DirectoryFile(_Strict):
    """directory.yaml."""

    company: NonEmptyText
    bot_name: TextPerLanguage | None = None
    languages: tuple[LanguageCode, ...] = Field(default=LANGUAGES, min_length=1)
    lines: dict[str, LineSection] = Field(min_length=1)
    urgent_line: NonEmptyText | None = None
    general_line: NonEmptyText | None = None
    greeting_entry: NonEmptyText | None = None
    resolved_entry: NonEmptyText | None = None
    ticket_channel: TicketSection | None = None
    office: OfficeSection | None = None
    sites: dict[str, Url] = Field(default_factory=dict)
    contacts: tuple[NonEmptyText, ...] = ()
    """Further addresses, numbers and links that answers may name as they stand."""
    topics: tuple[NonEmptyText, ...] = Field(min_length=1, max_length=9)
    draft_fields: tuple[DraftField, ...] = DRAFT_FIELDS
    contacts_entry: NonEmptyText | None = None
    fault_topics: tuple[NonEmptyText, ...] = Field(default=(), max_length=9)
    devices: tuple[NonEmptyText, ...] = ()
    stopped_for_all: tuple[NonEmptyText, ...] = ()
    follow_ups: dict[
        Literal[DialogueAct.ASK_PRICE_FOLLOW, DialogueAct.ASK_TIME_FOLLOW, DialogueAct.ELABORATE], NonEmptyText
    ] = Field(default_factory=dict)
    dialogue_entries: dict[DialogueAct, NonEmptyText] = Field(default_factory=dict)
    look: LookSection = Field(default_factory=LookSection)
    outage_kinds: dict[OutageKindId, OutageKindSection] = Field(default_factory=dict)
    source_label: TextPerLanguage | None = None
    sources: dict[str, SourceSection] = Field(default_factory=dict)

    @property
    def fallback_line(self) -> str:
        """The line that is called in when nothing tells which."""
        return self.general_line or next(iter(self.lines))

    @property
    def line_in_emergencies(self) -> str:
        """The line for an urgent case; a company without one has nothing to tell it by."""
        return self.urgent_line or self.fallback_line

    @property
    def own_emails(self) -> tuple[str, ...]:
        """Every address that texts may name."""
        ticket = (self.ticket_channel.email, *self.ticket_channel.aliases) if self.ticket_channel else ()
        return (*ticket, *((self.office.email,) if self.office else ()))


class TextsFile(RootModel[dict[TextSection, dict[str, NonEmptyText]]]):
    """texts/<language>.yaml: how the company words the bot's own sentences, by section and key."""


class LexiconFile(_Strict):
    """lexicon.yaml."""

    concepts: dict[str, SomeLanguages]


class CuesFile(_Strict):
    """cues.yaml."""

    cues: dict[CueId, SomeLanguages]


class DialogueFile(_Strict):
    """dialogue.yaml."""

    acts: dict[DialogueAct, SomeLanguages]


class CategorySection(_Strict):
    """One topic area of categories.yaml."""

    title: TextPerLanguage
    entries: tuple[NonEmptyText, ...] = Field(min_length=1)


class CategoriesFile(_Strict):
    """categories.yaml."""

    categories: dict[Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$")], CategorySection]


class DecoysFile(_Strict):
    """decoys.yaml."""

    decoys: SomeLanguages


class ForeignWordsFile(_Strict):
    """foreign_words.yaml of those files that ship for any company: words with blanks between them."""

    words: SomeLanguages
