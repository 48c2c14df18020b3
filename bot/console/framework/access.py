"""Stands before every page: who asks, whether they may, and whether a change was asked for by our own page."""

import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import structlog
from aiohttp import web
from aiohttp_session import Session, get_session
from sqlalchemy import Connection

from bot.console.framework.request import Visit
from bot.console.framework.routing import LEVEL, Access, Page, Section
from bot.database.transactions import Records
from bot.web import Texts, choose
from kb.model import Language
from storage.helpdesk import agent_sessions, audit_log
from storage.helpdesk.agents import Agent
from storage.helpdesk.audit_log import Event

log = structlog.get_logger()

TOKEN: Final = "token"  # noqa: S105 - the name of a field
CSRF: Final = "csrf"
CSRF_HEADER: Final = "X-CSRF-Token"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Context = Callable[[Visit], Mapping[str, Any]]


class Guard:
    """Makes a handler of a page; there is no other way for a page to be served."""

    def __init__(self, records: Records, *, public_origin: str | None, context: Context) -> None:
        self._records, self._origin, self._context = records, public_origin, context

    def handler(self, section: Section, page: Page, texts: Texts, changed: Callable[[], None]) -> Handler:
        """`page`, for those who may use it; `changed` is called after each change."""

        async def handle(request: web.Request) -> web.StreamResponse:
            session = await get_session(request)
            form = await self._checked(request, session) if page.method == "POST" else {}
            somebody = await self._whose(session)
            refused = await self._refused(request, session, somebody, page)
            if refused is not None:
                return refused
            session.setdefault(CSRF, secrets.token_urlsafe(24))
            language = spoken(request, session, somebody)
            visit = Visit(
                request=request,
                session=session,
                somebody=somebody,
                language=language,
                words=texts[language],
                section=section,
                form=form,
                context=self._context,
                now=self._records.clock(),
            )
            response = await page.do(visit)
            if page.method == "POST":
                changed()
            return response

        return handle

    async def _checked(self, request: web.Request, session: Session) -> Mapping[str, str]:
        """The form, if our own page sent it.

        Raises:
            HTTPForbidden: another site's page may have, or the page is of another session.
        """
        if not own_page(request, self._origin):
            raise web.HTTPForbidden
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        given = request.headers.get(CSRF_HEADER) or form.get(CSRF)
        kept = session.get(CSRF)
        if not given or not isinstance(kept, str) or not _same(given, kept):
            raise web.HTTPForbidden
        return form

    async def _whose(self, session: Session) -> Agent | None:
        token = session.get(TOKEN)
        if not isinstance(token, str):
            return None
        now = self._records.clock()
        found = await self._records.read(lambda connection: agent_sessions.whose(connection, token, now))
        if found is None:
            session.pop(TOKEN, None)
            return None
        if not found.fresh:
            await self._records.write(lambda connection: agent_sessions.seen(connection, token, now))
        return found.agent

    async def still(self, visit: Visit) -> bool:
        """Whether the session of a visit that lasts still holds."""
        token, now = visit.session.get(TOKEN), self._records.clock()
        if not isinstance(token, str):
            return False
        found = await self._records.read(lambda connection: agent_sessions.whose(connection, token, now))
        return found is not None and found.agent.role == visit.agent.role

    async def _refused(
        self, request: web.Request, session: Session, somebody: Agent | None, page: Page
    ) -> web.StreamResponse | None:
        if page.role is Access.ANYONE:
            return None
        if somebody is None:
            return _to_sign_in(request, session)
        if LEVEL[somebody.role] < page.role:
            await self._records.write(self._note(somebody, f"{page.method} {page.path}"))
            raise web.HTTPForbidden
        return None

    def _note(self, agent: Agent, subject: str) -> Callable[[Connection], None]:
        now = self._records.clock()
        return lambda connection: audit_log.note(connection, Event.REFUSED, now, agent=agent.name, subject=subject)


def own_page(request: web.Request, public_origin: str | None) -> bool:
    """Whether our own page asks for a change. Browsers say so in both headers; a page of ours always has an origin."""
    own = {f"http://{request.host}", f"https://{request.host}"} if public_origin is None else {public_origin}
    return (
        request.headers.get("Origin") in own and request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    )


def spoken(request: web.Request, session: Session, somebody: Agent | None = None) -> Language:
    """The language that was chosen here, else the agent's, else the browser's."""
    chosen = session.get("language")
    kept = None if somebody is None else somebody.language
    accepted = request.headers.get("Accept-Language")
    return choose(chosen if isinstance(chosen, str) else None, kept, accepted=accepted)


def _to_sign_in(request: web.Request, session: Session) -> web.StreamResponse:
    if request.method == "POST" or request.headers.get("Accept") == "text/event-stream":
        raise web.HTTPUnauthorized
    if request.headers.get("HX-Request") == "true":
        # A part of a page that was left open: the whole of it goes to the sign-in page.
        return web.Response(status=204, headers={"HX-Redirect": "/console/sign-in"})
    session["next"] = request.path_qs.removeprefix("/console")[:500]
    return web.Response(status=303, headers={"Location": "/console/sign-in"})


def _same(given: str, kept: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), kept.encode())
