"""What one process stores, the pages of another are told of; on PostgreSQL, which alone has several."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine, text

from bot.database.pg_listener import News
from storage.database import pg_notify
from storage.database.engine import writing
from tests.contract.talks import HELLO, said, take_in

pytestmark = pytest.mark.parametrize("backend", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)


class Bell:
    """Notes what it is rung with."""

    def __init__(self) -> None:
        self.rung: list[str | None] = []

    async def hears(self, *rung: str | None) -> None:
        """Waits until it was rung with just these since the last time."""
        async with asyncio.timeout(10):
            while self.rung != [*rung]:
                await asyncio.sleep(0.01)
        self.rung.clear()


@pytest.fixture
async def bell(engine: Engine) -> AsyncIterator[Bell]:
    bell = Bell()
    listener = News(engine, bell.rung.append)
    listener.start()
    await bell.hears(None)
    yield bell
    await listener.stop()


def mark(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()


async def test_what_is_committed_is_told_once_and_by_a_mark_only(engine: Engine, bell: Bell) -> None:
    talk, _ = take_in(engine, said("Sveiki"))
    with writing(engine) as connection:
        for _ in range(3):
            pg_notify.tell(connection, talk.id, "webchat")
        await asyncio.sleep(0.1)
        assert bell.rung == []
    await bell.hears(mark("anna's room"))


async def test_what_is_rolled_back_or_another_channels_is_not_told(engine: Engine, bell: Bell) -> None:
    talk, _ = take_in(engine, said("Sveiki"))
    other, _ = take_in(engine, replace(HELLO, channel="whatsapp"))
    with engine.connect() as connection, connection.begin() as turn:
        pg_notify.tell(connection, talk.id, "webchat")
        turn.rollback()
    with writing(engine) as connection:
        pg_notify.tell(connection, other.id, "webchat")
        pg_notify.tell(connection, "nobody", "webchat")
    last, _ = take_in(engine, said("Labdien", by="boris"))
    with writing(engine) as connection:
        pg_notify.tell(connection, last.id, "webchat")
    await bell.hears(mark("boris's room"))


async def test_a_listener_that_was_cut_off_listens_again_and_has_all_pages_look(engine: Engine, bell: Bell) -> None:
    with writing(engine) as connection:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN paligs_news'"
        connection.execute(text(cut))
    await bell.hears(None)
    talk, _ = take_in(engine, said("Sveiki"))
    with writing(engine) as connection:
        pg_notify.tell(connection, talk.id, "webchat")
    await bell.hears(mark("anna's room"))


async def test_a_quiet_connection_is_tried_and_goes_on(
    engine: Engine, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.database.pg_listener.QUIET_SECONDS", 0.05)
    talk, _ = take_in(engine, said("Sveiki"))
    other = Bell()
    listener = News(engine, other.rung.append)
    listener.start()
    await other.hears(None)
    await asyncio.sleep(0.3)
    with writing(engine) as connection:
        pg_notify.tell(connection, talk.id, "webchat")
    await other.hears(mark("anna's room"))
    await listener.stop()
