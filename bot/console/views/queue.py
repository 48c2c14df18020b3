"""The page Now: who waits for people, the most urgent first; taken, given back and closed through the desk."""

from collections.abc import Awaitable, Callable, Hashable
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from bot.console.framework.contact_display import audit_access, display_name, format_phone, phone_number
from bot.console.framework.knowledge_access import KnowledgeAccess
from bot.console.framework.request import ConsoleRequest
from bot.console.framework.routing import AccessLevel, Section, get, post
from bot.database.transactions import Transactions
from bot.helpdesk.handoff_actions import ActionResult, HandoffActions
from storage.helpdesk import audit_log, queue
from storage.helpdesk.audit_log import AuditEvent
from storage.helpdesk.handoffs import HandoffState

MAX_HANDOFFS: Final = 200

HandoffAction = Callable[[int, str], Awaitable[ActionResult]]


class HandoffQueueView:
    """GET /console/now, and the buttons on it."""

    def __init__(self, transactions: Transactions, handoff_actions: HandoffActions, knowledge: KnowledgeAccess) -> None:
        self._transactions, self._handoff_actions, self._knowledge = transactions, handoff_actions, knowledge

    def section(self) -> Section:
        """For agents."""
        pages = (
            get("/now", self.show, role=AccessLevel.AGENT),
            post("/now/{handoff}/take", self.take, role=AccessLevel.AGENT),
            post("/now/{handoff}/give-back", self.release, role=AccessLevel.AGENT),
            post("/now/{handoff}/reached", self.mark_contacted, role=AccessLevel.AGENT),
            post("/now/{handoff}/not-needed", self.mark_not_needed, role=AccessLevel.AGENT),
        )
        return Section(name="now", role=AccessLevel.AGENT, routes=pages, change_keys={"now": self._change_key})

    async def show(self, request: ConsoleRequest) -> web.StreamResponse:
        """Those that nobody has taken, then those that somebody has."""
        await audit_access(request, self._transactions, AuditEvent.LIST_VIEWED, "now")
        found = await self._transactions.read(lambda connection: queue.list_queue(connection, limit=MAX_HANDOFFS))
        free = [one for one in found if one.state is HandoffState.OPEN]
        taken = [one for one in found if one.state is not HandoffState.OPEN]
        names = self._knowledge.names(request.language)
        return request.render(
            "now.html",
            free=free,
            taken=taken,
            most=MAX_HANDOFFS,
            names=names,
            phone=phone_number,
            readable=format_phone,
            short=display_name,
            stopped=sum(one.is_outage for one in free),
        )

    async def take(self, request: ConsoleRequest) -> web.StreamResponse:
        """The agent looks after it."""
        return await self._execute(request, self._handoff_actions.take, AuditEvent.HANDOFF_TAKEN, "took")

    async def release(self, request: ConsoleRequest) -> web.StreamResponse:
        """The agent leaves it to others."""
        return await self._execute(request, self._handoff_actions.release, AuditEvent.HANDOFF_RELEASED, "gave_back")

    async def mark_contacted(self, request: ConsoleRequest) -> web.StreamResponse:
        """The agent has spoken with the person."""
        return await self._execute(request, self._handoff_actions.mark_contacted, AuditEvent.HANDOFF_CLOSED, "closed")

    async def mark_not_needed(self, request: ConsoleRequest) -> web.StreamResponse:
        """There is nothing to do."""
        return await self._execute(request, self._handoff_actions.mark_not_needed, AuditEvent.HANDOFF_CLOSED, "closed")

    async def _execute(
        self, request: ConsoleRequest, action: HandoffAction, event: AuditEvent, success_text: str
    ) -> web.StreamResponse:
        number, name = request.path_number("handoff"), request.agent.name
        result = await action(number, name)
        if result.applied:
            await self._transactions.write(
                lambda connection: audit_log.record(connection, event, request.now, agent=name, subject=str(number))
            )
            request.flash(success_text)
        else:
            self._flash_not_applied(request, result)
        return request.redirect("/now")

    def _flash_not_applied(self, request: ConsoleRequest, result: ActionResult) -> None:
        if result.closed:
            request.flash("was_closed")
        elif result.taken_by is None:
            request.flash("nobody_has_it")
        else:
            request.flash("other_has_it", name=result.taken_by)

    def _change_key(self, connection: Connection) -> Hashable:
        return queue.fingerprint(connection, limit=MAX_HANDOFFS)
