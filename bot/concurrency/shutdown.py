"""A stop that signals ask for: noticed from the moment this is made, acted on by whoever waits for it."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any


class ShutdownRequest:
    """Whether SIGINT or SIGTERM came. Make it in the event loop, before there is anything that a stop would cut off:
    without it either signal ends the process on the spot.
    """

    def __init__(self) -> None:
        self._requested = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._requested.set)

    async def wait(self) -> None:
        """Return once a stop is asked for."""
        await self._requested.wait()

    async def unless_requested(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work`, and cancel it as soon as a stop is asked for; what it raises is raised here."""
        if self._requested.is_set():
            work.close()
            return
        working = asyncio.ensure_future(work)
        waiting = asyncio.ensure_future(self.wait())
        try:
            await asyncio.wait((working, waiting), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (working, waiting):
                task.cancel()
            await asyncio.wait((working, waiting))
        if not working.cancelled():
            working.result()
