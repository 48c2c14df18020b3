"""Live news: that something changed, for as long as the session holds."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from aiohttp import ClientConnectionResetError, ClientResponse
from structlog.testing import capture_logs

from bot.console.framework import live_updates
from handlers.model.actions import HandoffReason
from storage.database import engine
from storage.helpdesk.sign_in import agents
from storage.helpdesk.sign_in.agent_roles import Role
from tests.contract.asked import MessageRecorder
from tests.patience import PATIENCE_SECONDS
from tests.unit.bot.console.conftest import ConsoleBrowser, ConsoleFixture, OpenBrowser


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_updates, "POLL_INTERVAL_SECONDS", 0.05)
    monkeypatch.setattr(live_updates, "SESSION_RECHECK_SECONDS", 0.2)


@dataclass
class PollCounter:
    """How often the database was looked at for open pages."""

    count: int = 0

    async def reaches(self, count: int) -> None:
        """Until it was looked at so often."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self.count < count:
                await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def polls(monkeypatch: pytest.MonkeyPatch) -> PollCounter:
    """Counts what has ended, of each test."""
    counter, poll = PollCounter(), live_updates.LiveUpdates._poll

    async def counted(updates: live_updates.LiveUpdates) -> None:
        await poll(updates)
        counter.count += 1

    monkeypatch.setattr(live_updates.LiveUpdates, "_poll", counted)
    return counter


@asynccontextmanager
async def listening(browser: ConsoleBrowser, polls: PollCounter) -> AsyncIterator[ClientResponse]:
    """An open stream."""
    before = polls.count
    async with browser.client.get("/console/live", headers={"Accept": "text/event-stream"}) as stream:
        assert stream.status == 200
        assert stream.content_type == "text/event-stream"
        # The first look is what later ones are compared with.
        await polls.reaches(before + 1)
        yield stream


async def event(stream: ClientResponse) -> tuple[str, str]:
    """The next one: its name and what it says."""
    found: dict[str, str] = {}
    async with asyncio.timeout(PATIENCE_SECONDS):
        while line := (await stream.content.readline()).decode().strip() or not found:
            if isinstance(line, str) and not line.startswith(":"):
                name, _, value = line.partition(": ")
                found[name] = value
            assert not stream.content.at_eof()
    return found["event"], found["data"]


async def test_what_changed_is_told_by_name_and_nothing_else(
    polls: PollCounter, opens: OpenBrowser, desk: ConsoleFixture
) -> None:
    async with listening(await opens("ada"), polls) as stream:
        desk.add_agent("zane")
        assert await event(stream) == ("changed", "agents")


async def test_a_stream_opens_once_the_database_was_looked_at(
    opens: OpenBrowser, desk: ConsoleFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What changed between a page's own look and a later first one would be told to nobody."""
    looks, read = list[str](), live_updates.LiveUpdates._read_values

    async def slowly(updates: live_updates.LiveUpdates) -> dict[str, Hashable]:
        await asyncio.sleep(0.1)
        found = await read(updates)
        looks.append("looked")
        return found

    monkeypatch.setattr(live_updates.LiveUpdates, "_read_values", slowly)
    browser = await opens("ada")
    async with browser.client.get("/console/live", headers={"Accept": "text/event-stream"}) as stream:
        assert looks
        desk.add_agent("zane")
        assert await event(stream) == ("changed", "agents")


async def test_a_new_call_is_told_to_every_page(polls: PollCounter, opens: OpenBrowser, desk: ConsoleFixture) -> None:
    async with listening(await opens("otto"), polls) as stream:
        MessageRecorder(desk.database)("Kase stāv", people=HandoffReason.TRADING_STOPPED)
        # The reply that nobody delivers here is told of too.
        told = {await event(stream) for _ in range(2)}
    assert told == {("changed", "delivery"), ("changed", "waiting")}


async def test_a_change_of_ones_own_is_told_at_once(
    polls: PollCounter, opens: OpenBrowser, desk: ConsoleFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_updates, "POLL_INTERVAL_SECONDS", 60)
    browser = await opens("ada")
    async with listening(browser, polls) as stream:
        await browser.post(f"/agents/{desk.agent('otto').id}/disable")
        told = {await event(stream) for _ in range(2)}
    assert told == {("changed", "agents"), ("changed", "audit")}


@pytest.mark.parametrize("how", ["disabled", "role", "signed out"])
async def test_the_stream_ends_with_the_session(
    polls: PollCounter, opens: OpenBrowser, desk: ConsoleFixture, how: str
) -> None:
    browser = await opens("ada")
    async with listening(browser, polls) as stream:
        with engine.write_transaction(desk.database) as connection:
            if how == "disabled":
                agents.disable(connection, desk.agent("ada").id, desk.time[0])
            elif how == "role":
                agents.set_role(connection, desk.agent("ada").id, Role.AGENT)
        if how == "signed out":
            await browser.post("/sign-out", follow=False)
        names = []
        while "ended" not in names:
            names.append((await event(stream))[0])
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await stream.content.read() == b""


async def test_a_program_that_stops_waits_for_no_open_page(polls: PollCounter, opens: OpenBrowser) -> None:
    browser = await opens("ada")
    async with listening(browser, polls) as stream:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await browser.client.server.close()
        assert await stream.content.read() == b""


async def test_a_page_that_goes_away_is_forgotten(
    polls: PollCounter, opens: OpenBrowser, desk: ConsoleFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_updates, "MAX_LISTENERS", 1)
    monkeypatch.setattr(live_updates, "PING_INTERVAL_SECONDS", 0.05)
    browser = await opens("ada")
    for _ in range(2):
        async with listening(browser, polls) as stream:
            stream.close()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (answer := await browser.client.get("/console/live")).status == 503:
                await asyncio.sleep(0.05)
            answer.close()


async def test_a_page_that_is_closed_before_it_listens_is_no_fault(
    opens: OpenBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    @asynccontextmanager
    async def gone(*_: object, **__: object) -> AsyncIterator[None]:
        raise ClientConnectionResetError
        yield

    browser = await opens("ada")
    monkeypatch.setattr(live_updates, "sse_response", gone)
    with capture_logs() as logs:
        assert (await browser.get("/live")).status == 503
    assert [entry["event"] for entry in logs if entry["log_level"] in {"warning", "error"}] == []


async def test_too_many_open_pages_are_refused(
    polls: PollCounter, opens: OpenBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_updates, "MAX_LISTENERS", 1)
    browser = await opens("ada")
    async with listening(browser, polls):
        assert (await browser.get("/live")).status == 503


async def test_a_database_that_is_away_for_a_while_ends_nothing(
    polls: PollCounter, opens: OpenBrowser, desk: ConsoleFixture
) -> None:
    async with listening(await opens("ada"), polls) as stream:
        with engine.write_transaction(desk.database) as connection:
            connection.exec_driver_sql("ALTER TABLE parked RENAME TO away")
        # One may have begun before.
        await polls.reaches(polls.count + 2)
        with engine.write_transaction(desk.database) as connection:
            connection.exec_driver_sql("ALTER TABLE away RENAME TO parked")
        desk.add_agent("zane")
        assert await event(stream) == ("changed", "agents")
