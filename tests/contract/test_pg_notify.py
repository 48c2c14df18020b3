"""What one process stores, the pages of another are told of; on PostgreSQL, which alone has several."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine, text

from bot.database.pg_listener import PgListener
from storage.database import pg_notify
from storage.database.engine import write_transaction
from tests.contract.talks import HELLO, said, take_in
from tests.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.parametrize("backend", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)


class RecordingOnChange:
    """Notes what it is rung with."""

    def __init__(self) -> None:
        self.tokens: list[str | None] = []

    async def wait_for(self, *rung: str | None) -> None:
        """Waits until it was rung with just these since the last time."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self.tokens != [*rung]:
                await asyncio.sleep(0.01)
        self.tokens.clear()


@pytest.fixture
async def bell(engine: Engine) -> AsyncIterator[RecordingOnChange]:
    bell = RecordingOnChange()
    listener = PgListener(engine, bell.tokens.append)
    listener.start()
    await bell.wait_for(None)
    yield bell
    await listener.stop()


def conversation_token(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()


async def test_what_is_committed_is_told_once_and_by_a_mark_only(engine: Engine, bell: RecordingOnChange) -> None:
    talk, _ = take_in(engine, said("Sveiki"))
    with write_transaction(engine) as connection:
        for _ in range(3):
            pg_notify.notify(connection, talk.id, "webchat")
        await asyncio.sleep(0.1)
        assert bell.tokens == []
    await bell.wait_for(conversation_token("anna's room"))


async def test_what_is_rolled_back_or_another_channels_is_not_told(engine: Engine, bell: RecordingOnChange) -> None:
    talk, _ = take_in(engine, said("Sveiki"))
    other, _ = take_in(engine, replace(HELLO, channel="whatsapp"))
    with engine.connect() as connection, connection.begin() as turn:
        pg_notify.notify(connection, talk.id, "webchat")
        turn.rollback()
    with write_transaction(engine) as connection:
        pg_notify.notify(connection, other.id, "webchat")
        pg_notify.notify(connection, "nobody", "webchat")
    last, _ = take_in(engine, said("Labdien", by="boris"))
    with write_transaction(engine) as connection:
        pg_notify.notify(connection, last.id, "webchat")
    await bell.wait_for(conversation_token("boris's room"))


async def test_a_listener_that_was_cut_off_listens_again_and_has_all_pages_look(
    engine: Engine, bell: RecordingOnChange
) -> None:
    with write_transaction(engine) as connection:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN paligs_news'"
        connection.execute(text(cut))
    await bell.wait_for(None)
    talk, _ = take_in(engine, said("Sveiki"))
    with write_transaction(engine) as connection:
        pg_notify.notify(connection, talk.id, "webchat")
    await bell.wait_for(conversation_token("anna's room"))


async def test_a_quiet_connection_is_tried_and_goes_on(
    engine: Engine, bell: RecordingOnChange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.database.pg_listener.KEEPALIVE_SECONDS", 0.05)
    talk, _ = take_in(engine, said("Sveiki"))
    other = RecordingOnChange()
    listener = PgListener(engine, other.tokens.append)
    listener.start()
    await other.wait_for(None)
    await asyncio.sleep(0.3)
    with write_transaction(engine) as connection:
        pg_notify.notify(connection, talk.id, "webchat")
    await other.wait_for(conversation_token("anna's room"))
    await listener.stop()
