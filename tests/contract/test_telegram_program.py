"""Telegram through the whole program: who blocked the bot, groups that move, what cannot be read, and who is nobody."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from time import monotonic
from typing import Any

from aiohttp import ClientSession
from sqlalchemy import Engine, text
from structlog.testing import capture_logs

from storage.database.engine import read_transaction
from tests.contract.people import TelegramPerson, telegram
from tests.patience import PATIENCE_SECONDS

GROUP, NEW = -5, -1000000000005
HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass
class TelegramProgram:
    """The program, and Telegram before it."""

    anna: TelegramPerson
    database: Engine

    def states(self) -> list[Any]:
        with read_transaction(self.database) as connection:
            return [*connection.scalars(text("SELECT state FROM messages WHERE side = 'bot' ORDER BY id"))]

    async def states_become(self, *wanted: str) -> None:
        end = monotonic() + PATIENCE_SECONDS
        while self.states() != [*wanted]:
            assert monotonic() < end, self.states()
            await asyncio.sleep(0.02)

    async def posts(self, body: bytes, secret: str) -> int:
        async with (
            ClientSession() as client,
            client.post(f"{self.anna.url}/webhooks/telegram", data=BytesIO(body), headers={HEADER: secret}) as response,
        ):
            return response.status

    async def metric(self, name: str) -> float:
        async with ClientSession() as client, client.get(f"{self.anna.url}/metrics") as response:
            lines = (await response.text()).splitlines()
        return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(name)), 0.0)


@asynccontextmanager
async def bot(database: Engine, url: str, *, webhook: bool) -> AsyncIterator[TelegramProgram]:
    with capture_logs():
        async with telegram(url, webhook=webhook) as anna:
            yield TelegramProgram(anna, database)


async def test_who_blocked_the_bot_is_not_written_to_again(engine: Engine, url: str) -> None:
    async with bot(engine, url, webhook=False) as program:
        peer = program.anna.peer
        peer.blocked.add(42)
        await program.anna.send("hours")
        await program.states_become("failed")
        await asyncio.sleep(1.5)
        assert len(peer.calls_of("sendMessage")) == 1, "it is not tried again"
        peer.blocked.clear()
        await program.anna.send("printer")
        await program.states_become("failed", "sent")


async def test_a_group_that_became_a_supergroup_is_answered_there(engine: Engine, url: str) -> None:
    async with bot(engine, url, webhook=False) as program:
        peer = program.anna.peer
        asked = peer.send_text("@paligs_test_bot hours", chat=GROUP)
        peer.migrated[GROUP] = NEW
        await program.states_become("sent")
        assert [message["chat"]["id"] for message in peer.sent] == [NEW]
        assert peer.calls_of("sendMessage")[0]["reply_parameters"]["message_id"] == asked
        peer.send_text("@paligs_test_bot printer", chat=NEW)
        await program.states_become("sent", "sent")
        assert peer.sent[1]["reply_to_message"]["text"].endswith("printer")


async def test_by_webhook_what_cannot_be_read_is_parked_and_who_is_nobody_turned_away(engine: Engine, url: str) -> None:
    async with bot(engine, url, webhook=True) as program:
        secret = program.anna.peer.webhook["secret_token"]
        assert await program.posts(b'{"update_id": 1, "message": {"text": "hours"}}', secret) == 200
        assert await program.posts(b"not JSON", secret) == 200
        assert await program.posts(b'{"update_id": 2}', "guessed") == 403
        assert await program.posts(b"x" * (1024 * 1024 + 1), secret) == 413
        assert await program.metric('paligs_updates_dropped_total{channel="telegram",reason="malformed"}') == 1
        assert await program.metric('paligs_updates_dropped_total{channel="telegram",reason="not_json"}') == 1
        assert await program.metric('paligs_webhooks_rejected_total{channel="telegram",reason="secret"}') == 1
        assert program.states() == []
        await program.anna.send("hours")
        await program.states_become("sent")


async def test_a_mended_message_is_answered_as_another_one(engine: Engine, url: str) -> None:
    async with bot(engine, url, webhook=True) as program:
        number = program.anna.peer.send_text("prnter")
        await program.states_become("sent")
        program.anna.peer.edit_message(number, "printer")
        await program.states_become("sent", "sent")
        assert "Workshop" in program.anna.peer.bot_texts()[1]
