"""GET /console/oidc and /console/oidc/callback: to the identity provider and back, into a session."""

import hmac
from dataclasses import asdict
from typing import Final

import structlog
from aiohttp import web
from sqlalchemy import Connection

from bot.console.auth.login import enter
from bot.console.auth.oidc.client import OidcError, Person, Provider, Started
from bot.console.auth.oidc.role_mapping import Whom
from bot.console.framework.request import Visit
from bot.console.framework.routing import Access, Section, shows
from bot.database.transactions import Records
from storage.helpdesk import agents, audit_log
from storage.helpdesk.agents import Agent, NameTakenError, NameUnusableError
from storage.helpdesk.audit_log import Event

log = structlog.get_logger()

BACK: Final = "/oidc/callback"
_STARTED: Final = "oidc"


class OidcSignIn:
    """Lets in those with a verified e-mail whom the settings name; their role is what the settings say that day."""

    def __init__(self, records: Records, provider: Provider, whom: Whom, *, public_origin: str) -> None:
        self._records, self._provider, self._whom = records, provider, whom
        self._back = f"{public_origin}/console{BACK}"

    def section(self) -> Section:
        """Both ends of the way; the words are those of signing in."""
        pages = (shows("/oidc", self.leave, role=Access.ANYONE), shows(BACK, self.back, role=Access.ANYONE))
        return Section(name="sign_in", role=Access.ANYONE, pages=pages, menu=False)

    async def leave(self, visit: Visit) -> web.StreamResponse:
        """To the provider."""
        started = Started()
        try:
            way = await self._provider.way(started, self._back)
        except OidcError as exc:
            return self._failed(visit, exc)
        visit.session[_STARTED] = asdict(started)
        return web.Response(status=303, headers={"Location": way})

    async def back(self, visit: Visit) -> web.StreamResponse:
        """From the provider: each way can be come back from once, in the browser that went."""
        try:
            started, code = self._taken(visit)
            person = await self._provider.person(code, started, self._back)
        except OidcError as exc:
            return self._failed(visit, exc)
        agent = await self._records.write(lambda connection: self._known(connection, visit, person))
        if agent is None:
            return _form(visit, "not_listed")
        return await enter(visit, self._records, agent)

    def _taken(self, visit: Visit) -> tuple[Started, str]:
        kept, query = visit.session.pop(_STARTED, None), visit.request.query
        if not isinstance(kept, dict):
            raise OidcError("nobody left for it from this browser")
        started = Started(**kept)
        if not hmac.compare_digest(query.get("state", "").encode("utf-8", "replace"), started.state.encode()):
            raise OidcError("it is another way back")
        if not self._provider.issuer_is(query.get("iss")):
            raise OidcError("another provider answered")
        if "code" not in query:
            raise OidcError("it refused")
        return started, query["code"]

    def _known(self, connection: Connection, visit: Visit, person: Person) -> Agent | None:
        """The agent of an e-mail, added where they are new; None for whoever may not come in."""
        role = None if person.email is None else self._whom.role(person.email, person.claims)
        agent = None if person.email is None else agents.find(connection, person.email)
        if role is None or person.email is None or (agent is not None and not agent.active):
            known = None if agent is None else agent.name
            audit_log.note(connection, Event.SIGN_IN_FAILED, visit.now, agent=None, subject=known)
            return None
        if agent is None:
            try:
                agent = agents.add(connection, person.email, role, None, visit.now)
            except (NameTakenError, NameUnusableError):
                return None
            audit_log.note(connection, Event.AGENT_ADDED, visit.now, agent=None, subject=agent.name)
        elif agents.set_role(connection, agent.id, role):
            audit_log.note(connection, Event.AGENT_ROLE, visit.now, agent=None, subject=agent.name)
        return agents.get(connection, agent.id)

    def _failed(self, visit: Visit, exc: OidcError) -> web.Response:
        log.warning("console.oidc_failed", why=str(exc))
        return _form(visit, "elsewhere_failed")


def _form(visit: Visit, wrong: str) -> web.Response:
    return visit.show("sign_in.html", status=403, empty=False, wrong=wrong, name="", elsewhere=True)
