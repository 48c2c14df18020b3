"""The page Unanswered: what people asked in vain, grouped; each can be taught, drafted as an entry, or ignored."""

from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from bot.console.curation import teaching
from bot.console.curation.entry_search import Choice, choices
from bot.console.curation.unanswered_groups import PERIODS, Group, find, gather, only, open_still, period
from bot.console.framework.contact_display import note_seen
from bot.console.framework.knowledge_access import Library, alphabetical
from bot.console.framework.request import Visit
from bot.console.framework.routing import Access, Section, does, shows
from bot.database.transactions import Records
from kb.model import ANY_LINE, LANGUAGES, Act
from storage.curation import ignored_questions
from storage.curation.unanswered import Why
from storage.helpdesk import audit_log
from storage.helpdesk.audit_log import Event

SHOWN: Final = 25
LOOKED_THROUGH: Final = 80
"""Groups that are tried with the matcher for one page."""
WORDINGS: Final = 12
CHECKED: Final = 3
"""So many wordings are proposed to be taught."""


class UnansweredPages:
    """GET /console/unanswered, one group of it, and what may be done about it."""

    def __init__(self, records: Records, library: Library) -> None:
        self._records, self._library = records, library

    def section(self) -> Section:
        """For agents: who answers the telephone knows best what was meant."""
        pages = (
            shows("/unanswered", self.show, role=Access.AGENT),
            shows("/unanswered/entries", self.entries, role=Access.AGENT),
            shows("/unanswered/{turn:[0-9]+}", self.group, role=Access.AGENT),
            does("/unanswered/{turn}/teach", self.teach, role=Access.AGENT),
            does("/unanswered/{turn}/draft", self.draft, role=Access.AGENT),
            does("/unanswered/{turn}/ignore", self.ignore, role=Access.AGENT),
        )
        return Section(name="unanswered", role=Access.AGENT, pages=pages)

    async def show(self, visit: Visit) -> web.StreamResponse:
        """The groups that are still open, the largest or the newest first."""
        await note_seen(visit, self._records, Event.LIST_SEEN, "unanswered")
        query = visit.request.query
        why = query.get("why", "") if query.get("why") in tuple(Why) else ""
        language = query.get("language", "") if query.get("language") in LANGUAGES else ""
        order = "new" if query.get("order") == "new" else "often"
        since = period(query.get("days", ""))
        matcher = self._library.now.interpreter

        def read(connection: Connection) -> tuple[tuple[Group, ...], bool]:
            found = only(gather(connection, visit.now, visit.now - since), why=why, language=language)
            if order == "new":
                found = tuple(sorted(found, key=lambda group: -group.turn))
            still = open_still(found[:LOOKED_THROUGH], matcher)
            shown = tuple(group for group, _ in zip(still, range(SHOWN), strict=False))
            return shown, len(found) > LOOKED_THROUGH or next(still, None) is not None

        shown, more = await self._records.read(read)
        asked = {"days": str(since.days), "why": why, "language": language, "order": order}
        return visit.show(
            "unanswered.html", groups=shown, more=more, asked=asked, periods=PERIODS, whys=tuple(Why), tongues=LANGUAGES
        )

    async def group(self, visit: Visit) -> web.StreamResponse:
        """One group: how it was said, and what it may mean."""
        found = await self._group(visit)
        if found is None:
            visit.say("settled")
            return visit.go("/unanswered")
        await note_seen(visit, self._records, Event.LIST_SEEN, "unanswered")
        return visit.show(
            "unanswered_group.html",
            group=found,
            wordings=found.wordings[:WORDINGS],
            checked=CHECKED,
            choices=self._choices(visit, found.wordings[0].text),
            everything=self._everything(visit),
            lines=self._library.now.base.directory.lines,
            any_line=ANY_LINE,
            acts=(Act.ANSWER, Act.PROBLEM),
            tongues=LANGUAGES,
        )

    async def entries(self, visit: Visit) -> web.StreamResponse:
        """The entries that words may mean, to choose from."""
        words = visit.request.query.get("words", "")[:200]
        return visit.show("entry_choices.html", choices=self._choices(visit, words))

    async def teach(self, visit: Visit) -> web.StreamResponse:
        """The chosen wordings mean the chosen entry from now on; or none."""
        found = await self._group(visit)
        if found is None:
            visit.say("settled")
            return visit.go("/unanswered")
        chosen = teaching.chosen(visit, found)
        if not chosen or not teaching.entry(visit):
            visit.say("choose_both")
            return visit.go(f"/unanswered/{found.turn}")
        filed = self._library.filed()
        taught = await self._records.write(lambda connection: teaching.teach(connection, visit, filed, chosen))
        self._library.told()
        names = self._library.names(visit.language)
        return teaching.told(visit, taught, names, found)

    async def draft(self, visit: Visit) -> web.StreamResponse:
        """The chosen wordings become the questions of a new entry, to be finished under Knowledge."""
        found = await self._group(visit)
        if found is None:
            visit.say("settled")
            return visit.go("/unanswered")
        filed, chosen = self._library.filed(), teaching.chosen(visit, found)
        fault = await self._records.write(lambda connection: teaching.draft(connection, visit, filed, chosen))
        if fault is not None:
            visit.say(fault)
            return visit.go(f"/unanswered/{found.turn}")
        visit.say("drafted")
        return visit.go(f"/knowledge/drafts/{visit.field('id')}")

    async def ignore(self, visit: Visit) -> web.StreamResponse:
        """The group is not shown again."""
        found = await self._group(visit)
        if found is not None:
            texts = {one.text for one in found.messages}

            def hide(connection: Connection) -> None:
                ignored_questions.ignore(connection, texts, visit.agent.name, visit.now)
                audit_log.note(
                    connection,
                    Event.QUESTION_IGNORED,
                    visit.now,
                    agent=visit.agent.name,
                    subject=f"{found.turn} ({len(texts)})",
                )

            await self._records.write(hide)
        visit.say("ignored" if found is not None else "settled")
        return visit.go("/unanswered")

    async def _group(self, visit: Visit) -> Group | None:
        turn = visit.number("turn")
        since = visit.now - period(str(PERIODS[-1]))
        return await self._records.read(lambda connection: find(gather(connection, visit.now, since), turn))

    def _choices(self, visit: Visit, words: str) -> tuple[Choice, ...]:
        return choices(self._library.now, words, visit.language)

    def _everything(self, visit: Visit) -> list[tuple[str, str]]:
        entries = self._library.now.base.entries.values()
        return sorted(
            ((entry.title[visit.language], entry.id) for entry in entries), key=lambda pair: alphabetical(pair[0])
        )
