"""Replies that go from the intake to the runner of the same process, without being looked up."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.channels.interface import Shown
from bot.delivery.jobs.embedded import EmbeddedRunner
from storage.conversations import conversations, history
from storage.database import engine
from storage.delivery import outbox
from tests.unit.bot.conftest import Program


async def handed(program: Program, runner: EmbeddedRunner, *texts: str) -> None:
    """The messages taken in, their replies given to the runner."""
    for text in texts:
        await replace(program.intake, jobs=runner)(program.inbound(text))


async def delivered(program: Program, count: int) -> None:
    async with asyncio.timeout(20):
        while len(program.channel.sent) < count:
            await asyncio.sleep(0.01)


def handing(program: Program) -> EmbeddedRunner:
    """A runner that takes replies from the intake; it is not started, so that it finds nothing by itself."""
    deliver = program.deliver
    return EmbeddedRunner(deliver, deliver.due, deliver.sweep, send=deliver.send)


async def test_a_runner_that_is_handed_a_reply_looks_nothing_up(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = handing(program)
    monkeypatch.setattr(outbox, "claim", None)
    await handed(program, runner, "hours")
    await delivered(program, 1)
    await runner.stop()
    (shown,) = (shown for _, shown in program.channel.sent)
    assert (shown.turn, shown.answers, [option.id for option in shown.options]) == (
        "1",
        "m1",
        ["helped:hours", "nothelped:hours"],
    )
    with engine.reading(program.database) as connection:
        assert [said.state for said in history.recent(connection, talk_of(program))] == [None, "sent"]


async def test_replies_that_are_handed_over_while_one_is_sent_follow_in_order(program: Program) -> None:
    runner, send, order = handing(program), program.channel.send, list[int]()

    async def slow(address: str, shown: Shown) -> str | None:
        await asyncio.sleep(0.05)
        order.append(shown.sequence)
        return await send(address, shown)

    program.channel.send = slow  # type: ignore[method-assign]
    await handed(program, runner, "hours", "dead", "person", "hours")
    await delivered(program, 4)
    await handed(program, runner, "dead")
    await delivered(program, 5)
    await runner.stop()
    assert order == sorted(order)
    assert len(set(order)) == 5


async def test_a_reply_that_is_handed_over_and_not_taken_waits_as_any_other(program: Program) -> None:
    runner = handing(program)
    program.channel.refuses(permanent=False)
    await handed(program, runner, "hours")
    await runner.stop()
    assert program.channel.sent == []
    program.time[0] += timedelta(minutes=1)
    assert await program.deliver.due() == (talk_of(program),)


async def test_a_reply_for_a_channel_that_is_not_here_is_kept(program: Program) -> None:
    runner = handing(program)
    program.deliver.channels.pop("test")  # type: ignore[attr-defined]
    await handed(program, runner, "hours")
    await runner.stop()
    program.time[0] += timedelta(minutes=2)
    assert await program.deliver.due() == (talk_of(program),)


async def test_the_farewell_of_an_erasure_is_handed_over_too(program: Program) -> None:
    runner = handing(program)
    await handed(program, runner, "hours", "/forget")
    await delivered(program, 2)
    await runner.stop()
    assert program.channel.sent[-1][1].answers is None


def talk_of(program: Program) -> str:
    with engine.reading(program.database) as connection:
        talk = conversations.find(connection, channel="test", address="anna", sender="anna")
    assert talk is not None
    return talk.id
