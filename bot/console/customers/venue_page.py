"""The page of one venue: its devices, what it is recognized by, its links and sheet, its calls; agents edit it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from bot.channels.description import ChannelDirectory
from bot.console.customers.venue_form import form_of, read_form
from bot.console.framework.contact_display import audit_access, display_name, format_phone, history_teller
from bot.console.framework.knowledge_access import KnowledgeAccess
from bot.console.framework.page_routing import AccessLevel, Section, get, post
from bot.console.framework.request import ConsoleRequest
from bot.customers.link_addresses import LinkAddresses
from bot.customers.link_tokens import VenueLinkTokens
from bot.customers.sheet.sheet_page import SheetStyle, read_style, render_sheet
from bot.customers.venue_cards import venue_cards
from bot.database.transactions import Transactions
from handlers.model.venue import VenueHistory
from storage.conversations.conversations import Conversation
from storage.customers import venue_links, venues
from storage.customers.venue_links import VenueLink
from storage.customers.venues import Venue
from storage.helpdesk import audit_log, venue_history, venue_people
from storage.helpdesk.audit_log import AuditEvent
from storage.helpdesk.handoffs import Handoff

_PATH: Final = "/customers/{id:[0-9]+}"
_STYLE_PATH: Final = "/customers/sheet.css"
_MONTHS_SHOWN: Final = timedelta(days=180)


VenueChange = Callable[[Connection], object]
"""Changes a venue; what it returns is false where nothing was done."""


@dataclass(frozen=True, kw_only=True)
class VenueLinkSigner:
    """What makes the links of a venue: their signature, and the ways to the bot."""

    tokens: VenueLinkTokens
    addresses: LinkAddresses


@dataclass(frozen=True, kw_only=True)
class _LoadedVenue:
    venue: Venue
    links: tuple[VenueLink, ...]
    handoffs: tuple[Handoff, ...]
    conversations: tuple[Conversation, ...]
    lately: VenueHistory | None


class VenuePageView:
    """GET /console/customers/<id>, and its actions."""

    def __init__(
        self,
        transactions: Transactions,
        knowledge: KnowledgeAccess,
        channels: ChannelDirectory,
        signer: VenueLinkSigner,
    ) -> None:
        self._transactions, self._knowledge, self._channels, self._signer = transactions, knowledge, channels, signer

    def section(self) -> Section:
        """For agents."""
        pages = (
            get(_PATH, self.show, role=AccessLevel.AGENT),
            get(_PATH + "/sheet", self.show_sheet, role=AccessLevel.AGENT),
            get(_STYLE_PATH, self.show_style, role=AccessLevel.AGENT),
            post(_PATH + "/edit", self.edit, role=AccessLevel.AGENT),
            post(_PATH + "/links", self.make_links, role=AccessLevel.AGENT),
            post(_PATH + "/revoke", self.revoke_links, role=AccessLevel.AGENT),
            post(_PATH + "/remove", self.remove, role=AccessLevel.AGENT),
        )
        return Section(
            name="customer", role=AccessLevel.AGENT, routes=pages, texts_of=("now", "customers"), in_menu=False
        )

    async def show(self, request: ConsoleRequest) -> web.StreamResponse:
        """The venue, and its form as it is stored."""
        return await self._page(request)

    async def show_sheet(self, request: ConsoleRequest) -> web.StreamResponse:
        """The cards of the links that are there, to print."""
        loaded = await self._load(request)
        cards = venue_cards(loaded.venue, loaded.links, self._signer.tokens, self._signer.addresses)
        page = render_sheet(cards, self._knowledge.current.base, SheetStyle(href=f"/console{_STYLE_PATH}"))
        return web.Response(text=page, content_type="text/html")

    async def show_style(self, request: ConsoleRequest) -> web.StreamResponse:  # noqa: ARG002
        """The style of the sheet: nothing may be inline in the console."""
        return web.Response(text=read_style(), content_type="text/css")

    async def edit(self, request: ConsoleRequest) -> web.StreamResponse:
        """Store what the form says; what cannot be used is told beside what was written."""
        number, told = request.path_number("id"), read_form(request.form)
        if told is None:
            return await self._page(request, wrong="wrong")
        replace_it = partial(venues.replace_venue, venue=replace(told, id=number), now=request.now)
        result = await self._write(request, AuditEvent.VENUE_CHANGED, replace_it)
        if result is None:
            return await self._page(request, wrong="name_taken")
        request.flash(str(result))
        return request.redirect(f"/customers/{number}")

    async def make_links(self, request: ConsoleRequest) -> web.StreamResponse:
        """Make the links that are missing."""
        number = request.path_number("id")

        def make(connection: Connection) -> object:
            venue = venues.get(connection, number)
            return None if venue is None else venue_links.ensure_links(connection, venue, request.now)

        await self._write(request, AuditEvent.VENUE_LINKS_MADE, make)
        return request.redirect(f"/customers/{number}")

    async def revoke_links(self, request: ConsoleRequest) -> web.StreamResponse:
        """Revoke one link, or all of them."""
        number, chosen = request.path_number("id"), request.field("link")

        def revoke(connection: Connection) -> object:
            every = [link.id for link in venue_links.list_links(connection, number)]
            return venue_links.revoke(
                connection, number, [one for one in every if chosen in ("", str(one))], request.now
            )

        revoked = await self._write(request, AuditEvent.VENUE_LINKS_REVOKED, revoke)
        request.flash("revoked", n=str(revoked))
        return request.redirect(f"/customers/{number}")

    async def remove(self, request: ConsoleRequest) -> web.StreamResponse:
        """Delete the venue with all that belongs to it, where the box is ticked."""
        number = request.path_number("id")
        if not request.field("sure"):
            request.flash("not_sure")
            return request.redirect(f"/customers/{number}")
        await self._write(request, AuditEvent.VENUE_REMOVED, partial(venues.remove, number=number))
        request.flash("removed")
        return request.redirect("/customers")

    async def _write(self, request: ConsoleRequest, event: AuditEvent, change: VenueChange) -> object:
        """Do it and audit it in one transaction; None and False tell that nothing was done."""
        number, agent = request.path_number("id"), request.agent.name

        def write(connection: Connection) -> object:
            done = change(connection)
            if done:
                audit_log.record(connection, event, request.now, agent=agent, subject=str(number))
            return done

        return await self._transactions.write(write)

    async def _load(self, request: ConsoleRequest) -> _LoadedVenue:
        number, now = request.path_number("id"), request.now

        def read(connection: Connection) -> _LoadedVenue | None:
            venue = venues.get(connection, number)
            if venue is None:
                return None
            return _LoadedVenue(
                venue=venue,
                links=venue_links.list_links(connection, number),
                handoffs=venue_people.handoffs_of_venue(connection, venue, closed_since=now - _MONTHS_SHOWN, limit=10),
                conversations=venue_people.conversations_of_venue(connection, venue, limit=10),
                lately=venue_history.history_of_venue(connection, venue, before=now),
            )

        loaded = await self._transactions.read(read)
        if loaded is None:
            raise web.HTTPNotFound
        return loaded

    async def _page(self, request: ConsoleRequest, *, wrong: str | None = None) -> web.StreamResponse:
        loaded = await self._load(request)
        await audit_access(request, self._transactions, AuditEvent.VENUE_VIEWED, str(loaded.venue.id))
        tills: set[str | None] = {device.name for device in loaded.venue.devices}
        linked, names = {link.till for link in loaded.links}, self._knowledge.names(request.language)
        return request.render(
            "customer.html",
            status=HTTPStatus.OK if wrong is None else HTTPStatus.UNPROCESSABLE_ENTITY,
            one=loaded.venue,
            filled=form_of(loaded.venue) if wrong is None else request.form,
            wrong=wrong,
            links=loaded.links,
            links_missing=bool((tills or {None}) - linked),
            handoffs=loaded.handoffs,
            lately=loaded.lately,
            history=history_teller(request, names),
            talks=loaded.conversations,
            names=names,
            short=partial(display_name, self._channels),
            readable=format_phone,
        )
