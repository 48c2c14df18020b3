"""Queues and updates notifications of hand-offs, within the caller's transaction; sends nothing itself."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from bot.notify.routing import RoutingPlan
from handlers.model.actions import HandoffReason, NotifyStaff
from handlers.model.handoff import HandoffState, NotificationKind
from kb.model import LineId
from storage.delivery import notifications
from storage.helpdesk import escalations, handoffs
from storage.helpdesk.handoffs import Handoff, HandoffEvent

DEBOUNCE: Final = timedelta(seconds=4)
"""How long messages are gathered before staff sees them: people write several in a row."""


@dataclass(frozen=True, kw_only=True)
class HandoffWorkflow:
    """Notifications and timers for each event of a hand-off. With an empty plan it does nothing."""

    routing: RoutingPlan = field(default_factory=RoutingPlan)

    def requested(
        self, connection: Connection, before: Handoff | None, handoff: Handoff, asked: NotifyStaff, now: datetime
    ) -> None:
        """The person asks for people: `handoff` is what storage.helpdesk.handoffs.open_handoff made of `before`."""
        if before is not None and before.line != handoff.line:
            self._moved(connection, before, handoff, now)
        elif before is not None and handoffs.asks_for_another_line(handoff, asked.line, asked.reason):
            self._line_asked(connection, handoff, asked.line, now)
        self.opened(connection, handoff, now)

    def _moved(self, connection: Connection, before: Handoff, handoff: Handoff, now: datetime) -> None:
        """Another line is concerned: it is notified as of a new hand-off, and the line before hears that it moved."""
        handoffs.log_event(connection, handoff, HandoffEvent.MOVED, now, detail=before.line)
        targets = self.routing.targets_for(handoff.line)
        left = self.routing.targets_for(before.line).keys() - targets.keys()
        notifications.withdraw_unsent(connection, handoff.id, left)
        notifications.add_news(connection, handoff, now, now)
        notifications.schedule_update(connection, handoff.id, now)
        notifications.add(connection, handoff, NotificationKind.INITIAL, targets, now, gather=self.routing.gather)
        self.start_timers(connection, handoff, now)

    def _line_asked(self, connection: Connection, handoff: Handoff, line: LineId, now: datetime) -> None:
        """While trading is stopped another line is asked for: those who have it hear so, once for each line."""
        known = handoffs.list_events(connection, handoff.id)
        if any(one.event is HandoffEvent.LINE_ASKED and one.detail == line for one in known):
            return
        handoffs.log_event(connection, handoff, HandoffEvent.LINE_ASKED, now, detail=line)
        notifications.add_news(connection, handoff, now, now + DEBOUNCE)
        notifications.schedule_update(connection, handoff.id, now + DEBOUNCE)

    def opened(self, connection: Connection, handoff: Handoff, now: datetime) -> None:
        """A hand-off was opened, or asked for again."""
        targets, is_new = self.routing.targets_for(handoff.line), not handoffs.list_events(connection, handoff.id)
        if is_new:
            handoffs.log_event(connection, handoff, HandoffEvent.OPENED, now)
        # Recipients may have been configured after the first request.
        if is_new or (targets and not notifications.notified_targets(connection, handoff.id, NotificationKind.INITIAL)):
            notifications.add(connection, handoff, NotificationKind.INITIAL, targets, now, gather=self.routing.gather)
            self.start_timers(connection, handoff, now)
        elif handoff.reason is HandoffReason.TRADING_STOPPED:
            self._shorten_timers(connection, handoff, now)

    def message_added(self, connection: Connection, conversation_id: str, now: datetime) -> None:
        """The conversation has a new message."""
        if self.routing.targets_by_line or self.routing.escalation_targets:
            notifications.schedule_updates_for(connection, conversation_id, now + DEBOUNCE)

    def facts_added(self, connection: Connection, conversation_id: str, now: datetime) -> None:
        """A hand-off has become urgent, or the person told who, where, or which number: whoever was told hears it."""
        for handoff in handoffs.list_by_state(connection, conversation_id=conversation_id):
            notifications.add_news(connection, handoff, now, now + DEBOUNCE)

    def state_changed(
        self, connection: Connection, handoff: Handoff, event: HandoffEvent, now: datetime, *, agent_name: str | None
    ) -> None:
        """The hand-off was taken, released or closed."""
        handoffs.log_event(connection, handoff, event, now, actor=agent_name)
        notifications.schedule_update(connection, handoff.id, now)

    def close_all(self, connection: Connection, conversation_id: str, now: datetime) -> None:
        """Close all hand-offs of the conversation: the person needs nobody any more."""
        for handoff in handoffs.list_by_state(connection, conversation_id=conversation_id):
            if handoffs.close(connection, handoff.id, HandoffState.CLOSED, now):
                self.state_changed(connection, handoff, HandoffEvent.CLOSED, now, agent_name=None)

    def run_due_timers(self, connection: Connection, now: datetime) -> int:
        """Queue reminders and escalations of due timers; return their number."""
        ended = escalations.claim_due(connection, now)
        for handoff, what in ended:
            if what is HandoffEvent.REMINDED:
                notifications.remind(connection, handoff, self.routing.targets_for(handoff.line), now)
            else:
                self._escalate(connection, handoff, now)
        return len(ended)

    def _escalate(self, connection: Connection, handoff: Handoff, now: datetime) -> None:
        escalation_targets = self.routing.escalation_targets
        already_notified = notifications.notified_targets(connection, handoff.id, NotificationKind.ESCALATION)
        notifications.remind(
            connection,
            handoff,
            {target: escalation_targets[target] for target in escalation_targets if target in already_notified},
            now,
        )
        notifications.add(connection, handoff, NotificationKind.ESCALATION, escalation_targets, now)

    def start_timers(self, connection: Connection, handoff: Handoff, now: datetime) -> None:
        """Schedule reminder and escalation."""
        if handoff.state is HandoffState.OPEN and (
            self.routing.targets_for(handoff.line) or self.routing.escalation_targets
        ):
            delay = self.routing.reminder_delay(handoff.line, handoff.reason)
            escalations.schedule(connection, handoff.id, remind=now + delay, escalate=now + 2 * delay)

    def _shorten_timers(self, connection: Connection, handoff: Handoff, now: datetime) -> None:
        """Bring the timers forward: it has become urgent."""
        delay = self.routing.reminder_delay(handoff.line, handoff.reason)
        if escalations.advance(connection, handoff.id, remind=now + delay, escalate=now + 2 * delay):
            notifications.schedule_update(connection, handoff.id, now)
