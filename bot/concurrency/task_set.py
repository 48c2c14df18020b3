"""Small calls beside the talk (typing, a used keyboard), made once in the background; if one fails, nobody minds."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog
from telegram.error import TelegramError

log = structlog.get_logger()


class BackgroundCalls:
    """Runs them, and holds on to them while they run."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def run(self, name: str, call: Coroutine[Any, Any, object]) -> None:
        """Begin `call`."""
        task = asyncio.create_task(self._run(name, call), name=f"telegram {name}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def stop(self, timeout_seconds: float) -> None:
        """Wait for those that run, and cut off those that take longer than `within` seconds."""
        if not self._running:
            return
        _, late = await asyncio.wait(self._running, timeout=timeout_seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, name: str, call: Coroutine[Any, Any, object]) -> None:
        try:
            await call
        except TelegramError as exc:
            log.info("telegram.errand_failed", errand=name, error=type(exc).__name__)
