"""Sends a reply: laid out, at Telegram's pace, and with its errors told apart into permanent and passing ones."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from telegram import InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.channels.port import DeliveryError, Shown
from bot.channels.telegram.api import Api, deferral
from bot.channels.telegram.choices import keyboard
from bot.channels.telegram.layout import html, parts
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.place import Place

log = structlog.get_logger()

_ATTEMPTS: Final = 3
"""At one part, within one call: more may be needed after a 429, or when a chat has moved."""

_KEPT: Final = 1000


@dataclass(frozen=True, kw_only=True)
class _Part:
    """One message of a reply. The first quotes what it answers, the last carries the choices."""

    text: str
    quotes: ReplyParameters | None
    choices: InlineKeyboardMarkup | None


class Sender:
    """Remembers how far a reply of several parts got, so that the rest alone is sent again, and where chats moved to.

    Both memories end with the process, and then cost a repeated part or one more call.
    """

    def __init__(self, api: Api, pace: Pace, *, patience: float, typing: Callable[[Place], None]) -> None:
        self._api = api
        self._pace = pace
        self._patience = patience
        self._typing = typing
        self._sent: dict[tuple[str, int], int] = {}
        self._moved: dict[int, int] = {}

    async def send(self, address: str, shown: Shown) -> str:
        """Telegram's id of the last part, which carries the choices.

        Raises:
            DeliveryError: it was not taken, or only some parts of it.
        """
        place, texts, key = _place(address), parts(shown.text), (address, shown.sequence)
        if not texts:
            raise DeliveryError("there is nothing in it to send", permanent=True)
        receipt = ""
        for count in range(min(self._sent.get(key, 0), len(texts) - 1), len(texts)):
            part = _Part(
                text=html(texts[count]),
                quotes=_quotes(place, shown.answers) if count == 0 else None,
                choices=keyboard(shown.options, shown.turn) if count == len(texts) - 1 else None,
            )
            receipt = await self._part(place, part)
            self._note(key, count + 1)
        self._sent.pop(key, None)
        return receipt

    async def _part(self, place: Place, part: _Part) -> str:
        for attempt in range(1, _ATTEMPTS + 1):
            chat = self._moved.get(place.chat, place.chat)
            await self._turn(Place(chat=chat, topic=place.topic))
            try:
                return await self._call(chat, place.topic, part)
            except ChatMigrated as exc:
                self._moved[place.chat] = exc.new_chat_id
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
            self._typing(place)
            await asyncio.sleep(wait)

    async def _call(self, chat: int, topic: int | None, part: _Part) -> str:
        message = await self._api.send_message(
            chat_id=chat,
            text=part.text,
            parse_mode=ParseMode.HTML,
            message_thread_id=topic,
            reply_parameters=part.quotes,
            reply_markup=part.choices,
            # A preview would fetch the page of somebody's draft, and push the answer off the screen.
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
        return str(message.message_id)

    def _note(self, key: tuple[str, int], count: int) -> None:
        self._sent[key] = count
        while len(self._sent) > _KEPT:
            del self._sent[next(iter(self._sent))]


def _place(address: str) -> Place:
    try:
        return Place.read(address)
    except ValueError as exc:
        raise DeliveryError("this is no address of a Telegram chat", permanent=True) from exc


def _quotes(place: Place, answers: str | None) -> ReplyParameters | None:
    """In a group several people ask at once: the answer shows to what. A tap or an album has no message to quote."""
    number = (answers or "").partition(":")[0]
    if place.chat >= 0 or not number.isdecimal():
        return None
    # What was asked may be deleted meanwhile, or the group have moved: then the answer alone has to do.
    return ReplyParameters(message_id=int(number), allow_sending_without_reply=True)


def _later(wait: timedelta) -> DeliveryError:
    return DeliveryError("Telegram asks to wait", permanent=False, retry_after=wait)


def _failure(exc: TelegramError) -> DeliveryError:
    """What trying again can mend, and what not. A network error may name the token: only its type is told."""
    if isinstance(exc, Forbidden | BadRequest):
        return DeliveryError(str(exc)[:200], permanent=True)
    return DeliveryError(f"Telegram was not reached: {type(exc).__name__}", permanent=False)
