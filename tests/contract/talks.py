"""Messages, decisions and a small intake to test the database with."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import TypeVar

from sqlalchemy import Connection, Engine

from handlers.model.actions import HandoffReason
from handlers.model.handoff import CloseReason
from handlers.model.messages import Inbound, Reply
from handlers.model.session import Decision, Session, Trace
from kb.model import EntryId, LineId
from kb.understanding.result import Candidate, Outcome
from storage.conversations import conversations, sessions, turns
from storage.conversations.conversations import Conversation
from storage.conversations.turns import DecisionContext
from storage.database.engine import write_transaction
from storage.delivery import outbox
from storage.helpdesk import handoffs
from storage.helpdesk.handoff_states import HandoffEvent
from storage.helpdesk.handoff_steps import apply_step
from storage.statistics import daily_counts
from tests.patience import PATIENCE_SECONDS

NOW = datetime(2026, 11, 23, 18, 30, 0, 123456, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TECHNICAL = LineId("technical")
DECISION_CONTEXT = DecisionContext(content_version="0123456789ab", milliseconds=0.25)
HELLO = Inbound(channel="webchat", conversation="room", sender="anna", message_id="m1", sent_at=NOW, text="Sveiki")
TRACE = Trace(
    handler="topic",
    outcome=Outcome.ANSWERED,
    act="answer",
    entry=EntryId("refund"),
    line=TECHNICAL,
    confidence=0.97,
    candidates=(
        Candidate(entry=EntryId("refund"), confidence=0.97, question="Kā atdot naudu?", corrections=("naudu",)),
    ),
    language="lv",
    signals=("past",),
    masked=("card",),
)
OLD_TRACE = """{
    "handler": "topic", "outcome": "answered", "act": "answer", "entry": "refund", "line": "technical", "score": 0.97,
    "matches": [{"entry": "refund", "score": 0.97, "question": "Kā atdot naudu?", "why": ["naudu"]}],
    "language": "lv", "signals": ["past"], "why": null, "masked": ["card"]
}"""
"""TRACE as the version before has stored it."""

T = TypeVar("T")


def decision(stored_text: str, *, session: Session | None = None, trace: Trace = TRACE) -> Decision:
    """What was decided about `heard`."""
    return Decision(actions=(), session=session or Session(language="lv"), trace=trace, stored_text=stored_text)


def said(text: str, number: int = 1, *, by: str = "anna") -> Inbound:
    """A message of a person in their own talk; `number` makes its id."""
    return replace(HELLO, text=text, message_id=f"m{number}", sender=by, conversation=f"{by}'s room")


def take_in(
    engine: Engine, inbound: Inbound, replies: Sequence[str] = ("Atbilde",), *, at: datetime = NOW, people: bool = False
) -> tuple[Conversation, tuple[int, ...]]:
    """One message through one transaction, as the program does it; the talk and the sequence numbers of the replies."""
    with write_transaction(engine) as connection:
        talk = conversations.open_and_lock(connection, inbound, at)
        message = conversations.record_inbound(connection, talk, inbound, at)
        assert message is not None
        decided = decision(inbound.text, session=replace(sessions.read(connection, talk.id), language="lv"))
        turn = turns.record(connection, talk, message.number, decided, DECISION_CONTEXT, at)
        queued = outbox.enqueue(connection, talk, turn.id, [Reply(text=reply) for reply in replies], at)
        sessions.write(connection, talk.id, decided.session, at)
        if people:
            handoffs.open_handoff(connection, talk, turn.id, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, at)
        daily_counts.increment(connection, talk.channel, decided.trace, at.date())
    return talk, queued


def take_handoff(connection: Connection, number: int, by: str, now: datetime = NOW) -> bool:
    """An agent takes a hand-off."""
    return apply_step(connection, number, HandoffEvent.TAKEN, by, now)


def close_handoff(
    connection: Connection, number: int, now: datetime = NOW, reason: CloseReason = CloseReason.SOLVED, by: str = "Ilze"
) -> bool:
    """An agent closes a hand-off."""
    return apply_step(connection, number, HandoffEvent.CLOSED, by, now, reason=reason)


def at_once(jobs: Sequence[Callable[[], T]]) -> list[T]:
    """What the jobs give when they all start at the same moment, each in a thread of its own."""
    start = Barrier(len(jobs))

    def run(job: Callable[[], T]) -> T:
        start.wait(timeout=PATIENCE_SECONDS)
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result(timeout=PATIENCE_SECONDS) for future in [pool.submit(run, job) for job in jobs]]
