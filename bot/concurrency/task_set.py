"""Runs small background calls (a typing indicator, a removed keyboard) once; a failure is only logged."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog
from telegram.error import TelegramError

log = structlog.get_logger()


class BackgroundCalls:
    """Runs calls in the background, and keeps references to their tasks."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def run(self, name: str, call: Coroutine[Any, Any, object]) -> None:
        """Start `call`."""
        task = asyncio.create_task(self._run(name, call), name=f"telegram {name}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def stop(self, timeout_seconds: float) -> None:
        """Wait for running calls, and cancel those that take longer than `timeout_seconds`."""
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
            log.info("telegram.background_call_failed", call=name, error=type(exc).__name__)
