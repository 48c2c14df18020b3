"""The page Queue: hand-offs waiting for people, most urgent first; taken, released and closed through
HandoffActions."""

from collections.abc import Awaitable, Callable, Hashable
from functools import partial
from typing import Any, Final

from aiohttp import web
from sqlalchemy import Connection

from bot.channels.description import ChannelDirectory
from bot.console.framework.contact_display import audit_access, display_name, format_phone, history_teller
from bot.console.framework.knowledge_access import KnowledgeAccess
from bot.console.framework.page_routing import AccessLevel, Section, get, post
from bot.console.framework.request import ConsoleRequest
from bot.console.queue.incidents import IncidentView, list_cards, outside
from bot.customers.shown_venue import shown_venues
from bot.database.transactions import Transactions
from bot.helpdesk.handoff_actions import ActionResult, HandoffActions
from bot.helpdesk.incidents.outage_proposals import find_proposals
from handlers.model.actions import HandoffReason
from handlers.model.handoff import CloseReason, HandoffState
from storage.delivery import undelivered_notifications
from storage.delivery.contact_obstacles import ContactObstacles, obstacles_of_waiting
from storage.helpdesk import audit_log, queue
from storage.helpdesk.audit_log import AuditEvent
from storage.helpdesk.handoff_states import UNDO_WINDOW
from storage.helpdesk.handoffs import Handoff
from storage.helpdesk.queue import QueuedHandoff

MAX_HANDOFFS: Final = 200
CLOSE_REASONS: Final = tuple(reason for reason in CloseReason if reason is not CloseReason.WORKS_AGAIN)
"""The reasons that an agent may give, in the order in which they are offered."""

HandoffAction = Callable[[int, str], Awaitable[ActionResult]]


def closing_values(request: ConsoleRequest) -> dict[str, Any]:
    """What the template of the actions needs: the reasons for closing, and whose last step is not long ago."""

    def can_undo(one: Handoff | QueuedHandoff) -> bool:
        return request.now - one.updated_at <= UNDO_WINDOW

    return {"close_reasons": CLOSE_REASONS, "can_undo": can_undo}


class HandoffQueueView:
    """GET /console/now, and its buttons."""

    def __init__(
        self,
        transactions: Transactions,
        handoff_actions: HandoffActions,
        knowledge: KnowledgeAccess,
        channels: ChannelDirectory,
        incident_view: IncidentView,
    ) -> None:
        self._transactions, self._handoff_actions, self._knowledge = transactions, handoff_actions, knowledge
        self._channels, self._incident_view = channels, incident_view

    def section(self) -> Section:
        """For agents."""
        pages = (
            get("/now", self.show, role=AccessLevel.AGENT),
            post("/now/{handoff}/take", self.take, role=AccessLevel.AGENT),
            post("/now/{handoff}/give-back", self.release, role=AccessLevel.AGENT),
            post("/now/{handoff}/reached", self.mark_contacted, role=AccessLevel.AGENT),
            post("/now/{handoff}/keep", self.keep, role=AccessLevel.AGENT),
            post("/now/{handoff}/close", self.close, role=AccessLevel.AGENT),
            post("/now/{handoff}/undo", self.undo, role=AccessLevel.AGENT),
            post("/now/{handoff}/reopen", self.reopen, role=AccessLevel.AGENT),
            *self._incident_view.routes(),
        )
        keys = {"now": self._change_key}
        return Section(name="now", role=AccessLevel.AGENT, routes=pages, change_keys=keys, counts_waiting=True)

    async def show(self, request: ConsoleRequest) -> web.StreamResponse:
        """Incidents, then unassigned hand-offs, then taken ones."""
        await audit_access(request, self._transactions, AuditEvent.LIST_VIEWED, "now")
        found, known, cards, closed, (untold, obstacles), proposals = await self._transactions.read(
            lambda connection: (
                queued := queue.list_queue(connection, limit=MAX_HANDOFFS),
                shown_venues(connection, {one.conversation: (one.last_message, one.created_at) for one in queued}),
                list_cards(connection, queued),
                queue.closed_since(connection, request.now - UNDO_WINDOW),
                _failures(connection),
                find_proposals(connection),
            )
        )
        line, lines = self._chosen_line(request), self._knowledge.current.base.directory.lines
        of_line = [one for one in found if line in ("", one.line)]
        cards = tuple(card for card in cards if line in ("", card.line))
        shown = outside(cards, of_line)
        free = [one for one in shown if one.state is HandoffState.OPEN]
        taken = [one for one in shown if one.state is not HandoffState.OPEN]
        names = self._knowledge.names(request.language)
        return request.render(
            "now.html",
            cards=cards,
            free=free,
            taken=taken,
            most=MAX_HANDOFFS,
            line=line,
            lines=lines,
            elsewhere=sum(one.state is HandoffState.OPEN for one in found if line not in ("", one.line)),
            names=names,
            venues=known,
            history=history_teller(request, names),
            phone=self._channels.phone_of,
            readable=format_phone,
            short=partial(display_name, self._channels),
            link=self._channels.link,
            stopped=sum(one.is_outage for one in free),
            untold=untold,
            closed=[one for one in closed if line in ("", one.line)],
            **closing_values(request),
            unreached=obstacles.unreached,
            opted_out=obstacles.opted_out,
            proposals=proposals,
        )

    async def take(self, request: ConsoleRequest) -> web.StreamResponse:
        """Take the hand-off."""
        return await self._execute(request, self._handoff_actions.take, AuditEvent.HANDOFF_TAKEN, "took")

    async def release(self, request: ConsoleRequest) -> web.StreamResponse:
        """Release the hand-off."""
        return await self._execute(request, self._handoff_actions.release, AuditEvent.HANDOFF_RELEASED, "gave_back")

    async def mark_contacted(self, request: ConsoleRequest) -> web.StreamResponse:
        """The person was contacted."""
        event = AuditEvent.HANDOFF_CONTACTED
        return await self._execute(request, self._handoff_actions.mark_contacted, event, "contacted")

    async def keep(self, request: ConsoleRequest) -> web.StreamResponse:
        """Whoever has it still does."""
        return await self._execute(request, self._handoff_actions.keep, AuditEvent.HANDOFF_KEPT, "kept")

    async def close(self, request: ConsoleRequest) -> web.StreamResponse:
        """Close the hand-off for a reason; while trading is stopped only with the tick."""
        reason, number = request.field("reason"), request.path_number("handoff")
        found = await self._handoff_actions.find(number)
        stopped = found is not None and found.reason is HandoffReason.TRADING_STOPPED
        if reason not in CLOSE_REASONS or (stopped and not request.field("sure")):
            request.flash("no_reason" if reason not in CLOSE_REASONS else "sure_missing")
            return request.redirect(request.return_path("/now"))
        action = partial(self._handoff_actions.close, reason=CloseReason(reason))
        return await self._execute(request, action, AuditEvent.HANDOFF_CLOSED, "closed")

    async def undo(self, request: ConsoleRequest) -> web.StreamResponse:
        """Undo the agent's last step."""
        return await self._execute(
            request, self._handoff_actions.undo, AuditEvent.HANDOFF_UNDONE, "undone", failure_text="not_undone"
        )

    async def reopen(self, request: ConsoleRequest) -> web.StreamResponse:
        """Open it again."""
        return await self._execute(
            request, self._handoff_actions.reopen, AuditEvent.HANDOFF_REOPENED, "reopened", failure_text="not_reopened"
        )

    async def _execute(
        self,
        request: ConsoleRequest,
        action: HandoffAction,
        event: AuditEvent,
        success_text: str,
        failure_text: str | None = None,
    ) -> web.StreamResponse:
        number, name = request.path_number("handoff"), request.agent.name
        result = await action(number, name)
        if result.applied:
            await self._transactions.write(
                lambda connection: audit_log.record(connection, event, request.now, agent=name, subject=str(number))
            )
            request.flash(success_text)
        elif failure_text is not None:
            request.flash(failure_text)
        else:
            self._flash_not_applied(request, result)
        return request.redirect(request.return_path("/now"))

    def _flash_not_applied(self, request: ConsoleRequest, result: ActionResult) -> None:
        if result.closed:
            request.flash("was_closed")
        elif result.taken_by is None:
            request.flash("nobody_has_it")
        else:
            request.flash("other_has_it", name=result.taken_by)

    def _chosen_line(self, request: ConsoleRequest) -> str:
        """The line whose hand-offs are shown, or "": as last chosen, so that what renews itself keeps to it."""
        chosen = request.http_request.query.get("line")
        if chosen is not None:
            request.session["queue_line"] = chosen
        line = request.session.get("queue_line", "")
        return line if line in self._knowledge.current.base.directory.lines else ""

    def _change_key(self, connection: Connection) -> Hashable:
        proposed = tuple(one.incident for one in find_proposals(connection))
        return queue.fingerprint(connection, limit=MAX_HANDOFFS), proposed, *_failures(connection)


def _failures(connection: Connection) -> tuple[frozenset[int], ContactObstacles]:
    """Hand-offs whose urgent notification failed, and the people who cannot be written to."""
    return undelivered_notifications.urgent_failures(connection), obstacles_of_waiting(connection)
