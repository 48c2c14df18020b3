"""The page Outages: declared, edited and ended by agents; proposals of them; how many were reached and told."""

from collections.abc import Hashable
from functools import partial
from http import HTTPStatus

from aiohttp import web
from sqlalchemy import Connection

from bot.console.framework.knowledge_access import KnowledgeAccess
from bot.console.framework.page_routing import AccessLevel, Section, get, post
from bot.console.framework.request import ConsoleRequest
from bot.console.views.outages.outage_form import (
    MAX_HEADLINE_CHARS,
    MAX_TEXT_CHARS,
    Fields,
    fault_entries,
    fields_of_kind,
    fields_of_outage,
    fields_of_proposal,
    kind_names,
    known_kinds,
    read_draft,
)
from bot.database.transactions import Transactions
from bot.helpdesk.incidents.outage_proposals import find_proposals
from bot.helpdesk.outages.outage_desk import OutageDesk
from storage.announcements import outages

MAX_LISTED = 30


class OutagesView:
    """GET /console/outages, and its actions."""

    def __init__(self, transactions: Transactions, desk: OutageDesk, knowledge: KnowledgeAccess) -> None:
        self._transactions, self._desk, self._knowledge = transactions, desk, knowledge

    def section(self) -> Section:
        """For agents."""
        pages = (
            get("/outages", self.show, role=AccessLevel.AGENT),
            post("/outages", self.declare, role=AccessLevel.AGENT),
            get("/outages/{id}", self.show_one, role=AccessLevel.AGENT),
            post("/outages/{id}", self.edit, role=AccessLevel.AGENT),
            post("/outages/{id}/end", self.end, role=AccessLevel.AGENT),
            post("/outages/dismiss/{incident}", self.dismiss, role=AccessLevel.AGENT),
        )
        return Section(name="outages", role=AccessLevel.AGENT, routes=pages, change_keys={"outages": self._change_key})

    async def show(self, request: ConsoleRequest) -> web.StreamResponse:
        """What is proposed, runs and ran; and a form with the draft of a kind or of a proposal."""
        return await self._page(request, await self._offered_fields(request))

    async def declare(self, request: ConsoleRequest) -> web.StreamResponse:
        """It runs from now on; what is wrong is told beside what was written."""
        draft = read_draft(request, self._knowledge.current)
        if draft is None:
            return await self._page(request, request.form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        given = request.field("incident")
        incident = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
        proposed = {one.incident for one in await self._transactions.read(find_proposals)}
        await self._desk.declare(draft, request.agent.name, incident=incident if incident in proposed else None)
        request.flash("declared")
        return request.redirect("/outages")

    async def show_one(self, request: ConsoleRequest) -> web.StreamResponse:
        """The form with an outage that runs."""
        number = request.path_number("id")
        found = await self._transactions.read(partial(outages.get, number=number))
        if found is None or found.ended_at is not None:
            raise web.HTTPNotFound
        return await self._page(
            request, fields_of_outage(found.outage, self._knowledge.current.base.languages, request.zone), edited=number
        )

    async def edit(self, request: ConsoleRequest) -> web.StreamResponse:
        """Describe it anew."""
        number, draft = request.path_number("id"), read_draft(request, self._knowledge.current)
        if draft is None:
            return await self._page(request, request.form, edited=number, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        changed = await self._desk.edit(number, draft, request.agent.name)
        request.flash("edited" if changed else "not_running")
        return request.redirect("/outages")

    async def end(self, request: ConsoleRequest) -> web.StreamResponse:
        """It works again: all who reported it are told."""
        result = await self._desk.end(request.path_number("id"), request.agent.name)
        if result.applied:
            request.flash("ended", told=str(result.told), untold=str(result.untold))
        else:
            request.flash("not_running")
        return request.redirect("/outages")

    async def dismiss(self, request: ConsoleRequest) -> web.StreamResponse:
        """It is no outage."""
        dismissed = await self._desk.dismiss(request.path_number("incident"), request.agent.name)
        request.flash("dismissed" if dismissed else "not_proposed")
        return request.redirect("/outages")

    async def _offered_fields(self, request: ConsoleRequest) -> Fields:
        query, knowledge = request.http_request.query, self._knowledge.current
        if "incident" in query:
            proposals = await self._transactions.read(find_proposals)
            chosen = next((one for one in proposals if str(one.incident) == query["incident"]), None)
            if chosen is not None:
                return fields_of_proposal(chosen, knowledge)
        kind = next((one for one in known_kinds(knowledge) if one == query.get("kind")), None)
        return {} if kind is None else fields_of_kind(kind, knowledge)

    async def _page(
        self, request: ConsoleRequest, filled: Fields, *, edited: int | None = None, status: int = HTTPStatus.OK
    ) -> web.StreamResponse:
        knowledge = self._knowledge.current
        proposals, declared = await self._transactions.read(
            lambda connection: (find_proposals(connection), outages.list_declared(connection, limit=MAX_LISTED))
        )
        return request.render(
            "outages.html",
            status=status,
            proposals=proposals,
            declared=declared,
            filled=filled,
            edited=edited,
            wrong=status != HTTPStatus.OK,
            now=request.now,
            kinds=kind_names(knowledge, request.texts, request.language),
            tongues=knowledge.base.languages,
            entries=sorted(fault_entries(knowledge), key=lambda entry: entry.title[request.language]),
            names=self._knowledge.names(request.language),
            max_text=MAX_TEXT_CHARS,
            max_headline=MAX_HEADLINE_CHARS,
        )

    def _change_key(self, connection: Connection) -> Hashable:
        return outages.list_declared(connection, limit=5), find_proposals(connection)
