"""Replies that go from the intake to the runner of the same process, without being looked up."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.channels.interface import OutgoingMessage
from bot.delivery.jobs.embedded import EmbeddedRunner
from storage.conversations import conversations, history
from storage.database import engine
from storage.delivery import outbox
from tests.patience import PATIENCE_SECONDS
from tests.unit.bot.conftest import ProgramFixture


async def intake_claimed(program: ProgramFixture, runner: EmbeddedRunner, *texts: str) -> None:
    """The messages taken in, their replies given to the runner."""
    for text in texts:
        await replace(program.intake, jobs=runner)(program.inbound(text))


async def delivered(program: ProgramFixture, count: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(program.channel.sent) < count:
            await asyncio.sleep(0.01)


def handing(program: ProgramFixture) -> EmbeddedRunner:
    """A runner that takes replies from the intake; it is not started, so that it finds nothing by itself."""
    deliver = program.deliver
    return EmbeddedRunner(deliver, deliver.due_conversations, deliver.purge, send=deliver.send)


async def test_a_runner_that_is_handed_a_reply_looks_nothing_up(
    program: ProgramFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = handing(program)
    monkeypatch.setattr(outbox, "claim", None)
    await intake_claimed(program, runner, "hours")
    await delivered(program, 1)
    await runner.stop()
    (shown,) = (shown for _, shown in program.channel.sent)
    assert (shown.turn, shown.in_reply_to, [option.id for option in shown.options]) == (
        "1",
        "m1",
        ["helped:hours", "nothelped:hours"],
    )
    with engine.read_transaction(program.database) as connection:
        assert [said.state for said in history.last_messages(connection, talk_of(program))] == [None, "sent"]


async def test_replies_that_are_handed_over_while_one_is_sent_follow_in_order(program: ProgramFixture) -> None:
    runner, send, order = handing(program), program.channel.send, list[int]()

    async def slow(address: str, message: OutgoingMessage) -> str | None:
        await asyncio.sleep(0.05)
        order.append(message.sequence)
        return await send(address, message)

    program.channel.send = slow  # type: ignore[method-assign]
    await intake_claimed(program, runner, "hours", "dead", "person", "hours")
    await delivered(program, 4)
    await intake_claimed(program, runner, "dead")
    await delivered(program, 5)
    await runner.stop()
    assert order == sorted(order)
    assert len(set(order)) == 5


async def test_a_reply_that_is_handed_over_and_not_taken_waits_as_any_other(program: ProgramFixture) -> None:
    runner = handing(program)
    program.channel.fail_next(permanent=False)
    await intake_claimed(program, runner, "hours")
    await runner.stop()
    assert program.channel.sent == []
    program.time[0] += timedelta(minutes=1)
    assert await program.deliver.due_conversations() == (talk_of(program),)


async def test_a_reply_for_a_channel_that_is_not_here_is_kept(program: ProgramFixture) -> None:
    runner = handing(program)
    program.deliver.channels.pop("test")  # type: ignore[attr-defined]
    await intake_claimed(program, runner, "hours")
    await runner.stop()
    program.time[0] += timedelta(minutes=2)
    assert await program.deliver.due_conversations() == (talk_of(program),)


async def test_the_farewell_of_an_erasure_is_handed_over_too(program: ProgramFixture) -> None:
    runner = handing(program)
    await intake_claimed(program, runner, "hours", "/forget")
    await delivered(program, 2)
    await runner.stop()
    assert program.channel.sent[-1][1].in_reply_to is None


def talk_of(program: ProgramFixture) -> str:
    with engine.read_transaction(program.database) as connection:
        talk = conversations.find(connection, channel="test", address="anna", sender="anna")
    assert talk is not None
    return talk.id
