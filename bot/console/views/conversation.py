"""One talk: what was said, why the bot said it, whether it arrived; a person's data given out and erased."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from bot.console.framework.contact_display import note_seen, phone, readable, short
from bot.console.framework.knowledge_access import Library
from bot.console.framework.request import Visit
from bot.console.framework.routing import Access, Section, does, shows
from bot.database.transactions import Records
from storage import personal_data
from storage.conversations import transcript
from storage.conversations.conversations import Conversation
from storage.conversations.transcript import Said
from storage.database import engine
from storage.helpdesk import audit_log, handoffs
from storage.helpdesk.audit_log import Event
from storage.helpdesk.handoffs import Handoff

SHOWN: Final = 60
"""Messages a page."""

_GOOD: Final = frozenset({"delivered", "read", "sent"})


class Talk:
    """GET /console/talks/<id>, and what may be done with the data of the person in it."""

    def __init__(self, records: Records, library: Library) -> None:
        self._records, self._library = records, library

    def section(self) -> Section:
        """For agents: who asks the helpdesk for their data, or to be forgotten, asks whoever is on call."""
        pages = (
            shows("/talks/{talk:[0-9a-f]{32}}", self.show, role=Access.AGENT),
            does("/talks/{talk:[0-9a-f]{32}}/export", self.export, role=Access.AGENT),
            does("/talks/{talk:[0-9a-f]{32}}/erase", self.erase, role=Access.AGENT),
        )
        return Section(name="talk", role=Access.AGENT, pages=pages, menu=False)

    async def show(self, visit: Visit) -> web.StreamResponse:
        """The last messages, or those before `before`."""
        name = visit.request.match_info["talk"]
        before = visit.request.query.get("before", "")
        earlier_than = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None

        def read(connection: Connection) -> tuple[Conversation, tuple[Said, ...], bool, tuple[Handoff, ...]]:
            talk = _talk(connection, name)
            said, more = transcript.transcript(connection, talk.id, before=earlier_than, limit=SHOWN)
            return talk, said, more, handoffs.listed(connection, talk=talk.id)

        talk, said, more, calls = await self._records.read(read)
        await note_seen(visit, self._records, Event.TRANSCRIPT_SEEN, talk.id)
        return visit.show(
            "talk.html",
            talk=talk,
            messages=said,
            more=more,
            before=earlier_than,
            calls=calls,
            names=self._library.names(visit.language),
            phone=phone(talk.channel, talk.sender),
            readable=readable,
            short=short,
            good=_GOOD,
        )

    async def export(self, visit: Visit) -> web.StreamResponse:
        """All that is stored about the person, as a JSON file."""
        name = visit.request.match_info["talk"]

        def give(connection: Connection) -> Mapping[str, object]:
            talk = _talk(connection, name)
            found = personal_data.export(connection, personal_data.of_person(connection, talk.channel, talk.sender))
            audit_log.note(connection, Event.PERSON_EXPORTED, visit.now, agent=visit.agent.name, subject=talk.id)
            return found

        found = await self._records.write(give)
        return web.Response(
            text=json.dumps(found, ensure_ascii=False, indent=1),
            content_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="paligs-{_stamp(visit.now)}.json"'},
        )

    async def erase(self, visit: Visit) -> web.StreamResponse:
        """Erases the person on this channel, in all their talks; counts stay."""
        name = visit.request.match_info["talk"]
        if not visit.field("sure"):
            visit.say("not_sure")
            return visit.go(f"/talks/{name}")

        def forget(connection: Connection) -> None:
            talk = _talk(connection, name)
            personal_data.erase(connection, personal_data.of_person(connection, talk.channel, talk.sender))
            audit_log.note(connection, Event.PERSON_ERASED, visit.now, agent=visit.agent.name, subject=talk.id)

        await self._records.write(forget)
        await self._records.run(engine.checkpoint)
        visit.say("erased")
        return visit.go("/talks")


def _talk(connection: Connection, name: str) -> Conversation:
    found = next((talk for talk in personal_data.find(connection, name) if talk.id == name), None)
    if found is None:
        raise web.HTTPNotFound
    return found


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%d-%H%M%S")
