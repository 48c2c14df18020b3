"""Takes a message in: one transaction that recognises, decides, stores and queues; it sends nothing."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import perf_counter
from typing import assert_never

import structlog
from sqlalchemy import Connection, Engine
from structlog.contextvars import bound_contextvars

from bot.jobs.port import Queue
from bot.knowledge import Known
from bot.metrics import Metrics
from bot.tracing import NO_TRACING, Fact, Span, Tracing
from handlers.actions import Ask, AskHelped, Forget, NoteFeedback, NotifyStaff, Say, ShowLine, ShowTicketChannel
from handlers.excuse import Decide
from handlers.messages import Inbound, Reply
from handlers.render import Draft, Voice, render
from handlers.router import decide
from handlers.session import Decision, Session
from kb.model import Language
from storage import conversations, engine, feedback, handoffs, history, outbox, sessions, statistics, turns, users
from storage.conversations import Conversation

log = structlog.get_logger()

Clock = Callable[[], datetime]
DraftLink = Callable[[str, str, Language], str | None]
"""The address of the draft page for (channel, talk, language); None where nobody on that channel could open it."""


def no_page(channel: str, talk: str, language: Language) -> None:
    """For a program without pages."""


@dataclass(frozen=True, kw_only=True)
class Intake:
    """The way in for every channel.

    `links` makes draft links; `jobs` is told of talks that have something to deliver, before the commit and after.
    `decide` is replaced where a message gets an excuse instead of an answer (bot.gate).
    """

    database: Engine
    knowledge: Known
    clock: Clock
    threads: ThreadPoolExecutor
    jobs: Queue
    links: DraftLink = no_page
    decide: Decide = decide
    metrics: Metrics = field(default_factory=Metrics)
    tracing: Tracing = NO_TRACING

    async def __call__(self, inbound: Inbound) -> None:
        """Returns once the message and all that was decided about it are committed; the same message twice is one.

        Raises:
            StorageError: nothing was stored; the same message may be sent again.
        """
        with self.metrics.taking(inbound.channel), bound_contextvars(message=inbound.message_id):
            # A thread of the pool would not know whose message it logs about.
            context = contextvars.copy_context()
            talk = await asyncio.get_running_loop().run_in_executor(self.threads, context.run, self.take, inbound)
        self.jobs.submit(talk)

    def take(self, inbound: Inbound) -> str:
        """The transaction; the id of the talk."""
        known = self.knowledge.current
        if known is not self.knowledge:
            # What is known may change at any moment: a message is dealt with by one knowledge from beginning to end.
            return replace(self, knowledge=known).take(inbound)
        with self.tracing.span("intake") as span:
            span.note({Fact.CHANNEL: inbound.channel})
            return self._take(inbound, span)

    def _take(self, inbound: Inbound, span: Span) -> str:
        now = self.clock()
        with engine.writing(self.database) as connection:
            talk = conversations.open(connection, inbound, now)
            message = conversations.heard(connection, talk, inbound, now)
            if message is None:
                span.note({Fact.RESULT: "repeated"})
                log.info("intake.repeated", channel=inbound.channel, talk=talk.id)
                return talk.id
            start = perf_counter()
            session = sessions.read(connection, talk.id)
            decision = self._decide(inbound, session, now)
            took = (perf_counter() - start) * 1000
            turn: int | None = None
            if any(isinstance(action, Forget) for action in decision.actions):
                talk = self._forget(connection, inbound, decision, now)
            else:
                turn = self._keep(connection, talk, message, decision, took, now)
            self.jobs.queue(connection, talk.id)
            statistics.count_up(connection, talk.channel, decision.trace, now.date())
        self.metrics.decided(talk.channel, decision.trace.act, took / 1000)
        span.note(_known(decision) if turn is None else {**_known(decision), Fact.TURN: turn})
        log.info(
            "intake.decided",
            channel=talk.channel,
            talk=talk.id,
            turn=turn,
            handler=decision.trace.handler,
            ms=round(took, 2),
        )
        return talk.id

    def _decide(self, inbound: Inbound, session: Session, now: datetime) -> Decision:
        with self.tracing.span("decide") as span:
            decision = self.decide(inbound, session, self.knowledge.current, now)
            span.note(_known(decision))
        return decision

    def _keep(
        self, connection: Connection, talk: Conversation, message: int, decision: Decision, took: float, now: datetime
    ) -> int:
        circumstances = turns.Circumstances(
            content_version=self.knowledge.current.base.version, milliseconds=took, traceparent=self.tracing.carried()
        )
        turn = turns.record(connection, talk, message, decision, circumstances, now)
        sessions.write(connection, talk.id, decision.session, now)
        outbox.enqueue(connection, talk, turn.id, self._replies(connection, talk, decision), now)
        for action in decision.actions:
            match action:
                case NotifyStaff():
                    handoffs.open(connection, talk, turn.id, action.line, action.reason, now)
                case NoteFeedback():
                    feedback.note(connection, talk, action.turn, now, helped=action.helped)
                case Say() | Ask() | AskHelped() | ShowLine() | ShowTicketChannel() | Forget():
                    continue  # It is in the reply, or was done before.
                case _:
                    assert_never(action)
        return turn.id

    def _forget(self, connection: Connection, inbound: Inbound, decision: Decision, now: datetime) -> Conversation:
        bare = users.forget(connection, inbound, now)
        outbox.enqueue(connection, bare, None, self._replies(connection, bare, decision), now)
        return bare

    def _replies(self, connection: Connection, talk: Conversation, decision: Decision) -> tuple[Reply, ...]:
        language = decision.trace.language
        known = self.knowledge.current
        voice = Voice(phrases=known.phrases, directory=known.base.directory, language=language)
        draft = Draft()
        if any(isinstance(action, ShowTicketChannel) for action in decision.actions):
            url = self.links(talk.channel, talk.id, language)
            draft = Draft(url=url, said=history.transcript(connection, talk.id))
        reply = render(decision.actions, voice, draft)
        return () if reply is None else (reply,)


def _known(decision: Decision) -> dict[Fact, str | int]:
    """What a trace may tell of a decision."""
    return {Fact.ACT: decision.trace.act, Fact.OUTCOME: decision.trace.outcome.value}
