"""Calls staff in and keeps what they are told up to date, within the caller's transaction; it sends nothing itself."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from bot.notify.routing import Plan
from handlers.model.actions import HandoffReason
from storage.delivery import notifications
from storage.delivery.notifications import Kind
from storage.helpdesk import escalations, handoffs
from storage.helpdesk.handoffs import Handoff, State, What

BURST: Final = timedelta(seconds=4)
"""How long what a person says is gathered before staff sees it: who writes, writes several messages."""


@dataclass(frozen=True, kw_only=True)
class Calls:
    """What happens to notices and timers when something happens to a hand-off. With an empty plan: nothing."""

    plan: Plan = field(default_factory=Plan)

    def called(self, connection: Connection, handoff: Handoff, now: datetime) -> None:
        """Somebody has called for the people of a line; `handoff` as storage.helpdesk.handoffs.open gives it."""
        targets, fresh = self.plan.of(handoff.line), not handoffs.events(connection, handoff.id)
        if fresh:
            handoffs.note(connection, handoff, What.OPENED, now)
        # Who was to be told may have been set only after the first call.
        if fresh or (targets and not notifications.told(connection, handoff.id, Kind.NOTICE)):
            notifications.add(connection, handoff, Kind.NOTICE, targets, now)
            self.wait(connection, handoff, now)
        elif handoff.reason is HandoffReason.TRADING_STOPPED:
            self._hurry(connection, handoff, now)

    def said(self, connection: Connection, talk: str, now: datetime) -> None:
        """More was said in a talk."""
        if self.plan.lines or self.plan.escalation:
            notifications.follow(connection, talk, now + BURST)

    def changed(self, connection: Connection, handoff: Handoff, what: What, now: datetime, *, who: str | None) -> None:
        """Somebody has taken it, given it back or closed it."""
        handoffs.note(connection, handoff, what, now, who=who)
        notifications.touch(connection, handoff.id, now)

    def resolved(self, connection: Connection, talk: str, now: datetime) -> None:
        """The person needs nobody any more."""
        for handoff in handoffs.listed(connection, talk=talk):
            if handoffs.close(connection, handoff.id, State.CLOSED, now):
                self.changed(connection, handoff, What.CLOSED, now, who=None)

    def fired(self, connection: Connection, now: datetime) -> int:
        """Have those told whom the timers that have ended are for; how many ended."""
        ended = escalations.fired(connection, now)
        for handoff, what in ended:
            if what is What.REMINDED:
                notifications.remind(connection, handoff, self.plan.of(handoff.line), now)
            else:
                self._escalate(connection, handoff, now)
        return len(ended)

    def _escalate(self, connection: Connection, handoff: Handoff, now: datetime) -> None:
        above = self.plan.escalation
        known = notifications.told(connection, handoff.id, Kind.ESCALATION)
        notifications.remind(connection, handoff, {target: above[target] for target in above if target in known}, now)
        notifications.add(connection, handoff, Kind.ESCALATION, above, now)

    def wait(self, connection: Connection, handoff: Handoff, now: datetime) -> None:
        """Begin to wait for somebody who takes it."""
        if handoff.state is State.OPEN and (self.plan.of(handoff.line) or self.plan.escalation):
            patience = self.plan.patience(handoff.line, handoff.reason)
            escalations.set(connection, handoff.id, remind=now + patience, escalate=now + 2 * patience)

    def _hurry(self, connection: Connection, handoff: Handoff, now: datetime) -> None:
        """It has become urgent."""
        patience = self.plan.patience(handoff.line, handoff.reason)
        if escalations.bring_forward(connection, handoff.id, remind=now + patience, escalate=now + 2 * patience):
            notifications.touch(connection, handoff.id, now)
