"""Polling: asks Telegram for updates, and lets it forget only those that are stored."""

import asyncio
import contextlib
from collections.abc import Awaitable
from typing import Any, Protocol

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.api.client import retry_delay
from bot.channels.telegram.api.timing import Timing
from bot.channels.telegram.api.updates import raw_update_id
from bot.channels.telegram.incoming.chat_queues import ChatQueues
from bot.channels.telegram.incoming.offset_tracker import OffsetTracker
from bot.channels.telegram.incoming.update_handler import UpdateHandler

log = structlog.get_logger()


class FetchUpdates(Protocol):
    """As Api.updates."""

    def __call__(self, *, offset: int, timeout_seconds: int, limit: int = 100) -> Awaitable[list[Any]]:
        """What came since `offset`."""
        ...


class Poller:
    """One loop that asks, and lanes that take in.

    While an update is not stored Telegram keeps it and at most the 99 that came after it: those are taken in meanwhile,
    what comes later waits.
    """

    def __init__(self, fetch: FetchUpdates, update_handler: UpdateHandler, timing: Timing) -> None:
        self._fetch = fetch
        self._update_handler = update_handler
        self._timing = timing
        self._offsets = OffsetTracker()
        self._queues = ChatQueues(update_handler.handle, self._confirm, timing)
        self._all_confirmed = asyncio.Event()
        self._poll_task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to ask."""
        self._poll_task = asyncio.create_task(self._poll_loop(), name="telegram polling")

    async def stop(self) -> None:
        """Ask no more, finish what runs, and tell Telegram how far we got."""
        if self._poll_task is None:
            return
        loop, self._poll_task = self._poll_task, None
        loop.cancel()
        await asyncio.wait((loop,), timeout=self._timing.shutdown_grace_seconds / 3)
        await self._queues.stop(self._timing.shutdown_grace_seconds)
        with contextlib.suppress(TelegramError, TimeoutError):
            async with asyncio.timeout(self._timing.shutdown_grace_seconds / 3):
                await self._fetch(offset=self._offsets.next_offset(), timeout_seconds=0, limit=1)

    async def _poll_loop(self) -> None:
        failures, clock = 0, asyncio.get_running_loop().time
        while True:
            started_at = clock()
            try:
                batch = await self._fetch(
                    offset=self._offsets.next_offset(),
                    timeout_seconds=0 if self._offsets.has_unconfirmed else self._timing.long_poll_seconds,
                )
            except TelegramError as exc:
                failures += 1
                await asyncio.sleep(self._backoff_after(exc, failures))
                continue
            except Exception:
                # Nothing else is known to come from there; but a bot that has gone deaf without a word would be worse.
                log.exception("telegram.poll_broken")
                failures += 1
                await asyncio.sleep(self._timing.backoff(failures))
                continue
            failures = 0
            new = self._queue_new(batch)
            # A server that answers "nothing" at once, and not after the wait, must not be asked without end.
            if self._offsets.has_unconfirmed or (not new and clock() - started_at < self._timing.repoll_seconds):
                await self._wait_for_confirmations()

    def _queue_new(self, batch: list[Any]) -> bool:
        """Whether there was anything new in it."""
        updates = {update: raw for raw in batch if (update := raw_update_id(raw)) is not None}
        fresh = self._offsets.add(updates)
        for update in sorted(fresh):
            heard = self._update_handler.parse(updates[update])
            if heard is None:
                self._confirm(update)
            else:
                self._queues.add(heard)
        return bool(fresh)

    def _confirm(self, update_id: int) -> None:
        self._offsets.confirm(update_id)
        if not self._offsets.has_unconfirmed:
            self._all_confirmed.set()

    async def _wait_for_confirmations(self) -> None:
        """Wait until all is stored, but not long: others may have written meanwhile."""
        self._all_confirmed.clear()
        with contextlib.suppress(TimeoutError):
            # Not wait_for: until Python 3.12 that may forget that it was cancelled, and stop() would wait for ever.
            async with asyncio.timeout(self._timing.repoll_seconds):
                await self._all_confirmed.wait()

    def _backoff_after(self, exc: TelegramError, failures: int) -> float:
        """How long to wait after a fault, which is told in the log."""
        if isinstance(exc, Conflict):
            # Two programs poll with one token, or one of them has set a webhook: each steals the other's messages.
            log.error("telegram.conflict", other="webhook" if "webhook" in str(exc).casefold() else "polling")
        elif isinstance(exc, InvalidToken):
            log.error("telegram.token_refused", setting="TELEGRAM_BOT_TOKEN")
        else:
            log.warning("telegram.poll_failed", error=type(exc).__name__, faults=failures)
        asked = retry_delay(exc).total_seconds() if isinstance(exc, RetryAfter) else 0.0
        return max(asked, self._timing.backoff(failures))
