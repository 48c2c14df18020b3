"""The part of the Bot API that this program uses, read from tests/data/telegram-methods.yaml: fields, types, limits."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict

FILE: Final = Path(__file__).parents[1] / "data" / "telegram-methods.yaml"


class Field(BaseModel):
    """One field of a method or a type, with its limits; the head of the file says what each limit counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str
    required: bool = False
    length: tuple[int, int] | None = None
    bytes: tuple[int, int] | None = None
    values: tuple[int, int] | None = None
    items: tuple[int, int] | None = None
    pattern: str | None = None
    one_of: tuple[str, ...] = ()
    refusal: str | None = None

    @property
    def types(self) -> tuple[str, ...]:
        """The alternatives."""
        return tuple(self.type.split(" or "))

    def problem(self, value: Any) -> str | None:
        """How a value of the right type breaks a limit; None where it keeps them all."""
        found = next(self._problems(value), None)
        return self.refusal or found if found else None

    def _problems(self, value: Any) -> Iterator[str]:
        yield from _outside("length", units(value) if isinstance(value, str) else 0, self.length)
        yield from _outside("bytes", len(value.encode()) if isinstance(value, str) else 0, self.bytes)
        if self.values is not None and not self.values[0] <= value <= self.values[1]:
            yield f"{value} must be {self.values[0]} to {self.values[1]}"
        yield from _outside("items", len(value) if isinstance(value, list) else 0, self.items)
        if self.pattern is not None and re.fullmatch(self.pattern, value, re.DOTALL) is None:
            yield f"{value!r} does not match {self.pattern}"
        if self.one_of and value not in self.one_of:
            yield f"{value!r} is none of {', '.join(self.one_of)}"


Fields = Mapping[str, Field]


class BotApiFacts(BaseModel):
    """Methods by name with their fields; types by name with their fields, or with the types that they stand for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    methods: Mapping[str, Fields]
    types: Mapping[str, Fields | tuple[str, ...]]


@cache
def bot_api() -> BotApiFacts:
    """The file, read once."""
    return BotApiFacts.model_validate(yaml.safe_load(FILE.read_text("utf-8")))


def units(text: str) -> int:
    """UTF-16 units: what lengths and offsets count."""
    return len(text.encode("utf-16-le")) // 2


def _outside(what: str, measure: int, limit: tuple[int, int] | None) -> Iterator[str]:
    if limit is not None and not limit[0] <= measure <= limit[1]:
        fault = "empty" if measure == 0 else "too short" if measure < limit[0] else "too long"
        yield f"{what} {measure} is {fault}: {limit[0]} to {limit[1]}"
