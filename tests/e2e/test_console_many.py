"""The console of two programs on one PostgreSQL: one session, one count of tries, jobs for whoever delivers."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import Engine

from bot.app.container import open_application
from bot.app.endpoints import Endpoints
from bot.delivery.jobs import procrastinate_schema
from bot.intake.reply_enqueuer import no_draft_link
from bot.settings import Settings
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound, Reply
from storage.conversations import conversations
from storage.database import engine
from storage.delivery import outbox, status
from storage.helpdesk.sign_in import agents, login_attempts
from storage.helpdesk.sign_in.agent_roles import Role
from storage.migrations import upgrade
from tests.contract.conftest import _database, _order, postgres  # noqa: F401 a fixture
from tests.unit.bot.console.conftest import ConsoleBrowser, password_hash

pytestmark = pytest.mark.postgres

KEY = "a signing key for tests"


@pytest.fixture
def url(postgres: str) -> str:  # noqa: F811
    """A database with the admin `ada`, as `paligs db upgrade` leaves it."""
    _order(postgres, "DROP DATABASE IF EXISTS console WITH (FORCE)")
    _order(postgres, "CREATE DATABASE console")
    address = _database(postgres, "console")
    database = engine.create_database_engine(address)
    upgrade.upgrade(database)
    procrastinate_schema.upgrade(database)
    with engine.write_transaction(database) as connection:
        agents.add(connection, "ada", Role.ADMIN, password_hash(), datetime.now(UTC))
    database.dispose()
    return address


@asynccontextmanager
async def two(url: str, known: KnowledgeBundle) -> AsyncIterator[tuple[TestServer, TestServer, Engine]]:
    """Two programs that serve, as `paligs web` does."""
    settings = Settings(database_url=url)
    async with AsyncExitStack() as stack:
        servers: list[TestServer] = []
        for _ in range(2):
            program = await stack.enter_async_context(
                open_application(settings, known, make_draft_link=no_draft_link, distributed=True)
            )
            doors = Endpoints(settings, program, KEY)
            stack.push_async_callback(doors.close)
            server = TestServer(doors.web_application())
            await stack.enter_async_context(server)
            servers.append(server)
        yield servers[0], servers[1], program.database


def stuck(database: Engine) -> tuple[str, int]:
    """A reply that failed, and its talk."""
    now = datetime.now(UTC) - timedelta(minutes=5)
    inbound = Inbound(channel="telegram", conversation="t1", sender="t1", message_id="m1", sent_at=now, text="x")
    with engine.write_transaction(database) as connection:
        talk = conversations.open_and_lock(connection, inbound, now)
        (number,) = outbox.enqueue(connection, talk, None, [Reply(text="x")], now)
        outbox.claim(connection, talk.id, now)
        status.mark_failed(connection, number, "refused")
    return talk.id, number


async def test_two_programs_are_one_console(url: str, shipped: KnowledgeBundle) -> None:
    # Cookies are kept by host, whatever the port: one jar stands for a browser behind a balancer.
    jar = CookieJar(unsafe=True)
    async with two(url, shipped) as (first, second, database):
        talk, number = stuck(database)
        async with TestClient(first, cookie_jar=jar) as one, TestClient(second, cookie_jar=jar) as other:
            assert (await ConsoleBrowser(one).sign_in("ada")).status == HTTPStatus.SEE_OTHER
            assert f'id="reply-{number}"' in await ConsoleBrowser(other).text("/delivery")

            assert (await ConsoleBrowser(other).post(f"/delivery/{number}/retry")).status == HTTPStatus.OK
            with engine.read_transaction(database) as connection:
                jobs = connection.exec_driver_sql("SELECT lock, status FROM procrastinate_jobs").all()
            assert [tuple(job) for job in jobs] == [(talk, "todo")]

            await ConsoleBrowser(one).post("/sign-out")
            answer = await ConsoleBrowser(other).get("/delivery", follow=False)
            assert answer.headers["Location"] == "/console/sign-in"


async def test_tries_are_counted_over_both(url: str, shipped: KnowledgeBundle) -> None:
    async with two(url, shipped) as (first, second, _), TestClient(first) as one, TestClient(second) as other:
        for client in (one, other):
            client.session._cookie_jar = CookieJar(unsafe=True)
        browsers = [ConsoleBrowser(one), ConsoleBrowser(other)]
        statuses = [(await browsers[turn % 2].sign_in("ada", "guess")).status for turn in range(6)]
        assert statuses == [HTTPStatus.UNPROCESSABLE_ENTITY] * login_attempts.MAX_ATTEMPTS_PER_NAME_AND_ADDRESS + [
            HTTPStatus.TOO_MANY_REQUESTS
        ]
