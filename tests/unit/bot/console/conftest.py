"""A console on a database of its own, with an admin and an agent, and browsers that talk to it."""

import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from http import HTTPStatus
from pathlib import Path

import pytest
from aiohttp import ClientResponse, CookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import Engine

from bot.console import Console, Records, Section
from bot.console.auth.login import SignIn
from bot.console.auth.passwords import Checker, hashed
from bot.console.views.agents import Agents
from bot.console.views.audit import Audit
from bot.console.views.delivery import Delivery
from storage.database import engine
from storage.helpdesk import agents
from storage.helpdesk.agents import Role
from storage.helpdesk.audit_log import Event, Noted, listed
from storage.migrations import upgrade
from tests.doubles import NOW, NoJobs

PASSWORD = "correct horse battery"
KEY = "a secret for the console's tests"

Client = TestClient[web.Request, web.Application]


@cache
def password_hash() -> str:
    """Made once: it takes time on purpose."""
    return hashed(PASSWORD)


@dataclass
class Desk:
    """What a test of the console holds in its hands."""

    database: Engine
    records: Records
    time: list[datetime]
    submitted: list[str] = field(default_factory=list)
    woken: list[bool] = field(default_factory=list)
    checker: Checker = field(default_factory=Checker)

    def later(self, **passed: float) -> None:
        """Time passes."""
        self.time[0] += timedelta(**passed)

    def add(self, name: str, role: Role = Role.AGENT) -> None:
        """One more who may sign in."""
        with engine.writing(self.database) as connection:
            agents.add(connection, name, role, password_hash(), NOW)

    def agent(self, name: str) -> agents.Agent:
        """As the database has them."""
        with engine.reading(self.database) as connection:
            found = agents.find(connection, name)
        assert found is not None
        return found

    def noted(self, *events: Event) -> list[Noted]:
        """What stands in the audit log, the latest first."""
        with engine.reading(self.database) as connection:
            return list(listed(connection, events=events))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An up-to-date database with the admin `ada` and the agent `otto`, to be copied."""
    folder = tmp_path_factory.mktemp("console")
    database = engine.create(f"sqlite:///{folder / 'live.sqlite3'}")
    upgrade.upgrade(database)
    with engine.writing(database) as connection:
        agents.add(connection, "ada", Role.ADMIN, password_hash(), NOW)
        agents.add(connection, "otto", Role.AGENT, password_hash(), NOW)
    upgrade.backup(database, folder / "template.sqlite3")
    database.dispose()
    return folder / "template.sqlite3"


@pytest.fixture
def desk(template: Path, tmp_path: Path) -> Iterator[Desk]:
    """A database of the test's own, with `ada` and `otto`."""
    shutil.copyfile(template, tmp_path / "paligs.sqlite3")
    database = engine.create(f"sqlite:///{tmp_path / 'paligs.sqlite3'}")
    time = [NOW]
    with ThreadPoolExecutor(2) as threads:
        desk = Desk(database, Records(database=database, threads=threads, clock=lambda: time[0]), time)
        yield desk
    database.dispose()


def sections(desk: Desk) -> tuple[Section, ...]:
    """All that the shipped console has of its own."""
    return (
        Delivery(desk.records, NoJobs(desk.submitted), lambda: desk.woken.append(True)).section(),
        Agents(desk.records, desk.checker).section(),
        Audit(desk.records).section(),
        SignIn(desk.records, KEY, desk.checker).section(),
    )


@dataclass
class Browser:
    """A person's browser: it keeps cookies, follows redirects and sends the headers that browsers send."""

    client: Client

    @property
    def origin(self) -> str:
        """Where the console stands."""
        return str(self.client.make_url("/")).rstrip("/")

    async def get(self, path: str, *, follow: bool = True, headers: Mapping[str, str] = {}) -> ClientResponse:
        """A page of the console."""
        return await self.client.get(f"/console{path}", headers=dict(headers), allow_redirects=follow)

    async def text(self, path: str) -> str:
        """A page that is there."""
        answer = await self.get(path)
        assert answer.status == HTTPStatus.OK
        return await answer.text()

    async def token(self) -> str:
        """The CSRF token of the session."""
        page = await (await self.get("/sign-in")).text()
        found = re.search(r'name="csrf" (?:content|value)="([^"]+)"', page)
        assert found is not None
        return found[1]

    async def post(
        self, path: str, fields: dict[str, str] | None = None, *, follow: bool = True, headers: Mapping[str, str] = {}
    ) -> ClientResponse:
        """A form of the console, sent from one of its pages."""
        sent = {"csrf": await self.token(), **(fields or {})}
        usual = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"}
        return await self.client.post(
            f"/console{path}", data=sent, headers={**usual, **headers}, allow_redirects=follow
        )

    async def sign_in(self, name: str, password: str = PASSWORD, headers: Mapping[str, str] = {}) -> ClientResponse:
        """The sign-in form, filled in; the answer to it is not followed."""
        return await self.post("/sign-in", {"name": name, "password": password}, follow=False, headers=headers)


Opens = Callable[..., Awaitable[Browser]]
PutUp = Callable[..., Awaitable[Opens]]


@pytest.fixture
async def put_up(desk: Desk) -> AsyncIterator[PutUp]:
    """Serves a console, and gives what opens browsers in front of it; with a name they are signed in."""
    servers: list[TestServer] = []
    clients: list[Client] = []

    async def put_up(parts: Sequence[Section], public_origin: str | None = None) -> Opens:
        application = web.Application(client_max_size=100_000)
        Console(desk.records, parts, key=KEY, public_origin=public_origin).mount(application)
        server = TestServer(application)
        servers.append(server)
        await server.start_server()

        async def opens(name: str | None = None) -> Browser:
            # Cookies of a plain address, such as 127.0.0.1, are kept too.
            client = TestClient(server, cookie_jar=CookieJar(unsafe=True))
            clients.append(client)
            browser = Browser(client)
            if name is not None:
                assert (await browser.sign_in(name)).status == HTTPStatus.SEE_OTHER
            return browser

        return opens

    yield put_up
    for client in clients:
        await client.session.close()
    for server in servers:
        await server.close()


@pytest.fixture
async def opens(desk: Desk, put_up: PutUp) -> Opens:
    """Opens browsers in front of one console."""
    return await put_up(sections(desk))
