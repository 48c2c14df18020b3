"""Bringing replies out: in order, at least once, and giving up only where trying again cannot help."""

import asyncio
from datetime import timedelta

import pytest

from bot.channels.interface import DeliveryError, OutgoingMessage
from bot.delivery.deliverer import MAX_UNKNOWN_ATTEMPTS
from bot.delivery.jobs import embedded
from bot.delivery.jobs.embedded import EmbeddedRunner
from handlers.model.handoff import NotificationKind
from storage.conversations import history
from storage.database import engine
from storage.delivery import notification_queue, notifications, undelivered
from storage.helpdesk import handoffs
from tests.patience import PATIENCE_SECONDS
from tests.unit.bot.conftest import ProgramFixture


def states(program: ProgramFixture) -> list[str | None]:
    with engine.read_transaction(program.database) as connection:
        return [said.state for said in history.messages_after(connection, program.submitted[-1]) if said.side == "bot"]


async def test_a_reply_that_is_not_taken_now_is_tried_again_later(program: ProgramFixture) -> None:
    await program.intake(program.inbound("hours"))
    program.channel.fail_next(permanent=False)
    await program.deliver(program.submitted[-1])
    assert states(program) == ["pending"]
    await program.deliver(program.submitted[-1])
    assert program.channel.sent == []
    program.time[0] += timedelta(minutes=1)
    assert await program.deliver.due_conversations() == (program.submitted[-1],)
    await program.deliver(program.submitted[-1])
    assert states(program) == ["sent"]


async def test_a_reply_that_can_never_be_sent_ends_and_the_next_one_goes_out(program: ProgramFixture) -> None:
    await program.intake(program.inbound("hours"))
    await program.intake(program.inbound("dead"))
    program.channel.fail_next(permanent=True)
    await program.deliver(program.submitted[-1])
    assert states(program) == ["failed", "sent"]


async def test_staff_sees_that_a_reply_did_not_arrive_and_that_the_next_one_did(program: ProgramFixture) -> None:
    await program.intake(program.inbound("dead"))
    with engine.write_transaction(program.database) as connection:
        (handoff,) = handoffs.list_by_state(connection)
        notification_queue.add(connection, handoff, NotificationKind.INITIAL, {"telegram:-1": True}, program.time[0])

    def told() -> bool:
        """Whether the group is told of anything now."""
        with engine.write_transaction(program.database) as connection:
            claimed = notifications.claim(connection, "telegram:-1", program.time[0])
            if isinstance(claimed, notifications.ClaimedNotification):
                notifications.mark_sent(connection, claimed, "7", program.time[0])
        return claimed is not None

    assert told()
    program.channel.fail_next(permanent=True)
    outcomes = []
    for text in ("hours", "hours", "hours"):
        await program.deliver(program.submitted[-1])
        outcomes.append((states(program)[-1], told()))
        await program.intake(program.inbound(text))
    assert outcomes == [("failed", True), ("sent", True), ("sent", False)]


async def test_an_error_that_nobody_expected_is_a_try_of_unknown_outcome_and_ends(program: ProgramFixture) -> None:
    await program.intake(program.inbound("hours"))
    await program.intake(program.inbound("dead"))
    program.channel.failures.extend(TypeError("'int' object is not iterable") for _ in range(MAX_UNKNOWN_ATTEMPTS))
    for _ in range(MAX_UNKNOWN_ATTEMPTS):
        await program.deliver(program.submitted[-1])
        program.time[0] += timedelta(minutes=1)
    assert states(program) == ["failed", "sent"]
    with engine.read_transaction(program.database) as connection:
        first = undelivered.list_undelivered(connection, program.time[0])[0]
    assert first.error == "It may have been sent: the platform's answer could not be read (TypeError)"
    assert first.attempts == MAX_UNKNOWN_ATTEMPTS


async def test_refusals_of_the_first_minutes_do_not_use_up_the_attempts_of_unknown_outcome(
    program: ProgramFixture,
) -> None:
    await program.intake(program.inbound("hours"))
    program.channel.failures += [DeliveryError("busy", permanent=False) for _ in range(6)]
    program.channel.failures += [DeliveryError("it may have been sent", permanent=False, max_attempts=6)]
    for _ in range(7):
        await program.deliver(program.submitted[-1])
        assert states(program) == ["pending"]
        program.time[0] += timedelta(minutes=1)
    # The pause after the seventh attempt is up to 64 seconds.
    program.time[0] += timedelta(minutes=1)
    await program.deliver(program.submitted[-1])
    assert states(program) == ["sent"]


async def test_what_may_have_been_sent_again_and_again_ends_after_some_minutes(program: ProgramFixture) -> None:
    await program.intake(program.inbound("hours"))
    program.channel.failures += [
        DeliveryError("it may have been sent", permanent=False, max_attempts=6) for _ in range(20)
    ]
    for _ in range(20):
        await program.deliver(program.submitted[-1])
        program.time[0] += timedelta(minutes=1)
    assert states(program) == ["failed"]
    assert len(program.channel.failures) > 20 - 12


async def test_replies_leave_in_the_order_of_the_talk(program: ProgramFixture) -> None:
    for text in ("hours", "dead", "person"):
        await program.intake(program.inbound(text))
    await program.deliver(program.submitted[-1])
    sequences = [shown.sequence for _, shown in program.channel.sent]
    assert sequences == sorted(sequences)
    assert len(sequences) == 3


async def test_a_talk_of_a_channel_that_is_not_here_waits(program: ProgramFixture) -> None:
    await program.intake(program.inbound("hours"))
    program.deliver.channels.pop("test")  # type: ignore[attr-defined]
    await program.deliver(program.submitted[-1])
    assert program.channel.sent == []


async def test_the_runner_delivers_what_it_is_told_and_what_was_left(program: ProgramFixture) -> None:
    await program.intake(program.inbound("hours", sender="left"))
    runner = EmbeddedRunner(program.deliver, program.deliver.due_conversations, program.deliver.purge)
    runner.start()
    await program.intake(program.inbound("dead", sender="told"))
    runner.submit(program.submitted[-1])
    runner.submit(program.submitted[-1])
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(program.channel.sent) < 2:
            await asyncio.sleep(0.01)
    await runner.stop()
    runner.submit(program.submitted[-1])
    assert {address for address, _ in program.channel.sent} == {"left", "told"}


async def test_the_runner_outlives_a_delivery_that_breaks(program: ProgramFixture) -> None:
    await program.intake(program.inbound("hours"))
    program.channel.failures.append(RuntimeError("a fault of the program"))
    runner = EmbeddedRunner(program.deliver, program.deliver.due_conversations, program.deliver.purge)
    runner.submit(program.submitted[-1])
    await runner._tasks.join()
    program.time[0] += timedelta(minutes=2)
    runner.start()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not program.channel.sent:
            await asyncio.sleep(0.01)
    await runner.stop()


async def test_the_runner_outlives_a_database_that_is_away(
    program: ProgramFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "POLL_INTERVAL_SECONDS", 0.01)
    calls = 0

    async def due() -> tuple[str, ...]:
        nonlocal calls
        calls += 1
        raise OSError("away")

    runner = EmbeddedRunner(program.deliver, due, program.deliver.purge)
    runner.start()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while calls < 3:
            await asyncio.sleep(0.01)
    await runner.stop()


async def test_a_program_that_stops_finishes_what_is_being_sent_and_leaves_the_rest(program: ProgramFixture) -> None:
    for text in ("hours", "dead"):
        await program.intake(program.inbound(text))
    runner = EmbeddedRunner(
        program.deliver, program.deliver.due_conversations, program.deliver.purge, program.deliver.stopping
    )
    send, sending, released = program.channel.send, asyncio.Event(), asyncio.Event()

    async def slow(address: str, message: OutgoingMessage) -> str | None:
        sending.set()
        await released.wait()
        return await send(address, message)

    program.channel.send = slow  # type: ignore[method-assign]
    runner.submit(program.submitted[-1])
    async with asyncio.timeout(PATIENCE_SECONDS):
        await sending.wait()
    stopping = asyncio.create_task(runner.stop())
    await asyncio.sleep(0)  # It has begun.
    released.set()
    await stopping
    assert states(program) == ["sent", "pending"]
