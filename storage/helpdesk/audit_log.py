"""Records what was done in the console, by whom and when; never a text or an address."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select

from storage.tables import audit

MAX_SUBJECT_CHARS: Final = 200
"""Maximum length of a subject, in characters."""


class AuditEvent(StrEnum):
    """The actions that are audited."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_IN_THROTTLED = "sign_in_held"
    ACCOUNT_NO_EMAIL = "account_no_email"
    ACCOUNT_EMAIL_UNVERIFIED = "account_email_unverified"
    ACCOUNT_VERIFICATION_UNKNOWN = "account_verification_unknown"
    ACCOUNT_NOT_LISTED = "account_not_listed"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_NAME_UNUSABLE = "account_name_unusable"
    SIGNED_OUT = "signed_out"
    REFUSED = "refused"
    AGENT_ADDED = "agent_added"
    AGENT_ROLE = "agent_role"
    AGENT_PASSWORD = "agent_password"  # noqa: S105 - the name of an event
    AGENT_DISABLED = "agent_disabled"
    AGENT_ENABLED = "agent_enabled"
    REPLY_RETRIED = "reply_retried"
    REPLY_DROPPED = "reply_dropped"
    NOTIFICATION_RETRIED = "notice_retried"
    LIST_VIEWED = "list_seen"
    TRANSCRIPT_VIEWED = "transcript_seen"
    PERSON_EXPORTED = "person_exported"
    PERSON_ERASED = "person_erased"
    REPORT_EXPORTED = "figures_exported"
    LESSON_ADDED = "question_taught"
    LESSON_REVOKED = "question_untaught"
    QUESTION_IGNORED = "question_ignored"
    QUESTION_RESTORED = "question_restored"
    ENTRY_EDITED = "entry_edited"
    EDIT_PROPOSED = "edit_proposed"
    EDIT_APPROVED = "edit_approved"
    EDIT_REJECTED = "edit_rejected"
    ENTRY_DRAFTED = "entry_drafted"
    HANDOFF_TAKEN = "handoff_taken"
    HANDOFF_RELEASED = "handoff_given_back"
    HANDOFF_CLOSED = "handoff_closed"
    HANDOFF_CONTACTED = "handoff_contacted"
    HANDOFF_KEPT = "handoff_kept"
    HANDOFF_UNDONE = "handoff_undone"
    HANDOFF_REOPENED = "handoff_reopened"
    HANDOFF_ASSIGNED = "handoff_assigned"
    INCIDENT_TAKEN = "incident_taken"
    INCIDENT_KEPT = "incident_kept"
    INCIDENT_RELEASED = "incident_given_back"
    INCIDENT_ENDED = "incident_ended"
    INCIDENT_PARTED = "incident_parted"
    NOTE_WRITTEN = "note_written"
    AGENT_REPLIED = "agent_replied"
    CHAT_RETURNED = "chat_returned"
    NEWS_PUBLISHED = "news_published"
    NEWS_WITHDRAWN = "news_withdrawn"
    VENUES_IMPORTED = "venues_imported"
    VENUE_VIEWED = "venue_seen"
    VENUE_ADDED = "venue_added"
    VENUE_CHANGED = "venue_changed"
    VENUE_REMOVED = "venue_removed"
    VENUE_LINKS_MADE = "venue_links_made"
    VENUE_LINKS_REVOKED = "venue_links_revoked"
    VENUE_CONFIRMED = "venue_confirmed"
    OUTAGE_DECLARED = "outage_declared"
    OUTAGE_EDITED = "outage_edited"
    OUTAGE_ENDED = "outage_ended"
    OUTAGE_DISMISSED = "outage_dismissed"


@dataclass(frozen=True, kw_only=True)
class AuditRecord:
    """One action; `agent` is a name, `subject` its object: a number, a name, an id."""

    id: int
    at: datetime
    agent: str | None
    event: str
    subject: str | None


def record(
    connection: Connection, event: AuditEvent, now: datetime, *, agent: str | None, subject: str | None = None
) -> None:
    """Record an event, in the transaction of the action itself."""
    short = None if subject is None else subject[:MAX_SUBJECT_CHARS]
    connection.execute(insert(audit).values(at=now, agent=agent, event=event, subject=short))


def list_records(
    connection: Connection,
    *,
    before: int | None = None,
    agent: str | None = None,
    events: Collection[AuditEvent] = (),
    limit: int = 100,
) -> tuple[AuditRecord, ...]:
    """The latest records first; `before` continues after the record of that number."""
    wanted = select(audit).order_by(audit.c.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(audit.c.id < before)
    if agent is not None:
        wanted = wanted.where(audit.c.agent == agent)
    if events:
        wanted = wanted.where(audit.c.event.in_(events))
    return tuple(_audit_record(row) for row in connection.execute(wanted))


def last_sign_ins(connection: Connection) -> Mapping[str, datetime]:
    """When each agent last signed in, by name; as far back as records are kept."""
    here = audit.c
    newest = select(here.agent, func.max(here.at).label("at")).where(
        here.event == AuditEvent.SIGNED_IN, here.agent.is_not(None)
    )
    return {row.agent: row.at for row in connection.execute(newest.group_by(here.agent))}


def purge(connection: Connection, before: datetime, limit: int) -> int:
    """Delete at most `limit` records older than that time; return their number."""
    old = select(audit.c.id).where(audit.c.at < before).order_by(audit.c.id).limit(limit)
    return connection.execute(delete(audit).where(audit.c.id.in_(old.scalar_subquery()))).rowcount


def _audit_record(row: Row[Any]) -> AuditRecord:
    return AuditRecord(id=row.id, at=row.at, agent=row.agent, event=row.event, subject=row.subject)
