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
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from rich.console import Console
from twilio.request_validator import RequestValidator

from bot.app.application import Application
from bot.app.container import open_application
from bot.app.endpoints import Endpoints, draft_link_maker
from bot.channels.terminal.channel import Terminal
from bot.settings import Settings
from handlers.model.context import KnowledgeBundle
from tests.doubles import ScriptedInterpreter, means, small_base, small_phrases
from tests.e2e.telegram_peer import TelegramPeer
from tests.e2e.twilio_peer import TwilioPeer
from tests.ports import own_port

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
ANNAS_PHONE = "+37120000001"


class ChannelUser(Protocol):
    """Somebody on a channel. `repeats`: their platform may deliver a message twice; `links`: they get links to pages."""

    redelivers: bool
    links: bool

    async def send(self, text: str) -> None:
        """They write."""
        ...

    async def choose(self, title: str) -> None:
        """They take the choice of this title, in the way that the channel has for that."""
        ...

    async def redeliver_last(self) -> None:
        """The platform delivers their last message once more."""
        ...

    async def received_texts(self) -> list[str]:
        """All that the bot has said, in order."""
        ...


@dataclass
class TelegramPerson:
    """Through a strict Bot API server; the program polls."""

    peer: TelegramPeer
    url: str = ""
    redelivers: bool = True
    links: bool = False
    last: Any = None

    async def send(self, text: str) -> None:
        self.peer.send_text(text)
        self.last = next(reversed(self.peer.pending.values())).update

    async def choose(self, title: str) -> None:
        self.peer.tap_button(title)

    async def redeliver_last(self) -> None:
        self.peer.push_update({"message": self.last["message"]})

    async def received_texts(self) -> list[str]:
        return self.peer.bot_texts()


@dataclass
class WhatsAppPerson:
    """Through signed webhooks, with a Twilio that takes everything; without templates choices are numbers."""

    peer: TwilioPeer
    client: ClientSession
    url: str
    redelivers: bool = True
    links: bool = True
    address: str = ANNA
    path: str = "/webhooks/twilio"
    numbered: str = r"^(\d+)\. {}$"
    last: dict[str, str] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: count(1))

    async def send(self, text: str) -> None:
        await self.send_fields(Body=text)

    async def send_fields(self, **fields: str) -> None:
        """They send anything; the fields are Twilio's."""
        self.last = {"MessageSid": f"SM{next(self.numbers):032}", "From": self.address, "NumMedia": "0", **fields}
        await self.redeliver_last()

    async def choose(self, title: str) -> None:
        (number,) = re.findall(self.numbered.format(re.escape(title)), (await self.received_texts())[-1], re.MULTILINE)
        await self.send(str(number))

    async def redeliver_last(self) -> None:
        assert await self.post_webhook(self.path, self.last) == 200

    async def post_webhook(self, path: str, fields: dict[str, str], *, token: str = TOKEN) -> int:
        """Twilio calls; the status that it gets."""
        signature = RequestValidator(token).compute_signature(f"{PUBLIC_URL}{path}", fields)
        headers = {"X-Twilio-Signature": signature}
        async with self.client.post(f"{self.url}{path}", data=fields, headers=headers) as response:
            return response.status

    async def received_texts(self) -> list[str]:
        return [request.get("Body", request.get("ContentVariables", "")) for request in self.peer.requests]


@dataclass
class SmsPerson(WhatsAppPerson):
    """By SMS: the same signed webhooks at another path, from a plain number."""

    address: str = ANNAS_PHONE
    path: str = "/webhooks/twilio/sms"
    numbered: str = r"^(\d+)\) {}$"


@dataclass
class WebChatPerson:
    """Through the WebSocket, as the page's script speaks it."""

    socket: ClientWebSocketResponse
    redelivers: bool = True
    links: bool = True
    last: dict[str, object] = field(default_factory=dict)
    received: list[Any] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: count(1))

    async def send(self, text: str) -> None:
        await self._send_frame(type="say", text=text)

    async def choose(self, title: str) -> None:
        asked = next(frame for frame in reversed(self.received) if frame["options"])
        (choice,) = (option["id"] for option in asked["options"] if option["title"] == title)
        await self._send_frame(type="tap", choice=choice, text=title, turn=asked["turn"])

    async def redeliver_last(self) -> None:
        await self.socket.send_json(self.last)

    async def received_texts(self) -> list[str]:
        while True:
            try:
                message = await self.socket.receive(timeout=0.02)
            except TimeoutError:
                break
            if message.type is not WSMsgType.TEXT:
                break
            frame = json.loads(message.data)
            if frame["type"] == "welcome":
                self.received = frame["messages"]
            elif frame["type"] == "message":
                self.received.append(frame)
        return ["".join(span["text"] for span in frame["spans"]) for frame in self.received if not frame["mine"]]

    async def _send_frame(self, **frame: object) -> None:
        self.last = {"id": f"message-{next(self.numbers)}", **frame}
        await self.redeliver_last()


@dataclass
class TerminalPerson:
    """At the keyboard; each line is a message of its own."""

    terminal: Terminal
    received: list[str]
    redelivers: bool = False
    links: bool = False

    async def send(self, text: str) -> None:
        await self.terminal.receive_line(text)

    async def choose(self, title: str) -> None:
        titles = [option.title for option in self.terminal._options]
        await self.terminal.receive_line(str(titles.index(title) + 1))

    async def redeliver_last(self) -> None:
        raise NotImplementedError

    async def received_texts(self) -> list[str]:
        return self.received


@asynccontextmanager
async def _program(settings: Settings) -> AsyncIterator[Application]:
    known = KnowledgeBundle(base=small_base(), interpreter=ScriptedInterpreter(MEANINGS), phrases=small_phrases())
    async with open_application(settings, known, make_draft_link=draft_link_maker(settings, KEY)) as program:
        yield program


@asynccontextmanager
async def _served(settings: Settings) -> AsyncIterator[str]:
    async with _program(settings) as program:
        doors = Endpoints(settings, program, KEY)
        async with TestServer(doors.web_application(), host="127.0.0.1", port=settings.port):
            program.runner.start()
            await doors.open()
            yield f"http://localhost:{settings.port}"
            await program.runner.stop()
            await doors.close()


@asynccontextmanager
async def telegram(database: str, *, webhook: bool = False) -> AsyncIterator[TelegramPerson]:
    """Anna on Telegram, which is polled or calls."""
    async with TelegramPeer() as peer:
        port = own_port()
        settings = Settings(
            database_url=database,
            port=port,
            public_url=f"http://127.0.0.1:{port}" if webhook else None,
            telegram_bot_token=SecretStr(peer.token),
            telegram_api_url=peer.url,
        )
        async with _served(settings) as url:
            yield TelegramPerson(peer, url)
        assert not peer.contract_violations


@asynccontextmanager
async def whatsapp(database: str, content: dict[str, str] | None = None) -> AsyncIterator[WhatsAppPerson]:
    """Anna on WhatsApp, with content templates or without."""
    async with TwilioPeer().serving() as peer, ClientSession() as client:
        settings = _twilio_settings(database, peer, twilio_whatsapp_from="+37120000000", twilio_content=content or {})
        async with _served(settings) as url:
            yield WhatsAppPerson(peer, client, url)


@asynccontextmanager
async def sms(database: str) -> AsyncIterator[SmsPerson]:
    """Anna by SMS; the account has no WhatsApp sender."""
    async with AsyncExitStack() as closing:
        peer = await closing.enter_async_context(TwilioPeer().serving())
        client = await closing.enter_async_context(ClientSession())
        settings = _twilio_settings(database, peer, twilio_sms_from="+37120000000")
        yield SmsPerson(peer, client, await closing.enter_async_context(_served(settings)))


def _twilio_settings(database: str, peer: TwilioPeer, **more: Any) -> Settings:
    return Settings(
        database_url=database,
        port=own_port(),
        public_url=PUBLIC_URL,
        twilio_account_sid="AC" + "0" * 32,
        twilio_auth_token=SecretStr(TOKEN),
        twilio_api_url=peer.url,
        **more,
    )


@asynccontextmanager
async def webchat(database: str) -> AsyncIterator[ChannelUser]:
    """Anna at the web page."""
    async with AsyncExitStack() as closing:
        url = await closing.enter_async_context(_served(Settings(database_url=database, port=own_port())))
        client = await closing.enter_async_context(ClientSession(cookie_jar=CookieJar(unsafe=True)))
        await client.get(url)
        socket = await closing.enter_async_context(client.ws_connect(f"{url}/chat/ws", headers={"Origin": url}))
        await socket.send_json({"type": "hello", "after": 0, "lang": "en"})
        yield WebChatPerson(socket)


@asynccontextmanager
async def terminal(database: str) -> AsyncIterator[ChannelUser]:
    """Anna at the keyboard of the machine."""
    async with _program(Settings(database_url=database)) as program:
        channel, told = Terminal(program.intake, console=Console(file=io.StringIO(), width=200)), list[str]()
        program.channels[channel.name] = channel
        send = channel.send

        async def noted(address: str, message: Any) -> str | None:
            told.append(message.text)
            return await send(address, message)

        channel.send = noted  # type: ignore[method-assign]
        program.runner.start()
        yield TerminalPerson(channel, told)


PEOPLE: dict[str, Callable[[str], AbstractAsyncContextManager[ChannelUser]]] = {
    "telegram": telegram,
    "whatsapp": whatsapp,
    "sms": sms,
    "webchat": webchat,
    "terminal": terminal,
}
