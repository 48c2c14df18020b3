"""The program is killed while reminders and escalations are still to come: each comes once, at its time.

make soak plays it ten times on SQLite and ten on PostgreSQL, with a web and a worker: half a minute each.
"""

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select

from bot.delivery.jobs import procrastinate_schema
from storage.database.engine import create_database_engine, read_transaction
from storage.migrations import upgrade
from storage.tables import handoffs
from storage.tables import notices as notice_rows
from tests.contract.conftest import _database, _order, postgres  # noqa: F401 a fixture
from tests.e2e.loaded_program import LoadedProgram
from tests.e2e.telegram_peer import TelegramPeer
from tests.patience import PATIENCE_SECONDS
from tests.ports import own_port

ROUNDS = int(os.environ.get("PALIGS_SOAK", "1"))
GROUP, BOSS = -1001000000001, -1001000000002
PEOPLE = range(101, 105)
PATIENCE = 10.0
LATE = 5.0
START_PATIENCE_SECONDS = 3 * PATIENCE_SECONDS
"""A start is by far the most that a machine has to do here."""
DEAD = "kase uzkarinjas, nevaram neko pardot"


@dataclass
class ProcessGroup:
    """The processes of one program on one database."""

    programs: tuple[LoadedProgram, ...]
    engine: Engine
    start_count: int = 0

    async def start_all(self) -> float:
        """Start everything; when all of it runs."""
        self.start_count += 1
        for program in self.programs:
            program.start()
        await until(self.ready, self, within=START_PATIENCE_SECONDS)
        return time.time()

    def ready(self) -> bool:
        """Whether each says so, as often as it was started."""
        said = ('"server.started"', '"worker.started"')
        return all(
            sum(any(word in line for word in said) for line in program.log()) >= self.start_count
            for program in self.programs
        )

    def kill(self) -> None:
        for program in self.programs:
            program.kill()

    def due(self) -> list[tuple[datetime | None, datetime | None]]:
        """When the hand-offs are reminded of, and escalated; empty for what has happened."""
        with read_transaction(self.engine) as connection:
            wanted = select(handoffs.c.remind_at, handoffs.c.escalate_at).order_by(handoffs.c.id)
            return [(row.remind_at, row.escalate_at) for row in connection.execute(wanted)]

    def all_recorded(self) -> bool:
        """Whether all that has arrived is known to have arrived."""
        with read_transaction(self.engine) as connection:
            return connection.scalar(select(notice_rows.c.id).where(notice_rows.c.due_at.is_not(None))) is None

    def log(self) -> str:
        return "\n".join(line for program in self.programs for line in [*program.log()][-30:])


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest) -> Iterator[str]:
    """The DATABASE_URL of a machine with many processes; nothing where one process keeps its own."""
    if request.param == "sqlite":
        yield ""
        return
    server, name = str(request.getfixturevalue("postgres")), f"timers_{uuid4().hex}"
    _order(server, f"CREATE DATABASE {name}")
    url = _database(server, name)
    engine = create_database_engine(url)
    upgrade.upgrade(engine)
    procrastinate_schema.upgrade(engine)
    engine.dispose()
    yield url
    _order(server, f"DROP DATABASE {name} WITH (FORCE)")


def machine(store: str, folder: Path, peer: TelegramPeer, **more: str) -> ProcessGroup:
    """The program with these settings besides, and no process yet."""
    port = str(own_port())
    settings = {
        "PORT": port,
        "TELEGRAM_BOT_TOKEN": peer.token,
        "TELEGRAM_API_URL": peer.url,
        "NOTIFY_TECHNICAL": f"telegram:{GROUP}",
        "NOTIFY_ESCALATION": f"telegram:{BOSS}",
        "NOTIFY_AFTER": f"stopped={PATIENCE / 60}",
        "NOTIFY_INCIDENT_FROM": "1",
        **more,
    }
    if not store:
        program = LoadedProgram(folder, settings)
        return ProcessGroup((program,), create_database_engine(program.database))
    settings |= {
        "DATABASE_URL": store,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SECRET_KEY": "a key of sixteen letters",
    }
    return ProcessGroup(
        tuple(LoadedProgram(folder, settings, role) for role in ("web", "worker")), create_database_engine(store)
    )


@pytest.mark.timeout(240)
@pytest.mark.parametrize("number", range(1, ROUNDS + 1))
async def test_each_reminder_and_escalation_comes_once_and_at_its_time(
    store: str, number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if "PALIGS_SOAK" not in os.environ:
        pytest.skip("half a minute: make soak plays it")
    async with TelegramPeer() as peer:
        house = machine(store, tmp_path, peer)
        with ExitStack() as stack:
            for program in house.programs:
                stack.enter_context(program)
            await house.start_all()
            for person in PEOPLE:
                peer.send_text(DEAD, user=person)
            await until(lambda: len(notices(peer)) == len(PEOPLE), house)
            due = house.due()
            assert all(remind is not None and escalate is not None for remind, escalate in due)

            # What is on its way just then would come twice: that is how nothing is lost. Timers are another matter.
            await until(house.all_recorded, house)
            house.kill()
            assert reminders(peer) == []
            back = await house.start_all()
            await until(lambda: len(reminders(peer)) == len(PEOPLE), house)
            # What is on its way just then would come twice: that is how nothing is lost. Timers are another matter.
            await until(house.all_recorded, house)
            house.kill()
            back_again = await house.start_all()
            await until(lambda: len(escalations(peer)) == len(PEOPLE), house)
            await asyncio.sleep(3)

            assert len(notices(peer)) == len(reminders(peer)) == len(escalations(peer)) == len(PEOPLE), "each once"
            # The next escalation is to come, until somebody takes it.
            assert [(remind, again is not None) for remind, again in house.due()] == [(None, True)] * len(PEOPLE)
            await taken(peer, house)
            assert not peer.contract_violations
            late = [
                *(came - max(at, back) for came, at in zip(reminders(peer), times(due, 0), strict=True)),
                *(came - max(at, back_again) for came, at in zip(escalations(peer), times(due, 1), strict=True)),
            ]
            with capsys.disabled():
                print(f"\n{house.engine.dialect.name} {number}: late by {[round(each, 1) for each in late]} s")  # noqa: T201
            assert max(late) <= LATE
            house.engine.dispose()


async def taken(peer: TelegramPeer, house: ProcessGroup) -> None:
    """One tap on the escalation changes the notice too, and the person hears of it, whichever processes that takes."""
    escalated = next(message for message in peer.sent if message["chat"]["id"] == BOSS)
    call = escalated["text"].splitlines()[1]
    peer.tap_button("Paņemu", user=77, message=escalated)
    shown = [message for message in peer.sent if call in message["text"]]
    assert {message["chat"]["id"] for message in shown} == {GROUP, BOSS}
    await until(lambda: all("Paņēma: Anna" in message["text"] for message in shown), house)
    said = "Jūsu jautājumu risina Anna"
    await until(lambda: sum(said in peer.bot_texts(person)[-1] for person in PEOPLE) == 1, house)


def times(due: list[tuple[datetime | None, datetime | None]], which: int) -> list[float]:
    return sorted(at.timestamp() for moments in due if (at := moments[which]) is not None)


def notices(peer: TelegramPeer) -> list[float]:
    return came(peer, GROUP, "STĀV: ")


def reminders(peer: TelegramPeer) -> list[float]:
    return came(peer, GROUP, "Atgādinājums")


def escalations(peer: TelegramPeer) -> list[float]:
    return came(peer, BOSS, "STĀV: ")


def came(peer: TelegramPeer, chat: int, begins: str) -> list[float]:
    """When messages that begin so came to a chat."""
    since = time.time() - time.monotonic()
    return [
        since + at
        for message, at in zip(peer.sent, peer.sent_at, strict=True)
        if message["chat"]["id"] == chat and message["text"].startswith(begins)
    ]


async def until(done: Callable[[], bool], house: ProcessGroup, *, within: float = PATIENCE_SECONDS) -> None:
    end = time.monotonic() + within
    while not done():
        assert all(program.running for program in house.programs), house.log()
        assert time.monotonic() < end, house.log()
        await asyncio.sleep(0.02)
