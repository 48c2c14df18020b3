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
from bot.channels.telegram.api.address import Place
from bot.channels.telegram.api.updates import CallbackQuery, MalformedError, Message, Update, number
from bot.channels.telegram.incoming.mentions import Me
from bot.channels.telegram.incoming.parsing import inbound
from bot.channels.telegram.outgoing.callback_answers import Taps
from bot.channels.telegram.outgoing.group_messages import Answer, Press, Tap, tap
from handlers.model.messages import Inbound

log = structlog.get_logger()


class NotReadyError(Exception):
    """Telegram has not told this bot's own name yet: let it send the update again."""


@dataclass(frozen=True, kw_only=True)
class Watch:
    """Told about what this channel turned away, for those who count."""

    parked: Callable[[str], None] = lambda _reason: None
    """Something came from Telegram that is no update; a short reason is given: not_json, malformed, unreadable."""
    rejected: Callable[[], None] = lambda: None
    """A webhook call without the secret."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What an update said, and the tap it came from."""

    update: int
    inbound: Inbound
    tap: CallbackQuery | None = None

    @property
    def lane(self) -> str:
        """What has this in common is taken in in order."""
        return self.inbound.conversation


@dataclass(frozen=True, kw_only=True)
class Pressed:
    """A button on a board was tapped: nothing was said."""

    update: int
    query: CallbackQuery
    tap: Tap

    @property
    def lane(self) -> str:
        """Nobody waits for anybody: who is first is decided where the act is carried out."""
        return f"tap {self.query.id}"


@dataclass(kw_only=True)
class Ear:
    """The way in, by webhook and by polling alike. `me` is known once Telegram has told it."""

    receive: Receive
    taps: Taps
    typing: Callable[[Place], Coroutine[Any, Any, None]]
    clock: Callable[[], datetime]
    watch: Watch
    press: Press | None = None
    boards: frozenset[str] = frozenset()
    """Chats where nobody talks to the bot: notices stand there, and people talk about them among themselves."""
    me: Me | None = None
    _captioned: deque[str] = field(default_factory=lambda: deque(maxlen=100))

    def understand(self, raw: object) -> Heard | Pressed | None:
        """What was said or tapped; None where it was not said to the bot, or cannot be read.

        Raises:
            NotReadyError: nobody can tell yet.
        """
        if self.me is None:
            raise NotReadyError
        try:
            update = Update.read(raw)
            pressed = tap(update.callback_query) if update.callback_query is not None else None
            if pressed is not None and update.callback_query is not None:
                return Pressed(update=update.update_id, query=update.callback_query, tap=pressed)
            self._note_group(update.message)
            said = inbound(update, self.me, self.clock())
        except MalformedError as exc:
            self.park("malformed", update=number(raw), where=str(exc))
            return None
        except Exception:
            # A fault of ours: the same update would fail the same way for ever, and hold up those behind it.
            log.exception("telegram.unreadable", update=number(raw))
            self.park("unreadable", update=number(raw))
            return None
        return (
            None
            if said is None or said.conversation.partition("/")[0] in self.boards or self._answered(update.message)
            else Heard(update=update.update_id, inbound=said, tap=update.callback_query)
        )

    @staticmethod
    def _note_group(message: Message | None) -> None:
        """A group's number is what NOTIFY_ settings need, and no app shows it: /start in the group tells the log."""
        if message is not None and message.chat.type != "private" and (message.text or "").startswith("/start"):
            log.info("telegram.group", chat=message.chat.id)

    def _answered(self, message: Message | None) -> bool:
        """Whether it is a picture without words out of an album whose words were heard: the answer to them is enough.

        Known to this process only; elsewhere such an album gets one reply more.
        """
        if message is None or message.media_group_id is None:
            return False
        if message.caption:
            self._captioned.append(message.media_group_id)
        return not message.caption and message.media_group_id in self._captioned

    def park(self, reason: str, **facts: object) -> None:
        """This will never be any better: note it, without a word of what it says, and go on."""
        log.warning("telegram.parked", reason=reason, **facts)
        self.watch.parked(reason)

    async def take(self, heard: Heard | Pressed) -> None:
        """Returns once it is stored. Raises whatever kept it from being stored."""
        if isinstance(heard, Pressed):
            answer = await self.press(heard.tap) if self.press is not None else Answer(text="")
            self.taps.answer(heard.query, answer)
            return
        if heard.tap is not None:
            self.taps.acknowledge(heard.tap)
        async with self._typing(Place.read(heard.inbound.conversation)):
            await self.receive(heard.inbound)
        if heard.tap is not None:
            self.taps.settle(heard.tap)

    @asynccontextmanager
    async def _typing(self, place: Place) -> AsyncIterator[None]:
        """Shows "typing" while something takes long; ended before the reply, or it would outlast it."""
        task = asyncio.create_task(self.typing(place), name="telegram typing")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
