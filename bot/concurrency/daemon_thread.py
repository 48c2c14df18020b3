"""Runs a blocking call in a thread of its own that no stop waits for; cannot interrupt it."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def run_in_daemon_thread(call: Callable[[], T]) -> T:
    """The result of `call`.

    asyncio.to_thread must not be used where the call may hang: the end of the program waits for its threads.
    """
    loop = asyncio.get_running_loop()
    result: asyncio.Future[T] = loop.create_future()

    def settle(done: Future[T]) -> None:
        if result.cancelled():
            return
        if (error := done.exception()) is not None:
            result.set_exception(error)
        else:
            result.set_result(done.result())

    def run() -> None:
        done: Future[T] = Future()
        try:
            done.set_result(call())
        except Exception as exc:  # noqa: BLE001 - it is raised where the result is awaited
            done.set_exception(exc)
        # The loop may be closed by now: nobody waits any more.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, done)

    threading.Thread(target=run, daemon=True, name="blocking call").start()
    return await result
