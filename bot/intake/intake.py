"""Processes an inbound message in one transaction: find the conversation, decide, store, enqueue; sends nothing."""

import dataclasses
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cached_property, partial
from secrets import token_urlsafe
from time import perf_counter

import structlog
from sqlalchemy import Connection
from structlog.contextvars import bound_contextvars

from bot.customers.arrival import VenueArrivals, words_left
from bot.customers.link_tokens import VenueLinkTokens
from bot.database.transactions import Transactions
from bot.delivery.jobs.interface import JobQueue
from bot.helpdesk.escalation import HandoffWorkflow
from bot.intake.decision_recorder import DecisionRecorder
from bot.intake.reply_enqueuer import Clock, MakeDraftLink, PrefersShort, ReplyEnqueuer, no_draft_link
from bot.knowledge.factory import KnowledgeSource
from bot.observability.metrics import PrometheusMetrics
from bot.observability.tracing import NO_TRACING, SpanAttribute, Tracing
from handlers.input.redaction import mask
from handlers.input.sanitize import sanitize
from handlers.model.actions import EraseUser
from handlers.model.announcements import Outage
from handlers.model.context import KnowledgeBundle
from handlers.model.frozen import replace
from handlers.model.messages import Inbound, MessageKind
from handlers.model.session import Decision, Session, Trace
from handlers.router import decide
from handlers.service.agent_chat import silenced
from handlers.service.service_notices import DecideFunction
from storage import personal_data
from storage.announcements.current import Announced, announced_to
from storage.conversations import conversations, sessions
from storage.conversations.conversations import Conversation, RecordedInbound
from storage.customers import venue_links
from storage.delivery.outbox import OutgoingReply
from storage.helpdesk import handoffs
from storage.statistics import daily_counts

log = structlog.get_logger()


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
    media_kept_days: int | None = None
    """For how many days what people send beside words can be opened; None as long as the conversation."""
    venue_arrivals: VenueArrivals = field(default_factory=no_venue_links)
    _made_for_version: list["Intake"] = field(default_factory=list, init=False, repr=False, compare=False)

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
            return self._with(knowledge).store(inbound, connection)
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
            venue_links.attach(connection, conversation.id, link)
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
            media_kept_days=self.media_kept_days,
        )
        decision = self._decide(told, session, now)
        decision_ms = (perf_counter() - start) * 1000
        if conversation.agent_at(now) is not None:
            decision = silenced(decision)
        turn: int | None = None
        if any(isinstance(action, EraseUser) for action in decision.actions):
            conversation = personal_data.erase_sender(connection, inbound, now)
        else:
            turn = self._recorder.record(connection, conversation, message.number, decision, decision_ms, now)
        reply = self._replies.enqueue(connection, conversation, turn, decision, told)
        self.jobs.queue(connection, conversation.id)
        day = now.astimezone(self.zone).date()
        daily_counts.increment(connection, conversation.channel, decision.trace, day)
        return IntakeResult(
            conversation_id=conversation.id, turn_id=turn, reply=reply, trace=decision.trace, decision_ms=decision_ms
        )

    def forget_version(self) -> None:
        """The knowledge was swapped: hold on to what was replaced no longer, whether or not a message comes."""
        self._made_for_version.clear()

    def _with(self, knowledge: KnowledgeBundle) -> "Intake":
        """This intake with one version of the knowledge: made when it is swapped, not for each message."""
        # It may be forgotten at any moment, in another thread.
        made = next(iter(self._made_for_version), None)
        if made is None or made.knowledge_source is not knowledge:
            made = dataclasses.replace(self, knowledge_source=knowledge)
            self._made_for_version[:] = [made]
        return made

    @cached_property
    def _recorder(self) -> DecisionRecorder:
        return DecisionRecorder(
            base=self.knowledge_source.current.base,
            handoff_workflow=self.handoff_workflow,
            tracing=self.tracing,
            zone=self.zone,
        )

    @cached_property
    def _replies(self) -> ReplyEnqueuer:
        return ReplyEnqueuer(
            knowledge=self.knowledge_source.current,
            clock=self.clock,
            jobs=self.jobs,
            make_draft_link=self.make_draft_link,
            prefers_short=self.prefers_short,
            tracing=self.tracing,
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


def _repeats_an_act(connection: Connection, conversation: Conversation, inbound: Inbound, now: datetime) -> bool:
    if inbound.edit_of is None and inbound.kind is not MessageKind.TAP:
        return False
    text, _ = mask(sanitize(inbound.text))
    return conversations.repeats_an_act(connection, conversation, inbound, text, now)


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
