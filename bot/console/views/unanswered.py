"""The page Unanswered: what people asked in vain, grouped; each can be taught, drafted as an entry, or ignored."""

from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from bot.console.curation import teaching
from bot.console.curation.entry_search import EntryChoice, search_entries
from bot.console.curation.unanswered_groups import (
    PERIOD_DAYS,
    UnansweredGroup,
    filter_groups,
    find_group,
    group_unanswered,
    parse_period,
    still_unanswered,
)
from bot.console.framework.contact_display import audit_access
from bot.console.framework.knowledge_access import KnowledgeAccess, title_sort_key
from bot.console.framework.request import ConsoleRequest
from bot.console.framework.routing import AccessLevel, Section, get, post
from bot.database.transactions import Transactions
from kb.model import ANY_LINE, LANGUAGES, Act
from storage.curation import ignored_questions
from storage.curation.unanswered import FailureReason
from storage.helpdesk import audit_log
from storage.helpdesk.audit_log import AuditEvent

MAX_GROUPS_SHOWN: Final = 25
MAX_GROUPS_TRIED: Final = 80
"""Groups that are tried with the matcher for one page."""
MAX_PHRASINGS: Final = 12
PRESELECTED_PHRASINGS: Final = 3
"""So many wordings are proposed to be taught."""


class UnansweredView:
    """GET /console/unanswered, one group of it, and what may be done about it."""

    def __init__(self, transactions: Transactions, knowledge: KnowledgeAccess) -> None:
        self._transactions, self._knowledge = transactions, knowledge

    def section(self) -> Section:
        """For agents: who answers the telephone knows best what was meant."""
        pages = (
            get("/unanswered", self.show, role=AccessLevel.AGENT),
            get("/unanswered/entries", self.search_entries, role=AccessLevel.AGENT),
            get("/unanswered/{turn:[0-9]+}", self.show_group, role=AccessLevel.AGENT),
            post("/unanswered/{turn}/teach", self.teach, role=AccessLevel.AGENT),
            post("/unanswered/{turn}/draft", self.draft, role=AccessLevel.AGENT),
            post("/unanswered/{turn}/ignore", self.ignore, role=AccessLevel.AGENT),
        )
        return Section(name="unanswered", role=AccessLevel.AGENT, routes=pages)

    async def show(self, request: ConsoleRequest) -> web.StreamResponse:
        """The groups that are still open, the largest or the newest first."""
        await audit_access(request, self._transactions, AuditEvent.LIST_VIEWED, "unanswered")
        query = request.http_request.query
        why = query.get("why", "") if query.get("why") in tuple(FailureReason) else ""
        language = query.get("language", "") if query.get("language") in LANGUAGES else ""
        order = "new" if query.get("order") == "new" else "often"
        since = parse_period(query.get("days", ""))
        matcher = self._knowledge.current.interpreter

        def read(connection: Connection) -> tuple[tuple[UnansweredGroup, ...], bool]:
            found = filter_groups(
                group_unanswered(connection, request.now, request.now - since), reason=why, language=language
            )
            if order == "new":
                found = tuple(sorted(found, key=lambda group: -group.turn))
            still = still_unanswered(found[:MAX_GROUPS_TRIED], matcher)
            shown = tuple(group for group, _ in zip(still, range(MAX_GROUPS_SHOWN), strict=False))
            return shown, len(found) > MAX_GROUPS_TRIED or next(still, None) is not None

        shown, more = await self._transactions.read(read)
        asked = {"days": str(since.days), "why": why, "language": language, "order": order}
        return request.render(
            "unanswered.html",
            groups=shown,
            more=more,
            asked=asked,
            periods=PERIOD_DAYS,
            whys=tuple(FailureReason),
            tongues=LANGUAGES,
        )

    async def show_group(self, request: ConsoleRequest) -> web.StreamResponse:
        """One group: how it was said, and what it may mean."""
        found = await self._find_group(request)
        if found is None:
            request.flash("settled")
            return request.redirect("/unanswered")
        await audit_access(request, self._transactions, AuditEvent.LIST_VIEWED, "unanswered")
        return request.render(
            "unanswered_group.html",
            group=found,
            wordings=found.phrasings[:MAX_PHRASINGS],
            checked=PRESELECTED_PHRASINGS,
            choices=self._entry_choices(request, found.phrasings[0].text),
            everything=self._all_entries(request),
            lines=self._knowledge.current.base.directory.lines,
            any_line=ANY_LINE,
            acts=(Act.ANSWER, Act.PROBLEM),
            tongues=LANGUAGES,
        )

    async def search_entries(self, request: ConsoleRequest) -> web.StreamResponse:
        """The entries that words may mean, to choose from."""
        words = request.http_request.query.get("words", "")[:200]
        return request.render("entry_choices.html", choices=self._entry_choices(request, words))

    async def teach(self, request: ConsoleRequest) -> web.StreamResponse:
        """The chosen wordings mean the chosen entry from now on; or none."""
        found = await self._find_group(request)
        if found is None:
            request.flash("settled")
            return request.redirect("/unanswered")
        chosen = teaching.selected_phrasings(request, found)
        if not chosen or not teaching.selected_entry(request):
            request.flash("choose_both")
            return request.redirect(f"/unanswered/{found.turn}")
        filed = self._knowledge.released_content()
        taught = await self._transactions.write(
            lambda connection: teaching.teach_phrasings(connection, request, filed, chosen)
        )
        self._knowledge.on_change()
        names = self._knowledge.names(request.language)
        return teaching.redirect_with_result(request, taught, names, found)

    async def draft(self, request: ConsoleRequest) -> web.StreamResponse:
        """The chosen wordings become the questions of a new entry, to be finished under Knowledge."""
        found = await self._find_group(request)
        if found is None:
            request.flash("settled")
            return request.redirect("/unanswered")
        filed, chosen = self._knowledge.released_content(), teaching.selected_phrasings(request, found)
        fault = await self._transactions.write(
            lambda connection: teaching.create_draft(connection, request, filed, chosen)
        )
        if fault is not None:
            request.flash(fault)
            return request.redirect(f"/unanswered/{found.turn}")
        request.flash("drafted")
        return request.redirect(f"/knowledge/drafts/{request.field('id')}")

    async def ignore(self, request: ConsoleRequest) -> web.StreamResponse:
        """The group is not shown again."""
        found = await self._find_group(request)
        if found is not None:
            texts = {one.text for one in found.messages}

            def hide(connection: Connection) -> None:
                ignored_questions.ignore(connection, texts, request.agent.name, request.now)
                audit_log.record(
                    connection,
                    AuditEvent.QUESTION_IGNORED,
                    request.now,
                    agent=request.agent.name,
                    subject=f"{found.turn} ({len(texts)})",
                )

            await self._transactions.write(hide)
        request.flash("ignored" if found is not None else "settled")
        return request.redirect("/unanswered")

    async def _find_group(self, request: ConsoleRequest) -> UnansweredGroup | None:
        turn = request.path_number("turn")
        since = request.now - parse_period(str(PERIOD_DAYS[-1]))
        return await self._transactions.read(
            lambda connection: find_group(group_unanswered(connection, request.now, since), turn)
        )

    def _entry_choices(self, request: ConsoleRequest, text: str) -> tuple[EntryChoice, ...]:
        return search_entries(self._knowledge.current, text, request.language)

    def _all_entries(self, request: ConsoleRequest) -> list[tuple[str, str]]:
        entries = self._knowledge.current.base.entries.values()
        return sorted(
            ((entry.title[request.language], entry.id) for entry in entries), key=lambda pair: title_sort_key(pair[0])
        )
