"""Hides groups of unanswered messages, and shows them again; audited, in the caller's transaction."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from bot.console.curation.unanswered_groups import UnansweredGroup
from storage.curation import ignored_questions
from storage.helpdesk import audit_log
from storage.helpdesk.audit_log import AuditEvent


def ignore_groups(connection: Connection, groups: Iterable[UnansweredGroup], agent: str, now: datetime) -> None:
    """Hide every wording of these groups."""
    for group in groups:
        texts = {one.text for one in group.messages}
        ignored_questions.ignore(connection, texts, agent, now)
        _record(connection, AuditEvent.QUESTION_IGNORED, group, texts, agent, now)


def restore_groups(connection: Connection, groups: Iterable[UnansweredGroup], agent: str, now: datetime) -> None:
    """Show every wording of these groups again."""
    for group in groups:
        texts = {one.text for one in group.messages}
        ignored_questions.restore(connection, texts)
        _record(connection, AuditEvent.QUESTION_RESTORED, group, texts, agent, now)


def _record(
    connection: Connection, event: AuditEvent, group: UnansweredGroup, texts: set[str], agent: str, now: datetime
) -> None:
    audit_log.record(connection, event, now, agent=agent, subject=f"{group.turn} ({len(texts)})")
