"""Declares, edits and ends outages; what their end means for each person is decided in works_again.py."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection

from bot.helpdesk.handoff_actions import HandoffActions
from bot.helpdesk.incident_actions import IncidentActions, IncidentResult
from bot.helpdesk.outages.works_again import WorksAgainNotice
from kb.model import EntryId
from storage.announcements import outages
from storage.announcements.outages import OutageDraft
from storage.conversations import conversations
from storage.delivery import notification_queue
from storage.delivery.notification_queue import incident_subject
from storage.helpdesk import audit_log, handoffs, incidents
from storage.helpdesk.audit_log import AuditEvent
from storage.helpdesk.venue_people import find_venue

log = structlog.get_logger()

BATCH: Final = 50
"""So many people are told in one transaction: messages that come in meanwhile do not wait for all."""
REPORTED_BEFORE: Final = timedelta(hours=2)
"""Whoever called for one of its causes so long before an outage was declared, and still waits, reported it."""


@dataclass(frozen=True, kw_only=True)
class OutageDesk:
    """What agents do with outages. The caller has authenticated `agent_name`."""

    incident_actions: IncidentActions
    notice: WorksAgainNotice

    @property
    def actions(self) -> HandoffActions:
        """What agents do with hand-offs."""
        return self.incident_actions.actions

    async def declare(self, draft: OutageDraft, agent_name: str, *, incident: int | None = None) -> int:
        """It runs from now on; return its number. The `incident` that it was proposed for belongs to it."""
        now = self.actions.clock()

        def store(connection: Connection) -> int:
            number = outages.declare(connection, draft, author=agent_name, now=now)
            _adopt(connection, number, draft.topics, incident, now)
            audit_log.record(connection, AuditEvent.OUTAGE_DECLARED, now, agent=agent_name, subject=str(number))
            return number

        number = await self.actions.transactions.write(store)
        log.info("outage.declared", outage=number, kind=draft.kind)
        return number

    async def edit(self, number: int, draft: OutageDraft, agent_name: str) -> bool:
        """Describe it anew; False if it does not run."""
        now = self.actions.clock()

        def store(connection: Connection) -> bool:
            changed = outages.edit(connection, number, draft, now)
            if changed:
                audit_log.record(connection, AuditEvent.OUTAGE_EDITED, now, agent=agent_name, subject=str(number))
            return changed

        return await self.actions.transactions.write(store)

    async def dismiss(self, incident: int, agent_name: str) -> bool:
        """The hand-offs of an incident are no outage: it is proposed no more. False if that was so before."""
        now = self.actions.clock()

        def store(connection: Connection) -> bool:
            dismissed = incidents.dismiss_outage(connection, incident, now)
            if dismissed:
                _update_list(connection, incident, now)
                audit_log.record(connection, AuditEvent.OUTAGE_DISMISSED, now, agent=agent_name, subject=str(incident))
            return dismissed

        return await self.actions.transactions.write(store)

    async def end(self, number: int, agent_name: str) -> IncidentResult:
        """It works again: close its hand-offs, and tell all who reported it and may be told, once each.

        A crash on the way tells nobody twice, and `finish` tells the others.
        """
        now = self.actions.clock()

        def store(connection: Connection) -> int | None:
            if not outages.end(connection, number, now):
                return None
            audit_log.record(connection, AuditEvent.OUTAGE_ENDED, now, agent=agent_name, subject=str(number))
            members = incidents.list_of_outage(connection, number)
            return sum(len(self.incident_actions.close(connection, one.id, agent_name, now)) for one in members)

        closed = await self.actions.transactions.write(store)
        if closed is None:
            return IncidentResult(changed=0)
        self.actions.wake_notifications()
        await self._tell_all(number)
        found = await self.actions.transactions.read(partial(outages.get, number=number))
        told, untold = (found.told, found.untold) if found is not None else (0, 0)
        log.info("outage.ended", outage=number, told=told, untold=untold)
        return IncidentResult(changed=max(closed, 1), told=told, untold=untold)

    async def finish(self) -> None:
        """Tell whoever was not told that an outage is over: the program was stopped on the way, or they wrote late."""
        for number in await self.actions.transactions.read(outages.unfinished):
            await self._tell_all(number)

    async def _tell_all(self, number: int) -> None:
        while (batch := await self.actions.transactions.write(partial(self._tell_batch, number))) is not None:
            for conversation_id in batch:
                self.actions.jobs.submit(conversation_id)

    def _tell_batch(self, number: int, connection: Connection) -> list[str] | None:
        """The conversations in which the notice waits to be sent; None if everybody is told."""
        outages.lock(connection, number)
        declared, batch = outages.get(connection, number), outages.waiting(connection, number, limit=BATCH)
        if declared is None or not batch:
            return None
        now, sent = self.actions.clock(), list[str]()
        for talk in batch:
            result = self.notice.queue(connection, declared.outage, talk, now)
            outages.settle(connection, number, talk.id, result)
            if result == outages.TOLD:
                sent.append(talk.id)
        return sent


def _adopt(
    connection: Connection, number: int, topics: frozenset[EntryId], incident: int | None, now: datetime
) -> None:
    """Whoever called for it before it was declared reported it."""
    asked = handoffs.waiting_for(connection, topics, now - REPORTED_BEFORE)
    if incident is not None:
        incidents.assign_outage(connection, incident, number)
        _update_list(connection, incident, now)
        asked = (*asked, *(one.conversation for one in incidents.members(connection, incident)))
    for conversation_id in dict.fromkeys(asked):
        talk = conversations.get(connection, conversation_id)
        venue = find_venue(connection, talk)
        outages.report(connection, talk.id, number, None if venue is None else venue.id, now)


def _update_list(connection: Connection, incident: int, now: datetime) -> None:
    """It is proposed no more."""
    notification_queue.schedule_update(connection, incident_subject(incident).id, now, editable_only=True)
