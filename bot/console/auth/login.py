"""Signs agents in and out: a name and a password, with limited attempts, for a session that can be revoked."""

import secrets
from collections.abc import Callable, Mapping
from typing import Final

from aiohttp import web
from aiohttp_session import new_session
from sqlalchemy import Connection

from bot.console.auth.key_derivation import derive_key, pseudonymize
from bot.console.auth.passwords import PasswordService
from bot.console.framework.access import CSRF_KEY, TOKEN_KEY
from bot.console.framework.page_routing import AccessLevel, Section, get, post
from bot.console.framework.request import ConsoleRequest
from bot.database.transactions import Transactions
from bot.web.guards.client_address import client_address
from storage.helpdesk import audit_log
from storage.helpdesk.audit_log import AuditEvent
from storage.helpdesk.sign_in import agent_sessions, agents, login_attempts
from storage.helpdesk.sign_in.agents import Agent

MAX_FIELD_CHARS: Final = 256

COMPANY_SESSION_KEY: Final = "company_account"
"""In the session of whoever signed in with the company's account: what its provider's sign-out wants, or None."""

SIGNED_OUT_KEY: Final = "company_account_signed_out"
"""The same, after they have signed out here."""


class SignInView:
    """GET and POST /console/sign-in, POST /console/sign-out. `oidc_enabled` adds a link."""

    def __init__(
        self, transactions: Transactions, key: str, passwords: PasswordService, *, oidc_enabled: bool = False
    ) -> None:
        self._transactions, self._passwords = transactions, passwords
        self._key, self._oidc_enabled = derive_key(key, "console sign-ins"), oidc_enabled

    def section(self) -> Section:
        """Pages for everybody."""
        pages = (
            get("/sign-in", self.show, role=AccessLevel.ANYONE),
            post("/sign-in", self.sign_in, role=AccessLevel.ANYONE),
            post("/sign-out", self.sign_out, role=AccessLevel.AGENT),
        )
        return Section(name="sign_in", role=AccessLevel.ANYONE, routes=pages, in_menu=False)

    async def show(self, request: ConsoleRequest) -> web.StreamResponse:
        """The form; or how to add the first agent."""
        return request.redirect() if request.signed_in_agent is not None else await self._show_form(request)

    async def sign_in(self, request: ConsoleRequest) -> web.StreamResponse:
        """Start a session if the password is right; the error does not say what was wrong."""
        name, password = request.field("name")[:MAX_FIELD_CHARS], request.form.get("password", "")
        if not name or not password:
            return await self._show_form(request, "fill_in", name=name, status=422)
        keys = (
            pseudonymize(self._key, agents.normalized_name(name)),
            pseudonymize(self._key, client_address(request.http_request)),
        )
        allowed, agent = await self._transactions.write(
            lambda connection: self._register_attempt(connection, request, keys, name)
        )
        if not allowed:
            return await self._show_form(request, "held", name=name, status=429)
        check = await self._passwords.verify(
            agent.password_hash if agent is not None and agent.active else None, password
        )
        if agent is None or not check.correct:
            await self._audit_failure(request, agent)
            return await self._show_form(request, "wrong", name=name, status=422)

        def succeed(connection: Connection) -> None:
            login_attempts.clear_attempts(connection, *keys)
            login_attempts.remember_place(connection, *keys, request.now)
            if check.new_hash is not None and agent.password_hash is not None:
                agents.rehash(connection, agent.id, agent.password_hash, check.new_hash)

        return await start_session(request, self._transactions, agent, succeed)

    async def sign_out(self, request: ConsoleRequest) -> web.StreamResponse:
        """End the session, for every copy of the cookie."""
        token, agent = request.session[TOKEN_KEY], request.agent
        company = COMPANY_SESSION_KEY in request.session
        hint = request.session.get(COMPANY_SESSION_KEY)

        def end(connection: Connection) -> None:
            agent_sessions.end(connection, token)
            audit_log.record(connection, AuditEvent.SIGNED_OUT, request.now, agent=agent.name)

        await self._transactions.write(end)
        request.session.invalidate()
        if company:
            request.session[SIGNED_OUT_KEY], request.session["language"] = hint, request.language
        return request.redirect("/sign-in")

    def _register_attempt(
        self, connection: Connection, request: ConsoleRequest, keys: tuple[str, str], name: str
    ) -> tuple[bool, Agent | None]:
        agent = agents.find(connection, name)
        if login_attempts.register_attempt(connection, *keys, request.now) is not None:
            return True, agent
        # An unknown name may be a password in the wrong field: only known names are audited.
        known = None if agent is None else agent.name
        audit_log.record(connection, AuditEvent.SIGN_IN_THROTTLED, request.now, agent=None, subject=known)
        return False, None

    async def _audit_failure(self, request: ConsoleRequest, agent: Agent | None) -> None:
        known = None if agent is None else agent.name
        await self._transactions.write(
            lambda connection: audit_log.record(
                connection, AuditEvent.SIGN_IN_FAILED, request.now, agent=None, subject=known
            )
        )

    async def _show_form(
        self, request: ConsoleRequest, error: str = "", *, name: str = "", status: int = 200
    ) -> web.Response:
        empty = not self._oidc_enabled and not await self._transactions.read(agents.exists)
        return render_sign_in(
            request, error, name=name, status=status, no_agents=empty, oidc_enabled=self._oidc_enabled
        )


def render_sign_in(
    request: ConsoleRequest,
    error: str = "",
    *,
    status: int,
    oidc_enabled: bool,
    name: str = "",
    no_agents: bool = False,
) -> web.Response:
    """The form, with the text named `error` above it."""
    signed_out = oidc_enabled and isinstance(request.session.get(SIGNED_OUT_KEY), str)
    values = {"empty": no_agents, "wrong": error, "name": name, "elsewhere": oidc_enabled, "signed_out": signed_out}
    return request.render("sign_in.html", status=status, **values)


async def start_session(
    request: ConsoleRequest,
    transactions: Transactions,
    agent: Agent,
    also_write: Callable[[Connection], None] | None = None,
    keep: Mapping[str, str | None] | None = None,
) -> web.StreamResponse:
    """Start a session for an agent, with a new token; redirect to where they wanted to go. `keep` is kept in it."""
    token, before = secrets.token_urlsafe(32), request.session.get(TOKEN_KEY)

    def begin(connection: Connection) -> None:
        if isinstance(before, str):
            agent_sessions.end(connection, before)
        agent_sessions.purge(connection, request.now)
        agent_sessions.begin(connection, agent, token, request.now)
        audit_log.record(connection, AuditEvent.SIGNED_IN, request.now, agent=agent.name)
        if also_write is not None:
            also_write(connection)

    await transactions.write(begin)
    wanted = request.session.get("next", "/")
    session = await new_session(request.http_request)
    session[TOKEN_KEY], session[CSRF_KEY] = token, secrets.token_urlsafe(24)
    session["language"] = agent.language or request.language
    session.update(keep or {})
    return request.redirect(wanted if isinstance(wanted, str) and wanted.startswith("/") else "/")
