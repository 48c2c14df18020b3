"""Messages of every outcome, taken in as the program does it, to test what the helpdesk reads."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Engine

from handlers.model.actions import HandoffReason
from handlers.model.messages import Inbound, MessageKind, Reply
from handlers.model.session import Trace
from kb.model import LineId
from kb.understanding.result import Outcome
from storage.conversations import conversations, turns
from storage.database.engine import write_transaction
from storage.delivery import outbox
from storage.helpdesk import handoffs
from storage.statistics import daily_counts
from tests.contract.talks import DECISION_CONTEXT, HELLO, NOW, TECHNICAL, TRACE, decision

UNKNOWN: Final = replace(TRACE, handler="fallback", outcome=Outcome.UNKNOWN, act="none", entry=None, line=None)
CLARIFIED: Final = replace(TRACE, handler="clarify", outcome=Outcome.CLARIFIED, act="clarify", entry=None, line=None)
TAPPED: Final = replace(TRACE, handler="tapped")


class MessageRecorder:
    """Takes messages in, each with a number of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.number = 0

    def __call__(
        self,
        text: str,
        trace: Trace = TRACE,
        *,
        by: str = "anna",
        at: datetime = NOW,
        channel: str = "webchat",
        kind: MessageKind = MessageKind.TEXT,
        people: HandoffReason | None = None,
        line: LineId = TECHNICAL,
        username: str | None = None,
    ) -> str:
        """One message through one transaction; the id of its talk."""
        self.number += 1
        inbound = replace(self._inbound(text, by, channel, kind), username=username)
        with write_transaction(self._engine) as connection:
            talk = conversations.open_and_lock(connection, inbound, at)
            message = conversations.record_inbound(connection, talk, inbound, at)
            assert message is not None
            turn = turns.record(connection, talk, message.number, decision(text, trace=trace), DECISION_CONTEXT, at)
            outbox.enqueue(connection, talk, turn.id, [Reply(text="Atbilde")], at)
            if people is not None:
                handoffs.open_handoff(connection, talk, turn.id, line, people, at)
            daily_counts.increment(connection, channel, trace, at.date())
        return talk.id

    def _inbound(self, text: str, by: str, channel: str, kind: MessageKind) -> Inbound:
        choice = "entry:refund" if kind is MessageKind.TAP else None
        return replace(
            HELLO,
            text=text,
            channel=channel,
            kind=kind,
            choice=choice,
            conversation=f"{by}'s room",
            sender=by,
            message_id=f"m{self.number}",
        )
