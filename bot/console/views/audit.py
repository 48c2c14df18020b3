"""The page Audit: who did what, and when; for admins, and without any texts."""

import re
from collections.abc import Hashable, Mapping, Sequence
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from bot.console.framework.page_routing import AccessLevel, Section, get
from bot.console.framework.request import ConsoleRequest
from bot.database.transactions import Transactions
from storage.conversations import conversations as talking
from storage.customers import venues
from storage.helpdesk import audit_log, handoffs
from storage.helpdesk.audit_log import AuditEvent, AuditRecord
from storage.helpdesk.sign_in import agents

PAGE_SIZE = 50
_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_CONVERSATION: Final = re.compile(r"[0-9a-f]{32}")


class AuditView:
    """GET /console/audit."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def section(self) -> Section:
        """For admins."""
        pages = (get("/audit", self.show, role=AccessLevel.ADMIN),)
        return Section(name="audit", role=AccessLevel.ADMIN, routes=pages, change_keys={"audit": self._change_key})

    async def show(self, request: ConsoleRequest) -> web.StreamResponse:
        """The latest records, filtered by agent and event; older ones by the link at the end."""
        query = request.http_request.query
        event, agent, before = query.get("event", ""), query.get("agent", ""), query.get("before", "")
        events = tuple(each for each in AuditEvent if each.value == event)
        last = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None

        def look(connection: Connection) -> _AuditPage:
            found = audit_log.list_records(
                connection, before=last, agent=agent or None, events=events, limit=PAGE_SIZE + 1
            )
            people = [each.name for each in agents.list_all(connection)]
            return found, people, _conversations(connection, found), _venue_labels(connection, found)

        noted, people, conversations, venues_named = await self._transactions.read(look)
        return request.render(
            "audit.html",
            noted=noted[:PAGE_SIZE],
            conversations=conversations,
            venues=venues_named,
            older=noted[PAGE_SIZE - 1].id if len(noted) > PAGE_SIZE else None,
            event=event,
            agent=agent,
            events=list(AuditEvent),
            people=people,
            newest=last is None,
        )

    def _change_key(self, connection: Connection) -> Hashable:
        return tuple(each.id for each in audit_log.list_records(connection, limit=1))


_AuditPage = tuple[Sequence[AuditRecord], list[str], Mapping[int, str], Mapping[int, str]]
"""The records, the agents, and which conversation and which venue a record is about, by its number."""


def _venue_labels(connection: Connection, records: Sequence[AuditRecord]) -> Mapping[int, str]:
    """The venue that a record is about, as long as it is there, by the number of the record."""
    numbers = {
        one.id: int(one.subject)
        for one in records
        if one.event.startswith("venue_") and one.subject is not None and _NUMBER.fullmatch(one.subject)
    }
    labels = {venue.id: venue.label for venue in venues.load_many(connection, sorted({*numbers.values()}))}
    return {record: labels[number] for record, number in numbers.items() if number in labels}


def _conversations(connection: Connection, records: Sequence[AuditRecord]) -> Mapping[int, str]:
    """The conversation that a record is about, by the number of the record: its subject, or that of a hand-off."""
    numbers = {
        one.id: int(one.subject)
        for one in records
        if one.event.startswith("handoff_") and one.subject is not None and _NUMBER.fullmatch(one.subject)
    }
    of_handoffs = handoffs.conversations_of(connection, set(numbers.values()))
    ids = {one.id: one.subject for one in records if one.subject is not None and _CONVERSATION.fullmatch(one.subject)}
    known = talking.existing(connection, {*ids.values()})
    return {record: of_handoffs[number] for record, number in numbers.items() if number in of_handoffs} | {
        record: conversation for record, conversation in ids.items() if conversation in known
    }
