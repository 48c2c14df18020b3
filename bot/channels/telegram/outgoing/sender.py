"""Sends a reply: formatted, split and at Telegram's pace."""

from dataclasses import dataclass
from typing import Final

from telegram import InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.constants import ParseMode

from bot.channels.interface import DeliveryError, OutgoingMessage
from bot.channels.telegram.api.address import ChatAddress
from bot.channels.telegram.api.client import BotApi
from bot.channels.telegram.api.throttled_caller import ThrottledCaller, parse_address
from bot.channels.telegram.outgoing.formatting import MAX_MESSAGE_UNITS, to_html
from bot.channels.telegram.outgoing.keyboards import options_keyboard
from bot.channels.text_split import split_text

_MAX_PROGRESS_ENTRIES: Final = 1000


@dataclass(frozen=True, kw_only=True)
class _MessagePart:
    """One part of a reply. The first quotes the question, the last carries the keyboard."""

    text: str
    reply_parameters: ReplyParameters | None
    keyboard: InlineKeyboardMarkup | None


class ReplySender:
    """Remembers which parts of a reply were sent, so that a retry sends only the rest.

    State is in memory; losing it costs a repeated part.
    """

    def __init__(self, api: BotApi, caller: ThrottledCaller) -> None:
        self._api = api
        self._caller = caller
        self._parts_sent: dict[tuple[str, int], int] = {}

    async def send(self, address: str, message: OutgoingMessage) -> str:
        """Telegram's id of the last part, which carries the keyboard.

        Raises:
            DeliveryError: it was not taken, or only some parts of it.
        """
        place, key = parse_address(address), (address, message.sequence)
        texts = split_text(message.text, MAX_MESSAGE_UNITS)
        if not texts:
            raise DeliveryError("there is nothing in it to send", permanent=True)
        message_id = ""
        for count in range(min(self._parts_sent.get(key, 0), len(texts) - 1), len(texts)):
            part = _MessagePart(
                text=to_html(texts[count]),
                reply_parameters=_reply_parameters(place, message.in_reply_to) if count == 0 else None,
                keyboard=options_keyboard(message.options, message.turn) if count == len(texts) - 1 else None,
            )
            message_id = await self._send_part(place, part)
            self._record_progress(key, count + 1)
        self._parts_sent.pop(key, None)
        return message_id

    async def _send_part(self, chat_address: ChatAddress, part: _MessagePart) -> str:
        async def call(target: ChatAddress) -> str:
            return await self._api.post_message(
                chat_id=target.chat,
                text=part.text,
                parse_mode=ParseMode.HTML,
                message_thread_id=target.topic,
                reply_parameters=part.reply_parameters,
                reply_markup=part.keyboard,
                # A preview would fetch the draft page, and push the answer off the screen.
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )

        return await self._caller.call(chat_address, call)

    def _record_progress(self, key: tuple[str, int], count: int) -> None:
        self._parts_sent[key] = count
        while len(self._parts_sent) > _MAX_PROGRESS_ENTRIES:
            del self._parts_sent[next(iter(self._parts_sent))]


def _reply_parameters(chat_address: ChatAddress, in_reply_to: str | None) -> ReplyParameters | None:
    """In a group several people ask at once: quote the question. A tap or an album has no message to quote."""
    number = (in_reply_to or "").partition(":")[0]
    if chat_address.chat >= 0 or not number.isdecimal():
        return None
    # The question may be deleted, or the group moved: then the answer goes without a quote.
    return ReplyParameters(message_id=int(number), allow_sending_without_reply=True)
