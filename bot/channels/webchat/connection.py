"""One WebSocket connection: handles its frames, and pushes new messages from the history."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, assert_never

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from bot.channels.interface import OutgoingMessage, Receive
from bot.channels.webchat import protocol
from bot.channels.webchat.display import Display
from bot.channels.webchat.protocol import HelloFrame, MalformedFrame, SayFrame, ServerFrame, TapFrame
from handlers.model.messages import Inbound, MessageKind
from kb.model import Language

log = structlog.get_logger()

CHANNEL: Final = "webchat"
MAX_HISTORY_MESSAGES: Final = 500
"""Messages that a page gets when it opens."""

_START_ID_PREFIX: Final = "start:"
"""Prefix of the program's own message ids: a page cannot use it, and such messages are not shown."""


class MayStart(Protocol):
    """Whether an address, by its key, may begin another conversation; counts it."""

    def __call__(self, address_key: str, /) -> Awaitable[bool]: ...


async def always_may(_address_key: str) -> bool:
    """Nothing is counted."""
    return True


class HistoryAfter(Protocol):
    """The messages of a conversation, both sides in order, after a sequence number.

    It may return them in batches: it is called until it returns none. An erased conversation is empty, and its sequence
    numbers are never reused.
    """

    async def __call__(self, conversation: str, after_sequence: int) -> Sequence[OutgoingMessage]: ...


@dataclass(frozen=True, kw_only=True)
class ConnectionContext:
    """What all connections share."""

    receive: Receive
    history: HistoryAfter
    clock: Callable[[], datetime]
    texts: Mapping[Language, Mapping[str, str]]
    display: Display
    max_chars: int
    wake: Callable[[str], None]
    """Wakes every page of a conversation."""
    may_read: Callable[[str], bool]
    """Whether the history of a conversation may be read once more now."""
    may_start: MayStart
    urgent_sentence: Callable[[Language], str]


class Connection:
    """One WebSocket of a person. Frames are handled in order; only the history is shown."""

    def __init__(
        self, socket: web.WebSocketResponse, conversation: str, context: ConnectionContext, *, origin: str | None = None
    ) -> None:
        self._socket, self._conversation, self._context, self._origin = socket, conversation, context, origin
        self._refused = False
        self._language: Language | None = None
        self._last_sequence = 0
        self._ready = self._welcome_sent = False
        self._change_event = asyncio.Event()

    def wake(self) -> None:
        """The history has new messages."""
        if self._ready:
            self._change_event.set()

    async def run(self) -> None:
        """Run until the page or the program closes it."""
        writer = asyncio.create_task(self._push_loop(), name="webchat writer")
        try:
            async for frame in self._socket:
                await self._on_frame(frame.data if frame.type is WSMsgType.TEXT else "")
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    async def close(self) -> None:
        """Close it; the page will reconnect."""
        await self._socket.close(code=WSCloseCode.GOING_AWAY)

    async def _on_frame(self, raw: str) -> None:
        try:
            frame = protocol.parse_frame(raw)
        except MalformedFrame as exc:
            await self._send_error("malformed", exc.id)
            return
        match frame:
            case HelloFrame():
                await self._on_hello(frame)
            case SayFrame() | TapFrame() if self._language is None:
                await self._send_error("hello_first", frame.id)
            case SayFrame() | TapFrame() if self._refused:
                await self._send_error("too_many", frame.id)
            case SayFrame() | TapFrame() if len(frame.text) > self._context.max_chars:
                await self._send_error("too_long", frame.id)
            case SayFrame():
                await self._submit(frame.id, frame.text)
            case TapFrame():
                await self._submit(frame.id, frame.text, frame)
            case _:
                assert_never(frame)

    async def _on_hello(self, hello: HelloFrame) -> None:
        if not self._context.may_read(self._conversation):
            log.warning("webchat.too_many_hellos")
            await self._socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
            return
        self._language, self._last_sequence = hello.lang, hello.after
        self._ready = self._welcome_sent = self._refused = False
        try:
            if hello.venue is not None and hello.visit is not None:
                self._last_sequence = max(await self._arrive(hello.venue, hello.visit), hello.after)
            elif not hello.after:
                self._last_sequence = await self._start_conversation(hello.lang)
            elif not await self._context.history(self._conversation, 0):
                # The shown conversation was erased since: start anew.
                await self._start_conversation(hello.lang)
        except Exception as exc:  # noqa: BLE001 - whatever fails behind it
            await self._close_for_retry(exc)
        else:
            # Not earlier: messages stored meanwhile may not be for showing.
            self._ready = True
            self._context.wake(self._conversation)

    async def _start_conversation(self, language: Language) -> int:
        """Start a conversation in which the person has not written yet; return the sequence number to show it from."""
        messages = await self._messages_after(0)
        starts = [one for one in messages if _is_start_message(one)]
        if len(starts) < sum(one.from_user for one in messages) or (messages and not starts):
            return 0
        if not messages and self._origin is not None and not await self._context.may_start(self._origin):
            log.warning("webchat.too_many_conversations")
            self._refused = True
        elif not any(one.message_id == f"{_START_ID_PREFIX}{language}" for one in starts):
            await self._context.receive(self._inbound(f"{_START_ID_PREFIX}{language}", "/start"))
            starts = [one for one in await self._messages_after(0) if _is_start_message(one)]
        return starts[-1].sequence if starts else 0

    async def _arrive(self, venue: str, visit: str) -> int:
        """Tell which venue the page was opened from; return the sequence number to show a new conversation from."""
        before = await self._messages_after(0)
        if not before and self._origin is not None and not await self._context.may_start(self._origin):
            log.warning("webchat.too_many_conversations")
            self._refused = True
            return 0
        await self._context.receive(self._inbound(f"{_START_ID_PREFIX}{visit}", f"/start {venue}"))
        said = any(one.from_user and not _is_start_message(one) for one in before)
        starts = [] if said else [one for one in await self._messages_after(0) if _is_start_message(one)]
        return starts[-1].sequence if starts else 0

    async def _submit(self, message_id: str, text: str, tap: TapFrame | None = None) -> None:
        try:
            await self._context.receive(self._inbound(message_id, text, tap))
        except Exception as exc:  # noqa: BLE001 - whatever it was: the page keeps the message and offers to resend it
            log.warning("webchat.store_failed", error=type(exc).__name__)
            await self._send_error("not_stored", message_id)
        else:
            await self._send_frame(protocol.accepted_frame(message_id))
            self._context.wake(self._conversation)

    def _inbound(self, message_id: str, text: str, tap: TapFrame | None = None) -> Inbound:
        return Inbound(
            channel=CHANNEL,
            conversation=self._conversation,
            sender=self._conversation,
            message_id=message_id,
            sent_at=self._context.clock(),
            kind=MessageKind.TEXT if tap is None else MessageKind.TAP,
            text=text,
            choice=None if tap is None else tap.choice,
            source_turn=None if tap is None else tap.turn,
            language=self._language,
            origin=self._origin,
        )

    async def _push_loop(self) -> None:
        """Push new messages on each wake-up."""
        while True:
            await self._change_event.wait()
            self._change_event.clear()
            try:
                await self._push_changes()
            except Exception as exc:  # noqa: BLE001 - the page reconnects and asks again
                await self._close_for_retry(exc)

    async def _push_changes(self) -> None:
        # Includes the last seen message: if that is gone, the conversation was erased.
        messages = await self._messages_after(max(self._last_sequence - 1, 0))
        fresh = bool(self._last_sequence) and (not messages or messages[0].sequence != self._last_sequence)
        if fresh:
            messages = await self._messages_after(0)
        elif self._last_sequence:
            messages = messages[1:]
        self._last_sequence = messages[-1].sequence if messages else 0 if fresh else self._last_sequence
        shown = [one for one in messages if not _is_start_message(one)]
        if fresh or not self._welcome_sent:
            self._welcome_sent = True
            latest = shown[-MAX_HISTORY_MESSAGES:]
            await self._send_frame(protocol.welcome_frame(latest, self._context.display, fresh=fresh))
        else:
            for one in shown:
                await self._send_frame(protocol.message_frame(one, self._context.display))

    async def _messages_after(self, after_sequence: int) -> Sequence[OutgoingMessage]:
        messages: list[OutgoingMessage] = []
        while page := await self._context.history(
            self._conversation, messages[-1].sequence if messages else after_sequence
        ):
            messages.extend(page)
        return messages

    async def _send_error(self, code: protocol.ErrorCode, message_id: str | None) -> None:
        words = self._context.texts[self._language or next(iter(self._context.texts))]
        text = words[f"error_{code}"].format(
            most=self._context.max_chars,
            call=self._context.urgent_sentence(self._language or next(iter(self._context.texts))),
        )
        await self._send_frame(protocol.error_frame(code, text, message_id))

    async def _send_frame(self, frame: ServerFrame) -> None:
        # A closed page misses nothing: it asks for the history when it reconnects.
        with suppress(ConnectionError):
            await self._socket.send_str(json.dumps(frame))

    async def _close_for_retry(self, exc: Exception) -> None:
        log.warning("webchat.history_unavailable", error=type(exc).__name__)
        await self._socket.close(code=WSCloseCode.TRY_AGAIN_LATER)


def _is_start_message(message: OutgoingMessage) -> bool:
    return message.from_user and (message.message_id or "").startswith(_START_ID_PREFIX)
