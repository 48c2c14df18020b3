"""Two `paligs web` on one PostgreSQL: what an agent edits in the console of one is answered by the other, at once."""

import asyncio
import html
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, ExitStack
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Final

import pytest
from aiohttp import ClientSession, CookieJar

from bot.console.auth.passwords import hash_password
from storage.database.engine import create_database_engine, write_transaction
from storage.helpdesk.sign_in import agents
from storage.helpdesk.sign_in.agent_roles import Role
from tests.contract.conftest import postgres  # noqa: F401 a fixture
from tests.doubles import CONTENT
from tests.e2e.loaded_program import LoadedProgram
from tests.e2e.test_pages_of_many import PATIENCE, ProcessCluster, RemoteChatPage, database  # noqa: F401 a fixture
from tests.ports import own_port

PASSWORD: Final = "correct horse battery"
EDIT: Final = "/console/knowledge/entries/printer/edit"

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(600)]


@pytest.fixture
async def pair(database: str, tmp_path: Path) -> AsyncIterator[ProcessCluster]:  # noqa: F811
    """Two web processes and a worker with the made-up company's content, and an agent who may sign in."""
    engine = create_database_engine(database)
    with write_transaction(engine) as connection:
        agents.add(connection, "otto", Role.AGENT, hash_password(PASSWORD), datetime.now(UTC))
    engine.dispose()
    settings = {
        "DATABASE_URL": database,
        "CONTENT_DIR": str(CONTENT),
        "SECRET_KEY": "a key that all of them share",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    ports = [own_port(), own_port()]
    with ExitStack() as running:
        programs = []
        for name, role, port in (("a", "web", ports[0]), ("b", "web", ports[1]), ("w", "worker", 0)):
            (tmp_path / name).mkdir()
            program = running.enter_context(LoadedProgram(tmp_path / name, settings | {"PORT": str(port)}, role))
            programs.append(program)
            program.start()
        async with AsyncExitStack() as closing:
            client = await closing.enter_async_context(ClientSession(cookie_jar=CookieJar(unsafe=True)))
            a, b = (f"http://127.0.0.1:{port}" for port in ports)
            yield ProcessCluster(a, b, database, programs[2], client)
        assert [program.logged_errors() for program in programs] == [[], [], []]


async def fields_of(cluster: ProcessCluster, path: str) -> dict[str, str]:
    """The form of a page of the first process, as it is filled in."""
    async with cluster.client.get(f"{cluster.a}{path}") as response:
        page = await response.text()
    patterns = (r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', r'<textarea name="(\w+)"[^>]*>([^<]*)<')
    return {name: html.unescape(value) for pattern in patterns for name, value in re.findall(pattern, page)}


async def send_form(cluster: ProcessCluster, path: str, fields: Mapping[str, str]) -> None:
    """As the browser of an agent does, in the first process."""
    headers = {"Origin": cluster.a, "Sec-Fetch-Site": "same-origin"}
    url = f"{cluster.a}{path}"
    async with cluster.client.post(url, data=fields, headers=headers, allow_redirects=False) as response:
        assert response.status == 303, await response.text()


async def content_after(cluster: ProcessCluster, before: str) -> str:
    """The version of the content that the first process answers from once it is another one."""
    end = monotonic() + PATIENCE
    while (found := str((await cluster.readiness(cluster.a, http=200))["content"])) == before:
        assert monotonic() < end
        await asyncio.sleep(0.05)
    return found


async def answer_of(url: str, words: str) -> str:
    """What one who has never written is answered."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as client:
        await client.get(url)
        page = await RemoteChatPage.open_page(client, url)
        await page.send(words)
        frame = await page.next_frame("message", mine=False)
        await page.socket.close()
    return "".join(span["text"] for span in frame["spans"])


async def test_an_entry_edited_in_one_process_is_answered_by_the_other_without_a_restart(pair: ProcessCluster) -> None:
    for url in (pair.a, pair.b):
        await pair.readiness(url, status="ready", http=200, workers=1)
    before = (await pair.readiness(pair.b, http=200))["content"]
    assert "Unplug" not in await answer_of(pair.b, "the printer does not print")

    signing_in = await fields_of(pair, "/console/sign-in")
    await send_form(pair, "/console/sign-in", {**signing_in, "name": "otto", "password": PASSWORD})
    form = await fields_of(pair, EDIT)
    changed = {"answer_en": "Unplug it for a minute. Then call {workshop_phone}.", "questions_en": "goldfish sulking"}
    await send_form(pair, EDIT, {**form, **changed})

    # Both tell which content they answer from: the second hears of it from the database alone.
    edited = await content_after(pair, before)
    await pair.readiness(pair.b, http=200, content=edited)
    for url in (pair.b, pair.a):
        assert "Unplug it for a minute. Then call +371 20000002." in await answer_of(url, "goldfish sulking")
