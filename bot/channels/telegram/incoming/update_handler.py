"""Takes updates in: reads them, and hands what was said to `receive`; what cannot be read is parked, never raised."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from bot.channels.interface import Receive
from bot.channels.telegram.api.address import ChatAddress
from bot.channels.telegram.api.updates import CallbackQuery, MalformedError, Message, Update, raw_update_id
from bot.channels.telegram.incoming.mentions import BotIdentity
from bot.channels.telegram.incoming.parsing import to_inbound
from bot.channels.telegram.outgoing.callback_answers import CallbackAnswers
from bot.channels.telegram.outgoing.group_messages import ButtonTap, OnTap, TapReply, parse_button_tap
from handlers.model.messages import Inbound

log = structlog.get_logger()


class NotReadyError(Exception):
    """Telegram has not told this bot's own name yet: let it send the update again."""


@dataclass(frozen=True, kw_only=True)
class UpdateCallbacks:
    """Told about what this channel turned away, for those who count."""

    update_dropped: Callable[[str], None] = lambda _reason: None
    """Something came from Telegram that is no update; a short reason is given: not_json, malformed, unreadable."""
    webhook_rejected: Callable[[], None] = lambda: None
    """A webhook call without the secret."""


@dataclass(frozen=True, kw_only=True)
class MessageUpdate:
    """What an update said, and the tap it came from."""

    update_id: int
    inbound: Inbound
    tap: CallbackQuery | None = None

    @property
    def queue_key(self) -> str:
        """What has this in common is taken in in order."""
        return self.inbound.conversation


@dataclass(frozen=True, kw_only=True)
class ButtonUpdate:
    """A button on a board was tapped: nothing was said."""

    update_id: int
    query: CallbackQuery
    tap: ButtonTap

    @property
    def queue_key(self) -> str:
        """Nobody waits for anybody: who is first is decided where the act is carried out."""
        return f"tap {self.query.id}"


@dataclass(kw_only=True)
class UpdateHandler:
    """The way in, by webhook and by polling alike. `me` is known once Telegram has told it."""

    receive: Receive
    callback_answers: CallbackAnswers
    send_typing: Callable[[ChatAddress], Coroutine[Any, Any, None]]
    clock: Callable[[], datetime]
    callbacks: UpdateCallbacks
    on_tap: OnTap | None = None
    groups: frozenset[str] = frozenset()
    """Chats where nobody talks to the bot: notices stand there, and people talk about them among themselves."""
    bot: BotIdentity | None = None
    _captioned_albums: deque[str] = field(default_factory=lambda: deque(maxlen=100))

    def parse(self, raw: object) -> MessageUpdate | ButtonUpdate | None:
        """What was said or tapped; None where it was not said to the bot, or cannot be read.

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
            self._log_group_id(update.message)
            message = to_inbound(update, self.bot, self.clock())
        except MalformedError as exc:
            self.drop_update("malformed", update=raw_update_id(raw), where=str(exc))
            return None
        except Exception:
            # A fault of ours: the same update would fail the same way for ever, and hold up those behind it.
            log.exception("telegram.unreadable", update=raw_update_id(raw))
            self.drop_update("unreadable", update=raw_update_id(raw))
            return None
        return (
            None
            if message is None
            or message.conversation.partition("/")[0] in self.groups
            or self._is_album_continuation(update.message)
            else MessageUpdate(update_id=update.update_id, inbound=message, tap=update.callback_query)
        )

    @staticmethod
    def _log_group_id(message: Message | None) -> None:
        """A group's number is what NOTIFY_ settings need, and no app shows it: /start in the group tells the log."""
        if message is not None and message.chat.type != "private" and (message.text or "").startswith("/start"):
            log.info("telegram.group", chat=message.chat.id)

    def _is_album_continuation(self, message: Message | None) -> bool:
        """Whether it is a picture without words out of an album whose words were heard: the answer to them is enough.

        Known to this process only; elsewhere such an album gets one reply more.
        """
        if message is None or message.media_group_id is None:
            return False
        if message.caption:
            self._captioned_albums.append(message.media_group_id)
        return not message.caption and message.media_group_id in self._captioned_albums

    def drop_update(self, reason: str, **details: object) -> None:
        """This will never be any better: note it, without a word of what it says, and go on."""
        log.warning("telegram.parked", reason=reason, **details)
        self.callbacks.update_dropped(reason)

    async def handle(self, update: MessageUpdate | ButtonUpdate) -> None:
        """Returns once it is stored. Raises whatever kept it from being stored."""
        if isinstance(update, ButtonUpdate):
            answer = await self.on_tap(update.tap) if self.on_tap is not None else TapReply(text="")
            self.callback_answers.answer(update.query, answer)
            return
        if update.tap is not None:
            self.callback_answers.acknowledge(update.tap)
        async with self._typing_indicator(ChatAddress.parse(update.inbound.conversation)):
            await self.receive(update.inbound)
        if update.tap is not None:
            self.callback_answers.replace_keyboard(update.tap)

    @asynccontextmanager
    async def _typing_indicator(self, chat_address: ChatAddress) -> AsyncIterator[None]:
        """Shows "typing" while something takes long; ended before the reply, or it would outlast it."""
        task = asyncio.create_task(self.send_typing(chat_address), name="telegram typing")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
