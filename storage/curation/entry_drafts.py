"""Entries that the helpdesk has begun to write: kept until they stand in the content files; nothing is decided here."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, delete, select, update

from handlers.input.redaction import mask
from kb.lessons import MAX_LESSON_CHARS
from kb.model import ANY_LINE, Act, KnowledgeBase, Language
from storage.database.upsert import insert_into
from storage.errors import EntryDraftError
from storage.tables import drafts
from storage.tables.types import storable

MAX_ID_CHARS: Final = 40
MAX_TEXT_CHARS: Final = 1000
MAX_QUESTIONS_PER_LANGUAGE: Final = 200
"""A language."""

_ID: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_texts_json: TypeAdapter[dict[Language, str]] = TypeAdapter(dict[Language, str])
_lists_json: TypeAdapter[dict[Language, tuple[str, ...]]] = TypeAdapter(dict[Language, tuple[str, ...]])


@dataclass(frozen=True, kw_only=True)
class EntryDraft:
    """An entry to be: what is not written yet is missing, or empty. `id` is what its file will be called."""

    id: str
    act: Act
    line: str
    titles: Mapping[Language, str] = field(default_factory=lambda: MappingProxyType({}))
    answers: Mapping[Language, str] = field(default_factory=lambda: MappingProxyType({}))
    questions: Mapping[Language, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    by: str
    at: datetime


def add(connection: Connection, draft: EntryDraft, released_content: KnowledgeBase) -> EntryDraft:
    """Keep a new draft; as it is kept, with secrets masked. `filed` is what stands in the content files.

    Raises:
        DraftError: says what is wrong with it.
    """
    kept = _validated(draft, released_content)
    once = insert_into(connection.dialect.name, drafts).values(_values(kept)).on_conflict_do_nothing()
    if connection.scalar(once.returning(drafts.c.id)) is None:
        message = f"There is a draft {kept.id} already: choose another name, or go on with that one."
        raise EntryDraftError(message)
    return kept


def change(connection: Connection, draft: EntryDraft, released_content: KnowledgeBase) -> EntryDraft:
    """Keep a draft in place of the one with its id; as it is kept, with secrets masked.

    Raises:
        DraftError: says what is wrong with it.
    """
    kept = _validated(draft, released_content)
    if connection.execute(update(drafts).where(drafts.c.id == kept.id).values(_values(kept))).rowcount == 0:
        message = f"There is no draft {kept.id}: somebody has dropped it, or it stands in the content by now."
        raise EntryDraftError(message)
    return kept


def get(connection: Connection, draft: str) -> EntryDraft | None:
    """The draft of this id."""
    row = connection.execute(select(drafts).where(drafts.c.id == draft)).one_or_none()
    return None if row is None else _draft(row)


def list_all(connection: Connection) -> tuple[EntryDraft, ...]:
    """All drafts, by id."""
    return tuple(_draft(row) for row in connection.execute(select(drafts).order_by(drafts.c.id)))


def drop(connection: Connection, draft: str) -> bool:
    """Drop a draft. False where there is none."""
    return connection.execute(delete(drafts).where(drafts.c.id == draft)).rowcount == 1


def drop_released(connection: Connection, base: KnowledgeBase) -> tuple[str, ...]:
    """Drop the drafts whose entries stand in the content files by now; which they are."""
    there = tuple(draft.id for draft in list_all(connection) if draft.id in base.entries)
    for draft in there:
        drop(connection, draft)
    return there


def _validated(draft: EntryDraft, released_content: KnowledgeBase) -> EntryDraft:
    for problem in _problems(draft, released_content):
        raise EntryDraftError(problem)
    return EntryDraft(
        id=draft.id,
        act=draft.act,
        line=draft.line,
        titles={language: _sanitize(text) for language, text in draft.titles.items() if text.strip()},
        answers={language: _sanitize(text) for language, text in draft.answers.items() if text.strip()},
        questions={
            language: tuple(" ".join(_sanitize(text).split()) for text in texts if text.strip())
            for language, texts in draft.questions.items()
        },
        by=draft.by,
        at=draft.at,
    )


def _problems(draft: EntryDraft, released_content: KnowledgeBase) -> Iterator[str]:
    if not _ID.fullmatch(draft.id) or len(draft.id) > MAX_ID_CHARS:
        yield f"The name is not usable: write small letters a to z, digits and hyphens, at most {MAX_ID_CHARS}."
    if draft.id in released_content.entries:
        yield f"There is an entry {draft.id} already: teach it questions, or choose another name."
    if draft.line not in (*released_content.directory.lines, ANY_LINE):
        known = ", ".join(sorted(released_content.directory.lines))
        yield f"{draft.line} is no line: write {ANY_LINE} or one of {known}."
    longest = max((len(text) for text in (*draft.answers.values(), *draft.titles.values())), default=0)
    if longest > MAX_TEXT_CHARS:
        yield f"A text is too long: write it in at most {MAX_TEXT_CHARS} characters."
    if any(len(texts) > MAX_QUESTIONS_PER_LANGUAGE for texts in draft.questions.values()):
        yield f"There are too many questions: keep at most {MAX_QUESTIONS_PER_LANGUAGE} a language."
    if any(len(text) > MAX_LESSON_CHARS for texts in draft.questions.values() for text in texts):
        yield f"A question is too long: write it in at most {MAX_LESSON_CHARS} characters."


def _sanitize(text: str) -> str:
    masked, _ = mask(storable(text).replace("\r\n", "\n"))
    return masked.strip()


def _values(draft: EntryDraft) -> dict[str, Any]:
    return {
        "id": draft.id,
        "act": draft.act,
        "line": draft.line,
        "titles": _texts_json.dump_json(dict(draft.titles)).decode(),
        "answers": _texts_json.dump_json(dict(draft.answers)).decode(),
        "questions": _lists_json.dump_json(dict(draft.questions)).decode(),
        "drafted_by": draft.by,
        "drafted_at": draft.at,
    }


def _draft(row: Row[Any]) -> EntryDraft:
    return EntryDraft(
        id=row.id,
        act=Act(row.act),
        line=row.line,
        titles=MappingProxyType(_texts_json.validate_json(row.titles)),
        answers=MappingProxyType(_texts_json.validate_json(row.answers)),
        questions=MappingProxyType(_lists_json.validate_json(row.questions)),
        by=row.drafted_by,
        at=row.drafted_at,
    )
