"""Mistakes in the shape of content files, each as a sentence that says what to write instead."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, TypeGuard, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from kb.loading.schema import EachLanguage, SomeLanguages
from kb.model import Language

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
    """`raw` as a `file_model` and no mistakes; or None, and each mistake as "key: what is wrong: what to write"."""
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
