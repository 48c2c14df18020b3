"""Actions of staff on an incident: each is one transaction over all of its hand-offs; shows nothing itself."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection

from bot.helpdesk.handoff_actions import HandoffActions
from handlers.model.handoff import CloseReason, HandoffState, NotificationKind
from handlers.model.messages import Reply
from storage.conversations import conversations
from storage.conversations.conversations import Conversation
from storage.delivery import notification_queue, outbox
from storage.delivery.notification_queue import incident_subject
from storage.helpdesk import handoffs, incidents
from storage.helpdesk.handoff_states import HandoffEvent
from storage.helpdesk.handoff_steps import apply_step
from storage.helpdesk.handoffs import Handoff

log = structlog.get_logger()

FindObstacle = Callable[[Connection, Conversation, datetime], object | None]
"""Why nothing may be sent to a person now, if so: they wrote STOP, or the channel takes no more."""


@dataclass(frozen=True, kw_only=True)
class IncidentResult:
    """What an action did: how many hand-offs it changed, and how many people were told of it, or may not be."""

    changed: int
    told: int = 0
    untold: int = 0
    conversations: tuple[str, ...] = ()
    """Those that have something to be sent."""

    @property
    def applied(self) -> bool:
        """Whether there was anything to do."""
        return self.changed > 0


EndOutage = Callable[[int, str], Awaitable[IncidentResult]]
"""Ends the declared outage of a number in the name of an agent."""


@dataclass(frozen=True, kw_only=True)
class IncidentActions:
    """The actions. The caller has authenticated `agent_name`, which colleagues will see.

    An incident of a declared outage works again when the outage is over: `end_outage` ends it.
    """

    actions: HandoffActions
    find_obstacle: FindObstacle
    end_outage: EndOutage | None = None

    async def take(self, incident: int, agent_name: str) -> IncidentResult:
        """Assign every hand-off that waits to `agent_name`; the people are told that their line has seen it."""
        return await self._execute(incident, "take", lambda connection: self._take(connection, incident, agent_name))

    async def works_again(self, incident: int, agent_name: str) -> IncidentResult:
        """Close every hand-off, and tell all who may be told, once, that it works again."""
        known = await self.actions.transactions.read(lambda connection: incidents.get(connection, incident))
        if self.end_outage is not None and known is not None and known.outage is not None:
            ended = await self.end_outage(known.outage, agent_name)
            if ended.applied:
                return ended
        return await self._execute(
            incident, "works_again", lambda connection: self._works_again(connection, incident, agent_name)
        )

    async def keep(self, incident: int, agent_name: str) -> IncidentResult:
        """`agent_name` still has what they have of it: they are asked again later."""
        return await self._execute(
            incident,
            "keep",
            lambda connection: self._step_own(connection, incident, HandoffEvent.KEPT, agent_name),
        )

    async def release(self, incident: int, agent_name: str) -> IncidentResult:
        """Release what `agent_name` has of it: that waits again."""
        return await self._execute(
            incident,
            "release",
            lambda connection: self._step_own(connection, incident, HandoffEvent.RELEASED, agent_name),
        )

    async def part(self, incident: int, handoff: int) -> bool:
        """Part a hand-off from the incident, because it has another cause: staff hears of it by itself."""
        parted = await self.actions.transactions.write(lambda connection: self._part(connection, incident, handoff))
        log.info("incident.action", incident=incident, action="part", changed=int(parted))
        if parted:
            self.actions.wake_notifications()
        return parted

    async def _execute(self, incident: int, name: str, act: Callable[[Connection], IncidentResult]) -> IncidentResult:
        result = await self.actions.transactions.write(act)
        log.info("incident.action", incident=incident, action=name, changed=result.changed)
        for conversation_id in result.conversations:
            self.actions.jobs.submit(conversation_id)
        if result.applied:
            self.actions.wake_notifications()
        return result

    def _take(self, connection: Connection, incident: int, agent_name: str) -> IncidentResult:
        now = self.actions.clock()
        waiting = [one for one in incidents.members(connection, incident) if one.state is HandoffState.OPEN]
        told = [
            self._step(connection, one.id, HandoffEvent.TAKEN, now, agent_name)
            for one in waiting
            if apply_step(connection, one.id, HandoffEvent.TAKEN, agent_name, now)
        ]
        if told:
            _update_staff(connection, incident, now)
        return _result(told)

    def _step_own(self, connection: Connection, incident: int, event: HandoffEvent, agent_name: str) -> IncidentResult:
        """One step with every hand-off that is theirs."""
        now = self.actions.clock()
        told = [
            self._step(connection, one.id, event, now, agent_name)
            for one in incidents.members(connection, incident)
            if one.taken_by == agent_name and apply_step(connection, one.id, event, agent_name, now)
        ]
        if told:
            _update_staff(connection, incident, now)
        return _result(told)

    def _works_again(self, connection: Connection, incident: int, agent_name: str) -> IncidentResult:
        now = self.actions.clock()
        closed = self.close(connection, incident, agent_name, now)
        return _result([self._tell_person(connection, one, now) for one in closed])

    def close(self, connection: Connection, incident: int, agent_name: str, now: datetime) -> tuple[Handoff, ...]:
        """Close every hand-off that is not closed; return those. Staff sees it, the people are told nothing."""
        closed = tuple(
            one
            for one in incidents.members(connection, incident)
            if apply_step(connection, one.id, HandoffEvent.CLOSED, agent_name, now, reason=CloseReason.SOLVED)
        )
        for one in closed:
            self._step(connection, one.id, HandoffEvent.CLOSED, now, agent_name, silent=True)
        if closed:
            _update_staff(connection, incident, now)
        return closed

    def _part(self, connection: Connection, incident: int, handoff_id: int) -> bool:
        now, handoff = self.actions.clock(), handoffs.get(connection, handoff_id)
        if handoff is None or not incidents.leave(connection, incident, handoff_id):
            return False
        workflow, subject = self.actions.handoff_workflow, incident_subject(incident)
        incidents.close_if_over(connection, incident, now)
        notification_queue.schedule_update(connection, subject.id, now, editable_only=True)
        if handoff.state is HandoffState.OPEN:
            workflow.notify_alone(connection, handoff, now)
        return True

    def _step(
        self,
        connection: Connection,
        number: int,
        event: HandoffEvent,
        now: datetime,
        agent_name: str,
        *,
        silent: bool = False,
    ) -> str | None:
        handoff, workflow = handoffs.get(connection, number), self.actions.handoff_workflow
        if handoff is None:
            return None
        return workflow.state_changed(connection, handoff, event, now, agent_name=agent_name, silent=silent)

    def _tell_person(self, connection: Connection, handoff: Handoff, now: datetime) -> str | None:
        """It works again; None if nothing may be sent to the person."""
        talk = conversations.get(connection, handoff.conversation)
        if self.find_obstacle(connection, talk, now) is not None:
            return None
        knowledge = self.actions.knowledge_source.current
        language = knowledge.base.spoken_language(talk.language)
        line = knowledge.base.directory.lines.get(handoff.line)
        name = handoff.line if line is None else line.name[language]
        sentence = knowledge.phrases(language, "works_again_of_line", name=name)
        outbox.enqueue(connection, talk, None, [Reply(text=sentence)], now)
        self.actions.jobs.queue(connection, talk.id)
        return talk.id


def _update_staff(connection: Connection, incident: int, now: datetime) -> None:
    """Staff that cannot see an edit gets one letter."""
    subject = incident_subject(incident)
    notification_queue.discard_unsent(connection, (subject.id,), (NotificationKind.NEWS, NotificationKind.REMINDER))
    notification_queue.schedule_update(connection, subject.id, now)


def _result(told: Sequence[str | None]) -> IncidentResult:
    reached = tuple(one for one in told if one is not None)
    return IncidentResult(changed=len(told), told=len(reached), untold=len(told) - len(reached), conversations=reached)
