"""A console on a database of its own, with an admin and an agent, and browsers that talk to it."""

import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from http import HTTPStatus
from pathlib import Path

import pytest
from aiohttp import ClientResponse, CookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import Engine

from bot.app.channels import CHANNELS
from bot.console import ConsoleApp, Section, Transactions
from bot.console.app import Installation
from bot.console.auth.login import SignInView
from bot.console.auth.own_password import OwnPasswordView
from bot.console.auth.passwords import PasswordService, hash_password
from bot.console.views.agents import AgentsView
from bot.console.views.audit import AuditView
from bot.console.views.delivery import DeliveryView
from storage.database import engine
from storage.helpdesk.audit_log import AuditEvent, AuditRecord, list_records
from storage.helpdesk.sign_in import agents
from storage.helpdesk.sign_in.agent_roles import Role
from storage.migrations import upgrade
from tests.doubles import NOW, RecordingJobQueue
from tests.weak_passwords import passwords_hashed_in_earnest

PASSWORD = "correct horse battery"
KEY = "a secret for the console's tests"

Client = TestClient[web.Request, web.Application]


@cache
def password_hash() -> str:
    """Made once: it takes time on purpose."""
    return hash_password(PASSWORD)


@dataclass
class ConsoleFixture:
    """What a test of the console holds in its hands."""

    database: Engine
    transactions: Transactions
    time: list[datetime]
    time_zone: tzinfo = UTC
    submitted: list[str] = field(default_factory=list)
    wake_calls: list[bool] = field(default_factory=list)
    passwords: PasswordService = field(default_factory=PasswordService)

    def clock(self) -> datetime:
        """The time that the test has set."""
        return self.time[0]

    def advance_clock(self, **passed: float) -> None:
        """Time passes."""
        self.time[0] += timedelta(**passed)

    def add_agent(self, name: str, role: Role = Role.AGENT) -> None:
        """One more who may sign in."""
        with engine.write_transaction(self.database) as connection:
            agents.add(connection, name, role, password_hash(), NOW)

    def agent(self, name: str) -> agents.Agent:
        """As the database has them."""
        with engine.read_transaction(self.database) as connection:
            found = agents.find(connection, name)
        assert found is not None
        return found

    def audit_records(self, *events: AuditEvent) -> list[AuditRecord]:
        """What stands in the audit log, the latest first."""
        with engine.read_transaction(self.database) as connection:
            return list(list_records(connection, events=events))


@pytest.fixture
def argon2_in_earnest() -> Iterator[None]:
    """Passwords are hashed with all the time and memory that the program takes."""
    with passwords_hashed_in_earnest():
        yield


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An up-to-date database with the admin `ada` and the agent `otto`, to be copied."""
    folder = tmp_path_factory.mktemp("console")
    database = engine.create_database_engine(f"sqlite:///{folder / 'live.sqlite3'}")
    upgrade.upgrade(database)
    with engine.write_transaction(database) as connection:
        agents.add(connection, "ada", Role.ADMIN, password_hash(), NOW)
        agents.add(connection, "otto", Role.AGENT, password_hash(), NOW)
    upgrade.backup(database, folder / "template.sqlite3")
    database.dispose()
    return folder / "template.sqlite3"


@pytest.fixture
def desk(template: Path, tmp_path: Path) -> Iterator[ConsoleFixture]:
    """A database of the test's own, with `ada` and `otto`."""
    shutil.copyfile(template, tmp_path / "paligs.sqlite3")
    database = engine.create_database_engine(f"sqlite:///{tmp_path / 'paligs.sqlite3'}")
    time = [NOW]
    with ThreadPoolExecutor(2) as threads:
        desk = ConsoleFixture(database, Transactions(database, threads), time)
        yield desk
    database.dispose()


def sections(desk: ConsoleFixture) -> tuple[Section, ...]:
    """All that the shipped console has of its own."""
    return (
        DeliveryView(
            desk.transactions, RecordingJobQueue(desk.submitted), desk.clock, lambda: desk.wake_calls.append(True)
        ).section(),
        AgentsView(desk.transactions, desk.passwords).section(),
        OwnPasswordView(desk.transactions, KEY, desk.passwords).section(),
        AuditView(desk.transactions).section(),
        SignInView(desk.transactions, KEY, desk.passwords).section(),
    )


@dataclass
class ConsoleBrowser:
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


OpenBrowser = Callable[..., Awaitable[ConsoleBrowser]]
ServeConsole = Callable[..., Awaitable[OpenBrowser]]


@pytest.fixture
async def put_up(desk: ConsoleFixture) -> AsyncIterator[ServeConsole]:
    """Serves a console, and gives what opens browsers in front of it; with a name they are signed in."""
    servers: list[TestServer] = []
    clients: list[Client] = []

    async def put_up(parts: Sequence[Section], public_origin: str | None = None, zone: tzinfo = UTC) -> OpenBrowser:
        application = web.Application(client_max_size=100_000)
        console = ConsoleApp(
            desk.transactions,
            parts,
            channels=CHANNELS,
            clock=desk.clock,
            key=KEY,
            public_origin=public_origin,
            installation=Installation(zone=zone),
        )
        console.mount(application)
        server = TestServer(application)
        servers.append(server)
        await server.start_server()

        async def opens(name: str | None = None) -> ConsoleBrowser:
            # Cookies of a plain address, such as 127.0.0.1, are kept too.
            client = TestClient(server, cookie_jar=CookieJar(unsafe=True))
            clients.append(client)
            browser = ConsoleBrowser(client)
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
async def opens(desk: ConsoleFixture, put_up: ServeConsole) -> OpenBrowser:
    """Opens browsers in front of one console."""
    return await put_up(sections(desk))
