"""Access control of every page: authentication, role, and protection against cross-site requests."""

import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from aiohttp import web
from aiohttp_session import Session, get_session
from sqlalchemy import Connection

from bot.console.framework.page_routing import LEVEL_OF_ROLE, AccessLevel, Route, Section
from bot.console.framework.request import ConsoleRequest
from bot.console.framework.upload import SentForm, read_form, read_form_with_file
from bot.database.transactions import Transactions
from bot.web import Texts, negotiate_language
from kb.model import Language
from storage.helpdesk import audit_log, queue
from storage.helpdesk.audit_log import AuditEvent
from storage.helpdesk.queue import WaitingHandoff
from storage.helpdesk.sign_in import agent_sessions
from storage.helpdesk.sign_in.agents import Agent

TOKEN_KEY: Final = "token"  # noqa: S105 - the name of a field
CSRF_KEY: Final = "csrf"
CSRF_HEADER: Final = "X-CSRF-Token"
MAX_ANONYMOUS_FORM_BYTES: Final = 4096
"""Of a form from somebody who is not signed in: a name, a password and a token need no more."""


ConsoleHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]
TemplateContext = Callable[[ConsoleRequest], Mapping[str, Any]]


NO_FORM: Final = SentForm()


class AccessControl:
    """Makes the handlers of pages; no page can be served without it."""

    def __init__(
        self,
        transactions: Transactions,
        clock: Callable[[], datetime],
        *,
        public_origin: str | None,
        context: TemplateContext,
        zone: tzinfo = UTC,
    ) -> None:
        self._zone = zone
        self._transactions, self._clock, self._public_origin, self._context = (
            transactions,
            clock,
            public_origin,
            context,
        )

    def guarded_handler(
        self, section: Section, route: Route, texts: Texts, on_change: Callable[[], None]
    ) -> ConsoleHandler:
        """The handler of `route`, for those who may use it; `on_change` is called after each change."""

        async def handle(request: web.Request) -> web.StreamResponse:
            session = await get_session(request)
            sent = NO_FORM if route.method == "GET" or route.takes_file else await self._form(request, session, route)
            somebody, calls = await self._signed_in_agent(session)
            refused = await self._refusal(request, session, somebody, route)
            if refused is not None:
                return refused
            if route.takes_file:
                sent = await self._form(request, session, route)
            session.setdefault(CSRF_KEY, secrets.token_urlsafe(24))
            language = console_language(request, session, somebody)
            visit = ConsoleRequest(
                http_request=request,
                session=session,
                signed_in_agent=somebody,
                language=language,
                texts=texts[language],
                section_name=section.name,
                form=sent.fields,
                upload=sent.upload,
                context=self._context,
                now=self._clock(),
                zone=self._zone,
                waiting=calls,
            )
            response = await route.view(visit)
            if route.method == "POST":
                on_change()
            return response

        return handle

    async def _form(self, request: web.Request, session: Session, route: Route) -> SentForm:
        """The form, if our own page sent it.

        Raises:
            HTTPForbidden: another site's page may have sent it, or the page is of another session.
            HTTPUnsupportedMediaType: it may hold files, and the page takes none.
            HTTPRequestEntityTooLarge: it is larger than it may be there, or than a sign-in while nobody is signed in.
        """
        if not is_same_origin(request, self._public_origin):
            raise web.HTTPForbidden
        if request.content_type.startswith("multipart/") and not route.takes_file:
            raise web.HTTPUnsupportedMediaType
        if not isinstance(session.get(TOKEN_KEY), str):
            request = request.clone(client_max_size=MAX_ANONYMOUS_FORM_BYTES)
        elif route.max_form_bytes is not None:
            request = request.clone(client_max_size=route.max_form_bytes)
        sent = await (read_form_with_file(request, request.client_max_size) if route.takes_file else read_form(request))
        given = request.headers.get(CSRF_HEADER) or sent.fields.get(CSRF_KEY)
        kept = session.get(CSRF_KEY)
        if not given or not isinstance(kept, str) or not _tokens_equal(given, kept):
            raise web.HTTPForbidden
        return sent

    async def _signed_in_agent(self, session: Session) -> tuple[Agent | None, tuple[WaitingHandoff, ...]]:
        """The agent, and the hand-offs that the menu counts."""
        token = session.get(TOKEN_KEY)
        if not isinstance(token, str):
            return None, ()
        now = self._clock()
        found, calls = await self._transactions.read(
            lambda connection: (agent_sessions.find_session(connection, token, now), queue.waiting(connection))
        )
        if found is None:
            session.pop(TOKEN_KEY, None)
            return None, ()
        if not found.recently_seen:
            await self._transactions.write(lambda connection: agent_sessions.touch(connection, token, now))
        return found.agent, calls

    async def session_valid(self, request: ConsoleRequest) -> bool:
        """Whether the session of a long-lived request is still valid."""
        token, now = request.session.get(TOKEN_KEY), self._clock()
        if not isinstance(token, str):
            return False
        found = await self._transactions.read(lambda connection: agent_sessions.find_session(connection, token, now))
        return found is not None and found.agent.role == request.agent.role

    async def _refusal(
        self, request: web.Request, session: Session, signed_in_agent: Agent | None, route: Route
    ) -> web.StreamResponse | None:
        if route.role is AccessLevel.ANYONE:
            return None
        if signed_in_agent is None:
            return _redirect_to_sign_in(request, session)
        if LEVEL_OF_ROLE[signed_in_agent.role] < route.role:
            await self._transactions.write(self._audit_refusal(signed_in_agent, f"{route.method} {route.path}"))
            raise web.HTTPForbidden
        return None

    def _audit_refusal(self, agent: Agent, subject: str) -> Callable[[Connection], None]:
        now = self._clock()
        return lambda connection: audit_log.record(
            connection, AuditEvent.REFUSED, now, agent=agent.name, subject=subject
        )


def is_same_origin(request: web.Request, public_origin: str | None) -> bool:
    """Whether our own page sent a change. Browsers state it in two headers; a page of ours always has an origin."""
    own = {f"http://{request.host}", f"https://{request.host}"} if public_origin is None else {public_origin}
    return (
        request.headers.get("Origin") in own and request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    )


def console_language(request: web.Request, session: Session, signed_in_agent: Agent | None = None) -> Language:
    """The language chosen here, else the agent's, else the browser's."""
    chosen = session.get("language")
    kept = None if signed_in_agent is None else signed_in_agent.language
    accepted = request.headers.get("Accept-Language")
    return negotiate_language(chosen if isinstance(chosen, str) else None, kept, accept_language=accepted)


def _redirect_to_sign_in(request: web.Request, session: Session) -> web.StreamResponse:
    if request.method == "POST" or request.headers.get("Accept") == "text/event-stream":
        raise web.HTTPUnauthorized
    if request.headers.get("HX-Request") == "true":
        # htmx on a page left open: redirect the whole page to the sign-in.
        return web.Response(status=204, headers={"HX-Redirect": "/console/sign-in"})
    session["next"] = request.path_qs.removeprefix("/console")[:500]
    return web.Response(status=303, headers={"Location": "/console/sign-in"})


def _tokens_equal(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())
