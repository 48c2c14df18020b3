"""Signing in and out: a name and a password, tried a few times only, against a session that can be ended."""

import secrets
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Final

from aiohttp import web
from aiohttp_session import new_session
from sqlalchemy import Connection

from bot.console.auth.key_derivation import blinded, derived
from bot.console.auth.passwords import Checker
from bot.console.framework.access import CSRF, TOKEN
from bot.console.framework.request import Visit
from bot.console.framework.routing import Access, Section, does, shows
from bot.database.transactions import Records
from storage.helpdesk import agent_sessions, agents, audit_log, login_attempts
from storage.helpdesk.agents import Agent
from storage.helpdesk.audit_log import Event

LONGEST_FIELD: Final = 256


class SignIn:
    """GET and POST /console/sign-in, POST /console/sign-out. `elsewhere` says that an identity provider is set up."""

    def __init__(self, records: Records, key: str, checker: Checker, *, elsewhere: bool = False) -> None:
        self._records, self._checker = records, checker
        self._key, self._elsewhere = derived(key, "console sign-ins"), elsewhere

    def section(self) -> Section:
        """The pages that anyone may see."""
        pages = (
            shows("/sign-in", self.show, role=Access.ANYONE),
            does("/sign-in", self.sign_in, role=Access.ANYONE),
            does("/sign-out", self.sign_out, role=Access.AGENT),
        )
        return Section(name="sign_in", role=Access.ANYONE, pages=pages, menu=False)

    async def show(self, visit: Visit) -> web.StreamResponse:
        """The form; or how to add the first agent."""
        return visit.go() if visit.somebody is not None else await self._form(visit)

    async def sign_in(self, visit: Visit) -> web.StreamResponse:
        """A session for whoever knows the password. What was wrong is not told."""
        name, password = visit.field("name")[:LONGEST_FIELD], visit.form.get("password", "")
        if not name or not password:
            return await self._form(visit, "fill_in", name=name, status=422)
        keys = blinded(self._key, agents.key(name)), blinded(self._key, client(visit.request))
        allowed, agent = await self._records.write(lambda connection: self._begun(connection, visit, keys, name))
        if not allowed:
            return await self._form(visit, "held", name=name, status=429)
        verdict = await self._checker.check(agent.password if agent is not None and agent.active else None, password)
        if agent is None or not verdict.right:
            await self._failed(visit, agent)
            return await self._form(visit, "wrong", name=name, status=422)

        def succeed(connection: Connection) -> None:
            login_attempts.succeeded(connection, *keys)
            if verdict.fresh is not None and agent.password is not None:
                agents.rehash(connection, agent.id, agent.password, verdict.fresh)

        return await enter(visit, self._records, agent, succeed)

    async def sign_out(self, visit: Visit) -> web.StreamResponse:
        """The session ends, for every copy of the cookie."""
        token, agent = visit.session[TOKEN], visit.agent

        def end(connection: Connection) -> None:
            agent_sessions.end(connection, token)
            audit_log.note(connection, Event.SIGNED_OUT, visit.now, agent=agent.name)

        await self._records.write(end)
        visit.session.invalidate()
        return visit.go("/sign-in")

    def _begun(
        self, connection: Connection, visit: Visit, keys: tuple[str, str], name: str
    ) -> tuple[bool, Agent | None]:
        agent = agents.find(connection, name)
        if login_attempts.attempt(connection, *keys, visit.now) is not None:
            return True, agent
        # What strangers typed may be a password in the wrong field: only known names are kept.
        known = None if agent is None else agent.name
        audit_log.note(connection, Event.SIGN_IN_HELD, visit.now, agent=None, subject=known)
        return False, None

    async def _failed(self, visit: Visit, agent: Agent | None) -> None:
        known = None if agent is None else agent.name
        await self._records.write(
            lambda connection: audit_log.note(connection, Event.SIGN_IN_FAILED, visit.now, agent=None, subject=known)
        )

    async def _form(self, visit: Visit, wrong: str = "", *, name: str = "", status: int = 200) -> web.Response:
        empty = not self._elsewhere and not await self._records.read(agents.any_there)
        values = {"empty": empty, "wrong": wrong, "name": name, "elsewhere": self._elsewhere}
        return visit.show("sign_in.html", status=status, **values)


async def enter(
    visit: Visit, records: Records, agent: Agent, also: Callable[[Connection], None] | None = None
) -> web.StreamResponse:
    """A new session for an agent, under a token that nobody has seen before; on to where they wanted to go."""
    token, before = secrets.token_urlsafe(32), visit.session.get(TOKEN)

    def begin(connection: Connection) -> None:
        if isinstance(before, str):
            agent_sessions.end(connection, before)
        agent_sessions.sweep(connection, visit.now)
        audit_log.sweep(connection, visit.now - audit_log.KEPT)
        agent_sessions.begin(connection, agent, token, visit.now)
        audit_log.note(connection, Event.SIGNED_IN, visit.now, agent=agent.name)
        if also is not None:
            also(connection)

    await records.write(begin)
    wanted = visit.session.get("next", "/")
    session = await new_session(visit.request)
    session[TOKEN], session[CSRF] = token, secrets.token_urlsafe(24)
    session["language"] = agent.language or visit.language
    return visit.go(wanted if isinstance(wanted, str) and wanted.startswith("/") else "/")


def client(request: web.Request) -> str:
    """Where the request comes from. A proxy on this machine or in its own network names whom it speaks for."""
    peer = request.remote or ""
    named = [part.strip() for value in request.headers.getall("X-Forwarded-For", ()) for part in value.split(",")]
    try:
        if named and not ip_address(peer).is_global:
            # The last one is what the nearest proxy saw; those before it anybody can write.
            peer = named[-1]
        found = ip_address(peer)
    except ValueError:
        return peer
    # Whoever has one IPv6 address has as many as they like: those of one network count as one.
    return found.compressed if found.version == 4 else str(ip_network(f"{found}/64", strict=False))
