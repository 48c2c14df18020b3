"""The real program on a free port, and a browser in front of it."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, WebError, async_playwright, expect
from sqlalchemy import Engine

from bot.app.container import open_application
from bot.app.endpoints import Endpoints, draft_link_maker, venue_arrivals
from bot.channels.interface import Receive
from bot.settings import Settings
from bot.web.email_draft import DraftTokens
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound
from kb.model import Language
from storage.database.engine import create_database_engine
from storage.migrations import upgrade
from tests.e2e import chromium
from tests.ports import own_port

KEY = "a signing key for tests"
PATIENCE_MILLISECONDS = 60_000
LOOP_TURNS_OF_ACCEPTING = 5
"""More than the event loop takes to make a connection that it has accepted."""


@dataclass
class RecordingReceive:
    """In front of the way in: notes what was taken in, and fails as told."""

    receive: Receive
    received: list[Inbound] = field(default_factory=list)
    failures: int = 0

    async def __call__(self, inbound: Inbound) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("disk full")
        await self.receive(inbound)
        self.received.append(inbound)


@dataclass(frozen=True, kw_only=True)
class RunningProgram:
    """The program as the browser tests need it."""

    url: str
    knowledge: KnowledgeBundle
    receive: RecordingReceive
    database: Engine
    drop_connections: Callable[[], Awaitable[None]]
    """Closes every WebSocket."""

    def times_received(self, text: str) -> int:
        """How often the pages sent this message."""
        return [inbound.text for inbound in self.receive.received].count(text)

    def draft_url(self, language: Language = "lv", *, key: str = KEY) -> str:
        """The address of the draft of a talk that nobody had."""
        return f"{self.url}/t/{DraftTokens(key, timedelta(days=1)).make('nobody', language)}"

    @property
    def ticket_email(self) -> str:
        """Where tickets are taken."""
        return self.knowledge.base.directory.ticket_channel.address.email

    @property
    def urgent_phone(self) -> str:
        """The number for stopped trading."""
        return self.knowledge.base.directory.lines[self.knowledge.base.directory.urgent_line].formatted_phone

    def topic_title(self, place: int, language: Language = "lv") -> str:
        """What stands on a button of the greeting."""
        return self.knowledge.base.entries[self.knowledge.base.directory.topics[place]].title[language]


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a database that is up to date and empty, to be copied."""
    folder = tmp_path_factory.mktemp("new")
    database = create_database_engine(f"sqlite:///{folder}/live.db")
    upgrade.upgrade(database)
    upgrade.backup(database, folder / "new.db")
    database.dispose()
    return folder / "new.db"


@pytest_asyncio.fixture(loop_scope="session")
async def house(shipped: KnowledgeBundle, tmp_path: Path, new_database: Path) -> AsyncIterator[RunningProgram]:
    """The program as `paligs run` starts it, with its own database."""
    shutil.copyfile(new_database, tmp_path / "paligs.sqlite3")
    async with opened(shipped, tmp_path) as house:
        yield house


@asynccontextmanager
async def opened(shipped: KnowledgeBundle, folder: Path, **more: Any) -> AsyncIterator[RunningProgram]:
    """The program with more settings; where one needs the address, it is made of `{port}`."""
    port = more.pop("port", None) or own_port()
    more = {name: value.format(port=port) if name == "public_url" else value for name, value in more.items()}
    settings = Settings(database_url=f"sqlite:///{folder / 'paligs.sqlite3'}", port=port, **more)
    async with open_application(
        settings, shipped, make_draft_link=draft_link_maker(settings, KEY), venue_arrivals=venue_arrivals(settings, KEY)
    ) as program:
        ledger = RecordingReceive(program.receive)
        doors = Endpoints(settings, replace(program, receive=ledger), KEY)
        server = TestServer(doors.web_application(), host="127.0.0.1", port=port)
        async with server:
            connections = server.handler
            program.runner.start()
            yield RunningProgram(
                url=f"http://localhost:{port}",
                knowledge=shipped,
                receive=ledger,
                database=program.database,
                drop_connections=doors.close,
            )
            await doors.close()
        await _close_late(connections)


async def _close_late(connections: web.Server) -> None:
    """Close what a browser opened while the server closed: it was accepted, and made only after all others were closed."""
    for _ in range(LOOP_TURNS_OF_ACCEPTING):
        await asyncio.sleep(0)
    await asyncio.gather(*filter(_is_accepting, asyncio.all_tasks()), return_exceptions=True)
    await connections.shutdown(0.1)


def _is_accepting(task: asyncio.Task[Any]) -> bool:
    """Whether it is asyncio's own, which makes a connection of what was accepted; on a busy machine it takes a while."""
    return "_accept_connection" in getattr(task.get_coro(), "__qualname__", "")


@dataclass
class BrowserWindow:
    """A browser window, and what its console complained about."""

    page: Page
    context: BrowserContext
    complaints: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Notes errors, warnings and violations of the Content-Security-Policy on every page."""
        self.context.on("console", self._console)
        self.context.on("weberror", self._error)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _error(self, error: WebError) -> None:
        self.complaints.append(str(error.error))


OpenWindow = Callable[..., Awaitable[BrowserWindow]]


@pytest.fixture(scope="session")
def browser_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Chromium, or the tests are skipped with the way to get one."""
    found = chromium.find()
    if found is None:
        pytest.skip(chromium.HOW)
    return chromium.launcher(found, tmp_path_factory.mktemp("browser"))


# One browser serves all tests, so they share its event loop.
@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(browser_path: Path) -> AsyncIterator[Browser]:
    """A browser without windows."""
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=browser_path, args=chromium.arguments(), timeout=60_000
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def opens(browser: Browser) -> AsyncIterator[OpenWindow]:
    """Opens browser windows, each as a person of their own."""
    contexts: list[BrowserContext] = []

    async def opens(width: int = 1280, height: int = 800, **options: Any) -> BrowserWindow:
        context = await browser.new_context(
            viewport={"width": width, "height": height}, **{"locale": "lv-LV", **options}
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        window = BrowserWindow(await context.new_page(), context)
        window.listen()
        return window

    yield opens
    for context in contexts:
        await context.close()
