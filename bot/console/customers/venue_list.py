"""The page Customers: who is calling, and the venues by name, address, number and fiscal number."""

from typing import Final
from urllib.parse import urlencode

from aiohttp import web
from sqlalchemy import Connection

from bot.console.customers.venue_form import read_form
from bot.console.framework.contact_display import audit_access, format_phone
from bot.console.framework.page_routing import AccessLevel, Section, get, post
from bot.console.framework.request import ConsoleRequest
from bot.customers import venue_search
from bot.database.transactions import Transactions
from storage.customers import venues
from storage.customers.venues import Venue
from storage.helpdesk import audit_log
from storage.helpdesk.audit_log import AuditEvent
from storage.helpdesk.sign_in.agent_roles import Role

PAGE_SIZE: Final = 50
MAX_SEARCH_CHARS: Final = 200


class VenueListView:
    """GET /console/customers."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def section(self) -> Section:
        """For agents."""
        pages = (
            get("/customers", self.show, role=AccessLevel.AGENT),
            post("/customers", self.add, role=AccessLevel.AGENT),
        )
        return Section(name="customers", role=AccessLevel.AGENT, routes=pages)

    async def show(self, request: ConsoleRequest) -> web.StreamResponse:
        """All of them a page at a time, or those that are searched for; a number that is known leads to its venue."""
        words = request.http_request.query.get("words", "").strip()[:MAX_SEARCH_CHARS]
        after = request.http_request.query.get("after", "")
        await audit_access(request, self._transactions, AuditEvent.LIST_VIEWED, "customers")
        by_number, found, counts = await self._transactions.read(lambda connection: _find(connection, words, after))
        if len(by_number) == 1:
            return request.redirect(f"/customers/{by_number[0].id}")
        more = not words and len(found) > PAGE_SIZE
        return request.render(
            "customers.html",
            asked=words,
            found=found[:PAGE_SIZE],
            counts=counts,
            next_page=urlencode({"after": found[PAGE_SIZE - 1].folded}) if more else None,
            readable=format_phone,
            may_import=request.agent.role is Role.ADMIN,
        )

    async def add(self, request: ConsoleRequest) -> web.StreamResponse:
        """Store a new venue; the rest is filled in on its page."""
        venue = read_form({"name": request.field("name"), "address": request.field("address")})

        def write(connection: Connection) -> int | None:
            if venue is None or venues.find_exact(connection, venue) is not None:
                return None
            venues.save(connection, venue, request.now)
            number = venues.find_exact(connection, venue)
            audit_log.record(
                connection, AuditEvent.VENUE_ADDED, request.now, agent=request.agent.name, subject=str(number)
            )
            return number

        number = await self._transactions.write(write)
        request.flash("not_added" if number is None else "added")
        return request.redirect("/customers" if number is None else f"/customers/{number}")


def _find(
    connection: Connection, words: str, after: str
) -> tuple[tuple[Venue, ...], tuple[Venue, ...], tuple[int, int]]:
    """Venues by the number, all that are to be shown, and how many venues and devices there are."""
    counts = venues.count(connection)
    if not words:
        return (), venues.list_venues(connection, after=after, limit=PAGE_SIZE + 1), counts
    by_number = venue_search.by_number(connection, words)
    return by_number, by_number or venue_search.search(connection, words), counts
