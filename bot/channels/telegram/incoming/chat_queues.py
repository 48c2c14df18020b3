"""Processes updates: in parallel for different chats, in order within one, and again until stored."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import structlog

from bot.channels.telegram.api.timing import Timing
from bot.channels.telegram.incoming.update_handler import QueuedUpdate
from bot.concurrency.events import wait_for_event
from bot.concurrency.task_set import TaskSet

log = structlog.get_logger()


class ChatQueues:
    """One queue a chat. `confirm` is called with each stored update; one that fails blocks only its own queue."""

    def __init__(
        self,
        handle: Callable[[QueuedUpdate], Awaitable[None]],
        confirm: Callable[[int], None],
        timing: Timing,
    ) -> None:
        self._handle = handle
        self._confirm = confirm
        self._timing = timing
        self._waiting: dict[str, deque[QueuedUpdate]] = {}
        self._tasks = TaskSet()
        self._stopping = asyncio.Event()

    def add(self, update: QueuedUpdate) -> None:
        """Enqueue behind other updates of the same chat."""
        key = update.queue_key
        if key in self._waiting:
            self._waiting[key].append(update)
            return
        self._waiting[key] = deque((update,))
        self._tasks.start("telegram chat queue", self._run_queue(key))

    async def stop(self, timeout_seconds: float) -> None:
        """Start nothing more; running updates may finish within `timeout_seconds`. Telegram resends the rest."""
        self._stopping.set()
        await self._tasks.stop(timeout_seconds)

    async def _run_queue(self, key: str) -> None:
        waiting = self._waiting[key]
        while waiting and not self._stopping.is_set():
            if not await self._handle_with_retries(waiting[0]):
                return
            self._confirm(waiting.popleft().update_id)
        del self._waiting[key]

    async def _handle_with_retries(self, update: QueuedUpdate) -> bool:
        attempt = 0
        while True:
            attempt += 1
            try:
                await self._handle(update)
            except Exception:
                log.exception("telegram.update_failed", update=update.update_id, attempt=attempt)
            else:
                return True
            if await wait_for_event(self._stopping, self._timing.backoff.seconds(attempt)):
                return False
