"""Stores the versions of entries that are edited in the console: who wrote and who approved each; decides nothing."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, insert, select, update

from kb.entry_edits import EntryEdit, edit_of, entry_digest
from kb.model import EntryId, KnowledgeBase, Language
from storage.curation.content_revision import bump_revision
from storage.errors import EntryEditError
from storage.tables import entry_versions
from storage.tables.types import storable


class VersionState(StrEnum):
    """Whether a version may be said: proposed, until somebody approves or rejects it."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    RELEASED = "released"
    """The content files hold it."""


@dataclass(frozen=True, kw_only=True)
class EntryVersion:
    """An entry as somebody wrote it; `by` is empty for what stood in the content file."""

    id: int
    edit: EntryEdit
    by: str
    at: datetime
    decided_by: str | None
    decided_at: datetime | None
    state: VersionState


def add_version(
    connection: Connection,
    edit: EntryEdit,
    released_content: KnowledgeBase,
    by: str,
    now: datetime,
    *,
    seen: int | None,
    needs_approval: bool = False,
) -> EntryVersion:
    """Store a checked edit, and let it count unless another agent has to approve it; an open proposal gives way to it.

    `seen` is the newest version that the editor saw. Before the first edit the content file's own words are stored.

    Raises:
        EntryEditError: somebody else stored a version meanwhile.
    """
    # First, so that of two who edit at once the second waits, and sees what the first one did.
    bump_revision(connection)
    if _newest_id(connection, edit.entry) != seen:
        raise EntryEditError
    filed = edit_of(released_content.entries[edit.entry])
    if not connection.scalar(select(exists().where(_of(edit.entry), entry_versions.c.based_on == filed.based_on))):
        _insert(connection, filed, "", now, approved_by="")
    rejected = {"state": VersionState.REJECTED, "decided_by": by, "decided_at": now}
    connection.execute(update(entry_versions).where(_of(edit.entry), _is_open).values(rejected))
    return _insert(connection, edit, by, now, approved_by=None if needs_approval else by)


def approve_version(connection: Connection, version: int, by: str, now: datetime) -> EntryVersion:
    """Let a proposal count.

    Raises:
        EntryEditError: it is no proposal any more, or `by` wrote it.
    """
    return _decide(connection, version, VersionState.APPROVED, by, now, entry_versions.c.edited_by != by)


def reject_version(connection: Connection, version: int, by: str, now: datetime) -> EntryVersion:
    """Reject a proposal; whoever wrote it may take it back.

    Raises:
        EntryEditError: it is no proposal any more.
    """
    return _decide(connection, version, VersionState.REJECTED, by, now)


def _decide(
    connection: Connection, version: int, state: VersionState, by: str, now: datetime, *conditions: ColumnElement[bool]
) -> EntryVersion:
    bump_revision(connection)
    decided = update(entry_versions).where(entry_versions.c.id == version, _is_open, *conditions)
    row = connection.execute(
        decided.values(state=state, decided_by=by, decided_at=now).returning(entry_versions)
    ).one_or_none()
    if row is None:
        raise EntryEditError
    return _version(row)


def get_version(connection: Connection, version: int) -> EntryVersion | None:
    """A version."""
    row = connection.execute(select(entry_versions).where(entry_versions.c.id == version)).one_or_none()
    return None if row is None else _version(row)


def list_versions(connection: Connection, entry: EntryId) -> tuple[EntryVersion, ...]:
    """All versions of an entry, the newest first."""
    found = select(entry_versions).where(_of(entry)).order_by(entry_versions.c.id.desc())
    return tuple(_version(row) for row in connection.execute(found))


def list_proposals(connection: Connection) -> tuple[EntryVersion, ...]:
    """What waits for approval, the oldest first."""
    return tuple(
        _version(row)
        for row in connection.execute(select(entry_versions).where(_is_open).order_by(entry_versions.c.id))
    )


def current_edits(connection: Connection) -> tuple[EntryEdit, ...]:
    """The newest approved version of each entry, unless the content files hold it."""
    newest = (
        select(func.max(entry_versions.c.id))
        .where(entry_versions.c.state.in_([VersionState.APPROVED, VersionState.RELEASED]))
        .group_by(entry_versions.c.entry)
    )
    current = and_(entry_versions.c.id.in_(newest), entry_versions.c.state == VersionState.APPROVED)
    rows = connection.execute(select(entry_versions).where(current).order_by(entry_versions.c.id))
    return tuple(_version(row).edit for row in rows)


def mark_edits_released(connection: Connection, base: KnowledgeBase, now: datetime) -> tuple[EntryId, ...]:
    """Mark the approved versions of entries that the content files hold as released; return their entries."""
    there = tuple(
        edit.entry
        for edit in current_edits(connection)
        if edit.entry in base.entries
        and is_filed(edit, base)
        and edit.based_on != entry_digest(base.entries[edit.entry])
    )
    for entry in there:
        approved = and_(_of(entry), entry_versions.c.state == VersionState.APPROVED)
        released = {"state": VersionState.RELEASED, "released_at": now}
        connection.execute(update(entry_versions).where(approved).values(released))
    if there:
        bump_revision(connection)
    return there


def is_filed(edit: EntryEdit, base: KnowledgeBase) -> bool:
    """Whether the content files say the same, and know its questions beside lessons that they took in too."""
    entry = base.entries[edit.entry]
    filed = replace(edit_of(entry), questions=edit.questions, based_on=edit.based_on)
    known = all({*texts} <= {*entry.questions[language]} for language, texts in edit.questions.items())
    return known and _values(filed) == _values(edit)


def _newest_id(connection: Connection, entry: EntryId) -> int | None:
    newest: int | None = connection.scalar(select(func.max(entry_versions.c.id)).where(_of(entry)))
    return newest


def _insert(
    connection: Connection, edit: EntryEdit, by: str, now: datetime, *, approved_by: str | None
) -> EntryVersion:
    decision = (
        {"state": VersionState.PROPOSED}
        if approved_by is None
        else {"state": VersionState.APPROVED, "decided_by": approved_by, "decided_at": now}
    )
    values = {**_values(edit), "edited_by": by, "edited_at": now, **decision}
    return _version(connection.execute(insert(entry_versions).values(values).returning(entry_versions)).one())


def _of(entry: EntryId) -> ColumnElement[bool]:
    return entry_versions.c.entry == entry


_is_open = entry_versions.c.state == VersionState.PROPOSED


def _values(edit: EntryEdit) -> dict[str, Any]:
    return {
        "entry": edit.entry,
        "titles": _json(edit.title),
        "answers": _json(edit.answer),
        "questions": _json({language: list(texts) for language, texts in edit.questions.items()}),
        "sources": json.dumps(edit.sources),
        "review_by": edit.review_by.isoformat(),
        "based_on": edit.based_on,
    }


def _json(by_language: Mapping[Language, str | Iterable[str]]) -> str:
    return storable(json.dumps(dict(sorted(by_language.items())), ensure_ascii=False))


def _version(row: Row[Any]) -> EntryVersion:
    questions = {language: tuple(texts) for language, texts in json.loads(row.questions).items()}
    return EntryVersion(
        id=row.id,
        edit=EntryEdit(
            entry=EntryId(row.entry),
            title=MappingProxyType(json.loads(row.titles)),
            answer=MappingProxyType(json.loads(row.answers)),
            questions=MappingProxyType(questions),
            sources=tuple(json.loads(row.sources)),
            review_by=date.fromisoformat(row.review_by),
            based_on=row.based_on,
        ),
        by=row.edited_by,
        at=row.edited_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        state=VersionState(row.state),
    )
