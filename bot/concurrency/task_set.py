"""Keeps references to background tasks, and ends them together; handles none of their errors."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

CANCEL_GRACE_SECONDS: Final = 1.0
"""How long a stop waits for cancelled tasks: what ignores its cancellation is left behind."""


class TaskSet:
    """The background tasks of one owner. A task handles its own errors: asyncio reports others as never retrieved."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        """How many are running."""
        return len(self._tasks)

    def start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Start a task."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def join(self) -> None:
        """Wait for all tasks, also for those that are started meanwhile."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def stop(self, timeout_seconds: float) -> tuple[str, ...]:
        """Wait for running tasks, and cancel those that take longer; return the names of the cancelled ones."""
        if not self._tasks:
            return ()
        _, late = await asyncio.wait(self._tasks, timeout=timeout_seconds)
        await _cancel(late, CANCEL_GRACE_SECONDS)
        return tuple(sorted(task.get_name() for task in late))

    async def cancel(self, timeout_seconds: float | None = None) -> None:
        """Cancel all tasks, and wait until they have ended, but not longer than the time limit."""
        await _cancel(set(self._tasks), timeout_seconds)


async def _cancel(tasks: set[asyncio.Task[None]], timeout_seconds: float | None) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=timeout_seconds)
