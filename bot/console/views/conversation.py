"""The page of one conversation: messages, explanation, delivery, hand-offs, notes; export and erasure of the person."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from bot.channels.description import ChannelDirectory
from bot.console.conversation.load import find_conversation, load_page
from bot.console.conversation.media import MediaProxy
from bot.console.conversation.work import CONVERSATION_PATH, ConversationWork
from bot.console.framework.contact_display import audit_access, display_name, format_phone, history_teller
from bot.console.framework.knowledge_access import KnowledgeAccess
from bot.console.framework.page_routing import AccessLevel, Section, get, post
from bot.console.framework.request import ConsoleRequest
from bot.console.queue.handoffs import closing_values
from bot.database.transactions import Transactions
from bot.helpdesk.agent_chat import MAX_REPLY_LENGTH, AgentChat, ReplyResult
from bot.knowledge.explain import with_evidence
from kb.understanding.result import Interpreter
from storage import personal_data
from storage.conversations.transcript import TranscriptEntry
from storage.helpdesk import audit_log, conversation_handoffs
from storage.helpdesk.audit_log import AuditEvent

_DELIVERED_STATES: Final = frozenset({"delivered", "read", "sent"})


class ConversationView:
    """GET /console/talks/<id>, and the actions on the person's data."""

    def __init__(
        self,
        transactions: Transactions,
        agent_chat: AgentChat,
        knowledge: KnowledgeAccess,
        channels: ChannelDirectory,
        media: MediaProxy,
    ) -> None:
        self._transactions, self._knowledge, self._channels = transactions, knowledge, channels
        self._agent_chat = agent_chat
        self._media = media
        self._work = ConversationWork(transactions, agent_chat)

    def section(self) -> Section:
        """For agents: requests for export or erasure reach whoever is on call."""
        pages = (
            get(CONVERSATION_PATH, self.show, role=AccessLevel.AGENT),
            post(CONVERSATION_PATH + "/reply", self.reply, role=AccessLevel.AGENT),
            post(CONVERSATION_PATH + "/export", self.export, role=AccessLevel.AGENT),
            post(CONVERSATION_PATH + "/erase", self.erase, role=AccessLevel.AGENT),
            *self._work.routes(),
            *self._media.routes(),
        )
        return Section(
            name="talk",
            role=AccessLevel.AGENT,
            routes=pages,
            subject_keys={"talk": conversation_handoffs.fingerprint},
            # A hand-off has one wording in the queue and here.
            texts_of=("now",),
            in_menu=False,
        )

    async def show(self, request: ConsoleRequest) -> web.StreamResponse:
        """The last messages, or those before `before`; hand-offs, notes, and who the person is."""
        before = request.http_request.query.get("before", "")
        earlier_than = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
        return await self._show(request, before=earlier_than)

    async def reply(self, request: ConsoleRequest) -> web.StreamResponse:
        """Write to the person; what cannot be sent stays in the field, with the reason."""
        name, text = request.http_request.match_info["talk"], request.field("text")
        result = await self._agent_chat.reply(name, request.agent.name, text)
        if result is ReplyResult.GONE:
            raise web.HTTPNotFound
        if result is not ReplyResult.QUEUED:
            return await self._show(request, draft=text, problem=request.texts[f"reply_{result}"])
        await self._transactions.write(
            lambda connection: audit_log.record(
                connection, AuditEvent.AGENT_REPLIED, request.now, agent=request.agent.name, subject=name
            )
        )
        return request.redirect(f"/talks/{name}#reply")

    async def _show(
        self, request: ConsoleRequest, *, before: int | None = None, draft: str = "", problem: str | None = None
    ) -> web.StreamResponse:
        name = request.http_request.match_info["talk"]
        page = await self._transactions.read(
            lambda connection: load_page(connection, name, before=before, now=request.now)
        )
        await audit_access(request, self._transactions, AuditEvent.TRANSCRIPT_VIEWED, page.talk.id)
        channel, names = self._channels.get(page.talk.channel), self._knowledge.names(request.language)
        return request.render(
            "talk.html",
            status=HTTPStatus.OK if problem is None else HTTPStatus.CONFLICT,
            page=page,
            talk=page.talk,
            messages=[_with_evidence(each, self._knowledge.current.interpreter) for each in page.messages],
            before=before,
            draft=draft,
            problem=problem,
            agent=page.talk.agent_at(request.now),
            most=MAX_REPLY_LENGTH,
            current=[one.handoff for one in page.history if one.current],
            names=names,
            history=history_teller(request, names),
            phone=self._channels.phone_of(page.talk.channel, page.talk.sender),
            link=None if channel is None else channel.link(page.talk.sender, page.talk.username),
            readable=format_phone,
            short=partial(display_name, self._channels),
            good=_DELIVERED_STATES,
            **closing_values(request),
        )

    async def export(self, request: ConsoleRequest) -> web.StreamResponse:
        """All that is stored about the person, as a JSON file."""
        name = request.http_request.match_info["talk"]

        def give(connection: Connection) -> Mapping[str, object]:
            talk = find_conversation(connection, name)
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
            talk = find_conversation(connection, name)
            personal_data.erase(
                connection, personal_data.conversations_of_sender(connection, talk.channel, talk.sender)
            )
            audit_log.record(
                connection, AuditEvent.PERSON_ERASED, request.now, agent=request.agent.name, subject=talk.id
            )

        await self._transactions.write(forget)
        request.flash("erased")
        return request.redirect("/talks")


def _with_evidence(entry: TranscriptEntry, interpreter: Interpreter) -> TranscriptEntry:
    """With what shows why a message was answered as it was, where its text still stands."""
    decision = entry.decision
    if decision is None or decision.trace is None or not entry.text:
        return entry
    return replace(entry, decision=replace(decision, trace=with_evidence(decision.trace, entry.text, interpreter)))


def _format_timestamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%d-%H%M%S")
