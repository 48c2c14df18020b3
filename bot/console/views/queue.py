"""The page Now: who waits for people, the most urgent first; taken, given back and closed through the desk."""

from collections.abc import Awaitable, Callable, Hashable
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from bot.console.framework.contact_display import note_seen, phone, readable, short
from bot.console.framework.knowledge_access import Library
from bot.console.framework.request import Visit
from bot.console.framework.routing import Access, Section, does, shows
from bot.database.transactions import Records
from bot.helpdesk.handoff_actions import Desk, Result
from storage.helpdesk import audit_log, queue
from storage.helpdesk.audit_log import Event
from storage.helpdesk.handoffs import State

MOST: Final = 200

Act = Callable[[int, str], Awaitable[Result]]


class Calls:
    """GET /console/now, and the buttons on it."""

    def __init__(self, records: Records, desk: Desk, library: Library) -> None:
        self._records, self._desk, self._library = records, desk, library

    def section(self) -> Section:
        """For agents."""
        pages = (
            shows("/now", self.show, role=Access.AGENT),
            does("/now/{handoff}/take", self.take, role=Access.AGENT),
            does("/now/{handoff}/give-back", self.give_back, role=Access.AGENT),
            does("/now/{handoff}/reached", self.reached, role=Access.AGENT),
            does("/now/{handoff}/not-needed", self.not_needed, role=Access.AGENT),
        )
        return Section(name="now", role=Access.AGENT, pages=pages, looks={"now": self._look})

    async def show(self, visit: Visit) -> web.StreamResponse:
        """Those that nobody has taken, then those that somebody has."""
        await note_seen(visit, self._records, Event.LIST_SEEN, "now")
        found = await self._records.read(lambda connection: queue.waiting(connection, limit=MOST))
        free = [one for one in found if one.state is State.OPEN]
        taken = [one for one in found if one.state is not State.OPEN]
        names = self._library.names(visit.language)
        return visit.show(
            "now.html",
            free=free,
            taken=taken,
            most=MOST,
            names=names,
            phone=phone,
            readable=readable,
            short=short,
            stopped=sum(one.stopped for one in free),
        )

    async def take(self, visit: Visit) -> web.StreamResponse:
        """The agent looks after it."""
        return await self._act(visit, self._desk.take, Event.HANDOFF_TAKEN, "took")

    async def give_back(self, visit: Visit) -> web.StreamResponse:
        """The agent leaves it to others."""
        return await self._act(visit, self._desk.give_back, Event.HANDOFF_GIVEN_BACK, "gave_back")

    async def reached(self, visit: Visit) -> web.StreamResponse:
        """The agent has spoken with the person."""
        return await self._act(visit, self._desk.reached, Event.HANDOFF_CLOSED, "closed")

    async def not_needed(self, visit: Visit) -> web.StreamResponse:
        """There is nothing to do."""
        return await self._act(visit, self._desk.not_needed, Event.HANDOFF_CLOSED, "closed")

    async def _act(self, visit: Visit, act: Act, event: Event, done: str) -> web.StreamResponse:
        number, name = visit.number("handoff"), visit.agent.name
        result = await act(number, name)
        if result.won:
            await self._records.write(
                lambda connection: audit_log.note(connection, event, visit.now, agent=name, subject=str(number))
            )
            visit.say(done)
        else:
            self._tell(visit, result)
        return visit.go("/now")

    def _tell(self, visit: Visit, result: Result) -> None:
        if result.closed:
            visit.say("was_closed")
        elif result.taken_by is None:
            visit.say("nobody_has_it")
        else:
            visit.say("other_has_it", name=result.taken_by)

    def _look(self, connection: Connection) -> Hashable:
        return queue.marks(connection, limit=MOST)
