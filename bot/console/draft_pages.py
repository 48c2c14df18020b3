"""Drafts of entries, below the page Knowledge: written further, or dropped."""

from dataclasses import replace

from aiohttp import web
from sqlalchemy import Connection

from bot.console.lessons import Chosen, written
from bot.console.library import Library
from bot.console.pages import Access, Section, does, shows
from bot.console.records import Records
from bot.console.visit import Visit
from kb.model import ANY_LINE, LANGUAGES, Act, KnowledgeBase
from storage import audit, drafts
from storage.audit import Event
from storage.drafts import Draft
from storage.errors import DraftError


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
        draft = await self._records.read(lambda connection: drafts.get(connection, name))
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
            drafts.change(connection, draft, filed)
        except DraftError:
            return False
        audit.note(connection, Event.ENTRY_DRAFTED, visit.now, agent=visit.agent.name, subject=draft.id)
        return True

    async def drop(self, visit: Visit) -> web.StreamResponse:
        """Throws it away."""
        name = visit.request.match_info["id"]

        def drop(connection: Connection) -> bool:
            gone = drafts.drop(connection, name)
            if gone:
                audit.note(connection, Event.ENTRY_DRAFTED, visit.now, agent=visit.agent.name, subject=f"-{name}")
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
