"""Records the decision on a message, in the transaction of its intake: turn, session, hand-offs, feedback."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import assert_never

from sqlalchemy import Connection

from bot.helpdesk.escalation import HandoffWorkflow
from bot.observability.tracing import Tracing
from handlers.model.actions import (
    Ask,
    AskFeedback,
    CloseHandoffs,
    EraseUser,
    HandoffReason,
    NotifyStaff,
    RecordFeedback,
    Say,
    ShowLine,
    ShowTicketChannel,
)
from handlers.model.announcements import OutageReport
from handlers.model.session import Decision
from kb.model import KnowledgeBase, Language
from storage.announcements import news, outages
from storage.conversations import conversations, feedback, sessions, turns
from storage.conversations.conversations import Conversation
from storage.helpdesk import handoffs
from storage.helpdesk.venue_people import find_venue


@dataclass(frozen=True, kw_only=True)
class DecisionRecorder:
    """Records decisions that were made with `base`; `zone` is that of the installation."""

    base: KnowledgeBase
    handoff_workflow: HandoffWorkflow
    tracing: Tracing
    zone: tzinfo

    def record(
        self,
        connection: Connection,
        conversation: Conversation,
        message: int,
        decision: Decision,
        decision_ms: float,
        now: datetime,
    ) -> int:
        """Returns the number of the turn; `message` is that of the message."""
        circumstances = turns.DecisionContext(
            content_version=self.base.version,
            milliseconds=decision_ms,
            traceparent=self.tracing.traceparent(),
        )
        turn = turns.record(connection, conversation, message, decision, circumstances, now)
        sessions.write(connection, conversation.id, decision.session, now)
        has_news = decision.session.details != conversation.details
        if has_news:
            conversations.record_details(connection, conversation.id, decision.session.details)
        _record_announced(connection, conversation, decision, now)
        self.handoff_workflow.message_added(connection, conversation.id, now)
        for action in decision.actions:
            match action:
                case NotifyStaff():
                    opened = self._open_handoff(connection, conversation, turn.id, action, decision, now)
                    has_news = opened or has_news
                case CloseHandoffs():
                    self.handoff_workflow.close_all(connection, conversation.id, now)
                case RecordFeedback():
                    feedback.record(connection, conversation, action.turn, now, helped=action.helped, zone=self.zone)
                case Say() | Ask() | AskFeedback() | ShowLine() | ShowTicketChannel() | EraseUser():
                    continue  # It is in the reply, or was done before.
                case _:
                    assert_never(action)
        if decision.still_broken:
            self.handoff_workflow.still_broken(connection, conversation.id, now)
        if has_news:
            self.handoff_workflow.facts_added(connection, conversation.id, now)
        return turn.id

    def _open_handoff(
        self,
        connection: Connection,
        conversation: Conversation,
        turn: int,
        action: NotifyStaff,
        decision: Decision,
        now: datetime,
    ) -> bool:
        """Open it, or add to the one that is open; return whether that one has become urgent."""
        outage = decision.outage.outage if decision.outage is not None and decision.outage.joins else None
        before = handoffs.current_handoff(connection, conversation.id)
        handoff = handoffs.open_handoff(
            connection, conversation, turn, action.line, action.reason, now, cause=decision.cause
        )
        self.handoff_workflow.requested(connection, before, handoff, action, now, outage=outage)
        urgent = HandoffReason.TRADING_STOPPED
        return handoff.reason is urgent and before is not None and before.reason is not urgent


def _record_announced(connection: Connection, conversation: Conversation, decision: Decision, now: datetime) -> None:
    """What the person was shown of what is announced, whether they want news at once, and the outage they report."""
    if decision.session.wants_news != conversation.wants_news:
        news.set_wanted(connection, conversation.id, wanted=decision.session.wants_news)
    news.mark_seen(connection, conversation.id, decision.trace.language, decision.news, now)
    if decision.outage is not None:
        _record_report(connection, conversation, decision.outage, decision.trace.language, now)


def _record_report(
    connection: Connection, conversation: Conversation, report: OutageReport, language: Language, now: datetime
) -> None:
    venue = find_venue(connection, conversation)
    outages.report(connection, conversation.id, report.outage, None if venue is None else venue.id, now)
    if report.told:
        news.mark_seen(connection, conversation.id, language, [report.outage], now)
