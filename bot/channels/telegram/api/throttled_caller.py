"""One call to a chat at a time: at Telegram's pace, again where that helps, its errors told apart; knows no message."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, TypeVar

import structlog
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.channels.interface import DeliveryError
from bot.channels.telegram.api.address import ChatAddress
from bot.channels.telegram.api.client import retry_delay
from bot.channels.telegram.api.rate_limit import ChatRateLimiter

log = structlog.get_logger()

Result = TypeVar("Result")

_MAX_ATTEMPTS: Final = 3
"""At one call: more may be needed after a 429, or when a chat has moved."""


class ThrottledCaller:
    """What replies and notices share: how fast the bot may speak, and where chats moved to.

    This memory ends with the process, and then costs one more call.
    """

    def __init__(
        self, limiter: ChatRateLimiter, *, max_wait_seconds: float, on_wait: Callable[[ChatAddress], None]
    ) -> None:
        """`waits` is told where somebody has to wait for their turn."""
        self._limiter, self._max_wait_seconds, self._on_wait = limiter, max_wait_seconds, on_wait
        self._migrated_chats: dict[int, int] = {}

    async def call(self, chat_address: ChatAddress, call_api: Callable[[int], Awaitable[Result]]) -> Result:
        """What `make` gives for the chat that `place` is in now.

        Raises:
            DeliveryError: it was not taken.
        """
        for attempt in range(1, _MAX_ATTEMPTS + 1):
            chat = self._migrated_chats.get(chat_address.chat, chat_address.chat)
            await self._acquire(ChatAddress(chat=chat, topic=chat_address.topic))
            try:
                return await call_api(chat)
            except ChatMigrated as exc:
                self._migrated_chats[chat_address.chat] = exc.new_chat_id
                log.warning("telegram.chat_moved", before=chat_address.chat, now=exc.new_chat_id)
            except RetryAfter as exc:
                wait = retry_delay(exc)
                self._limiter.block_for(chat, wait.total_seconds())
                log.warning("telegram.told_to_wait", seconds=wait.total_seconds())
                if attempt == _MAX_ATTEMPTS:
                    raise _rate_limited_error(wait) from exc
            except TelegramError as exc:
                raise _to_delivery_error(exc) from exc
        raise DeliveryError("the chat keeps moving", permanent=False)

    async def _acquire(self, chat_address: ChatAddress) -> None:
        """Wait until a message to `place` may go."""
        wait = self._limiter.wait_seconds(chat_address.chat)
        if wait > self._max_wait_seconds:
            raise _rate_limited_error(timedelta(seconds=wait))
        self._limiter.acquire(chat_address.chat)
        if wait > 0:
            self._on_wait(chat_address)
            await asyncio.sleep(wait)


def parse_address(address: str) -> ChatAddress:
    """The place that an address names.

    Raises:
        DeliveryError: it names none.
    """
    try:
        return ChatAddress.parse(address)
    except ValueError as exc:
        raise DeliveryError("this is no address of a Telegram chat", permanent=True) from exc


def _rate_limited_error(wait: timedelta) -> DeliveryError:
    return DeliveryError("Telegram asks to wait", permanent=False, retry_after=wait)


def _to_delivery_error(exc: TelegramError) -> DeliveryError:
    """What trying again can mend, and what not. A network error may name the token: only its type is told."""
    if isinstance(exc, Forbidden | BadRequest):
        return DeliveryError(str(exc)[:200], permanent=True)
    return DeliveryError(f"Telegram was not reached: {type(exc).__name__}", permanent=False)
