"""The page Audit: who did what, and when; for admins, and never a word that was written."""

from collections.abc import Hashable

from aiohttp import web
from sqlalchemy import Connection

from bot.console.framework.request import Visit
from bot.console.framework.routing import Access, Section, shows
from bot.database.transactions import Records
from storage.helpdesk import agents, audit_log
from storage.helpdesk.audit_log import Event

MOST = 50


class Audit:
    """GET /console/audit."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def section(self) -> Section:
        """For admins."""
        pages = (shows("/audit", self.show, role=Access.ADMIN),)
        return Section(name="audit", role=Access.ADMIN, pages=pages, looks={"audit": self._look})

    async def show(self, visit: Visit) -> web.StreamResponse:
        """The latest first, of one agent or one kind if that is asked; older ones by the link at the end."""
        query = visit.request.query
        event, agent, before = query.get("event", ""), query.get("agent", ""), query.get("before", "")
        events = tuple(each for each in Event if each.value == event)
        last = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
        noted, people = await self._records.read(
            lambda connection: (
                audit_log.listed(connection, before=last, agent=agent or None, events=events, limit=MOST + 1),
                [each.name for each in agents.listed(connection)],
            )
        )
        return visit.show(
            "audit.html",
            noted=noted[:MOST],
            older=noted[MOST - 1].id if len(noted) > MOST else None,
            event=event,
            agent=agent,
            events=list(Event),
            people=people,
            newest=last is None,
        )

    def _look(self, connection: Connection) -> Hashable:
        return tuple(each.id for each in audit_log.listed(connection, limit=1))
