"""Takes in what was heard: side by side for different chats, in order within one, and again until it is stored."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import structlog

from bot.channels.telegram.api.timing import Timing
from bot.channels.telegram.incoming.update_handler import ButtonUpdate, MessageUpdate

log = structlog.get_logger()


class ChatQueues:
    """One lane a chat. `done` is told the update that is stored; what is not holds up its own lane only."""

    def __init__(
        self,
        handle: Callable[[MessageUpdate | ButtonUpdate], Awaitable[None]],
        confirm: Callable[[int], None],
        timing: Timing,
    ) -> None:
        self._handle = handle
        self._confirm = confirm
        self._timing = timing
        self._waiting: dict[str, deque[MessageUpdate | ButtonUpdate]] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()

    def add(self, update: MessageUpdate | ButtonUpdate) -> None:
        """Behind whatever waits in the same chat."""
        key = update.queue_key
        if key in self._waiting:
            self._waiting[key].append(update)
            return
        self._waiting[key] = deque((update,))
        task = asyncio.create_task(self._run_queue(key), name="telegram lane")
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def stop(self, timeout_seconds: float) -> None:
        """Begin nothing more; what runs may finish within so many seconds. What did not, Telegram sends again."""
        self._stopping.set()
        if not self._running:
            return
        _, late = await asyncio.wait(self._running, timeout=timeout_seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _run_queue(self, key: str) -> None:
        waiting = self._waiting[key]
        while waiting and not self._stopping.is_set():
            if not await self._handle_with_retries(waiting[0]):
                return
            self._confirm(waiting.popleft().update_id)
        del self._waiting[key]

    async def _handle_with_retries(self, update: MessageUpdate | ButtonUpdate) -> bool:
        attempt = 0
        while True:
            attempt += 1
            try:
                await self._handle(update)
            except Exception:
                log.exception("telegram.not_taken", update=update.update_id, attempt=attempt)
            else:
                return True
            if await self._wait_for_stop(self._timing.backoff(attempt)):
                return False

    async def _wait_for_stop(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return False
        return True
