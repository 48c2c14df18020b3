"""Before the intake: floods get one notice, a stopped till always an answer, and what fails for ever is parked."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text as sql
from structlog.testing import capture_logs

from bot.intake.flood_control import FloodControl, FloodLimits
from bot.intake.guards import DeadLettering, FloodControlled
from handlers.dialogue import service_notices
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound
from handlers.model.session import Decision, Session
from storage.conversations import conversations, dead_letters, history
from storage.database import engine
from storage.errors import UnavailableError
from tests.doubles import means
from tests.unit.bot.conftest import MEANINGS, ProgramFixture


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


@pytest.fixture
def held_back() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def guarded(program: ProgramFixture, held_back: list[tuple[str, str]]) -> FloodControlled:
    """A guard that lets two messages pass."""
    return FloodControlled(
        receive=program.intake,
        intake=program.intake,
        flood_control=FloodControl(FloodLimits(max_burst=2)),
        on_rejected=lambda channel, verdict: held_back.append((channel, verdict)),
    )


@pytest.fixture
def says(program: ProgramFixture, guarded: FloodControlled) -> Callable[[str], Any]:
    """A message through the guard; what is sent then."""

    async def say(text: str) -> list[str]:
        before = len(program.channel.sent)
        await guarded(program.inbound(text))
        await program.deliver(program.submitted[-1])
        return [shown.text for _, shown in program.channel.sent[before:]]

    return say


async def test_who_writes_too_fast_gets_one_notice_in_their_language_then_silence(
    says: Callable[[str], Any], held_back: list[tuple[str, str]]
) -> None:
    for text in ("hours", "person"):
        assert len(await says(text)) == 1
    (notice,) = await says("hours")
    assert "half a minute" in notice
    assert "+371 20000002" in notice
    assert await says("hours") == []
    assert held_back == [("test", "too_fast"), ("test", "silent")]


async def test_a_stopped_till_is_never_silenced(says: Callable[[str], Any]) -> None:
    for text in ("hours", "person", "hours", "hours"):
        await says(text)
    for _ in range(8):
        (reply,) = await says("dead")
        assert "+371 20000002" in reply.splitlines()[0]


async def test_the_notice_waits_until_a_message_is_held_back(says: Callable[[str], Any]) -> None:
    for text in ("hours", "person"):
        await says(text)
    assert "half a minute" not in (await says("dead"))[0]
    assert "half a minute" in (await says("hours"))[0]


async def test_a_tap_or_a_number_that_means_a_stopped_till_passes_too(
    program: ProgramFixture, says: Callable[[str], Any]
) -> None:
    meanings = {**MEANINGS, "either": means("hours", "dead", language="en")}
    program.intake.knowledge_source.current.interpreter.meanings = meanings  # type: ignore[attr-defined]
    for text in ("hours", "either", "blah", "blah"):
        await says(text)
    (reply,) = await says("2")
    assert "+371 20000002" in reply.splitlines()[0]


async def test_who_wants_to_be_forgotten_is(says: Callable[[str], Any]) -> None:
    for text in ("hours", "person", "hours"):
        await says(text)
    assert "deleted" in (await says("/forget"))[0]


async def test_the_notice_is_logged_like_every_answer_and_what_is_silenced_is_not_stored(
    program: ProgramFixture, says: Callable[[str], Any]
) -> None:
    for text in ("hours", "person", "my pin is 4321", "more"):
        await says(text)
    with engine.read_transaction(program.database) as connection:
        said = history.messages_after(connection, program.submitted[-1])
        handlers = connection.execute(sql("select handler from turns order by id")).scalars().all()
    assert [one.text for one in said if one.side == "person"] == ["hours", "person", "my pin is •••"]
    assert handlers[-1] == "too_fast"


async def test_a_notice_that_could_not_be_stored_is_given_when_the_message_comes_again(
    program: ProgramFixture, guarded: FloodControlled
) -> None:
    for text in ("hours", "person"):
        await guarded(program.inbound(text))
    third = program.inbound("hours")
    broken = replace(program.intake.knowledge_source.current, phrases=None)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        await replace(guarded, intake=replace(program.intake, knowledge_source=broken))(third)
    await guarded(third)
    await program.deliver(program.submitted[-1])
    assert "half a minute" in program.channel.sent[-1][1].text


async def test_the_same_again_and_again_gets_one_notice(program: ProgramFixture) -> None:
    guarded = FloodControlled(receive=program.intake, intake=program.intake)
    for _ in range(9):
        await guarded(program.inbound("hours"))
    await program.deliver(program.submitted[-1])
    texts = [shown.text for _, shown in program.channel.sent]
    assert len(texts) == 5
    assert "same message" in texts[-1]


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
        "intake.parked",
        "intake.decided",
    ]
    assert "ŠNICELIS" not in str(events)
