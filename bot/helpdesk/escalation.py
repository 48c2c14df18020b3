"""Calls staff in and keeps what they are told up to date, within the caller's transaction; it sends nothing itself."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from bot.notify.routing import RoutingPlan
from handlers.model.actions import HandoffReason
from storage.delivery import notifications
from storage.delivery.notifications import NotificationKind
from storage.helpdesk import escalations, handoffs
from storage.helpdesk.handoffs import Handoff, HandoffEvent, HandoffState

DEBOUNCE: Final = timedelta(seconds=4)
"""How long what a person says is gathered before staff sees it: who writes, writes several messages."""


@dataclass(frozen=True, kw_only=True)
class HandoffWorkflow:
    """What happens to notices and timers when something happens to a hand-off. With an empty plan: nothing."""

    routing: RoutingPlan = field(default_factory=RoutingPlan)

    def opened(self, connection: Connection, handoff: Handoff, now: datetime) -> None:
        """Somebody has called for the people of a line; `handoff` as storage.helpdesk.handoffs.open gives it."""
        targets, is_new = self.routing.targets_for(handoff.line), not handoffs.list_events(connection, handoff.id)
        if is_new:
            handoffs.log_event(connection, handoff, HandoffEvent.OPENED, now)
        # Who was to be told may have been set only after the first call.
        if is_new or (targets and not notifications.notified_targets(connection, handoff.id, NotificationKind.INITIAL)):
            notifications.add(connection, handoff, NotificationKind.INITIAL, targets, now)
            self.start_timers(connection, handoff, now)
        elif handoff.reason is HandoffReason.TRADING_STOPPED:
            self._shorten_timers(connection, handoff, now)

    def message_added(self, connection: Connection, conversation_id: str, now: datetime) -> None:
        """More was said in a talk."""
        if self.routing.targets_by_line or self.routing.escalation_targets:
            notifications.schedule_updates_for(connection, conversation_id, now + DEBOUNCE)

    def state_changed(
        self, connection: Connection, handoff: Handoff, event: HandoffEvent, now: datetime, *, agent_name: str | None
    ) -> None:
        """Somebody has taken it, given it back or closed it."""
        handoffs.log_event(connection, handoff, event, now, actor=agent_name)
        notifications.schedule_update(connection, handoff.id, now)

    def close_all(self, connection: Connection, conversation_id: str, now: datetime) -> None:
        """The person needs nobody any more."""
        for handoff in handoffs.list_by_state(connection, conversation_id=conversation_id):
            if handoffs.close(connection, handoff.id, HandoffState.CLOSED, now):
                self.state_changed(connection, handoff, HandoffEvent.CLOSED, now, agent_name=None)

    def run_due_timers(self, connection: Connection, now: datetime) -> int:
        """Have those told whom the timers that have ended are for; how many ended."""
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
        """Begin to wait for somebody who takes it."""
        if handoff.state is HandoffState.OPEN and (
            self.routing.targets_for(handoff.line) or self.routing.escalation_targets
        ):
            delay = self.routing.reminder_delay(handoff.line, handoff.reason)
            escalations.schedule(connection, handoff.id, remind=now + delay, escalate=now + 2 * delay)

    def _shorten_timers(self, connection: Connection, handoff: Handoff, now: datetime) -> None:
        """It has become urgent."""
        delay = self.routing.reminder_delay(handoff.line, handoff.reason)
        if escalations.advance(connection, handoff.id, remind=now + delay, escalate=now + 2 * delay):
            notifications.schedule_update(connection, handoff.id, now)
