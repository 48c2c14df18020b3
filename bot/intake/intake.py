"""Processes an inbound message in one transaction: find the conversation, decide, store, enqueue; sends nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from functools import partial
from secrets import token_urlsafe
from time import perf_counter
from typing import Final, assert_never

import structlog
from sqlalchemy import Connection
from structlog.contextvars import bound_contextvars

from bot.customers.arrival import VenueArrivals, with_venue, words_left
from bot.customers.link_tokens import VenueLinkTokens
from bot.database.transactions import Transactions
from bot.delivery.jobs.interface import JobQueue
from bot.helpdesk.escalation import HandoffWorkflow
from bot.knowledge.factory import KnowledgeSource
from bot.observability.metrics import PrometheusMetrics
from bot.observability.tracing import NO_TRACING, SpanAttribute, Tracing
from handlers.details.cause import named_cause
from handlers.input.redaction import mask
from handlers.input.sanitize import sanitize
from handlers.model.actions import (
    Ask,
    AskFeedback,
    CloseHandoffs,
    EraseUser,
    HandoffReason,
    NotifyStaff,
    RecordFeedback,
    Say,
    ShowLine,
    ShowTicketChannel,
)
from handlers.model.announcements import Outage, OutageReport
from handlers.model.messages import Inbound, MessageKind, Reply
from handlers.model.session import Decision, Session, Trace
from handlers.model.venue import KnownVenue
from handlers.rendering import EmailDraft, RenderContext, render
from handlers.router import decide
from handlers.service.agent_chat import silenced
from handlers.service.service_notices import DecideFunction
from kb.model import Language
from storage import personal_data
from storage.announcements import news, outages
from storage.announcements.current import Announced, announced_to
from storage.conversations import conversations, feedback, history, sessions, turns
from storage.conversations.conversations import Conversation, RecordedInbound
from storage.customers import links
from storage.delivery import outbox
from storage.delivery.outbox import CLAIM_LEASE, OutgoingReply
from storage.helpdesk import handoffs
from storage.helpdesk.venue_people import find_venue
from storage.statistics import daily_counts

log = structlog.get_logger()

Clock = Callable[[], datetime]
MakeDraftLink = Callable[[str, str, Language], str | None]
"""The draft page's address for (channel, conversation, language); None if nobody on that channel could open it."""


_STILL_BROKEN: Final = frozenset({"still_not"})
"""Handlers of messages that say that it still does not work."""

PrefersShort = Callable[[str], bool]
"""Whether replies on a channel are to be as short as possible."""


def no_draft_link(channel: str, conversation_id: str, language: Language) -> None:
    """For a program without pages."""


def no_venue_links() -> VenueArrivals:
    """For a program that has made no links: nobody knows the key of the ones that it reads."""
    return VenueArrivals(tokens=VenueLinkTokens(token_urlsafe(32)))


@dataclass(frozen=True, kw_only=True)
class IntakeResult:
    """The conversation of a message and the trace of its decision; None for a duplicate.

    `reply` is set if it was claimed in the same transaction: send it at once.
    """

    conversation_id: str
    turn_id: int | None = None
    reply: OutgoingReply | None = None
    trace: Trace | None = None
    decision_ms: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Intake:
    """The entry point of every channel.

    `make_draft_link` makes draft links; `handoff_workflow` queues notifications; `jobs` is told of conversations with
    replies, before and after the commit. `decide` is replaced where a message gets a service notice instead of an
    answer (bot.intake.guards, bot.intake.dead_letters).
    """

    transactions: Transactions
    knowledge_source: KnowledgeSource
    clock: Clock
    jobs: JobQueue
    make_draft_link: MakeDraftLink = no_draft_link
    prefers_short: PrefersShort = lambda channel: False  # noqa: ARG005
    handoff_workflow: HandoffWorkflow = field(default_factory=HandoffWorkflow)
    decide: DecideFunction = decide
    metrics: PrometheusMetrics = field(default_factory=PrometheusMetrics)
    tracing: Tracing = NO_TRACING
    zone: tzinfo = UTC
    """The time zone of the installation, whose days are counted."""
    kept_days: int | None = None
    """For how many days a conversation is kept; None for ever."""
    venue_arrivals: VenueArrivals = field(default_factory=no_venue_links)

    async def __call__(self, inbound: Inbound) -> None:
        """Returns once the message and its decision are committed; duplicates are ignored.

        Raises:
            StorageError: nothing was stored; the same message may be sent again.
        """
        with (
            self.metrics.time_intake(inbound.channel),
            bound_contextvars(message=inbound.message_id),
            self.tracing.span("intake") as span,
        ):
            span.set_attributes({SpanAttribute.CHANNEL: inbound.channel})
            result = await self.transactions.write(partial(self.store, inbound), urgent=True)
            span.set_attributes(
                _trace_attributes(result.trace) if result.trace is not None else {SpanAttribute.RESULT: "duplicate"}
            )
            if result.turn_id is not None:
                span.set_attributes({SpanAttribute.TURN: result.turn_id})
            self._log_and_count(inbound.channel, result)
        self.jobs.submit(result.conversation_id, result.reply)

    def store(self, inbound: Inbound, connection: Connection) -> IntakeResult:
        """Store everything about a message, in one transaction."""
        knowledge = self.knowledge_source.current
        if knowledge is not self.knowledge_source:
            # The knowledge may be swapped at any moment: one message uses one version throughout.
            return replace(self, knowledge_source=knowledge).store(inbound, connection)
        now = self.clock()
        inbound, link = self.venue_arrivals.read_link(connection, inbound)
        conversation = conversations.open_and_lock(connection, inbound, now)
        if _repeats_an_act(connection, conversation, inbound, now):
            return IntakeResult(conversation_id=conversation.id)
        message = conversations.record_inbound(connection, conversation, inbound, now)
        if message is None:
            return IntakeResult(conversation_id=conversation.id)
        start = perf_counter()
        session = _read_session(connection, conversation, message)
        if link is not None:
            links.attach(connection, conversation.id, link)
            conversation = replace(conversation, venue_id=link.venue_id, venue_till=link.till, venue_link_id=link.id)
        venue = None
        if message.any_venues_known or conversation.venue_id is not None:
            venue = self.venue_arrivals.known_venue(
                connection, conversation, now, self.zone, just_came=link is not None
            )
        announced = announced_to(connection, conversation, now) if message.anything_announced else Announced()
        told = replace(
            inbound,
            text=words_left(inbound.text, venue) if venue is not None and venue.just_came else inbound.text,
            location=conversation.location,
            venue=venue,
            news=announced.news,
            outages=self._in_local_time(announced.outages),
            kept_days=self.kept_days,
        )
        decision = self._decide(told, session, now)
        decision_ms = (perf_counter() - start) * 1000
        if conversation.agent_at(now) is not None:
            decision = silenced(decision)
        turn: int | None = None
        if any(isinstance(action, EraseUser) for action in decision.actions):
            conversation = personal_data.erase_sender(connection, inbound, now)
        else:
            turn = self._store_decision(connection, conversation, message.number, decision, decision_ms, now)
        reply = self._enqueue_reply(connection, conversation, turn, decision, told)
        self.jobs.queue(connection, conversation.id)
        day = now.astimezone(self.zone).date()
        daily_counts.increment(connection, conversation.channel, decision.trace, day)
        return IntakeResult(
            conversation_id=conversation.id, turn_id=turn, reply=reply, trace=decision.trace, decision_ms=decision_ms
        )

    def _log_and_count(self, channel: str, result: IntakeResult) -> None:
        if result.trace is None:
            log.info("intake.duplicate", channel=channel, conversation=result.conversation_id)
            return
        self.metrics.observe_decision(channel, result.trace.act, result.decision_ms / 1000)
        log.info(
            "intake.decided",
            channel=channel,
            conversation=result.conversation_id,
            turn=result.turn_id,
            handler=result.trace.handler,
            ms=round(result.decision_ms, 2),
        )

    def _in_local_time(self, running: tuple[Outage, ...]) -> tuple[Outage, ...]:
        return tuple(
            replace(
                one,
                started_at=one.started_at.astimezone(self.zone),
                expected_until=None if one.expected_until is None else one.expected_until.astimezone(self.zone),
            )
            for one in running
        )

    def _decide(self, inbound: Inbound, session: Session, now: datetime) -> Decision:
        with self.tracing.span("decide") as span:
            decision = self.decide(inbound, session, self.knowledge_source.current, now)
            span.set_attributes(_trace_attributes(decision.trace))
        return decision

    def _store_decision(
        self,
        connection: Connection,
        conversation: Conversation,
        message: int,
        decision: Decision,
        decision_ms: float,
        now: datetime,
    ) -> int:
        circumstances = turns.DecisionContext(
            content_version=self.knowledge_source.current.base.version,
            milliseconds=decision_ms,
            traceparent=self.tracing.traceparent(),
        )
        turn = turns.record(connection, conversation, message, decision, circumstances, now)
        sessions.write(connection, conversation.id, decision.session, now)
        has_news = decision.session.details != conversation.details
        if has_news:
            conversations.record_details(connection, conversation.id, decision.session.details)
        _record_announced(connection, conversation, decision, now)
        self.handoff_workflow.message_added(connection, conversation.id, now)
        for action in decision.actions:
            match action:
                case NotifyStaff():
                    opened = self._open_handoff(connection, conversation, turn.id, action, decision, now)
                    has_news = opened or has_news
                case CloseHandoffs():
                    self.handoff_workflow.close_all(connection, conversation.id, now)
                case RecordFeedback():
                    feedback.record(connection, conversation, action.turn, now, helped=action.helped, zone=self.zone)
                case Say() | Ask() | AskFeedback() | ShowLine() | ShowTicketChannel() | EraseUser():
                    continue  # It is in the reply, or was done before.
                case _:
                    assert_never(action)
        if decision.trace.handler in _STILL_BROKEN:
            self.handoff_workflow.still_broken(connection, conversation.id, now)
        if has_news:
            self.handoff_workflow.facts_added(connection, conversation.id, now)
        return turn.id

    def _open_handoff(
        self,
        connection: Connection,
        conversation: Conversation,
        turn: int,
        action: NotifyStaff,
        decision: Decision,
        now: datetime,
    ) -> bool:
        """Open it, or add to the one that is open; return whether that one has become urgent."""
        cause = named_cause(decision.trace, self.knowledge_source.current.base)
        outage = decision.outage.outage if decision.outage is not None and decision.outage.joins else None
        before = handoffs.current_handoff(connection, conversation.id)
        handoff = handoffs.open_handoff(connection, conversation, turn, action.line, action.reason, now, cause=cause)
        self.handoff_workflow.requested(connection, before, handoff, action, now, outage=outage)
        urgent = HandoffReason.TRADING_STOPPED
        return handoff.reason is urgent and before is not None and before.reason is not urgent

    def _enqueue_reply(
        self, connection: Connection, conversation: Conversation, turn: int | None, decision: Decision, inbound: Inbound
    ) -> OutgoingReply | None:
        """Enqueue the reply; return it if it was claimed at once, for a queue that sends within this process."""
        reply, now = self._render_reply(connection, conversation, decision, inbound.venue), self.clock()
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

    def _render_reply(
        self, connection: Connection, conversation: Conversation, decision: Decision, venue: KnownVenue | None
    ) -> Reply | None:
        language = decision.trace.language
        knowledge = self.knowledge_source.current
        render_context = RenderContext(
            phrases=knowledge.phrases,
            directory=knowledge.base.directory,
            language=language,
            prefers_short=self.prefers_short(conversation.channel),
        )
        draft = EmailDraft()
        if any(isinstance(action, ShowTicketChannel) for action in decision.actions):
            url = self.make_draft_link(conversation.channel, conversation.id, language)
            draft = EmailDraft(
                url=url,
                last_messages=history.last_user_messages(connection, conversation.id),
                details=with_venue(decision.session.details, venue),
            )
        return render(decision.actions, render_context, draft)


def _repeats_an_act(connection: Connection, conversation: Conversation, inbound: Inbound, now: datetime) -> bool:
    if inbound.edit_of is None and inbound.kind is not MessageKind.TAP:
        return False
    text, _ = mask(sanitize(inbound.text))
    return conversations.repeats_an_act(connection, conversation, inbound, text, now)


def _record_announced(connection: Connection, conversation: Conversation, decision: Decision, now: datetime) -> None:
    """What the person was shown of what is announced, whether they want news at once, and the outage they report."""
    if decision.session.wants_news != conversation.wants_news:
        news.set_wanted(connection, conversation.id, wanted=decision.session.wants_news)
    news.mark_seen(connection, conversation.id, decision.trace.language, decision.news, now)
    if decision.outage is not None:
        _record_report(connection, conversation, decision.outage, decision.trace.language, now)


def _record_report(
    connection: Connection, conversation: Conversation, report: OutageReport, language: Language, now: datetime
) -> None:
    venue = find_venue(connection, conversation)
    outages.report(connection, conversation.id, report.outage, None if venue is None else venue.id, now)
    if report.told:
        news.mark_seen(connection, conversation.id, language, [report.outage], now)


def _read_session(connection: Connection, conversation: Conversation, message: RecordedInbound) -> Session:
    """The session; people are called in no longer once staff has closed every hand-off."""
    session = replace(
        sessions.session_from(message.session_json), details=conversation.details, wants_news=conversation.wants_news
    )
    if session.called_in is None or handoffs.has_current(connection, conversation.id):
        return session
    return replace(session, called_in=None)


def _trace_attributes(trace: Trace) -> dict[SpanAttribute, str | int]:
    """The span attributes of a decision."""
    return {SpanAttribute.ACT: trace.act, SpanAttribute.OUTCOME: trace.outcome.value}
