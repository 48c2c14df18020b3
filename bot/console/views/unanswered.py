"""The page Unanswered: groups of unanswered messages; taught, drafted as an entry, or ignored."""

from collections.abc import Sequence
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from bot.console.curation import teaching
from bot.console.curation.entry_search import EntryChoice, search_entries
from bot.console.curation.ignoring import ignore_groups
from bot.console.curation.teaching import SelectedPhrasing
from bot.console.curation.unanswered_groups import (
    PERIOD_DAYS,
    GroupPage,
    UnansweredGroup,
    filter_groups,
    find_group,
    group_unanswered,
    page_of,
    parse_period,
)
from bot.console.framework.contact_display import audit_access
from bot.console.framework.knowledge_access import KnowledgeAccess, title_sort_key
from bot.console.framework.page_routing import AccessLevel, Section, get, post
from bot.console.framework.request import ConsoleRequest
from bot.database.transactions import Transactions
from kb.evaluation.contradictions import FlippedQuestion
from kb.model import ANY_LINE, Act
from storage.curation.unanswered import FailureReason
from storage.helpdesk.audit_log import AuditEvent

MAX_GROUPS_SHOWN: Final = 25
MAX_GROUPS_TRIED: Final = 80
"""Groups that are tried with the classifier for one page."""
MAX_PHRASINGS: Final = 12
PRESELECTED_PHRASINGS: Final = 3
"""Phrasings that are ticked by default."""


class UnansweredView:
    """GET /console/unanswered, one group of it, and its actions."""

    def __init__(self, transactions: Transactions, knowledge: KnowledgeAccess) -> None:
        self._transactions, self._knowledge = transactions, knowledge

    def section(self) -> Section:
        """For agents: who answers the phone knows best what was meant."""
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
        """Open groups, the largest or the newest first."""
        await audit_access(request, self._transactions, AuditEvent.LIST_VIEWED, "unanswered")
        query, languages = request.http_request.query, self._knowledge.current.base.languages
        why = query.get("why", "") if query.get("why") in tuple(FailureReason) else ""
        language = query.get("language", "") if query.get("language") in languages else ""
        order = "new" if query.get("order") == "new" else "often"
        since = parse_period(query.get("days", ""))
        matcher = self._knowledge.current.interpreter

        start = int(given) if (given := query.get("from", "")).isascii() and given.isdigit() and len(given) < 6 else 0

        def read(connection: Connection) -> GroupPage:
            found = filter_groups(
                group_unanswered(connection, request.now, request.now - since), reason=why, language=language
            )
            if order == "new":
                found = tuple(sorted(found, key=lambda group: -group.turn))
            return page_of(found, matcher, start=start, size=MAX_GROUPS_SHOWN, tried=MAX_GROUPS_TRIED)

        page = await self._transactions.read(read)
        asked = {"days": str(since.days), "why": why, "language": language, "order": order}
        return request.render(
            "unanswered.html",
            page=page,
            start=start,
            asked=asked,
            periods=PERIOD_DAYS,
            whys=tuple(FailureReason),
            tongues=languages,
        )

    async def show_group(self, request: ConsoleRequest) -> web.StreamResponse:
        """One group: its phrasings, and candidate entries."""
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
            tongues=self._knowledge.current.base.languages,
        )

    async def search_entries(self, request: ConsoleRequest) -> web.StreamResponse:
        """Entries that match a text, to choose from."""
        words = request.http_request.query.get("words", "")[:200]
        return request.render("entry_choices.html", choices=self._entry_choices(request, words))

    async def teach(self, request: ConsoleRequest) -> web.StreamResponse:
        """Teach the chosen phrasings as examples of the chosen entry, or as out of scope."""
        found = await self._find_group(request)
        if found is None:
            request.flash("settled")
            return request.redirect("/unanswered")
        chosen = teaching.selected_phrasings(request, found, self._knowledge.current.base.languages)
        if not chosen or not teaching.selected_entry(request):
            request.flash("choose_both")
            return request.redirect(f"/unanswered/{found.turn}")
        flipped = () if request.field("anyway") else await self._find_flipped(request, chosen)
        if flipped:
            return request.render("contradiction.html", flipped=flipped, names=self._knowledge.names(request.language))
        filed = self._knowledge.edited_content()
        taught = await self._transactions.write(
            lambda connection: teaching.teach_phrasings(connection, request, filed, chosen)
        )
        self._knowledge.on_change()
        names = self._knowledge.names(request.language)
        teaching.flash_result(request, taught, names)
        return request.redirect(await self._next_path(request) if taught.added else f"/unanswered/{found.turn}")

    async def _find_flipped(
        self, request: ConsoleRequest, chosen: Sequence[SelectedPhrasing]
    ) -> Sequence[FlippedQuestion]:
        """The known questions that would mean something else with these lessons."""
        proposed = teaching.proposed_lessons(request, chosen, self._knowledge.current.base)
        return await self._knowledge.find_flipped(proposed)

    async def draft(self, request: ConsoleRequest) -> web.StreamResponse:
        """Draft a new entry with the chosen phrasings as questions, to be finished under Knowledge."""
        found = await self._find_group(request)
        if found is None:
            request.flash("settled")
            return request.redirect("/unanswered")
        filed, chosen = (
            self._knowledge.edited_content(),
            teaching.selected_phrasings(request, found, self._knowledge.current.base.languages),
        )
        fault = await self._transactions.write(
            lambda connection: teaching.create_draft(connection, request, filed, chosen)
        )
        if fault is not None:
            request.flash(fault)
            return request.redirect(f"/unanswered/{found.turn}")
        request.flash("drafted")
        return request.redirect(f"/knowledge/drafts/{request.field('id')}")

    async def ignore(self, request: ConsoleRequest) -> web.StreamResponse:
        """Ignore the group."""
        found = await self._find_group(request)
        if found is not None:
            await self._transactions.write(
                lambda connection: ignore_groups(connection, [found], request.agent.name, request.now)
            )
        request.flash("ignored" if found is not None else "settled")
        return request.redirect(await self._next_path(request) if request.field("next") else "/unanswered")

    async def _next_path(self, request: ConsoleRequest) -> str:
        """The page of the largest group that is open; the list if there is none."""
        matcher = self._knowledge.current.interpreter

        def read(connection: Connection) -> GroupPage:
            found = group_unanswered(connection, request.now, request.now - parse_period(""))
            return page_of(found, matcher, start=0, size=1, tried=MAX_GROUPS_TRIED)

        page = await self._transactions.read(read)
        return "/unanswered" if not page.groups else f"/unanswered/{page.groups[0].turn}"

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
