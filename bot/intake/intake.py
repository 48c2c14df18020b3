"""Takes a message in: one transaction that recognises, decides, stores and queues; it sends nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from time import perf_counter
from typing import assert_never

import structlog
from sqlalchemy import Connection, Engine
from structlog.contextvars import bound_contextvars

from bot.database.group_commit import Writer
from bot.delivery.jobs.interface import Queue
from bot.helpdesk.escalation import Calls
from bot.knowledge.factory import Known
from bot.observability.metrics import Metrics
from bot.observability.tracing import NO_TRACING, Fact, Tracing
from handlers.dialogue.service_notices import DecideFunction
from handlers.model.actions import (
    Ask,
    AskFeedback,
    CloseHandoffs,
    EraseUser,
    NotifyStaff,
    RecordFeedback,
    Say,
    ShowLine,
    ShowTicketChannel,
)
from handlers.model.messages import Inbound, Reply
from handlers.model.session import Decision, Session, Trace
from handlers.rendering import EmailDraft, RenderContext, render
from handlers.router import decide
from kb.model import Language
from storage import personal_data
from storage.conversations import conversations, feedback, history, sessions, turns
from storage.conversations.conversations import Conversation
from storage.delivery import outbox
from storage.delivery.outbox import LEASE, Outgoing
from storage.helpdesk import handoffs
from storage.statistics import daily_counts

log = structlog.get_logger()

Clock = Callable[[], datetime]
DraftLink = Callable[[str, str, Language], str | None]
"""The address of the draft page for (channel, talk, language); None where nobody on that channel could open it."""


def no_page(channel: str, talk: str, language: Language) -> None:
    """For a program without pages."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of a message: its talk, and the trace of its decision; None where it had come before.

    `reply` is there where it was claimed on the way: it is to be sent at once.
    """

    talk: str
    turn: int | None = None
    reply: Outgoing | None = None
    trace: Trace | None = None
    milliseconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Intake:
    """The way in for every channel.

    `threads` are for looking only. `links` makes draft links; `calls` has staff told; `jobs` is told of talks that have
    something to deliver, before the commit and after.
    `decide` is replaced where a message gets an excuse instead of an answer (bot.intake.guards).
    """

    database: Engine
    knowledge: Known
    clock: Clock
    threads: ThreadPoolExecutor
    writer: Writer
    jobs: Queue
    links: DraftLink = no_page
    calls: Calls = field(default_factory=Calls)
    decide: DecideFunction = decide
    metrics: Metrics = field(default_factory=Metrics)
    tracing: Tracing = NO_TRACING

    async def __call__(self, inbound: Inbound) -> None:
        """Returns once the message and all that was decided about it are committed; the same message twice is one.

        Raises:
            StorageError: nothing was stored; the same message may be sent again.
        """
        with (
            self.metrics.taking(inbound.channel),
            bound_contextvars(message=inbound.message_id),
            self.tracing.span("intake") as span,
        ):
            span.note({Fact.CHANNEL: inbound.channel})
            taken = await self.writer(partial(self.take, inbound), urgent=True)
            span.note(_known(taken.trace) if taken.trace is not None else {Fact.RESULT: "repeated"})
            if taken.turn is not None:
                span.note({Fact.TURN: taken.turn})
            self._tell(inbound.channel, taken)
        self.jobs.submit(taken.talk, taken.reply)

    def take(self, inbound: Inbound, connection: Connection) -> Taken:
        """All that is stored about a message, in one transaction."""
        known = self.knowledge.current
        if known is not self.knowledge:
            # What is known may change at any moment: a message is dealt with by one knowledge from beginning to end.
            return replace(self, knowledge=known).take(inbound, connection)
        now = self.clock()
        talk = conversations.open(connection, inbound, now)
        message = conversations.heard(connection, talk, inbound, now)
        if message is None:
            return Taken(talk=talk.id)
        start = perf_counter()
        session = sessions.read(connection, talk.id)
        decision = self._decide(inbound, session, now)
        took = (perf_counter() - start) * 1000
        turn: int | None = None
        if any(isinstance(action, EraseUser) for action in decision.actions):
            talk = personal_data.forget(connection, inbound, now)
        else:
            turn = self._keep(connection, talk, message, decision, took, now)
        reply = self._answer(connection, talk, turn, decision, inbound)
        self.jobs.queue(connection, talk.id)
        daily_counts.count_up(connection, talk.channel, decision.trace, now.date())
        return Taken(talk=talk.id, turn=turn, reply=reply, trace=decision.trace, milliseconds=took)

    def _tell(self, channel: str, taken: Taken) -> None:
        if taken.trace is None:
            log.info("intake.repeated", channel=channel, talk=taken.talk)
            return
        self.metrics.decided(channel, taken.trace.act, taken.milliseconds / 1000)
        log.info(
            "intake.decided",
            channel=channel,
            talk=taken.talk,
            turn=taken.turn,
            handler=taken.trace.handler,
            ms=round(taken.milliseconds, 2),
        )

    def _decide(self, inbound: Inbound, session: Session, now: datetime) -> Decision:
        with self.tracing.span("decide") as span:
            decision = self.decide(inbound, session, self.knowledge.current, now)
            span.note(_known(decision.trace))
        return decision

    def _keep(
        self, connection: Connection, talk: Conversation, message: int, decision: Decision, took: float, now: datetime
    ) -> int:
        circumstances = turns.Circumstances(
            content_version=self.knowledge.current.base.version, milliseconds=took, traceparent=self.tracing.carried()
        )
        turn = turns.record(connection, talk, message, decision, circumstances, now)
        sessions.write(connection, talk.id, decision.session, now)
        self.calls.said(connection, talk.id, now)
        for action in decision.actions:
            match action:
                case NotifyStaff():
                    handoff = handoffs.open(connection, talk, turn.id, action.line, action.reason, now)
                    self.calls.called(connection, handoff, now)
                case CloseHandoffs():
                    self.calls.resolved(connection, talk.id, now)
                case RecordFeedback():
                    feedback.note(connection, talk, action.turn, now, helped=action.helped)
                case Say() | Ask() | AskFeedback() | ShowLine() | ShowTicketChannel() | EraseUser():
                    continue  # It is in the reply, or was done before.
                case _:
                    assert_never(action)
        return turn.id

    def _answer(
        self, connection: Connection, talk: Conversation, turn: int | None, decision: Decision, inbound: Inbound
    ) -> Outgoing | None:
        """Queues the reply; it is returned where it is claimed already, for a queue that sends within this process."""
        reply, now = self._reply(connection, talk, decision), self.clock()
        if reply is None:
            return None
        if not self.jobs.at_hand:
            outbox.enqueue(connection, talk, turn, (reply,), now)
            return None
        queued = Outgoing(
            id=0,
            talk=talk,
            turn=turn,
            text=reply.text,
            options=reply.options,
            attempts=1,
            created_at=now,
            answers=inbound.message_id if turn is not None else None,
            traceparent=self.tracing.carried(),
        )
        return outbox.hand_over(connection, queued, now + LEASE)

    def _reply(self, connection: Connection, talk: Conversation, decision: Decision) -> Reply | None:
        language = decision.trace.language
        known = self.knowledge.current
        voice = RenderContext(phrases=known.phrases, directory=known.base.directory, language=language)
        draft = EmailDraft()
        if any(isinstance(action, ShowTicketChannel) for action in decision.actions):
            url = self.links(talk.channel, talk.id, language)
            draft = EmailDraft(url=url, last_messages=history.transcript(connection, talk.id))
        return render(decision.actions, voice, draft)


def _known(trace: Trace) -> dict[Fact, str | int]:
    """What a trace may tell of a decision."""
    return {Fact.ACT: trace.act, Fact.OUTCOME: trace.outcome.value}
