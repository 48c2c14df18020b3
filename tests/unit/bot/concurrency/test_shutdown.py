"""A stop is noticed whenever its signal comes, and what still begins is given up for it."""

import asyncio
import os
import signal

import pytest

from bot.concurrency.shutdown import ShutdownRequest


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_before_anybody_waits_is_a_stop(number: signal.Signals) -> None:
    shutdown = ShutdownRequest()
    os.kill(os.getpid(), number)
    await shutdown.wait()


async def test_what_ends_before_a_stop_is_run_to_its_end_and_its_error_is_told() -> None:
    shutdown, done = ShutdownRequest(), list[str]()

    async def work() -> None:
        await asyncio.sleep(0)
        done.append("all of it")

    async def fail() -> None:
        raise OSError("the address is taken")

    await shutdown.unless_requested(work())
    assert done == ["all of it"]
    with pytest.raises(OSError, match="taken"):
        await shutdown.unless_requested(fail())


async def test_what_hangs_is_given_up_at_a_stop_and_closes_after_itself() -> None:
    shutdown, began, closed = ShutdownRequest(), asyncio.Event(), list[str]()

    async def hang() -> None:
        try:
            began.set()
            await asyncio.Event().wait()
        finally:
            closed.append("closed")

    running = asyncio.create_task(shutdown.unless_requested(hang()))
    await began.wait()
    os.kill(os.getpid(), signal.SIGTERM)
    await running
    assert closed == ["closed"]
    await shutdown.wait()


async def test_what_cannot_even_begin_before_the_stop_is_not_run() -> None:
    shutdown, done = ShutdownRequest(), list[str]()

    async def work() -> None:
        done.append("begun")

    os.kill(os.getpid(), signal.SIGTERM)
    await shutdown.wait()
    await shutdown.unless_requested(work())
    assert done == []


async def test_whoever_is_cancelled_meanwhile_cancels_the_work() -> None:
    shutdown, began, closed = ShutdownRequest(), asyncio.Event(), list[str]()

    async def hang() -> None:
        try:
            began.set()
            await asyncio.Event().wait()
        finally:
            closed.append("closed")

    running = asyncio.create_task(shutdown.unless_requested(hang()))
    await began.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert closed == ["closed"]
