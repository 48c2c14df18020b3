"""GET /console/oidc, its callback and its sign-out: to the identity provider and back, into a session."""

import hmac
from dataclasses import asdict
from typing import Final

import structlog
from aiohttp import web
from sqlalchemy import Connection

from bot.console.auth.login import COMPANY_SESSION_KEY, SIGNED_OUT_KEY, render_sign_in, start_session
from bot.console.auth.oidc.client import AuthorizationState, Identity, OidcClient
from bot.console.auth.oidc.errors import OidcError, OidcFailure
from bot.console.auth.oidc.role_mapping import RoleMapping, SignInRefusal
from bot.console.framework.page_routing import AccessLevel, Section, get
from bot.console.framework.request import ConsoleRequest
from bot.database.transactions import Transactions
from storage.helpdesk import audit_log
from storage.helpdesk.audit_log import AuditEvent
from storage.helpdesk.sign_in import agents
from storage.helpdesk.sign_in.agents import Agent, NameTakenError, NameUnusableError

log = structlog.get_logger()

CALLBACK_PATH: Final = "/oidc/callback"
_STATE_KEY: Final = "oidc"
_CHOOSE_KEY: Final = "oidc_choose_account"

_CHOOSE_ACCOUNT: Final = "select_account"
_SIGN_IN_AGAIN: Final = "login"
_PROMPT_UNKNOWN: Final = frozenset(("invalid_request", "account_selection_required", "interaction_required"))
"""What a provider answers that does not know `select_account`."""


class OidcSignInView:
    """Admits verified e-mails that the settings name; the settings determine the role at each sign-in."""

    def __init__(
        self, transactions: Transactions, provider: OidcClient, role_mapping: RoleMapping, *, public_origin: str
    ) -> None:
        self._transactions, self._provider, self._role_mapping = transactions, provider, role_mapping
        self._callback_url = f"{public_origin}/console{CALLBACK_PATH}"

    def section(self) -> Section:
        """The endpoints; they share the texts of the sign-in."""
        pages = (
            get("/oidc", self.start, role=AccessLevel.ANYONE),
            get(CALLBACK_PATH, self.callback, role=AccessLevel.ANYONE),
            get("/oidc/sign-out", self.sign_out, role=AccessLevel.ANYONE),
        )
        return Section(name="sign_in", role=AccessLevel.ANYONE, routes=pages, in_menu=False)

    async def start(self, request: ConsoleRequest) -> web.StreamResponse:
        """Redirect to the provider; whoever was refused or has signed out is asked there which account to use."""
        choose = bool(request.session.get(_CHOOSE_KEY)) or SIGNED_OUT_KEY in request.session
        return await self._redirect(request, _CHOOSE_ACCOUNT if choose else None)

    async def callback(self, request: ConsoleRequest) -> web.StreamResponse:
        """Back from the provider: each authorization works once, in the browser that started it."""
        try:
            state = self._verified_state(request)
            code = request.http_request.query.get("code")
            if code is None:
                return await self._without_code(request, state)
            identity = await self._provider.fetch_identity(code, state, self._callback_url)
        except OidcError as exc:
            return _show_failure(request, exc)
        admitted = await self._transactions.write(lambda connection: self._agent_for(connection, request, identity))
        if isinstance(admitted, SignInRefusal):
            log.warning("console.oidc_refused", reason=admitted.value, account=_account(identity))
            request.session[_CHOOSE_KEY] = True
            return render_sign_in(request, admitted.value, status=403, oidc_enabled=True)
        hint = identity.sign_out_hint
        return await start_session(request, self._transactions, admitted, keep={COMPANY_SESSION_KEY: hint})

    async def sign_out(self, request: ConsoleRequest) -> web.StreamResponse:
        """Whoever has signed out here goes on to the provider's own sign-out."""
        hint = request.session.get(SIGNED_OUT_KEY)
        if not isinstance(hint, str):
            return request.redirect("/sign-in")
        try:
            address = await self._provider.sign_out_url(hint)
        except OidcError as exc:
            return _show_failure(request, exc)
        if address is None:
            return request.redirect("/sign-in")
        return web.Response(status=303, headers={"Location": address})

    async def _redirect(self, request: ConsoleRequest, prompt: str | None) -> web.StreamResponse:
        state = AuthorizationState(prompt=prompt)
        try:
            url = await self._provider.authorization_url(state, self._callback_url)
        except OidcError as exc:
            return _show_failure(request, exc)
        request.session[_STATE_KEY] = asdict(state)
        return web.Response(status=303, headers={"Location": url})

    def _verified_state(self, request: ConsoleRequest) -> AuthorizationState:
        kept, query = request.session.pop(_STATE_KEY, None), request.http_request.query
        if not isinstance(kept, dict):
            raise OidcError("nobody left for it from this browser")
        started = AuthorizationState(**kept)
        if not hmac.compare_digest(query.get("state", "").encode("utf-8", "replace"), started.state.encode()):
            raise OidcError("it is another way back")
        if not self._provider.is_issuer(query.get("iss")):
            raise OidcError("another provider answered")
        return started

    async def _without_code(self, request: ConsoleRequest, state: AuthorizationState) -> web.StreamResponse:
        error = request.http_request.query.get("error", "")
        if state.prompt == _CHOOSE_ACCOUNT and error in _PROMPT_UNKNOWN:
            return await self._redirect(request, _SIGN_IN_AGAIN)
        raise OidcError("it refused", OidcFailure.DECLINED)

    def _agent_for(self, connection: Connection, request: ConsoleRequest, identity: Identity) -> Agent | SignInRefusal:
        """The agent of an e-mail, added if new; or why they have no access, as the audit log says it too."""
        role = self._role_mapping.admit(identity)
        agent = None if identity.email is None else agents.find(connection, identity.email)
        if isinstance(role, SignInRefusal):
            return _refuse(connection, request, identity, role)
        if agent is not None and not agent.active:
            return _refuse(connection, request, identity, SignInRefusal.DISABLED, agent.name)
        if agent is None:
            try:
                agent = agents.add(connection, str(identity.email), role, None, request.now)
            except (NameTakenError, NameUnusableError):
                return _refuse(connection, request, identity, SignInRefusal.NAME_UNUSABLE)
            audit_log.record(connection, AuditEvent.AGENT_ADDED, request.now, agent=None, subject=agent.name)
        elif agents.set_role(connection, agent.id, role):
            audit_log.record(connection, AuditEvent.AGENT_ROLE, request.now, agent=None, subject=agent.name)
        return agents.get(connection, agent.id) or agent


def _refuse(
    connection: Connection,
    request: ConsoleRequest,
    identity: Identity,
    refusal: SignInRefusal,
    name: str | None = None,
) -> SignInRefusal:
    event = AuditEvent(f"account_{refusal.value}")
    audit_log.record(connection, event, request.now, agent=None, subject=name or _account(identity))
    return refusal


def _account(identity: Identity) -> str:
    """What tells an admin which account it was: the domain of its e-mail, else the provider's id of it."""
    _, at, domain = (identity.email or identity.subject).rpartition("@")
    return f"{at}{domain}"


def _show_failure(request: ConsoleRequest, exc: OidcError) -> web.Response:
    log.warning("console.oidc_failed", reason=str(exc))
    status = 502 if exc.failure is OidcFailure.UNREACHABLE else 403
    return render_sign_in(request, exc.failure.value, status=status, oidc_enabled=True)
