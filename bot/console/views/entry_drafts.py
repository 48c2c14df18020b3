"""Drafts of entries, below the page Knowledge: written further, or dropped."""

from dataclasses import replace

from aiohttp import web
from sqlalchemy import Connection

from bot.console.curation.teaching import Chosen, written
from bot.console.framework.knowledge_access import Library
from bot.console.framework.request import Visit
from bot.console.framework.routing import Access, Section, does, shows
from bot.database.transactions import Records
from kb.model import ANY_LINE, LANGUAGES, Act, KnowledgeBase
from storage.curation import entry_drafts
from storage.curation.entry_drafts import Draft
from storage.errors import DraftError
from storage.helpdesk import audit_log
from storage.helpdesk.audit_log import Event


class DraftPages:
    """GET /console/knowledge/drafts/<id>, and what may be done with it."""

    def __init__(self, records: Records, library: Library) -> None:
        self._records, self._library = records, library

    def section(self) -> Section:
        """For agents."""
        pages = (
            shows("/knowledge/drafts/{id}", self.show, role=Access.AGENT),
            does("/knowledge/drafts/{id}/keep", self.keep, role=Access.AGENT),
            does("/knowledge/drafts/{id}/drop", self.drop, role=Access.AGENT),
        )
        return Section(name="drafts", role=Access.AGENT, pages=pages, menu=False)

    async def show(self, visit: Visit) -> web.StreamResponse:
        """What is written so far."""
        name = visit.request.match_info["id"]
        draft = await self._records.read(lambda connection: entry_drafts.get(connection, name))
        if draft is None:
            raise web.HTTPNotFound
        return visit.show(
            "draft_entry.html",
            draft=draft,
            lines=self._library.now.base.directory.lines,
            any_line=ANY_LINE,
            acts=(Act.ANSWER, Act.PROBLEM),
            tongues=LANGUAGES,
        )

    async def keep(self, visit: Visit) -> web.StreamResponse:
        """Keeps what was written."""
        name = visit.request.match_info["id"]
        filed = self._library.filed()
        draft = replace(written(visit, questions(visit)), id=name)
        if not await self._records.write(lambda connection: self._keep(connection, visit, draft, filed)):
            visit.say("draft_wrong")
        else:
            visit.say("draft_kept")
        return visit.go(f"/knowledge/drafts/{name}")

    def _keep(self, connection: Connection, visit: Visit, draft: Draft, filed: KnowledgeBase) -> bool:
        try:
            entry_drafts.change(connection, draft, filed)
        except DraftError:
            return False
        audit_log.note(connection, Event.ENTRY_DRAFTED, visit.now, agent=visit.agent.name, subject=draft.id)
        return True

    async def drop(self, visit: Visit) -> web.StreamResponse:
        """Throws it away."""
        name = visit.request.match_info["id"]

        def drop(connection: Connection) -> bool:
            gone = entry_drafts.drop(connection, name)
            if gone:
                audit_log.note(connection, Event.ENTRY_DRAFTED, visit.now, agent=visit.agent.name, subject=f"-{name}")
            return gone

        visit.say("draft_dropped" if await self._records.write(drop) else "draft_gone")
        return visit.go("/knowledge")


def questions(visit: Visit) -> tuple[Chosen, ...]:
    """One question a line, by language."""
    return tuple(
        Chosen(original=text, text=text, language=language)
        for language in LANGUAGES
        for text in visit.field(f"questions_{language}").splitlines()
        if text.strip()
    )
