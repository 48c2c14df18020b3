"""Sends a reply: laid out, in as many parts as it needs, at Telegram's pace."""

from dataclasses import dataclass
from typing import Final

from telegram import InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.constants import ParseMode

from bot.channels.interface import DeliveryError, Shown
from bot.channels.telegram.api.address import Place
from bot.channels.telegram.api.client import Api
from bot.channels.telegram.api.throttled_caller import Outlet, place_of
from bot.channels.telegram.outgoing.formatting import html, parts
from bot.channels.telegram.outgoing.keyboards import keyboard

_KEPT: Final = 1000


@dataclass(frozen=True, kw_only=True)
class _Part:
    """One message of a reply. The first quotes what it answers, the last carries the choices."""

    text: str
    quotes: ReplyParameters | None
    choices: InlineKeyboardMarkup | None


class Sender:
    """Remembers how far a reply of several parts got, so that the rest alone is sent again.

    The memory ends with the process, and then costs a repeated part.
    """

    def __init__(self, api: Api, outlet: Outlet) -> None:
        self._api = api
        self._outlet = outlet
        self._sent: dict[tuple[str, int], int] = {}

    async def send(self, address: str, shown: Shown) -> str:
        """Telegram's id of the last part, which carries the choices.

        Raises:
            DeliveryError: it was not taken, or only some parts of it.
        """
        place, texts, key = place_of(address), parts(shown.text), (address, shown.sequence)
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
        async def call(chat: int) -> str:
            message = await self._api.send_message(
                chat_id=chat,
                text=part.text,
                parse_mode=ParseMode.HTML,
                message_thread_id=place.topic,
                reply_parameters=part.quotes,
                reply_markup=part.choices,
                # A preview would fetch the page of somebody's draft, and push the answer off the screen.
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
            return str(message.message_id)

        return await self._outlet.call(place, call)

    def _note(self, key: tuple[str, int], count: int) -> None:
        self._sent[key] = count
        while len(self._sent) > _KEPT:
            del self._sent[next(iter(self._sent))]


def _quotes(place: Place, answers: str | None) -> ReplyParameters | None:
    """In a group several people ask at once: the answer shows to what. A tap or an album has no message to quote."""
    number = (answers or "").partition(":")[0]
    if place.chat >= 0 or not number.isdecimal():
        return None
    # What was asked may be deleted meanwhile, or the group have moved: then the answer alone has to do.
    return ReplyParameters(message_id=int(number), allow_sending_without_reply=True)
