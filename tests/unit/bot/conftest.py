"""A program on a database of its own, with a matcher that understands as scripted and a channel that records."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.channels.interface import DeliveryError, OutgoingMessage
from bot.database.transactions import Transactions
from bot.delivery.deliverer import Deliverer
from bot.intake.intake import Intake
from bot.knowledge.training import process
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound, MessageKind
from storage.database import engine
from storage.migrations import upgrade
from tests.doubles import NOW, RecordingJobQueue, ScriptedInterpreter, means, small_base, small_phrases

MEANINGS = {
    "dead": means("dead", language="en"),
    "hours": means("hours", language="en"),
    "ticket": means("ticket", language="en"),
    "person": means("person", language="en"),
}


@dataclass
class RecordingChannel:
    """A channel that keeps what was sent, and fails as told."""

    name: str = "test"
    sent: list[tuple[str, OutgoingMessage]] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    async def send(self, address: str, message: OutgoingMessage) -> str | None:
        """Recorded, or the next failure."""
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append((address, message))
        return f"receipt-{len(self.sent)}"

    def fail_next(self, *, permanent: bool) -> None:
        """The next message is not taken."""
        self.failures.append(DeliveryError("not now", permanent=permanent))


@dataclass
class ProgramFixture:
    """Intake and delivery on one database."""

    database: Engine
    intake: Intake
    deliver: Deliverer
    channel: RecordingChannel
    submitted: list[str]
    time: list[datetime]
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def inbound(self, text: str, *, message_id: str | None = None, sender: str = "anna") -> Inbound:
        """A message from a person."""
        number = message_id or f"m{next(self.numbers)}"
        return Inbound(
            channel="test",
            conversation=sender,
            sender=sender,
            message_id=number,
            sent_at=NOW,
            text=text,
            kind=MessageKind.TEXT,
        )

    async def exchange(self, text: str, *, sender: str = "anna") -> OutgoingMessage:
        """The reply to a message."""
        await self.intake(self.inbound(text, sender=sender))
        await self.deliver(self.submitted[-1])
        return self.channel.sent[-1][1]


@pytest.fixture
def program(tmp_path: Path) -> Iterator[ProgramFixture]:
    """A fresh one."""
    database = engine.create_database_engine(f"sqlite:///{tmp_path / 'paligs.sqlite3'}")
    upgrade.upgrade(database)
    time, submitted, channel = [NOW], list[str](), RecordingChannel()
    known = KnowledgeBundle(base=small_base(), interpreter=ScriptedInterpreter(MEANINGS, {}), phrases=small_phrases())
    with ThreadPoolExecutor(1) as threads:
        transactions = Transactions(database, threads)
        intake = Intake(
            transactions=transactions,
            knowledge_source=known,
            clock=lambda: time[0],
            jobs=RecordingJobQueue(submitted),
        )
        deliver = Deliverer(transactions=transactions, channels={"test": channel}, clock=lambda: time[0])
        yield ProgramFixture(database, intake, deliver, channel, submitted, time)
    database.dispose()


@pytest.fixture
def unhindered_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trainings are not idle: beside tests that run all the time such a one gets nothing of the processor."""
    monkeypatch.setattr(process, "IDLE_OPTION", "--beside-tests")
