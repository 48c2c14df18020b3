"""Waits for an event with a time limit, and never loses a cancellation."""

import asyncio


async def wait_for_event(event: asyncio.Event, timeout_seconds: float | None) -> bool:
    """Whether the event was set within the time limit; None: wait for as long as it takes.

    asyncio.wait_for must not be used where a task is cancelled to stop it: before Python 3.12 it loses a cancellation
    that arrives together with its result.
    """
    try:
        async with asyncio.timeout(timeout_seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
