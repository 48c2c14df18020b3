"""Drafts of entries, below the page Knowledge: edited, or discarded."""

from collections.abc import Sequence
from dataclasses import replace

from aiohttp import web
from sqlalchemy import Connection

from bot.console.curation.teaching import SelectedPhrasing, draft_from_form
from bot.console.framework.knowledge_access import KnowledgeAccess
from bot.console.framework.page_routing import AccessLevel, Section, get, post
from bot.console.framework.request import ConsoleRequest
from bot.database.transactions import Transactions
from kb.model import ANY_LINE, Act, KnowledgeBase, Language
from storage.curation import entry_drafts
from storage.curation.entry_drafts import EntryDraft
from storage.errors import EntryDraftError
from storage.helpdesk import audit_log
from storage.helpdesk.audit_log import AuditEvent


class EntryDraftsView:
    """GET /console/knowledge/drafts/<id>, and its actions."""

    def __init__(self, transactions: Transactions, knowledge: KnowledgeAccess) -> None:
        self._transactions, self._knowledge = transactions, knowledge

    def section(self) -> Section:
        """For agents."""
        pages = (
            get("/knowledge/drafts/{id}", self.show, role=AccessLevel.AGENT),
            post("/knowledge/drafts/{id}/keep", self.save, role=AccessLevel.AGENT),
            post("/knowledge/drafts/{id}/drop", self.drop, role=AccessLevel.AGENT),
        )
        return Section(name="drafts", role=AccessLevel.AGENT, routes=pages, in_menu=False)

    async def show(self, request: ConsoleRequest) -> web.StreamResponse:
        """The draft."""
        name = request.http_request.match_info["id"]
        draft = await self._transactions.read(lambda connection: entry_drafts.get(connection, name))
        if draft is None:
            raise web.HTTPNotFound
        return request.render(
            "draft_entry.html",
            draft=draft,
            lines=self._knowledge.current.base.directory.lines,
            any_line=ANY_LINE,
            acts=(Act.ANSWER, Act.PROBLEM),
            tongues=self._knowledge.current.base.languages,
        )

    async def save(self, request: ConsoleRequest) -> web.StreamResponse:
        """Save the draft."""
        name = request.http_request.match_info["id"]
        filed = self._knowledge.released_content()
        languages = self._knowledge.current.base.languages
        draft = replace(draft_from_form(request, questions_from_form(request, languages), languages), id=name)
        if not await self._transactions.write(lambda connection: self._save(connection, request, draft, filed)):
            request.flash("draft_wrong")
        else:
            request.flash("draft_kept")
        return request.redirect(f"/knowledge/drafts/{name}")

    def _save(
        self, connection: Connection, request: ConsoleRequest, draft: EntryDraft, released_content: KnowledgeBase
    ) -> bool:
        try:
            entry_drafts.change(connection, draft, released_content)
        except EntryDraftError:
            return False
        audit_log.record(connection, AuditEvent.ENTRY_DRAFTED, request.now, agent=request.agent.name, subject=draft.id)
        return True

    async def drop(self, request: ConsoleRequest) -> web.StreamResponse:
        """Discard the draft."""
        name = request.http_request.match_info["id"]

        def drop(connection: Connection) -> bool:
            gone = entry_drafts.drop(connection, name)
            if gone:
                audit_log.record(
                    connection, AuditEvent.ENTRY_DRAFTED, request.now, agent=request.agent.name, subject=f"-{name}"
                )
            return gone

        request.flash("draft_dropped" if await self._transactions.write(drop) else "draft_gone")
        return request.redirect("/knowledge")


def questions_from_form(request: ConsoleRequest, languages: Sequence[Language]) -> tuple[SelectedPhrasing, ...]:
    """One question on each line, by language."""
    return tuple(
        SelectedPhrasing(original=text, text=text, language=language)
        for language in languages
        for text in request.field(f"questions_{language}").splitlines()
        if text.strip()
    )
