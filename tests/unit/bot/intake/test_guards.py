"""Before the intake: floods get one notice, and a stopped till always gets an answer."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text as sql

from bot.intake.flood_control import FloodControl, FloodLimits
from bot.intake.guards import FloodControlled
from storage.conversations import history
from storage.database import engine
from tests.doubles import means
from tests.unit.bot.conftest import MEANINGS, ProgramFixture


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
    meanings = {**MEANINGS, "either": means("hours", "dead", language="en", confidence=0.4)}
    program.intake.knowledge_source.current.interpreter.meanings = meanings  # type: ignore[attr-defined]
    for text in ("hours", "hours", "hours", "either"):
        await says(text)
    (reply,) = await says("1")
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
    assert len(texts) == 4, "the answer, that it is all, and from the third time on one notice"
    assert "same message" in texts[-1]
