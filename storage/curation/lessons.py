"""What the helpdesk taught, a yes or a no, and how often that changed; no talk is named, nothing is decided here."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Executable, Row, insert, select, update

from handlers.input.redaction import mask
from kb.lessons import Lesson, Rejection, RejectionReason, collapse_whitespace, existing_texts, validate_lesson
from kb.loading.validation import casefold_key
from kb.model import EntryId, KnowledgeBase, Language
from storage.database.upsert import insert_into
from storage.errors import LessonError
from storage.tables import knowledge_revision, taught
from storage.tables.types import clean


class Kind(StrEnum):
    """A yes: these words mean an entry. A no: these words mean none."""

    QUESTION = "question"
    DECOY = "decoy"


@dataclass(frozen=True, kw_only=True)
class Taught:
    """Words that an agent has confirmed: masked, on one line, and nobody's in particular."""

    id: int
    lesson: Lesson
    by: str
    at: datetime
    undone_by: str | None = None
    undone_at: datetime | None = None
    filed_at: datetime | None = None

    @property
    def kind(self) -> Kind:
        """Whether it is a yes or a no."""
        return Kind.DECOY if self.lesson.entry is None else Kind.QUESTION


@dataclass(frozen=True, kw_only=True)
class Curriculum:
    """All that is taught now, oldest first, as of `revision`."""

    revision: int
    taught: tuple[Taught, ...]

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """What is to be added to the content (kb.lessons.extended)."""
        return tuple(each.lesson for each in self.taught)


def teach(
    connection: Connection, filed: KnowledgeBase, entry: EntryId, language: Language, text: str, by: str, now: datetime
) -> Taught:
    """These words mean `entry` from now on. Taught already: what was taught then. `filed` is what stands in the files.

    Raises:
        LessonError: says why it cannot be taught (`refused`); nothing was changed.
    """
    return _teach(connection, filed, Lesson(entry=entry, language=language, text=_safe(text)), by, now)


def teach_no(
    connection: Connection, filed: KnowledgeBase, language: Language, text: str, by: str, now: datetime
) -> Taught:
    """These words mean no entry from now on. Taught already: what was taught then.

    Raises:
        LessonError: says why it cannot be taught (`refused`); nothing was changed.
    """
    return _teach(connection, filed, Lesson(entry=None, language=language, text=_safe(text)), by, now)


def unteach(connection: Connection, taught_id: int, by: str, now: datetime) -> bool:
    """Take a lesson back. False where it counts no more: taken back already, or in the content files."""
    undone = update(taught).where(taught.c.id == taught_id, _counts).values(undone_by=by, undone_at=now)
    if connection.execute(undone).rowcount == 0:
        return False
    _changed(connection)
    return True


def current(connection: Connection) -> Curriculum:
    """All that is taught now. In a `reading` transaction the revision belongs to it."""
    rows = connection.execute(select(taught).where(_counts).order_by(taught.c.id))
    return Curriculum(revision=revision(connection), taught=tuple(_taught(row) for row in rows))


def revision(connection: Connection) -> int:
    """A number that grows with every change of what is taught; 0 where nothing ever was."""
    return connection.scalar(_revision) or 0


def get(connection: Connection, taught_id: int) -> Taught | None:
    """A lesson, whether it counts or not."""
    row = connection.execute(select(taught).where(taught.c.id == taught_id)).one_or_none()
    return None if row is None else _taught(row)


def listed(connection: Connection, *, limit: int = 100) -> tuple[Taught, ...]:
    """What was taught last, newest first, with what was taken back or stands in the files by now."""
    return tuple(_taught(row) for row in connection.execute(select(taught).order_by(taught.c.id.desc()).limit(limit)))


def filed(connection: Connection, base: KnowledgeBase, now: datetime) -> tuple[Taught, ...]:
    """Lay down the lessons that stand in the content files by now, where they were to stand; which they are."""
    known = existing_texts(base)
    there = [
        each for each in current(connection).taught if known.get(casefold_key(each.lesson.text)) == each.lesson.place
    ]
    for each in there:
        connection.execute(update(taught).where(taught.c.id == each.id, _counts).values(filed_at=now))
    if there:
        _changed(connection)
    return tuple(replace(each, filed_at=now) for each in there)


def _safe(text: str) -> str:
    masked, _ = mask(clean(text))
    return collapse_whitespace(masked)


def _teach(connection: Connection, filed: KnowledgeBase, lesson: Lesson, by: str, now: datetime) -> Taught:
    refused = validate_lesson(lesson, filed)
    if refused is not None:
        raise LessonError(refused=refused)
    # First, so that two who teach at once wait for each other, and the second sees what the first did.
    _changed(connection)
    before = _same(connection, lesson)
    if before is None:
        return _taught(connection.execute(insert(taught).values(_values(lesson, by, now)).returning(taught)).one())
    if before.lesson.place != lesson.place:
        raise LessonError(refused=Rejection(reason=RejectionReason.IN_ANOTHER_ENTRY, place=before.lesson.place))
    return before


def _same(connection: Connection, lesson: Lesson) -> Taught | None:
    row = connection.execute(select(taught).where(taught.c.folded == casefold_key(lesson.text), _counts)).one_or_none()
    return None if row is None else _taught(row)


def _values(lesson: Lesson, by: str, now: datetime) -> dict[str, Any]:
    kind = Kind.DECOY if lesson.entry is None else Kind.QUESTION
    words = {
        "entry": lesson.entry,
        "language": lesson.language,
        "text": lesson.text,
        "folded": casefold_key(lesson.text),
    }
    return {"kind": kind, **words, "taught_by": by, "taught_at": now}


def _taught(row: Row[Any]) -> Taught:
    return Taught(
        id=row.id,
        lesson=Lesson(entry=EntryId(row.entry) if row.entry else None, language=row.language, text=row.text),
        by=row.taught_by,
        at=row.taught_at,
        undone_by=row.undone_by,
        undone_at=row.undone_at,
        filed_at=row.filed_at,
    )


def _changed(connection: Connection) -> None:
    connection.execute(_grow(connection.dialect.name), {"id": _ONLY, "revision": 1})


@cache
def _grow(dialect: str) -> Executable:
    more = {"revision": knowledge_revision.c.revision + 1}
    return insert_into(dialect, knowledge_revision).on_conflict_do_update(index_elements=["id"], set_=more)


_ONLY: Final = 1
_counts: Final = taught.c.undone_at.is_(None) & taught.c.filed_at.is_(None)
_revision = select(knowledge_revision.c.revision).where(knowledge_revision.c.id == _ONLY)
