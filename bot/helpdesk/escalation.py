"""Queues notifications of hand-offs and sets their timers, within the caller's transaction; sends nothing itself."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from bot.helpdesk.incidents.grouping import IncidentGrouping, IsVerified, Joining, nobody_verified
from bot.helpdesk.person_updates import TellPerson, tell_nobody
from bot.notify.routing import RoutingPlan
from handlers.model.actions import HandoffReason, NotifyStaff
from handlers.model.handoff import CloseReason, HandoffState, NotificationKind
from kb.model import LineId
from storage.delivery import notification_queue
from storage.delivery.notification_queue import Subject, incident_subject
from storage.helpdesk import agent_chat, escalations, handoffs, incidents
from storage.helpdesk.handoff_states import ASSIGNED_STATES, HandoffEvent, count_since_wait_began
from storage.helpdesk.handoff_steps import apply_step
from storage.helpdesk.handoffs import Handoff

DEBOUNCE: Final = timedelta(seconds=4)
"""How long messages are gathered before staff sees them: people write several in a row."""

LIST_DEBOUNCE: Final = timedelta(seconds=8)
"""How long the list of an incident grows before staff sees it: in a storm every edit takes room from a new call."""

DEFAULT_REOPEN_WINDOW: Final = timedelta(hours=12)


@dataclass(frozen=True, kw_only=True)
class HandoffWorkflow:
    """Notifications and timers for each event of a hand-off. With an empty plan it does nothing."""

    routing: RoutingPlan = field(default_factory=RoutingPlan)
    is_verified: IsVerified = nobody_verified
    """Whether the platform vouches for who writes, by channel and sender."""
    tell_person: TellPerson = tell_nobody
    reopen_window: timedelta = DEFAULT_REOPEN_WINDOW
    """For how long after closing a person who writes that it still does not work opens the hand-off again."""

    def requested(
        self,
        connection: Connection,
        before: Handoff | None,
        handoff: Handoff,
        asked: NotifyStaff,
        now: datetime,
        *,
        outage: int | None = None,
    ) -> None:
        """The person asks for people: `handoff` is what storage.helpdesk.handoffs.open_handoff made of `before`.

        `outage` is the declared one that it belongs to.
        """
        if before is not None and before.line != handoff.line:
            self._moved(connection, before, handoff, now)
        elif before is not None and handoffs.asks_for_another_line(handoff, asked.line, asked.reason):
            self._line_asked(connection, handoff, asked.line, now)
        self.opened(connection, handoff, now, outage=outage)

    def _moved(self, connection: Connection, before: Handoff, handoff: Handoff, now: datetime) -> None:
        """Another line is concerned: it is notified as of a new hand-off, and the line before hears that it moved."""
        handoffs.log_event(connection, handoff, HandoffEvent.MOVED, now, detail=before.line)
        if before.incident is not None:
            # Before any row of the incident, as whoever joins it: in another order the two would wait for each other.
            incidents.lock_grouping(connection)
            incidents.close_if_over(connection, before.incident, now)
            self._incident_changed(connection, before.incident, now)
        targets = self.routing.targets_for(handoff.line)
        left = self.routing.targets_for(before.line).keys() - targets.keys()
        notification_queue.withdraw_unsent(connection, handoff.id, left)
        notification_queue.add_news(connection, handoff, now, now)
        notification_queue.schedule_update(connection, handoff.id, now)
        notification_queue.add(connection, handoff, NotificationKind.INITIAL, targets, now, gather=self.routing.gather)
        self.set_timers(connection, handoff, now)

    def _line_asked(self, connection: Connection, handoff: Handoff, line: LineId, now: datetime) -> None:
        """While trading is stopped another line is asked for: those who have it hear so, once for each line."""
        known = handoffs.list_events(connection, handoff.id)
        if any(one.event is HandoffEvent.LINE_ASKED and one.detail == line for one in known):
            return
        handoffs.log_event(connection, handoff, HandoffEvent.LINE_ASKED, now, detail=line)
        notification_queue.add_news(connection, handoff, now, now + DEBOUNCE)
        notification_queue.schedule_update(connection, handoff.id, now + DEBOUNCE)

    def opened(self, connection: Connection, handoff: Handoff, now: datetime, *, outage: int | None = None) -> None:
        """A hand-off was opened, or asked for again; `outage` is the declared one that it belongs to."""
        targets, is_new = self.routing.targets_for(handoff.line), not handoffs.list_events(connection, handoff.id)
        if is_new:
            handoffs.log_event(connection, handoff, HandoffEvent.OPENED, now)
        grouping = IncidentGrouping(plan=self.routing.incidents, is_verified=self.is_verified)
        joining = grouping.join(connection, handoff, now, outage=outage)
        if joining is not None:
            self._joined(connection, handoff, joining, now, is_new=is_new)
            return
        if handoff.incident is not None:
            self._incident_changed(connection, handoff.incident, now)
            return
        # Recipients may have been configured after the first request.
        if is_new or (
            targets and not notification_queue.notified_targets(connection, handoff.id, NotificationKind.INITIAL)
        ):
            notification_queue.add(
                connection, handoff, NotificationKind.INITIAL, targets, now, gather=self.routing.gather
            )
            self.set_timers(connection, handoff, now)
        elif handoff.reason is HandoffReason.TRADING_STOPPED:
            self._shorten_timers(connection, handoff, now)

    def _joined(
        self, connection: Connection, handoff: Handoff, joining: Joining, now: datetime, *, is_new: bool
    ) -> None:
        """The hand-off belongs to an incident: staff hears of that, and of the hand-off itself only if it rings."""
        targets, subject = self.routing.targets_for(handoff.line), incident_subject(joining.incident.id)
        if joining.formed:
            told_before = [one.id for one in incidents.members(connection, joining.incident.id)]
            notification_queue.discard_unsent(
                connection, told_before, (NotificationKind.INITIAL, NotificationKind.NEWS)
            )
            notification_queue.add(
                connection, subject, NotificationKind.INITIAL, targets, now, gather=self.routing.gather
            )
        else:
            self._incident_changed(connection, joining.incident.id, now)
            notification_queue.add_news(
                connection, subject, now, now + self.routing.incidents.summary_delay, editable=False
            )
        if joining.rings:
            editable = {target: live for target, live in targets.items() if live}
            notification_queue.add(connection, handoff, NotificationKind.INITIAL, editable or targets, now)
        if is_new:
            self.set_timers(connection, handoff, now)
        else:
            self._shorten_timers(connection, handoff, now)

    def notify_alone(self, connection: Connection, handoff: Handoff, now: datetime) -> None:
        """The hand-off was parted from its incident: it is notified as any other."""
        targets = self.routing.targets_for(handoff.line)
        notification_queue.add(connection, handoff, NotificationKind.INITIAL, targets, now)
        self.set_timers(connection, handoff, now)

    def _incident_changed(self, connection: Connection, incident: int, now: datetime) -> None:
        notification_queue.schedule_update(
            connection, incident_subject(incident).id, now + LIST_DEBOUNCE, editable_only=True
        )

    def message_added(self, connection: Connection, conversation_id: str, now: datetime) -> None:
        """The conversation has a new message."""
        if self.routing.targets_by_line or self.routing.escalation_targets:
            notification_queue.schedule_updates_for(connection, conversation_id, now + DEBOUNCE)

    def facts_added(self, connection: Connection, conversation_id: str, now: datetime) -> None:
        """A hand-off has become urgent, or the person told who, where, or which number: whoever was told hears it."""
        for handoff in handoffs.list_by_state(connection, conversation_id=conversation_id):
            if handoff.incident is None:
                notification_queue.add_news(connection, handoff, now, now + DEBOUNCE)
            else:
                self._incident_changed(connection, handoff.incident, now)

    def state_changed(
        self,
        connection: Connection,
        handoff: Handoff,
        event: HandoffEvent,
        now: datetime,
        *,
        agent_name: str | None,
        silent: bool = False,
    ) -> str | None:
        """A step was applied; `handoff` is as it is after it. Returns the conversation if its person is told of it.

        `silent`: the person knows it already.
        """
        detail = handoff.closed_reason if event is HandoffEvent.CLOSED else None
        handoffs.log_event(connection, handoff, event, now, actor=agent_name, detail=detail)
        self.set_timers(connection, handoff, now)
        notification_queue.schedule_update(connection, handoff.id, now, editable_only=handoff.incident is not None)
        if handoff.incident is not None:
            self._member_changed(connection, handoff, handoff.incident, now)
        if event is HandoffEvent.REOPENED:
            notification_queue.add_news(connection, handoff, now, now)
        if event is HandoffEvent.CLOSED and not handoffs.list_by_state(
            connection, conversation_id=handoff.conversation, limit=1
        ):
            # Nobody reads it any more: the bot answers what is written next.
            agent_chat.end(connection, handoff.conversation, now)
        return None if silent else self.tell_person(connection, handoff, event, now)

    def still_broken(self, connection: Connection, conversation_id: str, now: datetime) -> None:
        """The person writes that it still does not work: what was closed not long ago waits again under its number."""
        closed = handoffs.last_closed(connection, conversation_id, now - self.reopen_window)
        if closed is None or not apply_step(connection, closed.id, HandoffEvent.REOPENED, None, now):
            return
        handoff = handoffs.get(connection, closed.id)
        if handoff is not None:
            self.state_changed(connection, handoff, HandoffEvent.REOPENED, now, agent_name=None)

    def _member_changed(self, connection: Connection, handoff: Handoff, incident: int, now: datetime) -> None:
        """The list follows at once. What opens again after the incident is over stands alone."""
        known = incidents.get(connection, incident)
        incidents.close_if_over(connection, incident, now)
        notification_queue.schedule_update(connection, incident_subject(incident).id, now, editable_only=True)
        if known is not None and known.closed_at is not None and handoff.closed_at is None:
            incidents.leave(connection, incident, handoff.id)
            notification_queue.add(
                connection, handoff, NotificationKind.INITIAL, self.routing.targets_for(handoff.line), now
            )

    def close_all(self, connection: Connection, conversation_id: str, now: datetime) -> None:
        """Close the hand-off of the conversation: the person needs nobody any more."""
        for waiting in handoffs.list_by_state(connection, conversation_id=conversation_id):
            apply_step(connection, waiting.id, HandoffEvent.CLOSED, None, now, reason=CloseReason.WORKS_AGAIN)
            handoff = handoffs.get(connection, waiting.id)
            if handoff is not None:
                self.state_changed(connection, handoff, HandoffEvent.CLOSED, now, agent_name=None)

    def run_due_timers(self, connection: Connection, now: datetime) -> tuple[str, ...]:
        """Queue what due timers are for; return the conversations whose person is told something."""
        told = [
            self._run_timer(connection, handoff, what, now) for handoff, what in escalations.claim_due(connection, now)
        ]
        return tuple(one for one in told if one is not None)

    def _run_timer(self, connection: Connection, handoff: Handoff, what: HandoffEvent, now: datetime) -> str | None:
        if handoff.incident is not None:
            return self._run_incident_timer(connection, handoff, handoff.incident, what, now)
        if what is HandoffEvent.REMINDED:
            notification_queue.remind(connection, handoff, self.routing.targets_for(handoff.line), now)
        elif what is HandoffEvent.ESCALATED:
            return self._escalate(connection, handoff, now)
        else:
            notification_queue.ask(connection, handoff, now)
            self.set_timers(connection, handoff, now)
        return None

    def _run_incident_timer(
        self, connection: Connection, handoff: Handoff, incident: int, what: HandoffEvent, now: datetime
    ) -> str | None:
        """The timers of its hand-offs are those of the incident: what is due within one delay is told once."""
        if what is HandoffEvent.ASKED:
            self.set_timers(connection, handoff, now)
            before = now - self.routing.question_delay
            if incidents.claim_timer(connection, incident, what, now, last_before=before):
                notification_queue.ask(connection, incident_subject(incident), now)
            return None
        escalates, subject = what is HandoffEvent.ESCALATED, incident_subject(incident)
        before = now - self.routing.reminder_delay(handoff.line, handoff.reason)
        if incidents.claim_timer(connection, incident, what, now, last_before=before):
            # The list is in it: it is the summary, too.
            notification_queue.discard_unsent(connection, (subject.id,), (NotificationKind.NEWS,))
            if escalates:
                self._notify_managers(connection, handoff.line, subject, now)
            else:
                notification_queue.remind(connection, subject, self.routing.targets_for(handoff.line), now)
        return self._escalate_again(connection, handoff, now) if escalates else None

    def _escalate(self, connection: Connection, handoff: Handoff, now: datetime) -> str | None:
        """The managers are notified, and again after a growing gap until somebody takes it; the person hears once that
        nobody is free yet."""
        self._notify_managers(connection, handoff.line, handoff, now)
        return self._escalate_again(connection, handoff, now)

    def _notify_managers(self, connection: Connection, line: LineId, subject: Subject, now: datetime) -> None:
        targets = self.routing.escalation_targets
        already_notified = notification_queue.notified_targets(connection, subject.id, NotificationKind.ESCALATION)
        again = {target: targets[target] for target in targets if target in already_notified}
        notification_queue.remind(connection, subject, again if targets else self.routing.targets_for(line), now)
        notification_queue.add(connection, subject, NotificationKind.ESCALATION, targets, now)

    def _escalate_again(self, connection: Connection, handoff: Handoff, now: datetime) -> str | None:
        count = count_since_wait_began(handoffs.list_events(connection, handoff.id), HandoffEvent.ESCALATED)
        gap = self.routing.escalation_gap(handoff.line, handoff.reason, count)
        escalations.schedule(connection, handoff.id, escalate=now + gap)
        return self.tell_person(connection, handoff, HandoffEvent.ESCALATED, now) if count == 1 else None

    def set_timers(self, connection: Connection, handoff: Handoff, now: datetime) -> None:
        """Schedule what its state needs: reminder and escalation while it waits, the question while somebody has it."""
        if not self.routing.targets_for(handoff.line) and not self.routing.escalation_targets:
            return
        if handoff.state is HandoffState.OPEN:
            delay = self.routing.reminder_delay(handoff.line, handoff.reason)
            escalations.schedule(connection, handoff.id, remind=now + delay, escalate=now + 2 * delay)
        elif handoff.state in ASSIGNED_STATES:
            asked = count_since_wait_began(handoffs.list_events(connection, handoff.id), HandoffEvent.ASKED)
            escalations.schedule(connection, handoff.id, ask=now + self.routing.question_gap(asked))

    def _shorten_timers(self, connection: Connection, handoff: Handoff, now: datetime) -> None:
        """Bring the timers forward: it has become urgent."""
        delay = self.routing.reminder_delay(handoff.line, handoff.reason)
        if escalations.advance(connection, handoff.id, remind=now + delay, escalate=now + 2 * delay):
            notification_queue.schedule_update(connection, handoff.id, now)
