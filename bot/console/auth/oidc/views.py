"""GET /console/oidc and /console/oidc/callback: to the identity provider and back, into a session."""

import hmac
from dataclasses import asdict
from typing import Final

import structlog
from aiohttp import web
from sqlalchemy import Connection

from bot.console.auth.login import start_session
from bot.console.auth.oidc.client import AuthorizationState, Identity, OidcClient, OidcError
from bot.console.auth.oidc.role_mapping import RoleMapping
from bot.console.framework.request import ConsoleRequest
from bot.console.framework.routing import AccessLevel, Section, get
from bot.database.transactions import Transactions
from storage.helpdesk import agents, audit_log
from storage.helpdesk.agents import Agent, NameTakenError, NameUnusableError
from storage.helpdesk.audit_log import AuditEvent

log = structlog.get_logger()

CALLBACK_PATH: Final = "/oidc/callback"
_STATE_KEY: Final = "oidc"


class OidcSignInView:
    """Lets in those with a verified e-mail whom the settings name; their role is what the settings say that day."""

    def __init__(
        self, transactions: Transactions, provider: OidcClient, role_mapping: RoleMapping, *, public_origin: str
    ) -> None:
        self._transactions, self._provider, self._role_mapping = transactions, provider, role_mapping
        self._callback_url = f"{public_origin}/console{CALLBACK_PATH}"

    def section(self) -> Section:
        """Both ends of the way; the words are those of signing in."""
        pages = (
            get("/oidc", self.start, role=AccessLevel.ANYONE),
            get(CALLBACK_PATH, self.callback, role=AccessLevel.ANYONE),
        )
        return Section(name="sign_in", role=AccessLevel.ANYONE, routes=pages, in_menu=False)

    async def start(self, request: ConsoleRequest) -> web.StreamResponse:
        """To the provider."""
        state = AuthorizationState()
        try:
            url = await self._provider.authorization_url(state, self._callback_url)
        except OidcError as exc:
            return self._show_failure(request, exc)
        request.session[_STATE_KEY] = asdict(state)
        return web.Response(status=303, headers={"Location": url})

    async def callback(self, request: ConsoleRequest) -> web.StreamResponse:
        """From the provider: each way can be come back from once, in the browser that went."""
        try:
            state, code = self._verified_callback(request)
            identity = await self._provider.fetch_identity(code, state, self._callback_url)
        except OidcError as exc:
            return self._show_failure(request, exc)
        agent = await self._transactions.write(lambda connection: self._agent_for(connection, request, identity))
        if agent is None:
            return _sign_in_form(request, "not_listed")
        return await start_session(request, self._transactions, agent)

    def _verified_callback(self, request: ConsoleRequest) -> tuple[AuthorizationState, str]:
        kept, query = request.session.pop(_STATE_KEY, None), request.http_request.query
        if not isinstance(kept, dict):
            raise OidcError("nobody left for it from this browser")
        started = AuthorizationState(**kept)
        if not hmac.compare_digest(query.get("state", "").encode("utf-8", "replace"), started.state.encode()):
            raise OidcError("it is another way back")
        if not self._provider.is_issuer(query.get("iss")):
            raise OidcError("another provider answered")
        if "code" not in query:
            raise OidcError("it refused")
        return started, query["code"]

    def _agent_for(self, connection: Connection, request: ConsoleRequest, identity: Identity) -> Agent | None:
        """The agent of an e-mail, added where they are new; None for whoever may not come in."""
        role = None if identity.email is None else self._role_mapping.role_of(identity.email, identity.claims)
        agent = None if identity.email is None else agents.find(connection, identity.email)
        if role is None or identity.email is None or (agent is not None and not agent.active):
            known = None if agent is None else agent.name
            audit_log.record(connection, AuditEvent.SIGN_IN_FAILED, request.now, agent=None, subject=known)
            return None
        if agent is None:
            try:
                agent = agents.add(connection, identity.email, role, None, request.now)
            except (NameTakenError, NameUnusableError):
                return None
            audit_log.record(connection, AuditEvent.AGENT_ADDED, request.now, agent=None, subject=agent.name)
        elif agents.set_role(connection, agent.id, role):
            audit_log.record(connection, AuditEvent.AGENT_ROLE, request.now, agent=None, subject=agent.name)
        return agents.get(connection, agent.id)

    def _show_failure(self, request: ConsoleRequest, exc: OidcError) -> web.Response:
        log.warning("console.oidc_failed", why=str(exc))
        return _sign_in_form(request, "elsewhere_failed")


def _sign_in_form(request: ConsoleRequest, wrong: str) -> web.Response:
    return request.render("sign_in.html", status=403, empty=False, wrong=wrong, name="", elsewhere=True)
