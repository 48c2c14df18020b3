"""The page Conversations: search by text and filters, newest first."""

import re
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from functools import partial
from typing import Final
from urllib.parse import urlencode

from aiohttp import web
from sqlalchemy import Connection

from bot.channels.description import ChannelDirectory
from bot.console.framework.contact_display import audit_access, display_name
from bot.console.framework.knowledge_access import KnowledgeAccess
from bot.console.framework.local_time import local_midnight
from bot.console.framework.page_routing import AccessLevel, Section, get
from bot.console.framework.request import ConsoleRequest
from bot.database.transactions import Transactions
from kb.model import Act, KnowledgeBase
from kb.text.term_search import TermSearch
from kb.understanding.result import Outcome
from storage import personal_data
from storage.conversations import search
from storage.conversations.conversations import Conversation
from storage.conversations.search import SearchFilter, SearchPage
from storage.helpdesk import handoffs
from storage.helpdesk.audit_log import AuditEvent
from storage.helpdesk.handoffs import Handoff

ACTS: Final = (*(str(act) for act in Act), "clarify", "none")
MAX_SEARCH_CHARS: Final = 200
"""Maximum length of the search text."""
_DAY: Final = timedelta(days=1)
_YEARS: Final = range(2000, 2200)


@dataclass(frozen=True, kw_only=True)
class SearchForm:
    """The fields of the search form; an empty field filters nothing."""

    words: str = ""
    channel: str = ""
    language: str = ""
    act: str = ""
    outcome: str = ""
    line: str = ""
    day: str = ""
    handed_off: str = ""

    def to_filter(self, day: date | None, zone: tzinfo) -> SearchFilter:
        """The filter for storage; days are those of the installation's time zone."""
        since = None if day is None else local_midnight(day, zone)
        return SearchFilter(
            terms=TermSearch(self.words) if self.words else None,
            channel=self.channel or None,
            language=self.language or None,
            act=self.act or None,
            outcome=self.outcome or None,
            line=self.line or None,
            since=since,
            until=None if day is None else local_midnight(day + _DAY, zone),
            handed_off=bool(self.handed_off),
        )

    def query(self, **more: str | int) -> str:
        """The query string of the search."""
        given = {name: value for name, value in vars(self).items() if value}
        return urlencode({**given, **more})


class ConversationListView:
    """GET /console/talks."""

    def __init__(self, transactions: Transactions, knowledge: KnowledgeAccess, channels: ChannelDirectory) -> None:
        self._transactions, self._knowledge, self._channels = transactions, knowledge, channels

    def section(self) -> Section:
        """For agents."""
        return Section(name="talks", role=AccessLevel.AGENT, routes=(get("/talks", self.show, role=AccessLevel.AGENT),))

    async def show(self, request: ConsoleRequest) -> web.StreamResponse:
        """Matching conversations, and persons whose number or id was given."""
        await audit_access(request, self._transactions, AuditEvent.LIST_VIEWED, "talks")
        lines = self._knowledge.current.base.directory.lines
        asked = read_search_form(request, self._knowledge.current.base, self._channels)
        wanted = asked.to_filter(parse_day(asked.day), request.zone)
        before = _parse_number(request.http_request.query.get("before", ""))

        def look(connection: Connection) -> tuple[SearchPage, tuple[Conversation, ...], Handoff | None]:
            found = search.search(connection, wanted, before=before)
            if before is not None:
                return found, (), None
            known = find_persons_conversations(connection, asked.words, self._channels)
            return found, known, find_handoff(connection, asked.words)

        page, known, handoff = await self._transactions.read(look)
        return request.render(
            "talks.html",
            asked=asked,
            page=page,
            known=known,
            handoff=handoff,
            before=before,
            names=self._knowledge.names(request.language),
            lines=lines,
            channels=[channel.name for channel in self._channels if channel.public],
            acts=ACTS,
            outcomes=tuple(Outcome),
            tongues=self._knowledge.current.base.languages,
            short=partial(display_name, self._channels),
            filtered=any((asked.channel, asked.language, asked.act, asked.outcome, asked.line, asked.handed_off)),
        )


def read_search_form(request: ConsoleRequest, base: KnowledgeBase, channels: ChannelDirectory) -> SearchForm:
    """The search of the request; invalid values are ignored."""
    known = {
        "channel": tuple(channel.name for channel in channels),
        "language": base.languages,
        "act": ACTS,
        "outcome": tuple(Outcome),
        "line": frozenset(base.directory.lines),
        "handed_off": ("1",),
    }
    query = request.http_request.query
    fields = {name: query.get(name, "") for name, values in known.items() if query.get(name) in values}
    given = query.get("day", "")
    words = " ".join(query.get("words", "").split())[:MAX_SEARCH_CHARS]
    return SearchForm(**fields, words=words, day=given if parse_day(given) is not None else "")


def parse_day(text: str) -> date | None:
    """The date of a date field; None where nobody can have written, so that no reckoning with it can overflow."""
    try:
        found = date.fromisoformat(text) if len(text) == len("2026-01-01") else None
    except ValueError:
        return None
    return found if found is not None and found.year in _YEARS else None


def find_persons_conversations(
    connection: Connection, text: str, channels: ChannelDirectory
) -> tuple[Conversation, ...]:
    """The conversations of the person whose number, id or conversation id was given."""
    names = [name for name in (text, *channels.senders_of(text)) if name]
    found = (talk for name in names for talk in personal_data.find_conversations(connection, name))
    return tuple({talk.id: talk for talk in found}.values())[:20]


def find_handoff(connection: Connection, text: str) -> Handoff | None:
    """The hand-off whose number was given: 17, #17, Nr. 17, № 17."""
    number = _HANDOFF_NUMBER.fullmatch(text)
    return None if number is None else handoffs.get(connection, int(number[1]))


_HANDOFF_NUMBER: Final = re.compile(r"(?:#|№|n\.?|nr\.?|no\.?)?\s*(\d{1,7})", re.IGNORECASE | re.ASCII)
"""Seven digits at most: a phone number has eight."""


def _parse_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
