"""The shape of the content files, checked by pydantic; every mistake becomes a sentence that says what to write."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final, Literal, TypeGuard, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from kb.model import Act, CueId, DialogueAct, Trust

NonEmptyText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
ShortTitle = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=24)]
Phone = Annotated[str, StringConstraints(pattern=r"^\+[1-9]\d{6,14}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", to_lower=True)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TextPerLanguage(_Strict):
    """One text in each language."""

    lv: NonEmptyText
    ru: NonEmptyText
    en: NonEmptyText


class TitlePerLanguage(_Strict):
    """A choice's label in each language, short enough for every channel."""

    lv: ShortTitle
    ru: ShortTitle
    en: ShortTitle


class PhrasesPerLanguage(_Strict):
    """A list of texts in each language."""

    lv: tuple[NonEmptyText, ...] = Field(min_length=1)
    ru: tuple[NonEmptyText, ...] = Field(min_length=1)
    en: tuple[NonEmptyText, ...] = Field(min_length=1)


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


class DirectoryFile(_Strict):
    """directory.yaml."""

    company: NonEmptyText
    lines: dict[str, LineSection] = Field(min_length=1)
    urgent_line: NonEmptyText
    general_line: NonEmptyText
    greeting_entry: NonEmptyText | None = None
    resolved_entry: NonEmptyText | None = None
    ticket_channel: TicketSection
    office: OfficeSection
    sites: dict[str, Url]
    topics: tuple[NonEmptyText, ...] = Field(min_length=1, max_length=9)
    contacts_entry: NonEmptyText | None = None
    fault_topics: tuple[NonEmptyText, ...] = Field(default=(), max_length=9)
    follow_ups: dict[Literal[DialogueAct.ASK_PRICE_FOLLOW, DialogueAct.ASK_TIME_FOLLOW], NonEmptyText] = Field(
        default_factory=dict
    )
    dialogue_entries: dict[DialogueAct, NonEmptyText] = Field(default_factory=dict)
    source_label: TextPerLanguage
    sources: dict[str, SourceSection]


class LexiconFile(_Strict):
    """lexicon.yaml."""

    concepts: dict[str, PhrasesPerLanguage]


class CuesFile(_Strict):
    """cues.yaml."""

    cues: dict[CueId, PhrasesPerLanguage]


class DialogueFile(_Strict):
    """dialogue.yaml."""

    acts: dict[DialogueAct, PhrasesPerLanguage]


class CategorySection(_Strict):
    """One topic area of categories.yaml."""

    title: TextPerLanguage
    entries: tuple[NonEmptyText, ...] = Field(min_length=1)


class CategoriesFile(_Strict):
    """categories.yaml."""

    categories: dict[Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$")], CategorySection]


class OptionalPhrasesPerLanguage(_Strict):
    """A list of texts in each language, or in some."""

    lv: tuple[NonEmptyText, ...] = ()
    ru: tuple[NonEmptyText, ...] = ()
    en: tuple[NonEmptyText, ...] = ()


class DecoysFile(_Strict):
    """decoys.yaml."""

    decoys: OptionalPhrasesPerLanguage


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
    "a link https://host/path",
    "tuple_type": "is not a list: write one item a line, each after a dash",
    "dict_type": "is not a mapping: write key: value lines below it",
    "model_type": "is not a mapping: write key: value lines below it",
    "model_attributes_type": "is not a mapping: write key: value lines below it",
}


FileModel = TypeVar("FileModel", bound=_Strict)


def parse(file_model: type[FileModel], raw: object) -> tuple[FileModel | None, tuple[str, ...]]:
    """`raw` as `shape` and no mistakes; or None, and every mistake as "key: what is wrong: what to write instead"."""
    try:
        return file_model.model_validate(raw), ()
    except ValidationError as exc:
        return None, tuple(_describe_error(file_model, error) for error in exc.errors())


def _describe_error(file_model: type[_Strict], error: ErrorDetails) -> str:
    key = ".".join(str(part) for part in error["loc"]) or "the file"
    if error["type"] == "extra_forbidden":
        known = ", ".join(_allowed_keys(file_model, error["loc"][:-1]))
        return f"{key}: unknown key: remove it, or use one of {known}"
    remedy = _REMEDIES.get(error["type"])
    if remedy is None:
        return f"{key}: {error['msg']}"
    return _ENUM_MEMBER.sub(r"\1", f"{key}: {remedy.format_map(error.get('ctx', {}))}")


def _allowed_keys(file_model: type[_Strict], path: tuple[int | str, ...]) -> tuple[str, ...]:
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
