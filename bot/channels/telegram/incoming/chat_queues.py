"""Takes in what was heard: side by side for different chats, in order within one, and again until it is stored."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import structlog

from bot.channels.telegram.api.timing import Tempo
from bot.channels.telegram.incoming.update_handler import Heard, Pressed

log = structlog.get_logger()


class Lanes:
    """One lane a chat. `done` is told the update that is stored; what is not holds up its own lane only."""

    def __init__(
        self, take: Callable[[Heard | Pressed], Awaitable[None]], done: Callable[[int], None], tempo: Tempo
    ) -> None:
        self._take = take
        self._done = done
        self._tempo = tempo
        self._waiting: dict[str, deque[Heard | Pressed]] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()

    def add(self, heard: Heard | Pressed) -> None:
        """Behind whatever waits in the same chat."""
        chat = heard.lane
        if chat in self._waiting:
            self._waiting[chat].append(heard)
            return
        self._waiting[chat] = deque((heard,))
        task = asyncio.create_task(self._run(chat), name="telegram lane")
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def stop(self, within: float) -> None:
        """Begin nothing more; what runs may finish within so many seconds. What did not, Telegram sends again."""
        self._stopping.set()
        if not self._running:
            return
        _, late = await asyncio.wait(self._running, timeout=within)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, chat: str) -> None:
        waiting = self._waiting[chat]
        while waiting and not self._stopping.is_set():
            if not await self._until_taken(waiting[0]):
                return
            self._done(waiting.popleft().update)
        del self._waiting[chat]

    async def _until_taken(self, heard: Heard | Pressed) -> bool:
        attempt = 0
        while True:
            attempt += 1
            try:
                await self._take(heard)
            except Exception:
                log.exception("telegram.not_taken", update=heard.update, attempt=attempt)
            else:
                return True
            if await self._stopped_within(self._tempo.pause(attempt)):
                return False

    async def _stopped_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return False
        return True
