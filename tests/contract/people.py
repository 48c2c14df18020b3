"""A person on each channel, in front of the whole program: what they do goes the way that the platform would take."""

import io
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol

from aiohttp import ClientSession, ClientWebSocketResponse, CookieJar, WSMsgType
from aiohttp.test_utils import TestServer, unused_port
from pydantic import SecretStr
from rich.console import Console
from twilio.request_validator import RequestValidator

from bot.app.container import Core, core
from bot.app.endpoints import Doors, draft_links
from bot.channels.terminal import Terminal
from bot.knowledge.phrases import phrases
from bot.settings import Settings
from handlers.model.context import KnowledgeBundle
from tests.doubles import ScriptedInterpreter, means, small_base
from tests.e2e.telegram_peer import TelegramPeer
from tests.e2e.twilio_peer import TwilioPeer

KEY = "a signing key for tests"
MEANINGS = {
    "hours": means("hours", language="en"),
    "printer": means("printer", language="en"),
    "ticket": means("ticket", language="en"),
    "which": means("printer", "scanner", language="en"),
}
PUBLIC_URL = "https://bot.example.lv"
TOKEN = "not-a-real-token"
ANNA = "whatsapp:+37120000001"


class Person(Protocol):
    """Somebody on a channel. `repeats`: their platform may deliver a message twice; `links`: they get links to pages."""

    repeats: bool
    links: bool

    async def says(self, text: str) -> None:
        """They write."""
        ...

    async def chooses(self, title: str) -> None:
        """They take the choice of this title, in the way that the channel has for that."""
        ...

    async def comes_again(self) -> None:
        """The platform delivers their last message once more."""
        ...

    async def reads(self) -> list[str]:
        """All that the bot has said, in order."""
        ...


@dataclass
class OnTelegram:
    """Through a strict Bot API server; the program polls."""

    peer: TelegramPeer
    url: str = ""
    repeats: bool = True
    links: bool = False
    last: Any = None

    async def says(self, text: str) -> None:
        self.peer.says(text)
        self.last = next(reversed(self.peer.pending.values())).update

    async def chooses(self, title: str) -> None:
        self.peer.taps(title)

    async def comes_again(self) -> None:
        self.peer.push({"message": self.last["message"]})

    async def reads(self) -> list[str]:
        return self.peer.said()


@dataclass
class OnWhatsApp:
    """Through signed webhooks, with a Twilio that takes everything; without templates choices are numbers."""

    peer: TwilioPeer
    client: ClientSession
    url: str
    repeats: bool = True
    links: bool = True
    last: dict[str, str] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: count(1))

    async def says(self, text: str) -> None:
        await self.sends(Body=text)

    async def sends(self, **fields: str) -> None:
        """They send anything; the fields are Twilio's."""
        self.last = {"MessageSid": f"SM{next(self.numbers):032}", "From": ANNA, "NumMedia": "0", **fields}
        await self.comes_again()

    async def chooses(self, title: str) -> None:
        (number,) = re.findall(rf"^(\d+)\. {re.escape(title)}$", (await self.reads())[-1], re.MULTILINE)
        await self.says(str(number))

    async def comes_again(self) -> None:
        assert await self.posts("/webhooks/twilio", self.last) == 200

    async def posts(self, path: str, fields: dict[str, str], *, token: str = TOKEN) -> int:
        """Twilio calls; the status that it gets."""
        signature = RequestValidator(token).compute_signature(f"{PUBLIC_URL}{path}", fields)
        headers = {"X-Twilio-Signature": signature}
        async with self.client.post(f"{self.url}{path}", data=fields, headers=headers) as response:
            return response.status

    async def reads(self) -> list[str]:
        return [request.get("Body", request.get("ContentVariables", "")) for request in self.peer.requests]


@dataclass
class OnThePage:
    """Through the WebSocket, as the page's script speaks it."""

    socket: ClientWebSocketResponse
    repeats: bool = True
    links: bool = True
    last: dict[str, object] = field(default_factory=dict)
    told: list[Any] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: count(1))

    async def says(self, text: str) -> None:
        await self._sends(type="say", text=text)

    async def chooses(self, title: str) -> None:
        asked = next(frame for frame in reversed(self.told) if frame["options"])
        (choice,) = (option["id"] for option in asked["options"] if option["title"] == title)
        await self._sends(type="tap", choice=choice, text=title, turn=asked["turn"])

    async def comes_again(self) -> None:
        await self.socket.send_json(self.last)

    async def reads(self) -> list[str]:
        while True:
            try:
                message = await self.socket.receive(timeout=0.02)
            except TimeoutError:
                break
            if message.type is not WSMsgType.TEXT:
                break
            frame = json.loads(message.data)
            if frame["type"] == "welcome":
                self.told = frame["messages"]
            elif frame["type"] == "message":
                self.told.append(frame)
        return ["".join(span["text"] for span in frame["spans"]) for frame in self.told if not frame["mine"]]

    async def _sends(self, **frame: object) -> None:
        self.last = {"id": f"message-{next(self.numbers)}", **frame}
        await self.comes_again()


@dataclass
class AtTheTerminal:
    """At the keyboard; each line is a message of its own."""

    terminal: Terminal
    told: list[str]
    repeats: bool = False
    links: bool = False

    async def says(self, text: str) -> None:
        await self.terminal.hear(text)

    async def chooses(self, title: str) -> None:
        titles = [option.title for option in self.terminal._options]
        await self.terminal.hear(str(titles.index(title) + 1))

    async def comes_again(self) -> None:
        raise NotImplementedError

    async def reads(self) -> list[str]:
        return self.told


@asynccontextmanager
async def _program(settings: Settings) -> AsyncIterator[Core]:
    known = KnowledgeBundle(base=small_base(), interpreter=ScriptedInterpreter(MEANINGS), phrases=phrases())
    async with core(settings, known, links=draft_links(settings, KEY)) as program:
        yield program


@asynccontextmanager
async def _served(settings: Settings) -> AsyncIterator[str]:
    async with _program(settings) as program:
        doors = Doors(settings, program, KEY)
        async with TestServer(doors.application(), host="127.0.0.1", port=settings.port):
            program.runner.start()
            await doors.open()
            yield f"http://localhost:{settings.port}"
            await program.runner.stop()
            await doors.close()


@asynccontextmanager
async def telegram(database: str, *, webhook: bool = False) -> AsyncIterator[OnTelegram]:
    """Anna on Telegram, which is polled or calls."""
    async with TelegramPeer() as peer:
        port = unused_port()
        settings = Settings(
            database_url=database,
            port=port,
            public_url=f"http://127.0.0.1:{port}" if webhook else None,
            telegram_bot_token=SecretStr(peer.token),
            telegram_api_url=peer.url,
        )
        async with _served(settings) as url:
            yield OnTelegram(peer, url)
        assert not peer.misuses


@asynccontextmanager
async def whatsapp(database: str, content: dict[str, str] | None = None) -> AsyncIterator[OnWhatsApp]:
    """Anna on WhatsApp, with content templates or without."""
    async with TwilioPeer().serving() as peer, ClientSession() as client:
        settings = Settings(
            database_url=database,
            port=unused_port(),
            public_url=PUBLIC_URL,
            twilio_account_sid="AC" + "0" * 32,
            twilio_auth_token=SecretStr(TOKEN),
            twilio_whatsapp_from="+37120000000",
            twilio_api_url=peer.url,
            twilio_content=content or {},
        )
        async with _served(settings) as url:
            yield OnWhatsApp(peer, client, url)


@asynccontextmanager
async def webchat(database: str) -> AsyncIterator[Person]:
    """Anna at the web page."""
    async with AsyncExitStack() as closing:
        url = await closing.enter_async_context(_served(Settings(database_url=database, port=unused_port())))
        client = await closing.enter_async_context(ClientSession(cookie_jar=CookieJar(unsafe=True)))
        await client.get(url)
        socket = await closing.enter_async_context(client.ws_connect(f"{url}/chat/ws", headers={"Origin": url}))
        await socket.send_json({"type": "hello", "after": 0, "lang": "en"})
        yield OnThePage(socket)


@asynccontextmanager
async def terminal(database: str) -> AsyncIterator[Person]:
    """Anna at the keyboard of the machine."""
    async with _program(Settings(database_url=database)) as program:
        channel, told = Terminal(program.intake, console=Console(file=io.StringIO(), width=200)), list[str]()
        program.channels[channel.name] = channel
        send = channel.send

        async def noted(address: str, shown: Any) -> str | None:
            told.append(shown.text)
            return await send(address, shown)

        channel.send = noted  # type: ignore[method-assign]
        program.runner.start()
        yield AtTheTerminal(channel, told)


PEOPLE: dict[str, Callable[[str], AbstractAsyncContextManager[Person]]] = {
    "telegram": telegram,
    "whatsapp": whatsapp,
    "webchat": webchat,
    "terminal": terminal,
}
