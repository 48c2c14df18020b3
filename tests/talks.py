"""Short talks decided one message after the other, by whatever knowledge is given."""

from datetime import UTC, datetime, timedelta
from typing import Final

from handlers.model.actions import HandoffReason, NotifyStaff
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound
from handlers.model.session import Decision, Session
from handlers.router import decide

FRIDAY_NIGHT: Final = datetime(2026, 11, 28, 20, 40, tzinfo=UTC)
SECONDS_BETWEEN: Final = 30


def last(knowledge: KnowledgeBundle, *said: str) -> Decision:
    """What is decided about the last of these messages."""
    session, decision = Session(), None
    for number, text in enumerate(said):
        now = FRIDAY_NIGHT + timedelta(seconds=SECONDS_BETWEEN * number)
        inbound = Inbound(channel="t", conversation="c", sender="s", message_id=str(number), sent_at=now, text=text)
        decision = decide(inbound, session, knowledge, now)
        session = decision.session
    assert decision is not None
    return decision


def calls(decision: Decision) -> list[HandoffReason]:
    """For which reasons people are called in."""
    return [action.reason for action in decision.actions if isinstance(action, NotifyStaff)]
