"""Runs small calls of the Bot API in the background (a typing indicator, a removed keyboard) once; a failure is only
logged."""

from collections.abc import Coroutine
from typing import Any

import structlog

from bot.concurrency.task_set import TaskSet

log = structlog.get_logger()


class BackgroundCalls:
    """Calls that nobody waits for."""

    def __init__(self) -> None:
        self._tasks = TaskSet()

    def run(self, name: str, call: Coroutine[Any, Any, object]) -> None:
        """Start `call`."""
        self._tasks.start(f"telegram {name}", _run(name, call))

    async def stop(self, timeout_seconds: float) -> None:
        """Wait for running calls, and cancel those that take longer than `timeout_seconds`."""
        await self._tasks.stop(timeout_seconds)


async def _run(name: str, call: Coroutine[Any, Any, object]) -> None:
    try:
        await call
    except Exception as exc:  # noqa: BLE001 - nobody waits for it, so nobody else could say that it failed
        log.info("telegram.background_call_failed", call=name, error=type(exc).__name__)
