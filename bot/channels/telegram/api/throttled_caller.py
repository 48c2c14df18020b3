"""One call to a chat at a time: at Telegram's pace, again where that helps, its errors told apart; knows no message."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, TypeVar

import structlog
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.channels.interface import DeliveryError
from bot.channels.telegram.api.address import Place
from bot.channels.telegram.api.client import deferral
from bot.channels.telegram.api.rate_limit import Pace

log = structlog.get_logger()

Result = TypeVar("Result")

_ATTEMPTS: Final = 3
"""At one call: more may be needed after a 429, or when a chat has moved."""


class Outlet:
    """What replies and notices share: how fast the bot may speak, and where chats moved to.

    This memory ends with the process, and then costs one more call.
    """

    def __init__(self, pace: Pace, *, patience: float, waits: Callable[[Place], None]) -> None:
        """`waits` is told where somebody has to wait for their turn."""
        self._pace, self._patience, self._waits = pace, patience, waits
        self._moved: dict[int, int] = {}

    async def call(self, place: Place, make: Callable[[int], Awaitable[Result]]) -> Result:
        """What `make` gives for the chat that `place` is in now.

        Raises:
            DeliveryError: it was not taken.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            chat = self._moved.get(place.chat, place.chat)
            await self._turn(Place(chat=chat, topic=place.topic))
            try:
                return await make(chat)
            except ChatMigrated as exc:
                self._moved[place.chat] = exc.new_chat_id
                log.warning("telegram.chat_moved", before=place.chat, now=exc.new_chat_id)
            except RetryAfter as exc:
                wait = deferral(exc)
                self._pace.hold(chat, wait.total_seconds())
                log.warning("telegram.told_to_wait", seconds=wait.total_seconds())
                if attempt == _ATTEMPTS:
                    raise _later(wait) from exc
            except TelegramError as exc:
                raise _failure(exc) from exc
        raise DeliveryError("the chat keeps moving", permanent=False)

    async def _turn(self, place: Place) -> None:
        """Wait until a message to `place` may go."""
        wait = self._pace.wait(place.chat)
        if wait > self._patience:
            raise _later(timedelta(seconds=wait))
        self._pace.take(place.chat)
        if wait > 0:
            self._waits(place)
            await asyncio.sleep(wait)


def place_of(address: str) -> Place:
    """The place that an address names.

    Raises:
        DeliveryError: it names none.
    """
    try:
        return Place.read(address)
    except ValueError as exc:
        raise DeliveryError("this is no address of a Telegram chat", permanent=True) from exc


def _later(wait: timedelta) -> DeliveryError:
    return DeliveryError("Telegram asks to wait", permanent=False, retry_after=wait)


def _failure(exc: TelegramError) -> DeliveryError:
    """What trying again can mend, and what not. A network error may name the token: only its type is told."""
    if isinstance(exc, Forbidden | BadRequest):
        return DeliveryError(str(exc)[:200], permanent=True)
    return DeliveryError(f"Telegram was not reached: {type(exc).__name__}", permanent=False)
