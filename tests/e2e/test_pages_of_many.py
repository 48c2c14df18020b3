"""Two `paligs web` and a `paligs worker` on one PostgreSQL: a page of one shows at once what was said to the other."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Self
from uuid import uuid4

import pytest
from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, CookieJar
from sqlalchemy import text

from bot.delivery.jobs import procrastinate_schema
from storage.database.engine import create_database_engine, write_transaction
from storage.migrations import upgrade
from tests.contract.conftest import _database, _order, postgres  # noqa: F401 a fixture
from tests.e2e.loaded_program import LoadedProgram
from tests.ports import own_port

PATIENCE = 90.0
"""Seconds: what a busy machine may need. A page polls nothing: what it is not told of, it never shows."""

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(600)]


@dataclass
class RemoteChatPage:
    """An open page of a visitor."""

    socket: ClientWebSocketResponse

    @classmethod
    async def open_page(cls, client: ClientSession, url: str) -> Self:
        page = cls(await client.ws_connect(f"{url}/chat/ws", headers={"Origin": url}))
        await page.socket.send_json({"type": "hello", "after": 0, "lang": "lv"})
        await page.next_frame("welcome")
        return page

    async def send(self, words: str) -> float:
        """When it was said."""
        await self.socket.send_json({"type": "say", "id": uuid4().hex, "text": words})
        return monotonic()

    async def next_frame(self, kind: str, **like: object) -> Any:
        """The next frame of this kind."""
        while True:
            frame = json.loads(await self.socket.receive_str(timeout=PATIENCE))
            if frame["type"] == kind and like.items() <= frame.items():
                return frame


@dataclass
class ProcessCluster:
    """The processes, and a browser that knows both web processes by one cookie."""

    a: str
    b: str
    database: str
    worker: LoadedProgram
    client: ClientSession

    async def readiness(self, url: str, **wanted: object) -> Any:
        """What /readyz says, once it is as wanted."""
        told: Any = {}
        end = monotonic() + PATIENCE
        while not told or not wanted.items() <= told.items():
            assert monotonic() < end, told
            await asyncio.sleep(0.05)
            try:
                async with self.client.get(f"{url}/readyz") as response:
                    told = {"http": response.status, **await response.json()}
            except ClientError:
                continue
        return told

    async def page(self, url: str) -> RemoteChatPage:
        await self.client.get(url)
        return await RemoteChatPage.open_page(self.client, url)

    def execute(self, statement: str) -> None:
        engine = create_database_engine(self.database)
        with write_transaction(engine) as connection:
            connection.execute(text(statement))
        engine.dispose()


@pytest.fixture
def database(postgres: str) -> Iterator[str]:  # noqa: F811
    name = f"town_{uuid4().hex}"
    _order(postgres, f"CREATE DATABASE {name}")
    url = _database(postgres, name)
    engine = create_database_engine(url)
    upgrade.upgrade(engine)
    procrastinate_schema.upgrade(engine)
    engine.dispose()
    yield url
    _order(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def town(database: str, tmp_path: Path) -> AsyncIterator[ProcessCluster]:
    settings = {"DATABASE_URL": database, "SECRET_KEY": "a key that all of them share"}
    ports = [own_port(), own_port()]
    with ExitStack() as running:
        programs = []
        for name, role, port in (("a", "web", ports[0]), ("b", "web", ports[1]), ("w", "worker", 0)):
            (tmp_path / name).mkdir()
            program = LoadedProgram(tmp_path / name, settings | {"PORT": str(port)}, role)
            programs.append(running.enter_context(program))
            program.start()
        async with AsyncExitStack() as closing:
            client = await closing.enter_async_context(ClientSession(cookie_jar=CookieJar(unsafe=True)))
            a, b = (f"http://127.0.0.1:{port}" for port in ports)
            yield ProcessCluster(a, b, database, programs[2], client)
        for program in programs:
            if program.running:
                assert await asyncio.to_thread(program.stop, PATIENCE) == 0
            assert not program.logged_errors()


async def test_a_page_of_one_process_shows_at_once_what_another_was_told(
    town: ProcessCluster, capsys: pytest.CaptureFixture[str]
) -> None:
    for url in (town.a, town.b):
        await town.readiness(url, status="ready", http=200, workers=1)
    there, here = await town.page(town.a), await town.page(town.b)

    said, shown, answered = [], [], []
    for words in ("kase nedrukā čeku", "kādas ir jūsu darba stundas?", "paldies"):
        said.append(await here.send(words))
        frame = await there.next_frame("message", mine=True)
        shown.append(monotonic() - said[-1])
        assert "".join(span["text"] for span in frame["spans"]) == words
        await there.next_frame("message", mine=False)
        answered.append(monotonic() - said[-1])
    with capsys.disabled():
        print(f"\nanother process's page: said {max(shown):.3f} s, answered {max(answered):.3f} s")  # noqa: T201

    # A listener that was cut off has its pages look as soon as it is back.
    town.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN paligs_news'")
    await here.send("kā mainīt cenu?")
    await there.next_frame("message", mine=True)

    await here.send("/forget")
    assert (await there.next_frame("welcome"))["fresh"]

    # Without a worker messages are still taken, and /readyz tells what is amiss.
    town.worker.kill()
    town.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '25 s'")
    await town.readiness(town.a, status="degraded", http=200, workers=0, faults=[])
    await here.send("labdien")
    await there.next_frame("message", mine=True)
    town.worker.start()
    await town.readiness(town.b, status="ready", workers=1)
