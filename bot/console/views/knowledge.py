"""The page Knowledge: entries with use and feedback, an entry with its lessons, and a message tried out."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from bot.console.curation.entry_search import entry_contains
from bot.console.framework.knowledge_access import KnowledgeAccess, title_sort_key
from bot.console.framework.local_time import local_day
from bot.console.framework.page_routing import AccessLevel, Section, get, post
from bot.console.framework.request import ConsoleRequest
from bot.database.transactions import Transactions
from bot.knowledge.explain import with_evidence
from kb.model import Entry, EntryId, KnowledgeBase, Language
from kb.text.similarity import TextSearch
from storage.curation import entry_drafts, entry_versions
from storage.curation import lessons as taught
from storage.curation.entry_drafts import EntryDraft
from storage.curation.entry_versions import EntryVersion
from storage.curation.lessons import StoredLesson
from storage.helpdesk import audit_log
from storage.helpdesk.audit_log import AuditEvent
from storage.statistics import reports
from storage.statistics.reports import FeedbackCounts

STATISTICS_PERIOD: Final = timedelta(days=30)
SORT_ORDERS: Final = ("used", "unhelpful", "review", "title")
MAX_MESSAGE_CHARS: Final = 2000
"""Maximum length of a message that is tried."""


@dataclass(frozen=True, kw_only=True)
class EntryRow:
    """An entry in the list: how often it was used, its feedback, and the number of its lessons."""

    entry: Entry
    use_count: int
    feedback: FeedbackCounts
    lesson_count: int
    overdue: bool

    @property
    def unhelpful_share(self) -> float:
        """The share of feedback that says it did not help."""
        said = self.feedback.helped + self.feedback.not_helped
        return self.feedback.not_helped / said if said else 0.0


class KnowledgeView:
    """GET /console/knowledge and the pages below it."""

    def __init__(self, transactions: Transactions, knowledge: KnowledgeAccess) -> None:
        self._transactions, self._knowledge = transactions, knowledge

    def section(self) -> Section:
        """For agents."""
        pages = (
            get("/knowledge", self.show, role=AccessLevel.AGENT),
            get("/knowledge/entries/{entry}", self.entry, role=AccessLevel.AGENT),
            post("/knowledge/try", self.try_message, role=AccessLevel.AGENT),
            post("/knowledge/taught/{taught}/undo", self.undo_lesson, role=AccessLevel.AGENT),
        )
        return Section(name="knowledge", role=AccessLevel.AGENT, routes=pages)

    async def show(self, request: ConsoleRequest) -> web.StreamResponse:
        """All entries, or those that contain a text."""
        query = request.http_request.query
        wanted = " ".join(query.get("words", "").split())[:200]
        order = query.get("order", "") if query.get("order") in SORT_ORDERS else SORT_ORDERS[0]
        overdue_only = query.get("overdue") == "1"
        base, today = self._knowledge.current.base, local_day(request.now, request.zone)

        def read(
            connection: Connection,
        ) -> tuple[list[EntryRow], tuple[EntryDraft, ...], tuple[EntryVersion, ...]]:
            rows = entry_rows(connection, base, today)
            return rows, entry_drafts.list_all(connection), entry_versions.list_proposals(connection)

        found, begun, proposals = await self._transactions.read(read)
        finder = TextSearch(wanted) if wanted else None
        shown = [
            row
            for row in found
            if (finder is None or entry_contains(row.entry, finder)) and (row.overdue or not overdue_only)
        ]
        return request.render(
            "knowledge.html",
            rows=sort_rows(shown, order, request.language),
            total=len(found),
            training_failed=self._knowledge.training_failed(),
            overdue=sum(row.overdue for row in found),
            overdue_only=overdue_only,
            wanted=wanted,
            order=order,
            orders=SORT_ORDERS,
            drafts=begun,
            proposals=proposals,
            names=self._knowledge.names(request.language),
            text="",
            tongues=self._knowledge.current.base.languages,
        )

    async def entry(self, request: ConsoleRequest) -> web.StreamResponse:
        """An entry's answer, questions and lessons."""
        base = self._knowledge.current.base
        entry = base.entries.get(EntryId(request.http_request.match_info["entry"]))
        if entry is None:
            raise web.HTTPNotFound
        today = local_day(request.now, request.zone)

        def read(connection: Connection) -> tuple[list[EntryRow], list[StoredLesson]]:
            lessons = [each for each in taught.current_lessons(connection).stored if each.lesson.entry == entry.id]
            return entry_rows(connection, base, today), lessons

        found, lessons = await self._transactions.read(read)
        row = next(row for row in found if row.entry.id == entry.id)
        return request.render(
            "entry.html",
            entry=entry,
            row=row,
            lessons=lessons,
            names=self._knowledge.names(request.language),
            tongues=self._knowledge.current.base.languages,
        )

    async def try_message(self, request: ConsoleRequest) -> web.StreamResponse:
        """How the bot would understand and answer a message; stores nothing."""
        text = request.field("text")[:MAX_MESSAGE_CHARS]
        knowledge = self._knowledge.current
        spoken = next((language for language in knowledge.base.languages if language == request.field("tongue")), None)
        understood = knowledge.interpreter.understand(text, language=spoken) if text else None
        return request.render(
            "try.html",
            text=text,
            spoken=spoken,
            understood=understood and with_evidence(understood, text, knowledge.interpreter),
            cue=knowledge.interpreter.match_cue(text) if text else None,
            version=knowledge.base.version,
            entries=knowledge.base.entries,
            names=self._knowledge.names(request.language),
            tongues=self._knowledge.current.base.languages,
        )

    async def undo_lesson(self, request: ConsoleRequest) -> web.StreamResponse:
        """Revoke a lesson."""
        number = request.path_number("taught")

        def take_back(connection: Connection) -> tuple[bool, StoredLesson | None]:
            done = taught.revoke_lesson(connection, number, request.agent.name, request.now)
            if done:
                audit_log.record(
                    connection, AuditEvent.LESSON_REVOKED, request.now, agent=request.agent.name, subject=str(number)
                )
            return done, taught.get(connection, number)

        done, lesson = await self._transactions.write(take_back)
        self._knowledge.on_change()
        request.flash("undone" if done else "undone_before")
        entry = None if lesson is None else lesson.lesson.entry
        return request.redirect("/knowledge" if entry is None else f"/knowledge/entries/{entry}")


def entry_rows(connection: Connection, base: KnowledgeBase, today: date) -> list[EntryRow]:
    """Every entry with its statistics of the last 30 days."""
    use_counts = reports.count_by_day(connection, today - STATISTICS_PERIOD, today).by_entry
    feedback = reports.feedback_counts(connection, today - STATISTICS_PERIOD, today)
    lessons = [lesson.entry for lesson in taught.current_lessons(connection).lessons]
    return [
        EntryRow(
            entry=entry,
            use_count=use_counts.get(entry.id, 0),
            feedback=feedback.get(entry.id, FeedbackCounts(helped=0, not_helped=0)),
            lesson_count=lessons.count(entry.id),
            overdue=entry.review_by < today,
        )
        for entry in base.entries.values()
    ]


def sort_rows(rows_to_sort: list[EntryRow], order: str, language: Language) -> list[EntryRow]:
    """In the requested order; equal ones by title."""
    by_title = sorted(rows_to_sort, key=lambda row: title_sort_key(row.entry.title[language]))
    if order == "title":
        return by_title
    if order == "review":
        return sorted(by_title, key=lambda row: row.entry.review_by)
    if order == "unhelpful":
        return sorted(by_title, key=lambda row: (-row.unhelpful_share, -row.feedback.not_helped))
    return sorted(by_title, key=lambda row: -row.use_count)
