"""The page Audit: who did what, and when; for admins, and never a word that was written."""

from collections.abc import Hashable

from aiohttp import web
from sqlalchemy import Connection

from bot.console.framework.request import ConsoleRequest
from bot.console.framework.routing import AccessLevel, Section, get
from bot.database.transactions import Transactions
from storage.helpdesk import agents, audit_log
from storage.helpdesk.audit_log import AuditEvent

PAGE_SIZE = 50


class AuditView:
    """GET /console/audit."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def section(self) -> Section:
        """For admins."""
        pages = (get("/audit", self.show, role=AccessLevel.ADMIN),)
        return Section(name="audit", role=AccessLevel.ADMIN, routes=pages, change_keys={"audit": self._change_key})

    async def show(self, request: ConsoleRequest) -> web.StreamResponse:
        """The latest first, of one agent or one kind if that is asked; older ones by the link at the end."""
        query = request.http_request.query
        event, agent, before = query.get("event", ""), query.get("agent", ""), query.get("before", "")
        events = tuple(each for each in AuditEvent if each.value == event)
        last = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
        noted, people = await self._transactions.read(
            lambda connection: (
                audit_log.list_records(
                    connection, before=last, agent=agent or None, events=events, limit=PAGE_SIZE + 1
                ),
                [each.name for each in agents.list_all(connection)],
            )
        )
        return request.render(
            "audit.html",
            noted=noted[:PAGE_SIZE],
            older=noted[PAGE_SIZE - 1].id if len(noted) > PAGE_SIZE else None,
            event=event,
            agent=agent,
            events=list(AuditEvent),
            people=people,
            newest=last is None,
        )

    def _change_key(self, connection: Connection) -> Hashable:
        return tuple(each.id for each in audit_log.list_records(connection, limit=1))
