"""Waiting for an event: it ends with the event, with the time limit or with a cancellation, and loses none of them."""

import asyncio

import pytest

from bot.concurrency.events import wait_for_event


async def test_an_event_that_is_set_ends_the_wait() -> None:
    event = asyncio.Event()
    waiting = asyncio.create_task(wait_for_event(event, None))
    await asyncio.sleep(0)
    event.set()
    assert await waiting


async def test_an_event_that_was_set_before_is_not_waited_for() -> None:
    event = asyncio.Event()
    event.set()
    assert await wait_for_event(event, 0)


async def test_a_time_limit_ends_the_wait() -> None:
    assert not await wait_for_event(asyncio.Event(), 0)


async def test_a_cancellation_ends_the_wait() -> None:
    waiting = asyncio.create_task(wait_for_event(asyncio.Event(), 60))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_cancellation_at_the_same_moment_as_the_event_is_not_lost() -> None:
    """asyncio.wait_for of Python 3.11 returns here as if nobody had cancelled it."""
    event = asyncio.Event()
    waiting = asyncio.create_task(wait_for_event(event, 60))
    await asyncio.sleep(0)
    event.set()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
