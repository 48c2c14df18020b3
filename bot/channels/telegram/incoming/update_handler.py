"""Handles updates of webhook and polling: parses them, and passes messages to `receive`; invalid ones are dropped,
never raised."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import structlog

from bot.channels.interface import Receive
from bot.channels.telegram.api.address import ChatAddress
from bot.channels.telegram.api.chat_places import ChatPlaces
from bot.channels.telegram.api.updates import CallbackQuery, MalformedError, Message, Update, raw_update_id
from bot.channels.telegram.incoming.mentions import BotIdentity
from bot.channels.telegram.incoming.parsing import to_inbound
from bot.channels.telegram.outgoing.callback_answers import CallbackAnswers
from bot.channels.telegram.outgoing.group_messages import (
    ButtonTap,
    GroupReply,
    OnGroupReply,
    OnTap,
    TapReply,
    parse_button_tap,
    parse_group_reply,
)
from handlers.model.messages import Inbound

log = structlog.get_logger()


class NotReadyError(Exception):
    """Telegram has not told the bot's own name yet: let it send the update again."""


@dataclass(frozen=True, kw_only=True)
class UpdateCallbacks:
    """Callbacks for rejected input, for metrics."""

    update_dropped: Callable[[str], None] = lambda _reason: None
    """An invalid update was dropped; the reason is not_json, malformed or unreadable."""
    webhook_rejected: Callable[[], None] = lambda: None
    """A webhook call without the secret."""


@dataclass(frozen=True, kw_only=True)
class MessageUpdate:
    """A message, and the button tap it came from."""

    update_id: int
    inbound: Inbound
    tap: CallbackQuery | None = None

    @property
    def queue_key(self) -> str:
        """Updates with the same key are processed in order."""
        return self.inbound.conversation


@dataclass(frozen=True, kw_only=True)
class MoveUpdate:
    """A group became a supergroup: the chat `before` is now `after`."""

    update_id: int
    before: int
    after: int

    @property
    def queue_key(self) -> str:
        """Before the first message in the new chat."""
        return str(self.after)


@dataclass(frozen=True, kw_only=True)
class ButtonUpdate:
    """A button of a group message was tapped."""

    update_id: int
    query: CallbackQuery
    tap: ButtonTap

    @property
    def queue_key(self) -> str:
        """Unordered: the action itself decides who is first."""
        return f"tap {self.query.id}"


@dataclass(frozen=True, kw_only=True)
class GroupReplyUpdate:
    """A message of the bot's in a group with notifications was replied to."""

    update_id: int
    reply: GroupReply

    @property
    def queue_key(self) -> str:
        """In order: several replies are one conversation."""
        return f"group {self.reply.chat}"


QueuedUpdate = MessageUpdate | ButtonUpdate | GroupReplyUpdate | MoveUpdate


@dataclass(kw_only=True)
class UpdateHandler:
    """Handles updates. `bot` is known once Telegram has told it."""

    receive: Receive
    callback_answers: CallbackAnswers
    send_typing: Callable[[ChatAddress], Coroutine[Any, Any, None]]
    clock: Callable[[], datetime]
    callbacks: UpdateCallbacks
    places: ChatPlaces
    on_tap: OnTap | None = None
    on_group_reply: OnGroupReply | None = None
    groups: frozenset[str] = frozenset()
    """Groups with notifications, where the bot answers no messages: people discuss hand-offs there."""
    bot: BotIdentity | None = None
    _captioned_albums: deque[str] = field(default_factory=lambda: deque(maxlen=100))

    def parse(self, raw: object) -> QueuedUpdate | None:
        """The message, tap, or reply in a group; None if it is not for the bot, or invalid.

        Raises:
            NotReadyError: nobody can tell yet.
        """
        if self.bot is None:
            raise NotReadyError
        try:
            update = Update.parse(raw)
            button_tap = parse_button_tap(update.callback_query) if update.callback_query is not None else None
            if button_tap is not None and update.callback_query is not None:
                return ButtonUpdate(update_id=update.update_id, query=update.callback_query, tap=button_tap)
            move = _parse_move(update)
            if move is not None:
                return move
            self._log_group_id(update.message)
            group_reply = self._parse_group_reply(update.message, self.bot)
            if group_reply is not None:
                return GroupReplyUpdate(update_id=update.update_id, reply=group_reply)
            message = to_inbound(update, self.bot, self.clock())
        except MalformedError as exc:
            self.drop_update("malformed", update=raw_update_id(raw), where=str(exc))
            return None
        except Exception:
            # A bug: the same update would fail forever, and block those behind it.
            log.exception("telegram.update_error", update=raw_update_id(raw))
            self.drop_update("unreadable", update=raw_update_id(raw))
            return None
        return (
            None
            if message is None or self._is_staff_group(message) or self._is_album_continuation(update.message)
            else MessageUpdate(update_id=update.update_id, inbound=message, tap=update.callback_query)
        )

    def _parse_group_reply(self, message: Message | None, bot: BotIdentity) -> GroupReply | None:
        if message is None or self.places.configured_group(str(message.chat.id), self.groups) is None:
            return None
        return parse_group_reply(message, bot.id)

    @staticmethod
    def _log_group_id(message: Message | None) -> None:
        """Log a group's id, which NOTIFY_ settings need and no app shows, on /start in the group."""
        if message is not None and message.chat.type != "private" and (message.text or "").startswith("/start"):
            log.info("telegram.group", chat=message.chat.id)

    def _is_album_continuation(self, message: Message | None) -> bool:
        """Whether it is a picture without text of an album whose text was received: one answer is enough.

        Known to this process only; elsewhere such an album gets one more reply.
        """
        if message is None or message.media_group_id is None:
            return False
        if message.caption:
            self._captioned_albums.append(message.media_group_id)
        return not message.caption and message.media_group_id in self._captioned_albums

    def drop_update(self, reason: str, **details: object) -> None:
        """Log and count an update that will never be valid, without its contents."""
        log.warning("telegram.update_dropped", reason=reason, **details)
        self.callbacks.update_dropped(reason)

    def _is_staff_group(self, message: Inbound) -> bool:
        return self.places.configured_group(message.conversation.partition("/")[0], self.groups) is not None

    async def handle(self, update: QueuedUpdate) -> None:
        """Returns once it is stored; raises otherwise."""
        if isinstance(update, MoveUpdate):
            await self.places.learn_move(update.before, update.after)
            return
        if isinstance(update, GroupReplyUpdate):
            if self.on_group_reply is not None:
                await self.on_group_reply(update.reply)
            return
        if isinstance(update, ButtonUpdate):
            await self._handle_tap(update)
            return
        if update.inbound.conversation.startswith("-"):
            await self.places.refresh()
            if self._is_staff_group(update.inbound):
                return
        if update.tap is not None:
            self.callback_answers.acknowledge(update.tap)
        async with self._typing_indicator(ChatAddress.parse(update.inbound.conversation)):
            await self.receive(update.inbound)
        if update.tap is not None:
            self.callback_answers.replace_keyboard(update.tap)

    async def _handle_tap(self, update: ButtonUpdate) -> None:
        """A group that moved acts under the id that the settings know it by."""
        await self.places.refresh()
        group = self.places.configured_group(update.tap.chat, self.groups)
        tap = update.tap if group is None else replace(update.tap, chat=group)
        answer = await self.on_tap(tap) if self.on_tap is not None else TapReply(text="")
        self.callback_answers.answer(update.query, answer)

    @asynccontextmanager
    async def _typing_indicator(self, chat_address: ChatAddress) -> AsyncIterator[None]:
        """Shows "typing" while processing takes long; ends before the reply, or it would outlast it."""
        task = asyncio.create_task(self.send_typing(chat_address), name="telegram typing")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _parse_move(update: Update) -> MoveUpdate | None:
    """Telegram tells it in the old chat and in the new one."""
    message = update.message
    if message is None:
        return None
    if message.migrate_to_chat_id is not None:
        return MoveUpdate(update_id=update.update_id, before=message.chat.id, after=message.migrate_to_chat_id)
    if message.migrate_from_chat_id is not None:
        return MoveUpdate(update_id=update.update_id, before=message.migrate_from_chat_id, after=message.chat.id)
    return None
