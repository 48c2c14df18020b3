"""The people of the soak: each has a short conversation by Telegram, WhatsApp or web chat, and keeps what was accepted."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from random import Random
from time import monotonic
from typing import Final
from uuid import uuid4

from aiohttp import ClientError, ClientSession, ClientTimeout, CookieJar, WSMsgType
from aiohttp.client_ws import ClientWebSocketResponse

from tests.soak.platforms import FailingTelegram, post_message

PHRASES: Final = (
    "kase nedrukā čeku",
    "kā mainīt cenu?",
    "nestrādā karšu terminālis",
    "kādas ir jūsu darba stundas?",
    "aizmirsu paroli",
    "kā izdarīt atgriezumu",
    "kā pārdalīt rēķinu",
    "kā noslēgt dienu, z atskaite",
    "как поменять цену?",
    "терминал не работает",
    "касса не печатает чек",
    "во сколько вы работаете?",
    "how do I print a z report?",
    "the receipt printer does not print",
    "what are your opening hours?",
    "kur sūtīt pieteikumu?",
)
CALLS: Final = ("gribu runāt ar cilvēku", "kase uzkārusies, nevaram neko pārdot", "касса стоит, не можем продавать")
MESSAGES: Final = 5
"""Of one conversation."""
CALLING: Final = 0.08
"""The share of conversations that end with a call for people."""

MessageKey = tuple[str, str]
"""Channel and id of a message."""


@dataclass(kw_only=True)
class Crowd:
    """Who writes, until `stop`; one conversation begins every `pause` seconds."""

    telegram: FailingTelegram
    origin: str
    webs: Sequence[str]
    chance: Random
    pause: float
    between: tuple[float, float] = (2.0, 6.0)
    written: set[MessageKey] = field(default_factory=set)
    accepted: set[MessageKey] = field(default_factory=set)
    refused: dict[str, int] = field(default_factory=dict)
    """What the web chat said instead of accepting, by code."""
    seen_by_visitors: int = 0
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _running: set["asyncio.Task[None]"] = field(default_factory=set)
    _stopping: bool = False

    async def run(self) -> None:
        """Conversations begin until it is stopped."""
        ways = (self._by_telegram, self._by_telegram, self._by_whatsapp, self._by_web_chat)
        while not self._stopping:
            task = asyncio.create_task(self.chance.choice(ways)(next(self._numbers)))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            await asyncio.sleep(self.pause * self.chance.uniform(0.5, 1.5))

    async def stop(self) -> None:
        """Nobody begins a conversation; those that run are ended."""
        self._stopping = True
        await asyncio.gather(*self._running)

    def words(self) -> list[str]:
        """What one of them says."""
        said = self.chance.sample(PHRASES, MESSAGES)
        if self.chance.random() < CALLING:
            said[-1] = self.chance.choice(CALLS)
        return said

    async def _rest(self) -> None:
        await asyncio.sleep(self.chance.uniform(*self.between))

    async def _by_telegram(self, number: int) -> None:
        for said in self.words():
            # Telegram keeps it until it is taken: written is as good as accepted, in the end.
            key = ("telegram", str(self.telegram.send_text(said, user=10_000 + number)))
            self.written.add(key)
            self.accepted.add(key)
            await self._rest()

    async def _by_whatsapp(self, number: int) -> None:
        async with ClientSession(timeout=ClientTimeout(total=60)) as client:
            for said in self.words():
                sid = f"SM{next(self._numbers):032}"
                form = {"Body": said, "MessageSid": sid, "From": f"whatsapp:+3712{number:07}", "NumMedia": "0"}
                self.written.add(("whatsapp", sid))
                if await until_taken(partial(post_message, client, self.origin, form)):
                    self.accepted.add(("whatsapp", sid))
                await self._rest()

    async def _by_web_chat(self, number: int) -> None:
        visitor = Visitor(crowd=self, place=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")
        await visitor.talk(self.words(), self._rest)
        self.seen_by_visitors += len(visitor.replies)


async def until_taken(attempt: Callable[[], Awaitable[bool]], within: float = 240) -> bool:
    """As a platform does: again and again, with the same id."""
    end = monotonic() + within
    while monotonic() < end:
        if await attempt():
            return True
        await asyncio.sleep(1)
    return False


@dataclass(kw_only=True)
class Visitor:
    """One page of the web chat: connects anew whenever the line is cut, and sends again what was not accepted."""

    crowd: Crowd
    place: str
    replies: set[int] = field(default_factory=set)
    """The numbers of the bot's messages that were shown."""
    _accepted: set[str] = field(default_factory=set)
    _latest: int = 0

    async def talk(self, said: Sequence[str], rest: Callable[[], Awaitable[None]]) -> None:
        """Say this, one after the other; each until it is accepted."""
        async with ClientSession(cookie_jar=CookieJar(unsafe=True), timeout=ClientTimeout(total=60)) as client:
            for text in said:
                message_id = uuid4().hex
                self.crowd.written.add(("webchat", message_id))
                if await until_taken(partial(self._say, client, message_id, text)):
                    self.crowd.accepted.add(("webchat", message_id))
                await rest()

    async def _say(self, client: ClientSession, message_id: str, text: str) -> bool:
        base, headers = self.crowd.chance.choice(self.crowd.webs), {"X-Forwarded-For": self.place}
        with suppress(ClientError, TimeoutError, ConnectionError):
            async with asyncio.timeout(50):
                async with client.get(base, headers=headers):
                    pass
                async with client.ws_connect(f"{base}/chat/ws", headers=headers, origin=self.crowd.origin) as socket:
                    await socket.send_json({"type": "hello", "after": self._latest, "lang": "lv"})
                    await self._until(socket, "welcome", None)
                    await socket.send_json({"type": "say", "id": message_id, "text": text})
                    return await self._until(socket, "accepted", message_id)
        return False

    async def _until(self, socket: ClientWebSocketResponse, kind: str, message_id: str | None) -> bool:
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                return False
            told = json.loads(frame.data)
            for shown in told["messages"] if told["type"] == "welcome" else [told]:
                self._note(shown)
            if told["type"] == kind and told.get("id") == message_id:
                return True
            if told["type"] == "error":
                code = str(told["code"])
                self.crowd.refused[code] = self.crowd.refused.get(code, 0) + 1
                return False
        return False

    def _note(self, shown: dict[str, object]) -> None:
        if "sequence" in shown and not shown["mine"]:
            self._latest = max(self._latest, int(str(shown["sequence"])))
            self.replies.add(self._latest)
