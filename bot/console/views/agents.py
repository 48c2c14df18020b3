"""The page Agents: who may use the console; added, given another role or password, disabled; for admins."""

from collections.abc import Callable, Hashable

from aiohttp import web
from sqlalchemy import Connection

from bot.console.auth.passwords import LONGEST, SHORTEST, Checker, PasswordUnusableError
from bot.console.framework.request import Visit
from bot.console.framework.routing import Access, Section, does, shows
from bot.database.transactions import Records
from storage.helpdesk import agents, audit_log
from storage.helpdesk.agents import Agent, NameTakenError, NameUnusableError, Role
from storage.helpdesk.audit_log import Event

Change = Callable[[Connection, Agent], bool]


class Agents:
    """GET /console/agents, and the forms on it. Nobody takes their own rights away: an admin is left in any case."""

    def __init__(self, records: Records, checker: Checker) -> None:
        self._records, self._checker = records, checker

    def section(self) -> Section:
        """For admins."""
        own = (("role", self.role), ("password", self.password), ("disable", self.disable), ("enable", self.enable))
        pages = (
            shows("/agents", self.show, role=Access.ADMIN),
            does("/agents", self.add, role=Access.ADMIN),
            *(does(f"/agents/{{agent}}/{name}", do, role=Access.ADMIN) for name, do in own),
        )
        return Section(name="agents", role=Access.ADMIN, pages=pages, looks={"agents": self._look})

    async def show(self, visit: Visit) -> web.StreamResponse:
        """All agents by name."""
        found = await self._records.read(agents.listed)
        return visit.show("agents.html", found=found, roles=list(Role), shortest=SHORTEST, longest=LONGEST)

    async def add(self, visit: Visit) -> web.StreamResponse:
        """A new agent with the password that the admin chose for them."""
        role = _role(visit)
        try:
            password = await self._checker.hashed(visit.form.get("password", ""))
            await self._records.write(lambda connection: self._added(connection, visit, role, password))
        except PasswordUnusableError:
            visit.say("password_unusable")
        except NameTakenError:
            visit.say("name_taken")
        except NameUnusableError:
            visit.say("name_unusable")
        else:
            visit.say("added", name=visit.field("name"))
        return visit.go("/agents")

    async def role(self, visit: Visit) -> web.StreamResponse:
        """Another role, from their next page on."""
        role = _role(visit)
        return await self._changed(
            visit, Event.AGENT_ROLE, lambda connection, agent: agents.set_role(connection, agent.id, role)
        )

    async def password(self, visit: Visit) -> web.StreamResponse:
        """Another password; their sessions end."""
        try:
            password = await self._checker.hashed(visit.form.get("password", ""))
        except PasswordUnusableError:
            visit.say("password_unusable")
            return visit.go("/agents")
        return await self._changed(
            visit,
            Event.AGENT_PASSWORD,
            lambda connection, agent: agents.set_password(connection, agent.id, password),
            oneself=True,
        )

    async def disable(self, visit: Visit) -> web.StreamResponse:
        """They sign in no more; their sessions end."""
        return await self._changed(
            visit, Event.AGENT_DISABLED, lambda connection, agent: agents.disable(connection, agent.id, visit.now)
        )

    async def enable(self, visit: Visit) -> web.StreamResponse:
        """They may sign in again."""
        return await self._changed(
            visit, Event.AGENT_ENABLED, lambda connection, agent: agents.enable(connection, agent.id)
        )

    def _added(self, connection: Connection, visit: Visit, role: Role, password: str) -> None:
        agent = agents.add(connection, visit.field("name"), role, password, visit.now)
        audit_log.note(connection, Event.AGENT_ADDED, visit.now, agent=visit.agent.name, subject=agent.name)

    async def _changed(
        self, visit: Visit, event: Event, change: Change, *, oneself: bool = False
    ) -> web.StreamResponse:
        number = visit.number("agent")
        if number == visit.agent.id and not oneself:
            visit.say("not_oneself")
            return visit.go("/agents")

        def make(connection: Connection) -> str | None:
            agent = agents.get(connection, number)
            if agent is None:
                raise web.HTTPNotFound
            if not change(connection, agent):
                return None
            audit_log.note(connection, event, visit.now, agent=visit.agent.name, subject=agent.name)
            return agent.name

        name = await self._records.write(make)
        if name is not None:
            visit.say(event, name=name)
        return visit.go("/agents")

    def _look(self, connection: Connection) -> Hashable:
        return tuple((each.id, each.role, each.version, each.disabled_at) for each in agents.listed(connection))


def _role(visit: Visit) -> Role:
    try:
        return Role(visit.field("role"))
    except ValueError as exc:
        raise web.HTTPBadRequest from exc
