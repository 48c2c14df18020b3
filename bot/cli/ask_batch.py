"""Reads a file of questions as JSON lines, and answers each."""

import json
from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from bot.cli.asker import BatchAsker
from handlers.model.context import KnowledgeBundle
from kb.model import Language


def _empty_to_none(value: object) -> object:
    return value or None


def _language_or_none(value: object) -> object:
    return value if isinstance(value, str) and len(value) == 2 else None


class BatchRow(BaseModel):
    """One line of a batch."""

    model_config = ConfigDict(extra="ignore", strict=True)

    text: str
    lang: Annotated[Language | None, BeforeValidator(_language_or_none)] = None
    conversation: Annotated[str | int | None, BeforeValidator(_empty_to_none)] = None


def ask_lines(lines: Iterable[str], knowledge: KnowledgeBundle, *, why: bool = False) -> Iterator[dict[str, Any]]:
    """An answer for each line, in order; an invalid line gives an object with `error` and its number."""
    batch_asker = BatchAsker(knowledge)
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = BatchRow.model_validate(json.loads(line))
        except (ValueError, ValidationError, RecursionError) as exc:
            yield {"line_number": number, "error": _describe_line_error(exc)}
            continue
        yield batch_asker.ask(row, why=why)


def _describe_line_error(exc: Exception) -> str:
    if isinstance(exc, ValidationError):
        places = "; ".join(f"{'.'.join(map(str, error['loc'])) or 'line'}: {error['msg']}" for error in exc.errors())
        return f'not usable: {places}. Write an object with "text", and "lang" and "conversation" if you like'
    return f'not JSON: {exc}. Write one object a line, like {{"text": "..."}}'
