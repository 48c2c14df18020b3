"""The page Conversations: talks found by words and filters, newest first."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from aiohttp import web
from sqlalchemy import Connection

from bot.console.framework.contact_display import audit_access, display_name
from bot.console.framework.knowledge_access import KnowledgeAccess
from bot.console.framework.request import ConsoleRequest
from bot.console.framework.routing import AccessLevel, Section, get
from bot.database.transactions import Transactions
from kb.model import LANGUAGES, Act
from kb.text.similarity import TextSearch
from kb.understanding.result import Outcome
from storage import personal_data
from storage.conversations import search
from storage.conversations.conversations import Conversation
from storage.conversations.search import SearchFilter, SearchPage, match_all
from storage.helpdesk.audit_log import AuditEvent

CHANNELS: Final = ("whatsapp", "telegram", "webchat")
ACTS: Final = (*(str(act) for act in Act), "clarify", "none")
MAX_SEARCH_CHARS: Final = 200
"""Characters of what is looked for."""
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class SearchForm:
    """What the form at the head of the page says; an empty field wants nothing in particular."""

    words: str = ""
    channel: str = ""
    language: str = ""
    act: str = ""
    outcome: str = ""
    line: str = ""
    day: str = ""
    handed_off: str = ""

    def to_filter(self, local_day: date | None) -> SearchFilter:
        """As storage looks for it; a day begins and ends where the program's machine says so."""
        since = None if local_day is None else local_midnight(local_day)
        return SearchFilter(
            text_matches=TextSearch(self.words) if self.words else match_all,
            channel=self.channel or None,
            language=self.language or None,
            act=self.act or None,
            outcome=self.outcome or None,
            line=self.line or None,
            since=since,
            until=None if local_day is None else local_midnight(local_day + _DAY),
            handed_off=bool(self.handed_off),
        )

    def query(self, **more: str | int) -> str:
        """The address's query for it."""
        given = {name: value for name, value in vars(self).items() if value}
        return urlencode({**given, **more})


class ConversationListView:
    """GET /console/talks."""

    def __init__(self, transactions: Transactions, knowledge: KnowledgeAccess) -> None:
        self._transactions, self._knowledge = transactions, knowledge

    def section(self) -> Section:
        """For agents."""
        return Section(name="talks", role=AccessLevel.AGENT, routes=(get("/talks", self.show, role=AccessLevel.AGENT),))

    async def show(self, request: ConsoleRequest) -> web.StreamResponse:
        """The talks that are as asked for, and persons whose number or id was given."""
        await audit_access(request, self._transactions, AuditEvent.LIST_VIEWED, "talks")
        lines = self._knowledge.current.base.directory.lines
        asked = read_search_form(request, frozenset(lines))
        wanted = asked.to_filter(parse_day(asked.day))
        before = _parse_number(request.http_request.query.get("before", ""))

        def look(connection: Connection) -> tuple[SearchPage, tuple[Conversation, ...]]:
            known = find_persons_conversations(connection, asked.words) if before is None else ()
            return search.search(connection, wanted, before=before), known

        page, known = await self._transactions.read(look)
        return request.render(
            "talks.html",
            asked=asked,
            page=page,
            known=known,
            before=before,
            names=self._knowledge.names(request.language),
            lines=lines,
            channels=CHANNELS,
            acts=ACTS,
            outcomes=tuple(Outcome),
            tongues=LANGUAGES,
            short=display_name,
            filtered=any((asked.channel, asked.language, asked.act, asked.outcome, asked.line, asked.handed_off)),
        )


def read_search_form(request: ConsoleRequest, lines: frozenset[str]) -> SearchForm:
    """What was asked for; what nobody can mean is passed over."""
    known = {
        "channel": (*CHANNELS, "terminal"),
        "language": LANGUAGES,
        "act": ACTS,
        "outcome": tuple(Outcome),
        "line": lines,
        "handed_off": ("1",),
    }
    query = request.http_request.query
    fields = {name: query.get(name, "") for name, values in known.items() if query.get(name) in values}
    given = query.get("day", "")
    words = " ".join(query.get("words", "").split())[:MAX_SEARCH_CHARS]
    return SearchForm(**fields, words=words, day=given if parse_day(given) is not None else "")


def parse_day(text: str) -> date | None:
    """The day that a date field gives."""
    try:
        return date.fromisoformat(text) if len(text) == len("2026-01-01") else None
    except ValueError:
        return None


def local_midnight(day_of: date) -> datetime:
    """When a day begins where the program runs (its TZ)."""
    return datetime(day_of.year, day_of.month, day_of.day).astimezone()


def find_persons_conversations(connection: Connection, text: str) -> tuple[Conversation, ...]:
    """The talks of the person whose number, id or talk was given."""
    digits = "".join(text.split()).removeprefix("+")
    given = (f"whatsapp:+{digits}", f"whatsapp:+371{digits}") if digits.isascii() and digits.isdigit() else ()
    found = (talk for name in (text, *given) if name for talk in personal_data.find_conversations(connection, name))
    return tuple({talk.id: talk for talk in found}.values())[:20]


def _parse_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
