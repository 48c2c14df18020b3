"""`paligs run` is killed in the middle of 200 messages from 20 chats, and started again: by polling and by webhook.

PALIGS_SOAK=10 plays ten rounds instead of one.
"""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from random import Random
from time import monotonic
from types import TracebackType
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import Engine, text

from bot.delivery.jobs.embedded import CONCURRENCY
from storage.database.engine import create_database_engine, read_transaction
from tests.e2e.kill_program import ProgramProcess
from tests.e2e.telegram_peer import ScriptedFailure, TelegramPeer
from tests.e2e.telegram_peer_rules import Json
from tests.ports import own_port

ROUNDS = int(os.environ.get("PALIGS_SOAK", "1"))
CHATS = range(1001, 1021)
TALK = (
    "/start",
    "kase nedrukā čeku",
    "kā mainīt cenu?",
    "nestrādā karšu terminālis",
    "kādas ir jūsu darba stundas?",
    "aizmirsu paroli",
    "kā izdarīt atgriezumu",
    "kā pārdalīt rēķinu",
    "kā noslēgt dienu, z atskaite",
    "gribu runāt ar cilvēku",
)
"""What everybody says; each message has an answer of its own, so that two in the wrong order are seen."""
EVERYTHING = len(CHATS) * len(TALK)
PATIENCE = 90.0
"""Seconds: what a busy machine may need for what a quiet one does in ten."""


@dataclass(kw_only=True)
class SlowTelegramPeer(TelegramPeer):
    """A peer as far away as the real one: a message has arrived for a while before its sender knows."""

    distance: float = 0.05
    written: dict[int, list[int]] = field(default_factory=dict)
    """The messages of each chat, in order."""
    written_at: dict[int, float] = field(default_factory=dict)
    killed: asyncio.Event = field(default_factory=asyncio.Event)
    """The last message of everybody is written afterwards, however slow the machine is."""

    async def _answer(self, request: web.Request, method: str, fault: ScriptedFailure) -> tuple[Json, int]:
        answered = await super()._answer(request, method, fault)
        if method == "sendMessage":
            await asyncio.sleep(self.distance)
        return answered

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hangs up, on a poll that a killed program has left too."""
        self._poll += 1
        await super().__aexit__(kind, error, trace)

    async def send_all_conversations(self, chance: Random) -> None:
        """Everybody has the whole talk, all at nearly the same time, and without waiting for answers."""
        for said in TALK:
            if said == TALK[-1]:
                await self.killed.wait()
            for chat in chance.sample(CHATS, len(CHATS)):
                message = self.send_text(said, user=chat)
                self.written.setdefault(chat, []).append(message)
                self.written_at[message] = monotonic()
                await asyncio.sleep(chance.uniform(0, 0.01))
            await asyncio.sleep(chance.uniform(0.2, 0.6))


@dataclass(frozen=True)
class DatabaseView:
    """The program's database, seen from outside."""

    engine: Engine

    def rows(self, query: str) -> list[Any]:
        with read_transaction(self.engine) as connection:
            return list(connection.execute(text(query)))

    def count(self, what: str) -> int:
        return int(self.rows(f"SELECT count(*) FROM {what}")[0][0])  # noqa: S608

    def by_chat(self, side: str, column: str) -> dict[int, list[Any]]:
        """One column of the messages of one side, in the order of each chat."""
        rows = self.rows(
            f"SELECT CAST(address AS INTEGER), m.{column} FROM messages m JOIN conversations c ON c.id = conversation_id "  # noqa: S608
            f"WHERE side = '{side}' ORDER BY 1, m.id"
        )
        return {chat: [row[1] for row in found] for chat, found in groupby(rows, key=lambda row: row[0])}


SETTLED = "messages WHERE side = 'bot' AND due_at IS NULL"
HEARD = "messages WHERE side = 'person'"


@contextmanager
def store(program: ProgramProcess) -> Iterator[DatabaseView]:
    engine = create_database_engine(program.database)
    yield DatabaseView(engine)
    engine.dispose()


async def until(done: Callable[[], object], program: ProgramProcess) -> None:
    end = monotonic() + PATIENCE
    while not done():
        assert program.running, "\n".join(program.log())
        assert monotonic() < end, "\n".join([*program.log()][-50:])
        await asyncio.sleep(0.01)


def listening(peer: TelegramPeer) -> Callable[[], object]:
    """Whether a program that is started now takes messages in."""
    before = len(peer.calls)
    return lambda: any(name in ("getUpdates", "setWebhook") for name, _ in peer.calls[before:])


@pytest.mark.parametrize("number", range(1, ROUNDS + 1))
@pytest.mark.parametrize("way", ["polling", "webhook"])
async def test_a_program_that_is_killed_loses_nothing_and_decides_nothing_twice(
    way: str, number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = Random(f"{way} {number}")  # noqa: S311
    async with SlowTelegramPeer() as peer, asyncio.TaskGroup() as street:
        port = own_port()
        settings = {"PORT": str(port), "TELEGRAM_BOT_TOKEN": peer.token, "TELEGRAM_API_URL": peer.url}
        if way == "webhook":
            settings["PUBLIC_URL"] = f"http://127.0.0.1:{port}"
        with ProgramProcess(tmp_path, settings) as program, store(program) as stored:
            program.start()
            await until(listening(peer), program)
            street.create_task(peer.send_all_conversations(chance))
            enough = chance.randint(len(CHATS) + 1, EVERYTHING - len(CHATS))
            await until(lambda: len(peer.written_at) >= enough and stored.count(SETTLED), program)
            # At any point of what it does with a message.
            await asyncio.sleep(chance.uniform(0, 0.1))

            program.kill()
            killed = monotonic()
            peer.killed.set()
            written, decided, sent = len(peer.written_at), stored.count(HEARD), len(peer.sent)
            assert 0 < stored.count(SETTLED) < decided <= written < EVERYTHING
            repeated = decided + len(peer.pending) - written
            sending = stored.count("messages WHERE state = 'sending'")
            program.start()
            await until(listening(peer), program)
            back = monotonic()
            await until(lambda: stored.count(SETTLED) >= EVERYTHING and not peer.pending, program)
            settled = monotonic()
            assert await asyncio.to_thread(program.stop, within=20) == 0

            duplicates = everything_is_there_once_and_in_order(peer, stored)
            assert duplicates <= CONCURRENCY
            assert not peer.contract_violations
            assert not program.logged_errors()
            with capsys.disabled():
                print(  # noqa: T201
                    f"\n{way} {number}: killed when {written} were written, {decided} decided ({repeated} of them not"
                    f" acknowledged), {sent} sent ({sending} claimed); back after {back - killed:.1f} s, all sent"
                    f" after {settled - killed:.1f} s; longest wait {max_reply_delay(peer, stored):.1f} s;"
                    f" {EVERYTHING} decided once, {duplicates} replies sent twice"
                )


def everything_is_there_once_and_in_order(peer: SlowTelegramPeer, stored: DatabaseView) -> int:
    """How many replies were sent twice."""
    assert stored.by_chat("person", "provider_id") == {
        chat: [str(message) for message in messages] for chat, messages in peer.written.items()
    }
    assert stored.count("turns") == stored.count(HEARD) == stored.count("messages WHERE side = 'bot'") == EVERYTHING
    assert stored.count("messages WHERE side = 'bot' AND state = 'sent'") == EVERYTHING
    # Question n of a chat is turn n, and reply n is the answer to it.
    turns = {chat: [*range(1, len(TALK) + 1)] for chat in CHATS}
    for side in ("person", "bot"):
        numbers = stored.by_chat(side, "turn_id")
        ordered = dict(stored.rows("SELECT id, number FROM turns"))
        assert {chat: [ordered[turn] for turn in found] for chat, found in numbers.items()} == turns
    assert stored.count("handoffs") == len(CHATS)
    return sum(sent_twice(chat, replies, peer) for chat, replies in stored.by_chat("bot", "text").items())


def sent_twice(chat: int, replies: list[str], peer: SlowTelegramPeer) -> int:
    """Every reply arrived, in order; what was under way when the program died may have arrived before, too."""
    assert len(set(replies)) == len(TALK), "the talk is to have ten different answers"
    said = peer.bot_texts(chat)
    assert [reply for reply, _ in groupby(said)] == [reply.strip() for reply in replies], chat
    assert len(said) <= len(replies) + 1, chat
    return len(said) - len(replies)


def max_reply_delay(peer: SlowTelegramPeer, stored: DatabaseView) -> float:
    """Seconds from a message to its reply; of one that came twice, to the one that was noted."""
    first = {message["message_id"]: at for message, at in zip(peer.sent, peer.sent_at, strict=True)}
    receipts = stored.by_chat("bot", "receipt")
    return max(
        first[int(receipt)] - peer.written_at[message]
        for chat, messages in peer.written.items()
        for message, receipt in zip(messages, receipts[chat], strict=True)
    )
