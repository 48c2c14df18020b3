"""Receives updates by long polling, and lets Telegram forget only stored ones."""

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
from bot.concurrency.events import wait_for_event
from bot.concurrency.task_set import TaskSet

log = structlog.get_logger()


class FetchUpdates(Protocol):
    """As BotApi.get_raw_updates."""

    def __call__(self, *, offset: int, timeout_seconds: int, limit: int = 100) -> Awaitable[list[Any]]:
        """Updates from `offset` on."""
        ...


class Poller:
    """A polling loop, and queues that process updates.

    While an update is not stored, Telegram keeps it and at most the 99 after it: these are processed meanwhile, later
    ones wait.
    """

    def __init__(self, fetch: FetchUpdates, update_handler: UpdateHandler, timing: Timing) -> None:
        self._fetch = fetch
        self._update_handler = update_handler
        self._timing = timing
        self._offsets = OffsetTracker()
        self._queues = ChatQueues(update_handler.handle, self._confirm, timing)
        self._all_confirmed = asyncio.Event()
        self._poll_tasks = TaskSet()
        self._started = False

    def start(self) -> None:
        """Start polling."""
        self._started = True
        self._poll_tasks.start("telegram polling", self._poll_loop())

    async def stop(self) -> None:
        """Stop polling, finish running updates, and confirm the offset to Telegram."""
        if not self._started:
            return
        self._started = False
        await self._poll_tasks.cancel(self._timing.shutdown_grace_seconds / 3)
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
                # No other error is expected; but a bot that silently stops to receive would be worse.
                log.exception("telegram.poll_error")
                failures += 1
                await asyncio.sleep(self._timing.backoff.seconds(failures))
                continue
            failures = 0
            new = self._queue_new(batch)
            # A server that answers at once instead of holding the request must not be polled in a tight loop.
            if self._offsets.has_unconfirmed or (not new and clock() - started_at < self._timing.repoll_seconds):
                await self._wait_for_confirmations()

    def _queue_new(self, batch: list[Any]) -> bool:
        """Whether the batch held new updates."""
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
        """Wait until all is stored, but not long: other chats may have new updates."""
        self._all_confirmed.clear()
        await wait_for_event(self._all_confirmed, self._timing.repoll_seconds)

    def _backoff_after(self, exc: TelegramError, failures: int) -> float:
        """The pause after an error, which is logged."""
        if isinstance(exc, Conflict):
            # Two programs poll with one token, or one has set a webhook: each takes the other's updates.
            log.error("telegram.conflict", other="webhook" if "webhook" in str(exc).casefold() else "polling")
        elif isinstance(exc, InvalidToken):
            log.error("telegram.token_rejected", setting="TELEGRAM_BOT_TOKEN")
        else:
            log.warning("telegram.poll_failed", error=type(exc).__name__, failures=failures)
        asked = retry_delay(exc).total_seconds() if isinstance(exc, RetryAfter) else 0.0
        return max(asked, self._timing.backoff.seconds(failures))
