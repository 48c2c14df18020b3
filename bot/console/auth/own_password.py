"""The page of one's own account: an agent changes their password; sessions elsewhere end."""

import secrets
from dataclasses import replace

from aiohttp import web
from sqlalchemy import Connection

from bot.console.auth.key_derivation import derive_key, pseudonymize
from bot.console.auth.passwords import MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS, PasswordService
from bot.console.framework.access import CSRF_KEY, TOKEN_KEY
from bot.console.framework.page_routing import AccessLevel, Section, get, post
from bot.console.framework.request import ConsoleRequest
from bot.database.transactions import Transactions
from bot.web.guards.client_address import client_address
from storage.helpdesk import audit_log
from storage.helpdesk.audit_log import AuditEvent
from storage.helpdesk.sign_in import agent_sessions, agents, login_attempts


class OwnPasswordView:
    """GET /console/account, and its form. The old password is asked for, with the limits of a sign-in."""

    def __init__(self, transactions: Transactions, key: str, passwords: PasswordService) -> None:
        self._transactions, self._passwords = transactions, passwords
        self._key = derive_key(key, "console sign-ins")

    def section(self) -> Section:
        """For agents."""
        pages = (
            get("/account", self.show, role=AccessLevel.AGENT),
            post("/account/password", self.change_password, role=AccessLevel.AGENT),
        )
        return Section(name="account", role=AccessLevel.AGENT, routes=pages, in_menu=False)

    async def show(self, request: ConsoleRequest) -> web.StreamResponse:
        """The form; whoever signs in with the company's account only has no password here."""
        return request.render("account.html", shortest=MIN_PASSWORD_CHARS, longest=MAX_PASSWORD_CHARS)

    async def change_password(self, request: ConsoleRequest) -> web.StreamResponse:
        """Change it if the old one is right. This session goes on, with a new token."""
        fault = await self._fault(request)
        if fault is None:
            password = await self._passwords.make_hash(request.form.get("password", ""))
            fault = await self._change(request, password)
        request.flash("changed" if fault is None else fault)
        return request.redirect("/account")

    async def _fault(self, request: ConsoleRequest) -> str | None:
        """What keeps the password from being changed; None if nothing does."""
        agent, new = request.agent, request.form.get("password", "")
        if agent.password_hash is None:
            return "no_password"
        if not MIN_PASSWORD_CHARS <= len(new) <= MAX_PASSWORD_CHARS:
            return "password_unusable"
        if new != request.form.get("again", ""):
            return "not_the_same"
        keys = self._attempt_keys(request)
        if not await self._transactions.write(
            lambda connection: login_attempts.register_attempt(connection, *keys, request.now) is not None
        ):
            return "held"
        if (await self._passwords.verify(agent.password_hash, request.form.get("old", ""))).correct:
            return None
        await self._transactions.write(
            lambda connection: audit_log.record(
                connection, AuditEvent.SIGN_IN_FAILED, request.now, agent=agent.name, subject=agent.name
            )
        )
        return "wrong"

    async def _change(self, request: ConsoleRequest, password_hash: str) -> str | None:
        agent, before, token = request.agent, request.session[TOKEN_KEY], secrets.token_urlsafe(32)

        def write(connection: Connection) -> bool:
            current = agents.get(connection, agent.id)
            if current is None or current.password_hash != agent.password_hash:
                # An admin has set another one since the old one was checked.
                return False
            agents.set_password(connection, agent.id, password_hash)
            agent_sessions.end(connection, before)
            agent_sessions.begin(connection, replace(current, version=current.version + 1), token, request.now)
            login_attempts.clear_attempts(connection, *self._attempt_keys(request))
            audit_log.record(connection, AuditEvent.AGENT_PASSWORD, request.now, agent=agent.name, subject=agent.name)
            return True

        if not await self._transactions.write(write):
            return "wrong"
        request.session[TOKEN_KEY], request.session[CSRF_KEY] = token, secrets.token_urlsafe(24)
        return None

    def _attempt_keys(self, request: ConsoleRequest) -> tuple[str, str]:
        return (
            pseudonymize(self._key, agents.normalized_name(request.agent.name)),
            pseudonymize(self._key, client_address(request.http_request)),
        )
