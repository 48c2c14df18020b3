"""The shape of the content files, checked by pydantic; every mistake becomes a sentence that says what to write."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Final, Literal, TypeGuard, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, RootModel, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

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


_ENUM_MEMBER: Final = re.compile(r"<\w+\.\w+: ('[^']*')>")
"""How pydantic tells of an enum's member; what stands in a file is the part in quotes."""

_REMEDIES: Final[Mapping[str, str]] = {
    "missing": "is missing: add it",
    "string_type": "is not a text: write it in quotes",
    "string_too_short": "is empty: write the text",
    "string_too_long": "is too long: write at most {max_length} characters",
    "too_short": "is empty: write at least one",
    "too_long": "is too long a list: keep at most {max_length}",
    "enum": "is not known: write {expected}",
    "literal_error": "is not known: write {expected}",
    "date_from_datetime_parsing": "is not a date: write it as 2027-06-01",
    "date_type": "is not a date: write it as 2027-06-01",
    "string_pattern_mismatch": "does not look right: a phone is written +37120000000, an e-mail name@host.lv, "
    "a link https://host/path, a name in small letters a to z, "
    'a colour "#925608"',
    "tuple_type": "is not a list: write one item a line, each after a dash",
    "dict_type": "is not a mapping: write key: value lines below it",
    "model_type": "is not a mapping: write key: value lines below it",
    "model_attributes_type": "is not a mapping: write key: value lines below it",
}


FileModel = TypeVar("FileModel", bound=BaseModel)


def parse(file_model: type[FileModel], raw: object) -> tuple[FileModel | None, tuple[str, ...]]:
    """`raw` as `shape` and no mistakes; or None, and every mistake as "key: what is wrong: what to write instead"."""
    try:
        return file_model.model_validate(raw), ()
    except ValidationError as exc:
        return None, tuple(_describe_error(file_model, error) for error in exc.errors())


def _describe_error(file_model: type[BaseModel], error: ErrorDetails) -> str:
    key = ".".join(str(part) for part in error["loc"]) or "the file"
    if error["type"] == "extra_forbidden":
        known = ", ".join(_allowed_keys(file_model, error["loc"][:-1]))
        return f"{key}: unknown key: remove it, or use one of {known}"
    remedy = _REMEDIES.get(error["type"])
    if remedy is None:
        return f"{key}: {error['msg']}"
    return _ENUM_MEMBER.sub(r"\1", f"{key}: {remedy.format_map(error.get('ctx', {}))}")


def _allowed_keys(file_model: type[BaseModel], path: tuple[int | str, ...]) -> tuple[str, ...]:
    """The keys that the mapping at `path` may have."""
    found: type[BaseModel] = file_model
    for step in path:
        field = found.model_fields.get(str(step))
        if field is not None:
            inner = [kind for kind in (field.annotation, *get_args(field.annotation)) if _is_model(kind)]
            found = inner[-1]
    return tuple(found.model_fields)


def _is_model(kind: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def missing_languages(
    file_model: type[BaseModel], raw: Mapping[str, object], languages: tuple[Language, ...]
) -> Iterator[str]:
    """What a file that is not of the right shape lacks beside: languages of its texts."""
    for name, field in file_model.model_fields.items():
        texts = raw.get(name)
        if (
            isinstance(field.annotation, type)
            and issubclass(field.annotation, EachLanguage)
            and isinstance(texts, dict)
        ):
            yield from (f"{name}.{language}: is missing: add it" for language in languages if language not in texts)


def language_problems(file: BaseModel, languages: tuple[Language, ...]) -> Iterator[str]:
    """Texts of `file` in languages that the content does not have, and texts that one of its languages lacks."""
    for name, value in file:
        yield from _language_problems(name, value, languages)


def _language_problems(key: str, value: object, languages: tuple[Language, ...]) -> Iterator[str]:
    if isinstance(value, EachLanguage | SomeLanguages):
        for language in value.root:
            if language not in languages:
                known = ", ".join(languages)
                yield f"{key}.{language}: unknown key: remove it, or use one of {known} (`languages` of directory.yaml)"
        if isinstance(value, EachLanguage):
            yield from (f"{key}.{language}: is missing: add it" for language in languages if language not in value.root)
    elif isinstance(value, BaseModel):
        yield from (problem for name, part in value for problem in _language_problems(f"{key}.{name}", part, languages))
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from _language_problems(f"{key}.{name}", part, languages)
