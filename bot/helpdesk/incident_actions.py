"""Actions of staff on an incident: each is one transaction over all of its hand-offs; shows nothing itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection

from bot.helpdesk.handoff_actions import HandoffActions
from handlers.model.handoff import HandoffState, NotificationKind
from handlers.model.messages import Reply
from handlers.model.session import DEFAULT_LANGUAGE
from storage.conversations import conversations
from storage.conversations.conversations import Conversation
from storage.delivery import notifications, outbox
from storage.delivery.notifications import incident_subject
from storage.helpdesk import handoffs, incidents
from storage.helpdesk.handoffs import Handoff, HandoffEvent

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


@dataclass(frozen=True, kw_only=True)
class IncidentActions:
    """The actions. The caller has authenticated `agent_name`, which colleagues will see."""

    actions: HandoffActions
    find_obstacle: FindObstacle

    async def take(self, incident: int, agent_name: str) -> IncidentResult:
        """Assign every hand-off that waits to `agent_name`; the people are told that their line has seen it."""
        return await self._execute(incident, "take", lambda connection: self._take(connection, incident, agent_name))

    async def works_again(self, incident: int, agent_name: str) -> IncidentResult:
        """Close every hand-off, and tell all who may be told, once, that it works again."""
        return await self._execute(
            incident, "works_again", lambda connection: self._works_again(connection, incident, agent_name)
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
        taken = [one for one in waiting if handoffs.take(connection, one.id, agent_name, now)]
        for handoff in taken:
            self._changed(connection, handoff, HandoffEvent.TAKEN, now, agent_name)
        return self._tell(connection, incident, taken, "seen_by_line", now)

    def _works_again(self, connection: Connection, incident: int, agent_name: str) -> IncidentResult:
        now = self.actions.clock()
        closed = [
            one
            for one in incidents.members(connection, incident)
            if handoffs.close(connection, one.id, HandoffState.CONTACTED, now)
        ]
        for handoff in closed:
            self._changed(connection, handoff, HandoffEvent.CONTACTED, now, agent_name)
        return self._tell(connection, incident, closed, "works_again_of_line", now)

    def _part(self, connection: Connection, incident: int, handoff_id: int) -> bool:
        now, handoff = self.actions.clock(), handoffs.get(connection, handoff_id)
        if handoff is None or not incidents.leave(connection, incident, handoff_id):
            return False
        workflow, subject = self.actions.handoff_workflow, incident_subject(incident)
        incidents.close_if_over(connection, incident, now)
        notifications.schedule_update(connection, subject.id, now, editable_only=True)
        if handoff.state is HandoffState.OPEN:
            workflow.notify_alone(connection, handoff, now)
        return True

    def _changed(
        self, connection: Connection, handoff: Handoff, event: HandoffEvent, now: datetime, agent_name: str
    ) -> None:
        self.actions.handoff_workflow.state_changed(connection, handoff, event, now, agent_name=agent_name)

    def _tell(
        self, connection: Connection, incident: int, changed: list[Handoff], key: str, now: datetime
    ) -> IncidentResult:
        """One message to each person who may be written to, and one letter to staff that cannot see an edit."""
        if not changed:
            return IncidentResult(changed=0)
        subject = incident_subject(incident)
        notifications.discard_unsent(connection, (subject.id,), (NotificationKind.NEWS, NotificationKind.REMINDER))
        notifications.schedule_update(connection, subject.id, now)
        told = [one.conversation for one in changed if self._tell_person(connection, one, key, now)]
        return IncidentResult(
            changed=len(changed), told=len(told), untold=len(changed) - len(told), conversations=tuple(told)
        )

    def _tell_person(self, connection: Connection, handoff: Handoff, key: str, now: datetime) -> bool:
        talk = conversations.get(connection, handoff.conversation)
        if self.find_obstacle(connection, talk, now) is not None:
            return False
        knowledge, language = self.actions.knowledge_source.current, talk.language or DEFAULT_LANGUAGE
        line = knowledge.base.directory.lines.get(handoff.line)
        name = handoff.line if line is None else line.name[language]
        outbox.enqueue(connection, talk, None, [Reply(text=knowledge.phrases(language, key, name=name))], now)
        self.actions.jobs.queue(connection, talk.id)
        return True
