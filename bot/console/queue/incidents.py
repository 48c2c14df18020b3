"""Incidents in the queue: one card for hand-offs of one cause, taken, ended and parted through IncidentActions."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from bot.console.framework.page_routing import AccessLevel, Route, post
from bot.console.framework.request import ConsoleRequest
from bot.database.transactions import Transactions
from bot.helpdesk.incident_actions import IncidentActions, IncidentResult
from handlers.model.actions import HandoffReason
from handlers.model.handoff import HandoffState
from kb.model import EntryId, LineId
from storage.helpdesk import audit_log, incidents
from storage.helpdesk.audit_log import AuditEvent
from storage.helpdesk.incidents import HandoffIncident
from storage.helpdesk.queue import QueuedHandoff

MIN_MEMBERS: Final = 2
"""A single hand-off is shown by itself, whatever it belongs to."""


@dataclass(frozen=True, kw_only=True)
class IncidentCard:
    """A running incident with those of its hand-offs that are current, in the order of their numbers."""

    incident: HandoffIncident
    members: tuple[QueuedHandoff, ...]

    @property
    def id(self) -> int:
        """Its number."""
        return self.incident.id

    @property
    def line(self) -> LineId:
        """The line whose it is."""
        return self.incident.line

    @property
    def is_outage(self) -> bool:
        """Whether trading has stopped there."""
        return self.incident.reason is HandoffReason.TRADING_STOPPED

    @property
    def waiting(self) -> int:
        """How many nobody has taken."""
        return sum(one.state is HandoffState.OPEN for one in self.members)

    @property
    def taken_by(self) -> tuple[str, ...]:
        """Who has some of them."""
        return tuple(dict.fromkeys(one.taken_by for one in self.members if one.taken_by is not None))

    @property
    def causes(self) -> tuple[tuple[EntryId, int], ...]:
        """What they are about, as far as that was understood, the commonest first."""
        return tuple(Counter(one.entry for one in self.members if one.entry is not None).most_common())

    @property
    def since(self) -> datetime:
        """When the first of them called."""
        return min(one.created_at for one in self.members)


def list_cards(connection: Connection, queued: Collection[QueuedHandoff]) -> tuple[IncidentCard, ...]:
    """The cards of what is queued: stopped trading first, then what waits the longest."""
    by_incident: dict[int, list[QueuedHandoff]] = {}
    for one in queued:
        if one.incident is not None:
            by_incident.setdefault(one.incident, []).append(one)
    cards = (
        IncidentCard(incident=incident, members=tuple(sorted(members, key=lambda one: one.id)))
        for incident in incidents.list_running(connection)
        if len(members := by_incident.get(incident.id, [])) >= MIN_MEMBERS
    )
    return tuple(sorted(cards, key=lambda card: (not card.waiting, not card.is_outage, card.since)))


def outside(cards: Iterable[IncidentCard], queued: Iterable[QueuedHandoff]) -> list[QueuedHandoff]:
    """What is queued and on none of these cards."""
    shown = {one.id for card in cards for one in card.members}
    return [one for one in queued if one.id not in shown]


class IncidentView:
    """The buttons of a card."""

    def __init__(self, transactions: Transactions, incident_actions: IncidentActions) -> None:
        self._transactions, self._incident_actions = transactions, incident_actions

    def routes(self) -> tuple[Route, ...]:
        """For agents."""
        return (
            post("/now/incidents/{incident}/take", self.take, role=AccessLevel.AGENT),
            post("/now/incidents/{incident}/keep", self.keep, role=AccessLevel.AGENT),
            post("/now/incidents/{incident}/give-back", self.release, role=AccessLevel.AGENT),
            post("/now/incidents/{incident}/works-again", self.works_again, role=AccessLevel.AGENT),
            post("/now/incidents/{incident}/part/{handoff}", self.part, role=AccessLevel.AGENT),
        )

    async def take(self, request: ConsoleRequest) -> web.StreamResponse:
        """Take every hand-off of it that waits."""
        incident = request.path_number("incident")
        result = await self._incident_actions.take(incident, request.agent.name)
        return await self._answer(request, incident, result, AuditEvent.INCIDENT_TAKEN, "incident_took")

    async def keep(self, request: ConsoleRequest) -> web.StreamResponse:
        """The agent still has what they have of it: they are asked again later."""
        incident = request.path_number("incident")
        result = await self._incident_actions.keep(incident, request.agent.name)
        return await self._answer(request, incident, result, AuditEvent.INCIDENT_KEPT, "incident_kept")

    async def release(self, request: ConsoleRequest) -> web.StreamResponse:
        """Release what the agent has of it."""
        incident = request.path_number("incident")
        result = await self._incident_actions.release(incident, request.agent.name)
        return await self._answer(request, incident, result, AuditEvent.INCIDENT_RELEASED, "incident_gave_back")

    async def works_again(self, request: ConsoleRequest) -> web.StreamResponse:
        """Close all of it, with the tick, and tell whoever may be told."""
        if not request.field("sure"):
            request.flash("incident_sure_missing")
            return request.redirect(request.return_path("/now"))
        incident = request.path_number("incident")
        result = await self._incident_actions.works_again(incident, request.agent.name)
        return await self._answer(request, incident, result, AuditEvent.INCIDENT_ENDED, "incident_ended")

    async def part(self, request: ConsoleRequest) -> web.StreamResponse:
        """Part a hand-off that has another cause."""
        incident, handoff = request.path_number("incident"), request.path_number("handoff")
        if await self._incident_actions.part(incident, handoff):
            await self._record(request, AuditEvent.INCIDENT_PARTED, f"{incident} / {handoff}")
            request.flash("incident_parted", id=str(handoff))
        else:
            request.flash("incident_nothing")
        return request.redirect(request.return_path("/now"))

    async def _answer(
        self, request: ConsoleRequest, incident: int, result: IncidentResult, event: AuditEvent, said: str
    ) -> web.StreamResponse:
        if result.applied:
            await self._record(request, event, str(incident))
            counts = {"n": str(result.changed), "told": str(result.told), "untold": str(result.untold)}
            request.flash(said, **counts)
        else:
            request.flash("incident_nothing")
        return request.redirect(request.return_path("/now"))

    async def _record(self, request: ConsoleRequest, event: AuditEvent, subject: str) -> None:
        await self._transactions.write(
            lambda connection: audit_log.record(
                connection, event, request.now, agent=request.agent.name, subject=subject
            )
        )
