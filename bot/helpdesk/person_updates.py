"""Tells the person in a conversation what a step of their hand-off means for them; never after STOP."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from bot.channels.description import ChannelDirectory
from bot.delivery.jobs.interface import JobQueue
from bot.knowledge.factory import KnowledgeSource
from handlers.model.handoff import CloseReason
from handlers.model.messages import Reply
from kb.model import KnowledgeBase, LineId
from storage.conversations import conversations
from storage.conversations.conversations import Conversation
from storage.delivery import outbox
from storage.helpdesk.handoff_states import HandoffEvent
from storage.helpdesk.handoffs import Handoff

TellPerson = Callable[[Connection, Handoff, HandoffEvent, datetime], str | None]
"""Queues the sentence for a step; returns the conversation if there is one to deliver."""

_SENTENCES: Final = {
    HandoffEvent.TAKEN: "taken_by",
    HandoffEvent.ESCALATED: "nobody_free",
    HandoffEvent.REOPENED: "reopened",
}
_CLOSED: Final = {
    CloseReason.NO_ANSWER: "closed_no_answer",
    CloseReason.NOT_OURS: "closed_not_ours",
}


def tell_nobody(connection: Connection, handoff: Handoff, event: HandoffEvent, now: datetime) -> None:
    """For a program without channels."""


@dataclass(frozen=True, kw_only=True)
class PersonUpdates:
    """A TellPerson. The bot says it, in the person's language; channels that take no message now are left alone."""

    knowledge_source: KnowledgeSource
    jobs: JobQueue
    channels: ChannelDirectory

    def __call__(self, connection: Connection, handoff: Handoff, event: HandoffEvent, now: datetime) -> str | None:
        """As TellPerson."""
        takes_tickets = self.knowledge_source.current.base.directory.takes_tickets
        key = _sentence_key(handoff, event, takes_tickets=takes_tickets)
        talk = conversations.get(connection, handoff.conversation)
        if key is None or not self._may_write(talk, now):
            return None
        knowledge = self.knowledge_source.current
        language = knowledge.base.spoken_language(talk.language)
        line = _known_line(knowledge.base, handoff.line)
        known = knowledge.base.directory.lines[line]
        sentence = knowledge.phrases(
            language,
            key,
            agent=public_agent_name(handoff.taken_by or ""),
            name=known.name[language],
            phone=known.formatted_phone,
            email=knowledge.base.directory.ticket_channel.address.email,
        )
        if not outbox.enqueue(connection, talk, None, [Reply(text=sentence)], now):
            return None
        self.jobs.queue(connection, talk.id)
        return talk.id

    def _may_write(self, talk: Conversation, now: datetime) -> bool:
        channel = self.channels.get(talk.channel)
        window = None if channel is None else channel.service_window
        return window is None or now - talk.last_seen_at < window


def _sentence_key(handoff: Handoff, event: HandoffEvent, *, takes_tickets: bool) -> str | None:
    if event is HandoffEvent.ESCALATED and not takes_tickets:
        return "nobody_free_call"
    if event is HandoffEvent.CLOSED:
        reason = handoff.closed_reason
        return None if reason in (None, CloseReason.WORKS_AGAIN) else _CLOSED.get(reason, "closed")
    return _SENTENCES.get(event)


def _known_line(base: KnowledgeBase, line: LineId) -> LineId:
    """The line of a hand-off; where the content no longer has it, the general one."""
    return line if line in base.directory.lines else base.directory.general_line


def public_agent_name(agent_name: str) -> str:
    """The name as the person reads it: without what tells equal ones apart in a Telegram group."""
    return agent_name.partition(" (")[0].strip() or agent_name
