"""Polling: asks Telegram for updates, and lets it forget only those that are stored."""

import asyncio
import contextlib
from collections.abc import Awaitable
from typing import Any, Protocol

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.api.client import deferral
from bot.channels.telegram.api.timing import Tempo
from bot.channels.telegram.api.updates import number
from bot.channels.telegram.incoming.chat_queues import Lanes
from bot.channels.telegram.incoming.offset_tracker import Window
from bot.channels.telegram.incoming.update_handler import Ear

log = structlog.get_logger()


class Fetch(Protocol):
    """As Api.updates."""

    def __call__(self, *, offset: int, wait: int, limit: int = 100) -> Awaitable[list[Any]]:
        """What came since `offset`."""
        ...


class Poller:
    """One loop that asks, and lanes that take in.

    While an update is not stored Telegram keeps it and at most the 99 that came after it: those are taken in meanwhile,
    what comes later waits.
    """

    def __init__(self, fetch: Fetch, ear: Ear, tempo: Tempo) -> None:
        self._fetch = fetch
        self._ear = ear
        self._tempo = tempo
        self._window = Window()
        self._lanes = Lanes(ear.take, self._done, tempo)
        self._progress = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to ask."""
        self._loop = asyncio.create_task(self._run(), name="telegram polling")

    async def stop(self) -> None:
        """Ask no more, finish what runs, and tell Telegram how far we got."""
        if self._loop is None:
            return
        loop, self._loop = self._loop, None
        loop.cancel()
        await asyncio.wait((loop,), timeout=self._tempo.finish / 3)
        await self._lanes.stop(self._tempo.finish)
        with contextlib.suppress(TelegramError, TimeoutError):
            async with asyncio.timeout(self._tempo.finish / 3):
                await self._fetch(offset=self._window.ask(), wait=0, limit=1)

    async def _run(self) -> None:
        faults, clock = 0, asyncio.get_running_loop().time
        while True:
            asked = clock()
            try:
                batch = await self._fetch(offset=self._window.ask(), wait=0 if self._window.open else self._tempo.poll)
            except TelegramError as exc:
                faults += 1
                await asyncio.sleep(self._after(exc, faults))
                continue
            except Exception:
                # Nothing else is known to come from there; but a bot that has gone deaf without a word would be worse.
                log.exception("telegram.poll_broken")
                faults += 1
                await asyncio.sleep(self._tempo.pause(faults))
                continue
            faults = 0
            new = self._admit(batch)
            # A server that answers "nothing" at once, and not after the wait, must not be asked without end.
            if self._window.open or (not new and clock() - asked < self._tempo.look):
                await self._look_again()

    def _admit(self, batch: list[Any]) -> bool:
        """Whether there was anything new in it."""
        updates = {update: raw for raw in batch if (update := number(raw)) is not None}
        fresh = self._window.admit(updates)
        for update in sorted(fresh):
            heard = self._ear.understand(updates[update])
            if heard is None:
                self._done(update)
            else:
                self._lanes.add(heard)
        return bool(fresh)

    def _done(self, update: int) -> None:
        self._window.done(update)
        if not self._window.open:
            self._progress.set()

    async def _look_again(self) -> None:
        """Wait until all is stored, but not long: others may have written meanwhile."""
        self._progress.clear()
        with contextlib.suppress(TimeoutError):
            # Not wait_for: until Python 3.12 that may forget that it was cancelled, and stop() would wait for ever.
            async with asyncio.timeout(self._tempo.look):
                await self._progress.wait()

    def _after(self, exc: TelegramError, faults: int) -> float:
        """How long to wait after a fault, which is told in the log."""
        if isinstance(exc, Conflict):
            # Two programs poll with one token, or one of them has set a webhook: each steals the other's messages.
            log.error("telegram.conflict", other="webhook" if "webhook" in str(exc).casefold() else "polling")
        elif isinstance(exc, InvalidToken):
            log.error("telegram.token_refused", setting="TELEGRAM_BOT_TOKEN")
        else:
            log.warning("telegram.poll_failed", error=type(exc).__name__, faults=faults)
        asked = deferral(exc).total_seconds() if isinstance(exc, RetryAfter) else 0.0
        return max(asked, self._tempo.pause(faults))
