"""A message that fails every time is dead-lettered, and a busy database is not its fault."""

from dataclasses import dataclass, replace
from datetime import datetime

import pytest
from sqlalchemy import text as sql
from structlog.testing import capture_logs

from bot.intake.dead_letters import DeadLettering
from bot.intake.guards import FloodControlled
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound
from handlers.model.session import Decision, Session
from handlers.service import service_notices
from storage.conversations import conversations, dead_letters
from storage.database import engine
from storage.errors import UnavailableError
from tests.unit.bot.conftest import ProgramFixture


@dataclass
class FailingDecide:
    """Decides nothing, and fails."""

    error: Exception
    failures_left: int = 1_000

    def __call__(self, inbound: Inbound, session: Session, knowledge: KnowledgeBundle, now: datetime) -> Decision:
        self.failures_left -= 1
        if self.failures_left < 0:
            return service_notices.repeating(inbound, session, knowledge, now)
        raise self.error


def attempts(program: ProgramFixture) -> list[tuple[int, str]]:
    with engine.read_transaction(program.database) as connection:
        return [(row.attempts, row.error) for row in connection.execute(sql("select attempts, error from parked"))]


async def test_a_message_that_fails_every_time_is_parked_and_the_person_is_told_once(program: ProgramFixture) -> None:
    parking = DeadLettering(intake=replace(program.intake, decide=FailingDecide(KeyError("ŠNICELIS"))))
    message = program.inbound("ŠNICELIS", message_id="bad")
    for number in range(1, dead_letters.MAX_ATTEMPTS):
        with pytest.raises(KeyError):
            await parking(message)
        assert attempts(program) == [(number, "KeyError")]
    for _ in range(3):
        await parking(message)
        await program.deliver(program.submitted[-1])
    (reply,) = [shown.text for _, shown in program.channel.sent]
    assert "+371 20000002" in reply.splitlines()[1]
    assert attempts(program) == [(dead_letters.MAX_ATTEMPTS, "KeyError")]
    assert "ŠNICELIS" not in str(list(program.database.raw_connection().iterdump()))


async def test_the_next_message_of_the_same_person_is_answered(program: ProgramFixture) -> None:
    parking = DeadLettering(
        intake=replace(program.intake, decide=FailingDecide(KeyError("x"), failures_left=dead_letters.MAX_ATTEMPTS))
    )
    message = program.inbound("bad", message_id="bad")
    for _ in range(dead_letters.MAX_ATTEMPTS - 1):
        with pytest.raises(KeyError):
            await parking(message)
    await parking(message)
    await parking(program.inbound("hours"))
    await program.deliver(program.submitted[-1])
    assert len(program.channel.sent) == 2
    with engine.read_transaction(program.database) as connection:
        assert [one.attempts for one in dead_letters.list_dead_letters(connection)] == [dead_letters.MAX_ATTEMPTS]


async def test_what_gets_through_in_the_end_is_not_parked(program: ProgramFixture) -> None:
    parking = DeadLettering(intake=replace(program.intake, decide=FailingDecide(KeyError("x"), failures_left=2)))
    for _ in range(2):
        with pytest.raises(KeyError):
            await parking(program.inbound("hours", message_id="one"))
    await parking(program.inbound("hours", message_id="one"))
    with engine.read_transaction(program.database) as connection:
        assert dead_letters.list_dead_letters(connection) == ()
        assert conversations.find(connection, channel="test", address="anna", sender="anna") is not None


async def test_a_database_that_is_busy_is_not_the_message_s_fault(program: ProgramFixture) -> None:
    parking = DeadLettering(intake=replace(program.intake, decide=FailingDecide(UnavailableError())))
    for _ in range(dead_letters.MAX_ATTEMPTS + 3):
        with pytest.raises(UnavailableError):
            await parking(program.inbound("hours", message_id="one"))
    assert attempts(program) == []


async def test_the_log_follows_a_message_and_quotes_nothing_of_it(program: ProgramFixture) -> None:
    parking = DeadLettering(intake=replace(program.intake, decide=FailingDecide(KeyError("ŠNICELIS"))))
    guarded = FloodControlled(receive=parking, intake=program.intake)
    with capture_logs() as events:
        for _ in range(dead_letters.MAX_ATTEMPTS - 1):
            with pytest.raises(KeyError):
                await guarded(program.inbound("ŠNICELIS", message_id="bad"))
        await guarded(program.inbound("ŠNICELIS", message_id="bad"))
    assert [event["event"] for event in events] == ["intake.failed"] * dead_letters.MAX_ATTEMPTS + [
        "intake.dead_lettered",
        "intake.decided",
    ]
    assert "ŠNICELIS" not in str(events)
