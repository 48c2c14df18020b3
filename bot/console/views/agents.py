"""The page Agents: add agents, change roles and passwords, disable; for admins."""

from collections.abc import Callable, Hashable

from aiohttp import web
from sqlalchemy import Connection

from bot.console.auth.passwords import MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS, PasswordService, PasswordUnusableError
from bot.console.framework.page_routing import AccessLevel, Section, get, post
from bot.console.framework.request import ConsoleRequest
from bot.database.transactions import Transactions
from storage.helpdesk import audit_log
from storage.helpdesk.audit_log import AuditEvent
from storage.helpdesk.sign_in import agents
from storage.helpdesk.sign_in.agent_roles import Role
from storage.helpdesk.sign_in.agents import Agent, NameTakenError, NameUnusableError

AgentChange = Callable[[Connection, Agent], bool]


class AgentsView:
    """GET /console/agents, and its forms. Nobody can demote or disable themselves, so an admin always remains."""

    def __init__(self, transactions: Transactions, passwords: PasswordService) -> None:
        self._transactions, self._checker = transactions, passwords

    def section(self) -> Section:
        """For admins."""
        own = (
            ("role", self.change_role),
            ("password", self.change_password),
            ("disable", self.disable),
            ("enable", self.enable),
        )
        pages = (
            get("/agents", self.show, role=AccessLevel.ADMIN),
            post("/agents", self.create, role=AccessLevel.ADMIN),
            *(post(f"/agents/{{agent}}/{name}", do, role=AccessLevel.ADMIN) for name, do in own),
        )
        return Section(name="agents", role=AccessLevel.ADMIN, routes=pages, change_keys={"agents": self._change_key})

    async def show(self, request: ConsoleRequest) -> web.StreamResponse:
        """All agents by name."""
        found, last = await self._transactions.read(
            lambda connection: (agents.list_all(connection), audit_log.last_sign_ins(connection))
        )
        return request.render(
            "agents.html",
            found=found,
            last=last,
            roles=list(Role),
            shortest=MIN_PASSWORD_CHARS,
            longest=MAX_PASSWORD_CHARS,
        )

    async def create(self, request: ConsoleRequest) -> web.StreamResponse:
        """Add an agent with a password that the admin chose."""
        role = _role_from_form(request)
        try:
            password = await self._checker.make_hash(request.form.get("password", ""))
            await self._transactions.write(lambda connection: self._create(connection, request, role, password))
        except PasswordUnusableError:
            request.flash("password_unusable")
        except NameTakenError:
            request.flash("name_taken")
        except NameUnusableError:
            request.flash("name_unusable")
        else:
            request.flash("added", name=request.field("name"))
        return request.redirect("/agents")

    async def change_role(self, request: ConsoleRequest) -> web.StreamResponse:
        """Change the role, from the next request on."""
        role = _role_from_form(request)
        return await self._change_agent(
            request, AuditEvent.AGENT_ROLE, lambda connection, agent: agents.set_role(connection, agent.id, role)
        )

    async def change_password(self, request: ConsoleRequest) -> web.StreamResponse:
        """Change the password; all sessions end."""
        try:
            password = await self._checker.make_hash(request.form.get("password", ""))
        except PasswordUnusableError:
            request.flash("password_unusable")
            return request.redirect("/agents")
        return await self._change_agent(
            request,
            AuditEvent.AGENT_PASSWORD,
            lambda connection, agent: agents.set_password(connection, agent.id, password),
            allow_self=True,
        )

    async def disable(self, request: ConsoleRequest) -> web.StreamResponse:
        """Disable the agent; all sessions end."""
        return await self._change_agent(
            request,
            AuditEvent.AGENT_DISABLED,
            lambda connection, agent: agents.disable(connection, agent.id, request.now),
        )

    async def enable(self, request: ConsoleRequest) -> web.StreamResponse:
        """Enable the agent."""
        return await self._change_agent(
            request, AuditEvent.AGENT_ENABLED, lambda connection, agent: agents.enable(connection, agent.id)
        )

    def _create(self, connection: Connection, request: ConsoleRequest, role: Role, password: str) -> None:
        agent = agents.add(connection, request.field("name"), role, password, request.now)
        audit_log.record(connection, AuditEvent.AGENT_ADDED, request.now, agent=request.agent.name, subject=agent.name)

    async def _change_agent(
        self, request: ConsoleRequest, event: AuditEvent, change: AgentChange, *, allow_self: bool = False
    ) -> web.StreamResponse:
        number = request.path_number("agent")
        if number == request.agent.id and not allow_self:
            request.flash("not_oneself")
            return request.redirect("/agents")

        def make(connection: Connection) -> str | None:
            agent = agents.get(connection, number)
            if agent is None:
                raise web.HTTPNotFound
            if not change(connection, agent):
                return None
            audit_log.record(connection, event, request.now, agent=request.agent.name, subject=agent.name)
            return agent.name

        name = await self._transactions.write(make)
        if name is not None:
            request.flash(event, name=name)
        return request.redirect("/agents")

    def _change_key(self, connection: Connection) -> Hashable:
        return tuple((each.id, each.role, each.version, each.disabled_at) for each in agents.list_all(connection))


def _role_from_form(request: ConsoleRequest) -> Role:
    try:
        return Role(request.field("role"))
    except ValueError as exc:
        raise web.HTTPBadRequest from exc
