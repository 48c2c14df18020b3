"""The page Knowledge: entries with their use and success, one entry with what was taught, a message tried out."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from bot.console.curation.entry_search import holds
from bot.console.framework.knowledge_access import Library, alphabetical
from bot.console.framework.request import Visit
from bot.console.framework.routing import Access, Section, does, shows
from bot.database.transactions import Records
from kb.model import LANGUAGES, Entry, EntryId, KnowledgeBase, Language
from kb.text.similarity import TextSearch
from storage.curation import entry_drafts
from storage.curation import lessons as taught
from storage.curation.entry_drafts import Draft
from storage.curation.lessons import Taught
from storage.helpdesk import audit_log
from storage.helpdesk.audit_log import Event
from storage.statistics import reports
from storage.statistics.reports import Helped

LOOKED_BACK: Final = timedelta(days=30)
ORDERS: Final = ("used", "unhelpful", "review", "title")
LONGEST: Final = 2000
"""Characters of a message that is tried."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """An entry in the list: how often it was used, what people said of it, how many of its questions were taught."""

    entry: Entry
    used: int
    helped: Helped
    taught: int
    overdue: bool

    @property
    def unhelpful(self) -> float:
        """The share of those who said that it did not help."""
        said = self.helped.yes + self.helped.no
        return self.helped.no / said if said else 0.0


class KnowledgePages:
    """GET /console/knowledge and what is below it."""

    def __init__(self, records: Records, library: Library) -> None:
        self._records, self._library = records, library

    def section(self) -> Section:
        """For agents."""
        pages = (
            shows("/knowledge", self.show, role=Access.AGENT),
            shows("/knowledge/entries/{entry}", self.entry, role=Access.AGENT),
            does("/knowledge/try", self.attempt, role=Access.AGENT),
            does("/knowledge/taught/{taught}/undo", self.undo, role=Access.AGENT),
        )
        return Section(name="knowledge", role=Access.AGENT, pages=pages)

    async def show(self, visit: Visit) -> web.StreamResponse:
        """All entries, or those that hold some words."""
        query = visit.request.query
        wanted = " ".join(query.get("words", "").split())[:200]
        order = query.get("order", "") if query.get("order") in ORDERS else ORDERS[0]
        overdue_only = query.get("overdue") == "1"
        base, today = self._library.now.base, visit.now.date()

        def read(connection: Connection) -> tuple[list[Row], tuple[Draft, ...]]:
            return rows(connection, base, today), entry_drafts.listed(connection)

        found, begun = await self._records.read(read)
        finder = TextSearch(wanted) if wanted else None
        shown = [
            row for row in found if (finder is None or holds(row.entry, finder)) and (row.overdue or not overdue_only)
        ]
        return visit.show(
            "knowledge.html",
            rows=ordered(shown, order, visit.language),
            total=len(found),
            overdue=sum(row.overdue for row in found),
            overdue_only=overdue_only,
            wanted=wanted,
            order=order,
            orders=ORDERS,
            drafts=begun,
            names=self._library.names(visit.language),
            text="",
            tongues=LANGUAGES,
        )

    async def entry(self, visit: Visit) -> web.StreamResponse:
        """What an entry says, how it is asked for, and what was taught."""
        base = self._library.now.base
        entry = base.entries.get(EntryId(visit.request.match_info["entry"]))
        if entry is None:
            raise web.HTTPNotFound
        today = visit.now.date()

        def read(connection: Connection) -> tuple[list[Row], list[Taught]]:
            lessons = [each for each in taught.current(connection).taught if each.lesson.entry == entry.id]
            return rows(connection, base, today), lessons

        found, lessons = await self._records.read(read)
        row = next(row for row in found if row.entry.id == entry.id)
        return visit.show(
            "entry.html",
            entry=entry,
            row=row,
            lessons=lessons,
            names=self._library.names(visit.language),
            tongues=LANGUAGES,
        )

    async def attempt(self, visit: Visit) -> web.StreamResponse:
        """What the bot would make of a message, and why; nothing is stored."""
        text = visit.field("text")[:LONGEST]
        known = self._library.now
        spoken = next((language for language in LANGUAGES if language == visit.field("tongue")), None)
        return visit.show(
            "try.html",
            text=text,
            spoken=spoken,
            understood=known.interpreter.understand(text, language=spoken) if text else None,
            cue=known.interpreter.match_cue(text) if text else None,
            version=known.base.version,
            entries=known.base.entries,
            names=self._library.names(visit.language),
            tongues=LANGUAGES,
        )

    async def undo(self, visit: Visit) -> web.StreamResponse:
        """Takes a lesson back."""
        number = visit.number("taught")

        def take_back(connection: Connection) -> tuple[bool, Taught | None]:
            done = taught.unteach(connection, number, visit.agent.name, visit.now)
            if done:
                audit_log.note(
                    connection, Event.QUESTION_UNTAUGHT, visit.now, agent=visit.agent.name, subject=str(number)
                )
            return done, taught.get(connection, number)

        done, lesson = await self._records.write(take_back)
        self._library.told()
        visit.say("undone" if done else "undone_before")
        entry = None if lesson is None else lesson.lesson.entry
        return visit.go("/knowledge" if entry is None else f"/knowledge/entries/{entry}")


def rows(connection: Connection, base: KnowledgeBase, today: date) -> list[Row]:
    """Every entry with its figures of the last 30 days."""
    used = reports.by_days(connection, today - LOOKED_BACK, today).by_entry
    helped = reports.helped(connection, today - LOOKED_BACK, today)
    lessons = [lesson.entry for lesson in taught.current(connection).lessons]
    return [
        Row(
            entry=entry,
            used=used.get(entry.id, 0),
            helped=helped.get(entry.id, Helped(yes=0, no=0)),
            taught=lessons.count(entry.id),
            overdue=entry.review_by < today,
        )
        for entry in base.entries.values()
    ]


def ordered(found: list[Row], order: str, language: Language) -> list[Row]:
    """In the order that was asked for; of those alike, by title."""
    by_title = sorted(found, key=lambda row: alphabetical(row.entry.title[language]))
    if order == "title":
        return by_title
    if order == "review":
        return sorted(by_title, key=lambda row: row.entry.review_by)
    if order == "unhelpful":
        return sorted(by_title, key=lambda row: (-row.unhelpful, -row.helped.no))
    return sorted(by_title, key=lambda row: -row.used)
