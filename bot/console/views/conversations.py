"""The page Conversations: talks found by words and filters, newest first."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from aiohttp import web
from sqlalchemy import Connection

from bot.console.framework.contact_display import note_seen, short
from bot.console.framework.knowledge_access import Library
from bot.console.framework.request import Visit
from bot.console.framework.routing import Access, Section, shows
from bot.database.transactions import Records
from kb.model import LANGUAGES, Act
from kb.text.similarity import TextSearch
from kb.understanding.result import Outcome
from storage import personal_data
from storage.conversations import search
from storage.conversations.conversations import Conversation
from storage.conversations.search import Page, Wanted, anything
from storage.helpdesk.audit_log import Event

CHANNELS: Final = ("whatsapp", "telegram", "webchat")
ACTS: Final = (*(str(act) for act in Act), "clarify", "none")
LONGEST: Final = 200
"""Characters of what is looked for."""
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the form at the head of the page says; an empty field wants nothing in particular."""

    words: str = ""
    channel: str = ""
    language: str = ""
    act: str = ""
    outcome: str = ""
    line: str = ""
    day: str = ""
    handed_off: str = ""

    def wanted(self, zone_day: date | None) -> Wanted:
        """As storage looks for it; a day begins and ends where the program's machine says so."""
        since = None if zone_day is None else midnight(zone_day)
        return Wanted(
            says=TextSearch(self.words) if self.words else anything,
            channel=self.channel or None,
            language=self.language or None,
            act=self.act or None,
            outcome=self.outcome or None,
            line=self.line or None,
            since=since,
            until=None if zone_day is None else midnight(zone_day + _DAY),
            handed_off=bool(self.handed_off),
        )

    def query(self, **more: str | int) -> str:
        """The address's query for it."""
        given = {name: value for name, value in vars(self).items() if value}
        return urlencode({**given, **more})


class Talks:
    """GET /console/talks."""

    def __init__(self, records: Records, library: Library) -> None:
        self._records, self._library = records, library

    def section(self) -> Section:
        """For agents."""
        return Section(name="talks", role=Access.AGENT, pages=(shows("/talks", self.show, role=Access.AGENT),))

    async def show(self, visit: Visit) -> web.StreamResponse:
        """The talks that are as asked for, and persons whose number or id was given."""
        await note_seen(visit, self._records, Event.LIST_SEEN, "talks")
        lines = self._library.now.base.directory.lines
        asked = read(visit, frozenset(lines))
        wanted = asked.wanted(day(asked.day))
        before = _number(visit.request.query.get("before", ""))

        def look(connection: Connection) -> tuple[Page, tuple[Conversation, ...]]:
            known = persons(connection, asked.words) if before is None else ()
            return search.search(connection, wanted, before=before), known

        page, known = await self._records.read(look)
        return visit.show(
            "talks.html",
            asked=asked,
            page=page,
            known=known,
            before=before,
            names=self._library.names(visit.language),
            lines=lines,
            channels=CHANNELS,
            acts=ACTS,
            outcomes=tuple(Outcome),
            tongues=LANGUAGES,
            short=short,
            filtered=any((asked.channel, asked.language, asked.act, asked.outcome, asked.line, asked.handed_off)),
        )


def read(visit: Visit, lines: frozenset[str]) -> Asked:
    """What was asked for; what nobody can mean is passed over."""
    known = {
        "channel": (*CHANNELS, "terminal"),
        "language": LANGUAGES,
        "act": ACTS,
        "outcome": tuple(Outcome),
        "line": lines,
        "handed_off": ("1",),
    }
    query = visit.request.query
    fields = {name: query.get(name, "") for name, values in known.items() if query.get(name) in values}
    given = query.get("day", "")
    words = " ".join(query.get("words", "").split())[:LONGEST]
    return Asked(**fields, words=words, day=given if day(given) is not None else "")


def day(text: str) -> date | None:
    """The day that a date field gives."""
    try:
        return date.fromisoformat(text) if len(text) == len("2026-01-01") else None
    except ValueError:
        return None


def midnight(of: date) -> datetime:
    """When a day begins where the program runs (its TZ)."""
    return datetime(of.year, of.month, of.day).astimezone()


def persons(connection: Connection, words: str) -> tuple[Conversation, ...]:
    """The talks of the person whose number, id or talk was given."""
    digits = "".join(words.split()).removeprefix("+")
    given = (f"whatsapp:+{digits}", f"whatsapp:+371{digits}") if digits.isascii() and digits.isdigit() else ()
    found = (talk for name in (words, *given) if name for talk in personal_data.find(connection, name))
    return tuple({talk.id: talk for talk in found}.values())[:20]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
