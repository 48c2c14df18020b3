"""Runs work periodically, or as soon as it is woken; survives its errors."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.concurrency.events import wait_for_event


class PeriodicLoop:
    """Run `run` in a task. Runs of the work never overlap; a wake-up during one leads to another one."""

    def __init__(
        self,
        work: Callable[[], Awaitable[None]],
        *,
        interval_seconds: float | None,
        on_error: Callable[[Exception], None],
        run_at_start: bool = True,
    ) -> None:
        """Without an interval it runs only when woken. `on_error` logs an error of the work."""
        self._work, self._interval_seconds, self._on_error = work, interval_seconds, on_error
        self._wake_event = asyncio.Event()
        if run_at_start:
            self._wake_event.set()
        self._stopping = False
        self.ended = False
        """Whether `run` has ended, for whatever reason."""

    def wake(self) -> None:
        """Run now. Call in the event loop."""
        self._wake_event.set()

    def stop(self) -> None:
        """End after the current run, or at once while waiting."""
        self._stopping = True
        self._wake_event.set()

    async def run(self) -> None:
        """Run until stopped or cancelled."""
        try:
            while not self._stopping:
                await wait_for_event(self._wake_event, self._interval_seconds)
                if not self._stopping:
                    self._wake_event.clear()
                    await self._run_once()
        finally:
            self.ended = True

    async def _run_once(self) -> None:
        try:
            await self._work()
        except Exception as exc:  # noqa: BLE001 - whatever it is, the next run may succeed
            self._on_error(exc)
