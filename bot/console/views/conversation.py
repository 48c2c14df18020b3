"""The page of one conversation: messages, explanation, delivery; export and erasure of a person's data."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from bot.channels.description import ChannelDirectory
from bot.console.framework.contact_display import audit_access, display_name, format_phone
from bot.console.framework.knowledge_access import KnowledgeAccess
from bot.console.framework.request import ConsoleRequest
from bot.console.framework.routing import AccessLevel, Section, get, post
from bot.database.transactions import Transactions
from storage import personal_data
from storage.conversations import transcript
from storage.conversations.conversations import Conversation
from storage.conversations.transcript import TranscriptEntry
from storage.helpdesk import audit_log, handoffs
from storage.helpdesk.audit_log import AuditEvent
from storage.helpdesk.handoffs import Handoff

PAGE_SIZE: Final = 60
"""Messages on a page."""

_DELIVERED_STATES: Final = frozenset({"delivered", "read", "sent"})


class ConversationView:
    """GET /console/talks/<id>, and the actions on the person's data."""

    def __init__(self, transactions: Transactions, knowledge: KnowledgeAccess, channels: ChannelDirectory) -> None:
        self._transactions, self._knowledge, self._channels = transactions, knowledge, channels

    def section(self) -> Section:
        """For agents: requests for export or erasure reach whoever is on call."""
        pages = (
            get("/talks/{talk:[0-9a-f]{32}}", self.show, role=AccessLevel.AGENT),
            post("/talks/{talk:[0-9a-f]{32}}/export", self.export, role=AccessLevel.AGENT),
            post("/talks/{talk:[0-9a-f]{32}}/erase", self.erase, role=AccessLevel.AGENT),
        )
        return Section(name="talk", role=AccessLevel.AGENT, routes=pages, in_menu=False)

    async def show(self, request: ConsoleRequest) -> web.StreamResponse:
        """The last messages, or those before `before`."""
        name = request.http_request.match_info["talk"]
        before = request.http_request.query.get("before", "")
        earlier_than = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None

        def read(connection: Connection) -> tuple[Conversation, tuple[TranscriptEntry, ...], bool, tuple[Handoff, ...]]:
            talk = _find_conversation(connection, name)
            said, more = transcript.transcript(connection, talk.id, before=earlier_than, limit=PAGE_SIZE)
            return talk, said, more, handoffs.list_by_state(connection, conversation_id=talk.id)

        talk, said, more, calls = await self._transactions.read(read)
        await audit_access(request, self._transactions, AuditEvent.TRANSCRIPT_VIEWED, talk.id)
        return request.render(
            "talk.html",
            talk=talk,
            messages=said,
            more=more,
            before=earlier_than,
            calls=calls,
            names=self._knowledge.names(request.language),
            phone=self._channels.phone_of(talk.channel, talk.sender),
            readable=format_phone,
            short=partial(display_name, self._channels),
            good=_DELIVERED_STATES,
        )

    async def export(self, request: ConsoleRequest) -> web.StreamResponse:
        """All that is stored about the person, as a JSON file."""
        name = request.http_request.match_info["talk"]

        def give(connection: Connection) -> Mapping[str, object]:
            talk = _find_conversation(connection, name)
            found = personal_data.export(
                connection, personal_data.conversations_of_sender(connection, talk.channel, talk.sender)
            )
            audit_log.record(
                connection, AuditEvent.PERSON_EXPORTED, request.now, agent=request.agent.name, subject=talk.id
            )
            return found

        found = await self._transactions.write(give)
        return web.Response(
            text=json.dumps(found, ensure_ascii=False, indent=1),
            content_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="paligs-{_format_timestamp(request.now)}.json"'},
        )

    async def erase(self, request: ConsoleRequest) -> web.StreamResponse:
        """Erase the person on this channel, in all conversations; counts stay."""
        name = request.http_request.match_info["talk"]
        if not request.field("sure"):
            request.flash("not_sure")
            return request.redirect(f"/talks/{name}")

        def forget(connection: Connection) -> None:
            talk = _find_conversation(connection, name)
            personal_data.erase(
                connection, personal_data.conversations_of_sender(connection, talk.channel, talk.sender)
            )
            audit_log.record(
                connection, AuditEvent.PERSON_ERASED, request.now, agent=request.agent.name, subject=talk.id
            )

        await self._transactions.write(forget)
        request.flash("erased")
        return request.redirect("/talks")


def _find_conversation(connection: Connection, conversation_id: str) -> Conversation:
    found = next(
        (talk for talk in personal_data.find_conversations(connection, conversation_id) if talk.id == conversation_id),
        None,
    )
    if found is None:
        raise web.HTTPNotFound
    return found


def _format_timestamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%d-%H%M%S")
