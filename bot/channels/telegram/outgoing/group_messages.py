"""Posts and edits messages with buttons in groups; does not know what they say."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.channels.interface import DeliveryError
from bot.channels.telegram.api.address import ChatAddress
from bot.channels.telegram.api.client import BotApi
from bot.channels.telegram.api.throttled_caller import TOPIC_ERRORS, ThrottledCaller, parse_address
from bot.channels.telegram.api.updates import CallbackQuery, Message, User

CALLBACK_PREFIX: Final = "desk:"
"""Prefix of callback data of group messages; options of a reply begin with a digit or a bar."""

MAX_REPLY_CHARS: Final = 200

_GONE_ERRORS: Final = ("message to edit not found", "message_id_invalid", "message can't be edited", *TOPIC_ERRORS)
"""What Telegram says, in any case, of a message that no edit will ever reach."""


class MessageGoneError(DeliveryError):
    """The message to edit is not there any more."""

    def __init__(self) -> None:
        super().__init__(permanent=True)


@dataclass(frozen=True, kw_only=True)
class ActionButton:
    """A button; `callback_data` comes back when it is tapped (59 bytes at most)."""

    title: str
    callback_data: str


@dataclass(frozen=True, kw_only=True)
class ButtonTap:
    """A button tap in a chat; `user_name` is the name shown to the others."""

    chat: str
    user_name: str
    callback_data: str


@dataclass(frozen=True, kw_only=True)
class TapReply:
    """The reply to a tap: a toast, or (`show_alert`) a dialog; `rows` replace the buttons of the tapped message."""

    text: str
    show_alert: bool = False
    rows: tuple[tuple[ActionButton, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class GroupReply:
    """A member's reply to a message that the bot posted in a group; both messages by Telegram's ids."""

    chat: str
    message_id: str
    replied_to: str
    user_name: str
    text: str


OnGroupReply = Callable[[GroupReply], Awaitable[None]]
OnTap = Callable[[ButtonTap], Awaitable[TapReply]]


class GroupMessages:
    """Posts and edits messages."""

    def __init__(self, api: BotApi, caller: ThrottledCaller) -> None:
        self._api, self._caller = api, caller

    async def post(
        self,
        address: str,
        html: str,
        rows: tuple[tuple[ActionButton, ...], ...],
        in_reply_to: str | None,
        topic_gone: str,
    ) -> str:
        """Post a message, in reply to `in_reply_to` if that still exists; return Telegram's id of it.

        If the topic is gone it is posted in the group, with the sentence `topic_gone` before it.

        Raises:
            DeliveryError: it was not taken.
        """
        place, chats = parse_address(address), _ChatsOfOneCall()

        async def call(target: ChatAddress) -> str:
            return await self._api.post_message(
                chat_id=target.chat,
                text=html if target.topic == place.topic or not topic_gone else f"{topic_gone}\n\n{html}",
                parse_mode=ParseMode.HTML,
                message_thread_id=target.topic,
                reply_markup=make_keyboard(rows),
                reply_parameters=_reply_parameters(None if chats.moved_to(target.chat) else in_reply_to),
                link_preview_options=_NO_PREVIEW,
            )

        return await self._caller.call(place, call)

    async def edit(self, address: str, message_id: str, html: str, rows: tuple[tuple[ActionButton, ...], ...]) -> None:
        """Replace the text of the message.

        Raises:
            MessageGoneError: it is deleted, or stayed behind in the group that this one was before it moved.
            DeliveryError: it was not accepted.
        """
        chats = _ChatsOfOneCall()

        async def call(target: ChatAddress) -> None:
            if chats.moved_to(target.chat):
                raise MessageGoneError
            try:
                await self._api.replace_text(
                    text=html,
                    chat_id=target.chat,
                    message_id=int(message_id),
                    parse_mode=ParseMode.HTML,
                    reply_markup=make_keyboard(rows),
                    link_preview_options=_NO_PREVIEW,
                )
            except BadRequest as exc:
                error = str(exc).casefold()
                if any(gone in error for gone in _GONE_ERRORS):
                    raise MessageGoneError from exc
                # Unchanged: an earlier edit succeeded whose answer was lost.
                if "not modified" not in error:
                    raise

        await self._caller.call(parse_address(address), call)


class _ChatsOfOneCall:
    """Notices that a chat moves while it is called: a message id of before is that of another message there."""

    def __init__(self) -> None:
        self._first: int | None = None

    def moved_to(self, chat: int) -> bool:
        """Whether an earlier attempt of the call went to another chat."""
        if self._first is None:
            self._first = chat
        return chat != self._first


def parse_button_tap(query: CallbackQuery) -> ButtonTap | None:
    """The tap on a button of a group message; None for any other. Telegram guarantees where it was tapped."""
    if query.message is None or query.data is None or not query.data.startswith(CALLBACK_PREFIX) or query.sender.is_bot:
        return None
    act = query.data.removeprefix(CALLBACK_PREFIX)
    return ButtonTap(chat=str(query.message.chat.id), user_name=_display_name(query.sender), callback_data=act)


def parse_group_reply(message: Message, bot_id: int) -> GroupReply | None:
    """The reply of a member to a message of the bot's; None for any other message, a command, or one without words."""
    replied, sender = message.reply_to_message, message.sender
    if replied is None or replied.message_id is None or replied.sender is None or replied.sender.id != bot_id:
        return None
    # An anonymous admin or a channel is nobody who could be named.
    if sender is None or sender.is_bot or message.sender_chat is not None or message.edit_date is not None:
        return None
    if not message.text or message.text.startswith("/"):
        return None
    return GroupReply(
        chat=str(message.chat.id),
        message_id=str(message.message_id),
        replied_to=str(replied.message_id),
        user_name=_display_name(sender),
        text=message.text,
    )


def _reply_parameters(in_reply_to: str | None) -> ReplyParameters | None:
    if in_reply_to is None:
        return None
    return ReplyParameters(message_id=int(in_reply_to), allow_sending_without_reply=True)


def _display_name(user: User) -> str:
    """The name as colleagues know it; the username tells equal ones apart."""
    full = " ".join(part for part in (user.first_name, user.last_name) if part).strip()
    unique = f"@{user.username}" if user.username else f"…{str(user.id)[-4:]}"
    return f"{full} ({unique})" if full else unique


def make_keyboard(rows: tuple[tuple[ActionButton, ...], ...]) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(each.title, callback_data=f"{CALLBACK_PREFIX}{each.callback_data}") for each in row]
            for row in rows
        ]
    )


_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
