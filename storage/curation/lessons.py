"""Stores lessons, training and out-of-scope examples, and their revision; names no conversation, and decides
nothing."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from handlers.input.redaction import mask
from kb.entry_edits import EntryEdit
from kb.lessons import Lesson, Rejection, RejectionReason, collapse_whitespace, existing_texts, validate_lesson
from kb.model import EntryId, KnowledgeBase, Language
from kb.text.contacts import casefold_key
from storage.curation.content_revision import bump_revision, read_revision
from storage.curation.entry_versions import current_edits
from storage.errors import LessonError
from storage.tables import taught
from storage.tables.types import storable


class LessonKind(StrEnum):
    """A training example means an entry, an out-of-scope example means none."""

    QUESTION = "question"
    OUT_OF_SCOPE = "decoy"


@dataclass(frozen=True, kw_only=True)
class StoredLesson:
    """A text confirmed by an agent: masked, on one line, and free of personal data."""

    id: int
    lesson: Lesson
    by: str
    at: datetime
    revoked_by: str | None = None
    revoked_at: datetime | None = None
    released_at: datetime | None = None

    @property
    def kind(self) -> LessonKind:
        """Whether it is a training or an out-of-scope example."""
        return LessonKind.OUT_OF_SCOPE if self.lesson.entry is None else LessonKind.QUESTION


@dataclass(frozen=True, kw_only=True)
class LessonSet:
    """All current lessons, oldest first, and the edited entries, as of `revision`."""

    revision: int
    stored: tuple[StoredLesson, ...]
    edits: tuple[EntryEdit, ...] = ()

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """Lessons to add to the content (kb.lessons.extend)."""
        return tuple(each.lesson for each in self.stored)


def add_lesson(
    connection: Connection,
    released_content: KnowledgeBase,
    entry: EntryId,
    language: Language,
    text: str,
    by: str,
    now: datetime,
) -> StoredLesson:
    """Add `text` as a training example of `entry`; return the earlier lesson if there is one. `released_content` is
    that of the content files.

    Raises:
        LessonError: says why it cannot be taught (`rejection`); nothing was changed.
    """
    return _add(connection, released_content, Lesson(entry=entry, language=language, text=_sanitize(text)), by, now)


def add_out_of_scope(
    connection: Connection, released_content: KnowledgeBase, language: Language, text: str, by: str, now: datetime
) -> StoredLesson:
    """Add `text` as an out-of-scope example; return the earlier lesson if there is one.

    Raises:
        LessonError: says why it cannot be taught (`rejection`); nothing was changed.
    """
    return _add(connection, released_content, Lesson(entry=None, language=language, text=_sanitize(text)), by, now)


def revoke_lesson(connection: Connection, lesson_id: int, by: str, now: datetime) -> bool:
    """Revoke a lesson. False if it no longer counts: revoked already, or released with the content files."""
    undone = update(taught).where(taught.c.id == lesson_id, _is_active).values(undone_by=by, undone_at=now)
    if connection.execute(undone).rowcount == 0:
        return False
    bump_revision(connection)
    return True


def current_lessons(connection: Connection) -> LessonSet:
    """All current lessons and edited entries; in a `read_transaction` they match the revision."""
    rows = connection.execute(select(taught).where(_is_active).order_by(taught.c.id))
    stored = tuple(_stored_lesson(row) for row in rows)
    return LessonSet(revision=revision(connection), stored=stored, edits=current_edits(connection))


def revision(connection: Connection) -> int:
    """A number that grows with every change of lessons and entries; 0 if there never was one."""
    return read_revision(connection)


def get(connection: Connection, lesson_id: int) -> StoredLesson | None:
    """A lesson, current or not."""
    row = connection.execute(select(taught).where(taught.c.id == lesson_id)).one_or_none()
    return None if row is None else _stored_lesson(row)


def mark_released(connection: Connection, base: KnowledgeBase, now: datetime) -> tuple[StoredLesson, ...]:
    """Mark lessons as released that the content files hold in the right place; return them."""
    known = existing_texts(base)
    there = [
        each
        for each in current_lessons(connection).stored
        if known.get(casefold_key(each.lesson.text)) == each.lesson.place
    ]
    for each in there:
        connection.execute(update(taught).where(taught.c.id == each.id, _is_active).values(filed_at=now))
    if there:
        bump_revision(connection)
    return tuple(replace(each, released_at=now) for each in there)


def _sanitize(text: str) -> str:
    masked, _ = mask(storable(text))
    return collapse_whitespace(masked)


def _add(
    connection: Connection, released_content: KnowledgeBase, lesson: Lesson, by: str, now: datetime
) -> StoredLesson:
    rejection = validate_lesson(lesson, released_content)
    if rejection is not None:
        raise LessonError(rejection=rejection)
    # First, so that of two agents who teach at once the second waits, and sees what the first one did.
    bump_revision(connection)
    before = _find_same(connection, lesson)
    if before is None:
        return _stored_lesson(
            connection.execute(insert(taught).values(_values(lesson, by, now)).returning(taught)).one()
        )
    if before.lesson.place != lesson.place:
        raise LessonError(rejection=Rejection(reason=RejectionReason.IN_ANOTHER_ENTRY, place=before.lesson.place))
    return before


def _find_same(connection: Connection, lesson: Lesson) -> StoredLesson | None:
    row = connection.execute(
        select(taught).where(taught.c.folded == casefold_key(lesson.text), _is_active)
    ).one_or_none()
    return None if row is None else _stored_lesson(row)


def _values(lesson: Lesson, by: str, now: datetime) -> dict[str, Any]:
    kind = LessonKind.OUT_OF_SCOPE if lesson.entry is None else LessonKind.QUESTION
    words = {
        "entry": lesson.entry,
        "language": lesson.language,
        "text": lesson.text,
        "folded": casefold_key(lesson.text),
    }
    return {"kind": kind, **words, "taught_by": by, "taught_at": now}


def _stored_lesson(row: Row[Any]) -> StoredLesson:
    return StoredLesson(
        id=row.id,
        lesson=Lesson(entry=EntryId(row.entry) if row.entry else None, language=row.language, text=row.text),
        by=row.taught_by,
        at=row.taught_at,
        revoked_by=row.undone_by,
        revoked_at=row.undone_at,
        released_at=row.filed_at,
    )


_is_active: Final = taught.c.undone_at.is_(None) & taught.c.filed_at.is_(None)
