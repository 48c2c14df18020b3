"""Renders the reply to a message and puts it into the outbox, in the transaction of its intake."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.customers.arrival import with_venue
from bot.delivery.jobs.interface import JobQueue
from bot.observability.tracing import Tracing
from handlers.model.actions import ShowTicketChannel
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound, Reply
from handlers.model.session import Decision
from handlers.model.venue import KnownVenue
from handlers.rendering import EmailDraft, RenderContext, render
from kb.model import Language
from storage.conversations import history
from storage.conversations.conversations import Conversation
from storage.delivery import outbox
from storage.delivery.outbox import CLAIM_LEASE, OutgoingReply

Clock = Callable[[], datetime]
MakeDraftLink = Callable[[str, str, Language], str | None]
"""The draft page's address for (channel, conversation, language); None if nobody on that channel could open it."""

PrefersShort = Callable[[str], bool]
"""Whether replies on a channel are to be as short as possible."""


def no_draft_link(channel: str, conversation_id: str, language: Language) -> None:
    """For a program without pages."""


@dataclass(frozen=True, kw_only=True)
class ReplyEnqueuer:
    """Renders with `knowledge`, for the queue of `jobs`."""

    knowledge: KnowledgeBundle
    clock: Clock
    jobs: JobQueue
    make_draft_link: MakeDraftLink
    prefers_short: PrefersShort
    tracing: Tracing

    def enqueue(
        self, connection: Connection, conversation: Conversation, turn: int | None, decision: Decision, inbound: Inbound
    ) -> OutgoingReply | None:
        """Enqueue the reply; return it if it was claimed at once, for a queue that sends within this process."""
        reply, now = self._render(connection, conversation, decision, inbound.venue), self.clock()
        if reply is None:
            return None
        if not self.jobs.sends_in_process:
            outbox.enqueue(connection, conversation, turn, (reply,), now)
            return None
        queued = OutgoingReply(
            id=0,
            conversation=conversation,
            turn=turn,
            text=reply.text,
            options=reply.options,
            attempts=1,
            created_at=now,
            in_reply_to=inbound.message_id if turn is not None else None,
            traceparent=self.tracing.traceparent(),
        )
        return outbox.enqueue_claimed(connection, queued, now + CLAIM_LEASE)

    def _render(
        self, connection: Connection, conversation: Conversation, decision: Decision, venue: KnownVenue | None
    ) -> Reply | None:
        language = decision.trace.language
        render_context = RenderContext(
            phrases=self.knowledge.phrases,
            directory=self.knowledge.base.directory,
            language=language,
            prefers_short=self.prefers_short(conversation.channel),
        )
        draft = EmailDraft()
        if any(isinstance(action, ShowTicketChannel) for action in decision.actions):
            url = self.make_draft_link(conversation.channel, conversation.id, language)
            draft = EmailDraft(
                url=url,
                last_messages=history.story_messages(connection, conversation.id),
                details=with_venue(decision.session.details, venue),
            )
        return render(decision.actions, render_context, draft)
