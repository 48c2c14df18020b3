"""One open page: hears its frames, and shows it whatever is new in the history."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, assert_never

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from bot.channels.interface import Receive, Shown
from bot.channels.webchat import protocol
from bot.channels.webchat.protocol import Hello, MalformedFrame, Say, Sent, Tap
from handlers.model.messages import Inbound, MessageKind
from kb.model import Language

log = structlog.get_logger()

CHANNEL: Final = "webchat"
MOST_SHOWN: Final = 500
"""Messages of a talk that a page gets when it opens."""

_START: Final = "start:"
"""Message ids that begin so are the program's own: a page cannot make one, and none is shown."""


class History(Protocol):
    """What was said in a talk, both sides in order, after a sequence number.

    It may give as many at a time as it likes: it is asked on until it has none. A talk that is forgotten is gone from
    it, its sequence numbers are never used again.
    """

    async def __call__(self, conversation: str, after: int) -> Sequence[Shown]: ...


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What every open page shares."""

    receive: Receive
    history: History
    clock: Callable[[], datetime]
    texts: Mapping[Language, Mapping[str, str]]
    max_chars: int
    wake: Callable[[str], None]
    """Tells every page of a conversation that something is new."""


class Connection:
    """One WebSocket of a person. Frames are dealt with one after the other; the history is the only truth shown."""

    def __init__(self, socket: web.WebSocketResponse, conversation: str, desk: Desk) -> None:
        self._socket, self._conversation, self._desk = socket, conversation, desk
        self._language: Language | None = None
        self._seen = 0
        self._ready = self._welcomed = False
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Something is new in the history."""
        if self._ready:
            self._news.set()

    async def run(self) -> None:
        """Until the page goes, or the program."""
        writer = asyncio.create_task(self._write(), name="webchat writer")
        try:
            async for frame in self._socket:
                await self._hear(frame.data if frame.type is WSMsgType.TEXT else "")
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    async def close(self) -> None:
        """Goodbye: the page will try to come back."""
        await self._socket.close(code=WSCloseCode.GOING_AWAY)

    async def _hear(self, raw: str) -> None:
        try:
            heard = protocol.parse(raw)
        except MalformedFrame as exc:
            await self._fail("malformed", exc.id)
            return
        match heard:
            case Hello():
                await self._welcome(heard)
            case Say() | Tap() if self._language is None:
                await self._fail("hello_first", heard.id)
            case Say() | Tap() if len(heard.text) > self._desk.max_chars:
                await self._fail("too_long", heard.id)
            case Say():
                await self._take(heard.id, heard.text)
            case Tap():
                await self._take(heard.id, heard.text, heard)
            case _:
                assert_never(heard)

    async def _welcome(self, hello: Hello) -> None:
        self._language, self._seen = hello.lang, hello.after
        self._ready = self._welcomed = False
        try:
            if not hello.after:
                self._seen = await self._greeted(hello.lang)
            elif not await self._desk.history(self._conversation, 0):
                # What the page shows was forgotten since: begin anew.
                await self._greeted(hello.lang)
        except Exception as exc:  # noqa: BLE001 - whatever the program behind is made of
            await self._give_up(exc)
        else:
            # Not sooner: what is said meanwhile may not be for showing.
            self._ready = True
            self._desk.wake(self._conversation)

    async def _greeted(self, language: Language) -> int:
        """Begins a talk in which the person has not spoken yet; where it is to be shown from."""
        told = await self._unseen(0)
        starts = [one for one in told if _is_start(one)]
        if len(starts) < sum(one.mine for one in told) or (told and not starts):
            return 0
        if not any(one.message_id == f"{_START}{language}" for one in starts):
            await self._desk.receive(self._inbound(f"{_START}{language}", "/start"))
            starts = [one for one in await self._unseen(0) if _is_start(one)]
        return starts[-1].sequence if starts else 0

    async def _take(self, message_id: str, text: str, tap: Tap | None = None) -> None:
        try:
            await self._desk.receive(self._inbound(message_id, text, tap))
        except Exception as exc:  # noqa: BLE001 - whatever it was: the page keeps the message and offers to send it again
            log.warning("webchat.not_stored", error=type(exc).__name__)
            await self._fail("not_stored", message_id)
        else:
            await self._send(protocol.accepted(message_id))
            self._desk.wake(self._conversation)

    def _inbound(self, message_id: str, text: str, tap: Tap | None = None) -> Inbound:
        return Inbound(
            channel=CHANNEL,
            conversation=self._conversation,
            sender=self._conversation,
            message_id=message_id,
            sent_at=self._desk.clock(),
            kind=MessageKind.TEXT if tap is None else MessageKind.TAP,
            text=text,
            choice=None if tap is None else tap.choice,
            source_turn=None if tap is None else tap.turn,
            language=self._language,
        )

    async def _write(self) -> None:
        """Shows what is new, each time something is."""
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                await self._catch_up()
            except Exception as exc:  # noqa: BLE001 - the page comes back and asks again
                await self._give_up(exc)

    async def _catch_up(self) -> None:
        # The last message that was seen is read too: if it is gone, the talk was forgotten.
        told = await self._unseen(max(self._seen - 1, 0))
        fresh = bool(self._seen) and (not told or told[0].sequence != self._seen)
        if fresh:
            told = await self._unseen(0)
        elif self._seen:
            told = told[1:]
        self._seen = told[-1].sequence if told else 0 if fresh else self._seen
        shown = [one for one in told if not _is_start(one)]
        if fresh or not self._welcomed:
            self._welcomed = True
            await self._send(protocol.welcome(shown[-MOST_SHOWN:], fresh=fresh))
        else:
            for one in shown:
                await self._send(protocol.message(one))

    async def _unseen(self, after: int) -> Sequence[Shown]:
        told: list[Shown] = []
        while page := await self._desk.history(self._conversation, told[-1].sequence if told else after):
            told.extend(page)
        return told

    async def _fail(self, code: protocol.Fault, message_id: str | None) -> None:
        words = self._desk.texts[self._language or "lv"]
        text = words[f"error_{code}"].format(most=self._desk.max_chars)
        await self._send(protocol.error(code, text, message_id))

    async def _send(self, frame: Sent) -> None:
        # A page that has gone misses nothing: it asks for the history when it is back.
        with suppress(ConnectionError):
            await self._socket.send_str(json.dumps(frame))

    async def _give_up(self, exc: Exception) -> None:
        log.warning("webchat.no_history", error=type(exc).__name__)
        await self._socket.close(code=WSCloseCode.TRY_AGAIN_LATER)


def _is_start(shown: Shown) -> bool:
    return shown.mine and (shown.message_id or "").startswith(_START)
