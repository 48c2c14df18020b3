"""Calls the Bot API at Telegram's pace, one call a chat at a time, with retries; knows no message."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, TypeVar

import structlog
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.channels.interface import DeliveryError
from bot.channels.telegram.api.address import ChatAddress
from bot.channels.telegram.api.chat_places import ChatPlaces
from bot.channels.telegram.api.client import retry_delay
from bot.channels.telegram.api.rate_limit import ChatRateLimiter

log = structlog.get_logger()

Result = TypeVar("Result")

_MAX_ATTEMPTS: Final = 3
"""For one call: after a 429, or when a chat has moved."""


TOPIC_ERRORS: Final = ("message thread not found", "topic_deleted", "topic_closed", "topic_id_invalid")
"""What Telegram says, in any case, of a topic that cannot be written to while its group can."""


class ThrottledCaller:
    """What replies and notifications share: rate limits, the new ids of moved chats, and topics that are gone."""

    def __init__(
        self,
        limiter: ChatRateLimiter,
        places: ChatPlaces,
        *,
        max_wait_seconds: float,
        on_wait: Callable[[ChatAddress], None],
    ) -> None:
        """`on_wait` is called when a caller has to wait."""
        self._limiter, self._places = limiter, places
        self._max_wait_seconds, self._on_wait = max_wait_seconds, on_wait

    async def call(self, chat_address: ChatAddress, call_api: Callable[[ChatAddress], Awaitable[Result]]) -> Result:
        """The result of `call_api` for where the chat is now, without its topic if that is gone.

        Raises:
            DeliveryError: it was not taken.
        """
        await _keep_going(self._places.refresh())
        for attempt in range(1, _MAX_ATTEMPTS + 1):
            target = self._places.current(chat_address)
            await self._acquire(target)
            try:
                return await call_api(target)
            except ChatMigrated as exc:
                await _keep_going(self._places.learn_move(target.chat, exc.new_chat_id))
            except RetryAfter as exc:
                wait = retry_delay(exc)
                self._limiter.block_for(target.chat, wait.total_seconds())
                log.warning("telegram.rate_limited", seconds=wait.total_seconds())
                if attempt == _MAX_ATTEMPTS:
                    raise _rate_limited_error(wait) from exc
            except TelegramError as exc:
                if not _is_topic_gone(exc, target):
                    raise _to_delivery_error(exc) from exc
                await _keep_going(self._places.learn_gone(target))
        raise DeliveryError("the chat keeps moving", permanent=False)

    async def _acquire(self, chat_address: ChatAddress) -> None:
        """Wait until a message to this chat is allowed."""
        wait = self._limiter.wait_seconds(chat_address.chat)
        if wait > self._max_wait_seconds:
            raise _rate_limited_error(timedelta(seconds=wait))
        self._limiter.acquire(chat_address.chat)
        if wait > 0:
            self._on_wait(chat_address)
            await asyncio.sleep(wait)


async def _keep_going(learning: Awaitable[None]) -> None:
    """The message matters more than what is kept about its place: a database that is away must not hold it back."""
    try:
        await learning
    except Exception:
        log.exception("telegram.places_error")


def _is_topic_gone(exc: TelegramError, target: ChatAddress) -> bool:
    return target.topic is not None and any(error in str(exc).casefold() for error in TOPIC_ERRORS)


def parse_address(address: str) -> ChatAddress:
    """Parse an address.

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
    """Which errors are permanent. A network error may contain the token: only its type is used."""
    if isinstance(exc, Forbidden | BadRequest):
        return DeliveryError(str(exc)[:200], permanent=True)
    return DeliveryError(f"Telegram was not reached: {type(exc).__name__}", permanent=False)
