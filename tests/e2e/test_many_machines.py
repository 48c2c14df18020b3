"""Two that take messages in and two that deliver, on one PostgreSQL; some are killed in the middle.

The processes are this module too: `python -m tests.e2e.test_many_machines web|worker|doomed-web|doomed-worker URL NAME`.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from time import monotonic, sleep
from uuid import uuid4

import pytest
import structlog
from sqlalchemy import Engine, text

from bot.channels.interface import OutgoingMessage
from bot.database.transactions import Transactions
from bot.delivery.deliverer import Deliverer
from bot.delivery.jobs import procrastinate_schema
from bot.delivery.jobs.procrastinate import CONCURRENCY, ProcrastinateJobs
from bot.intake.intake import Intake
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound
from storage.database.engine import create_database_engine, read_transaction, write_transaction
from storage.delivery import outbox
from storage.migrations import upgrade
from tests.contract.conftest import _database, _order, postgres  # noqa: F401 a fixture
from tests.doubles import ScriptedInterpreter, means, small_base, small_phrases

TALKS, TURNS = 20, 10
KNOWN = {"hours": means("hours"), "printer": means("printer")}
PATIENCE = 240.0
"""Seconds: what a busy machine may need for what a quiet one does in ten."""
HEARTBEAT_SECONDS = 5.0
DOOMED_HEARTBEAT_SECONDS = 2.5
DOOMED_LEASE = timedelta(seconds=15)
"""How long the reply that a dead worker was sending waits for another, where one dies: a minute in earnest. Where none
does, nobody may take over, however slow the machine is."""

pytestmark = pytest.mark.timeout(900)


@dataclass(frozen=True)
class TableChannel:
    """A channel that writes down what it is given, in a table of its own, and takes its time."""

    database: Engine
    worker: str
    name: str = "post"

    async def send(self, address: str, message: OutgoingMessage) -> None:
        await asyncio.to_thread(self._write, address, message.sequence)
        await asyncio.sleep(0.02)

    def _write(self, address: str, sequence: int) -> None:
        with write_transaction(self.database) as connection:
            row = {"address": address, "sequence": sequence, "worker": self.worker}
            connection.execute(
                text("INSERT INTO post (address, sequence, worker) VALUES (:address, :sequence, :worker)"), row
            )


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def program(
    url: str, name: str, heartbeat_seconds: float = HEARTBEAT_SECONDS
) -> Iterator[tuple[Intake, ProcrastinateJobs]]:
    database = create_database_engine(url)
    known = KnowledgeBundle(base=small_base(), interpreter=ScriptedInterpreter(KNOWN), phrases=small_phrases())
    with ThreadPoolExecutor(4) as threads:
        channels = {"post": TableChannel(database, name)}
        transactions = Transactions(database, threads)
        deliver = Deliverer(transactions=transactions, channels=channels, clock=now)
        jobs = ProcrastinateJobs(
            database=database,
            deliver=deliver,
            find_due=deliver.due_conversations,
            maintenance=deliver.purge,
            heartbeat_seconds=heartbeat_seconds,
        )
        yield Intake(transactions=transactions, knowledge_source=known, clock=now, jobs=jobs), jobs


async def web(url: str, name: str) -> None:
    """Hears every message of every talk, as a platform sends them to it: in order, and again after a failure."""
    with program(url, name) as (intake, _):

        async def talk(number: int) -> None:
            for turn in range(TURNS):
                await intake(
                    Inbound(
                        channel="post",
                        conversation=f"talk {number}",
                        sender=f"talk {number}",
                        message_id=f"m{turn:02}",
                        sent_at=now(),
                        text=("hours", "printer")[turn % 2],
                    )
                )
                await asyncio.sleep(0.02)

        await asyncio.gather(*map(talk, range(TALKS)))


async def doomed_web(url: str, name: str) -> None:
    """Hears the same talks again and again, so that it is in the middle of one whenever it is killed."""
    while True:
        await web(url, name)


async def doomed_worker(url: str, name: str) -> None:
    """A worker that others take over from soon."""
    outbox.claim.__defaults__ = (DOOMED_LEASE,)
    await worker(url, name, DOOMED_HEARTBEAT_SECONDS)


async def worker(url: str, name: str, heartbeat_seconds: float = HEARTBEAT_SECONDS) -> None:
    """Delivers until it is told to stop."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    with program(url, name, heartbeat_seconds) as (_, jobs):
        jobs.start()
        await stop.wait()
        await jobs.stop()


@dataclass(frozen=True)
class SharedDatabase:
    """The database that they share, and what stands in it."""

    url: str
    engine: Engine
    folder: Path

    @contextmanager
    def running_process(self, role: str, name: str) -> Iterator[subprocess.Popen[bytes]]:
        """A process, ended at the latest with the block."""
        with (self.folder / name).open("wb") as log:
            command = [sys.executable, "-m", "tests.e2e.test_many_machines", role, self.url, name]
            process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
            try:
                yield process
            finally:
                process.kill()
                process.wait()

    def ask(self, query: str) -> list[tuple[str, int]]:
        with read_transaction(self.engine) as connection:
            return [(str(row[0]), int(row[1])) for row in connection.execute(text(query))]

    def count(self, table: str) -> int:
        return self.ask(f"SELECT '', count(*) FROM {table}")[0][1]  # noqa: S608

    def wait_for_count(self, wanted: int, counted: str, *, within: float) -> None:
        end = monotonic() + within
        while self.count(counted) < wanted:
            assert monotonic() < end, "\n".join(log.read_text()[-3000:] for log in self.folder.iterdir())
            sleep(0.02)

    def wait_for_busy_worker(self, wanted: int, *, within: float) -> str:
        """The first of the workers to have sent so many: of two, one has while much is still to be sent."""
        self.wait_for_count(1, f"(SELECT worker FROM post GROUP BY 1 HAVING count(*) >= {wanted}) busy", within=within)  # noqa: S608
        return self.ask("SELECT worker, count(*) FROM post GROUP BY 1 ORDER BY 2 DESC")[0][0]

    def wait_until_empty(self, counted: str, *, within: float) -> None:
        """Until nothing of this is left: a job is taken away a moment after what it delivered is seen."""
        end = monotonic() + within
        while left := self.count(counted):
            assert monotonic() < end, f"{left} {counted}"
            sleep(0.02)

    def assert_consistent(self, *, killed: bool) -> None:
        """Nothing lost, nothing decided twice, no inversion."""
        everything = TALKS * TURNS
        heard = "FROM messages JOIN conversations c ON c.id = conversation_id WHERE side = 'person'"
        for talk, rows in groupby(
            self.ask(f"SELECT address, substr(provider_id, 2) {heard} ORDER BY 1, messages.id"), key=first
        ):
            assert [number for _, number in rows] == [*range(TURNS)], talk
        assert self.count("messages WHERE side = 'person'") == self.count("turns") == everything
        assert self.count("messages WHERE side = 'bot' AND state = 'sent'") == everything
        posted = self.ask("SELECT address, sequence FROM post ORDER BY address, id")
        for talk, rows in groupby(posted, key=first):
            order = [sequence for _, sequence in rows]
            assert order == sorted(order), f"{talk}: {order}"
        replies = self.ask(
            "SELECT c.address, m.id FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE side = 'bot'"
        )
        assert {*posted} == {*replies}
        duplicates = len(posted) - everything
        by = dict(self.ask("SELECT worker, count(*) FROM post GROUP BY 1"))
        print(f"\n{everything} replies, {duplicates} sent twice; by {by}")  # noqa: T201
        assert duplicates <= (CONCURRENCY if killed else 0)


def first(row: tuple[str, int]) -> str:
    return row[0]


@pytest.fixture
def house(postgres: str, tmp_path: Path) -> Iterator[SharedDatabase]:  # noqa: F811
    name = f"house_{uuid4().hex}"
    _order(postgres, f"CREATE DATABASE {name}")
    url = _database(postgres, name)
    engine = create_database_engine(url)
    upgrade.upgrade(engine)
    procrastinate_schema.upgrade(engine)
    with write_transaction(engine) as connection:
        connection.execute(text("CREATE TABLE post (id bigserial, address text, sequence bigint, worker text)"))
    yield SharedDatabase(url, engine, tmp_path)
    engine.dispose()
    _order(postgres, f"DROP DATABASE {name} WITH (FORCE)")


SENT = "messages WHERE side = 'bot' AND due_at IS NULL"


@pytest.mark.postgres
def test_two_webs_that_hear_the_same_and_two_workers_decide_once_and_keep_the_order(house: SharedDatabase) -> None:
    with ExitStack() as running:
        workers = [running.enter_context(house.running_process("worker", f"worker {number}")) for number in (1, 2)]
        webs = [running.enter_context(house.running_process("web", f"web {number}")) for number in (1, 2)]
        assert [process.wait(PATIENCE) for process in webs] == [0, 0]
        house.wait_for_count(TALKS * TURNS, SENT, within=PATIENCE)
        house.wait_until_empty(
            "procrastinate_jobs WHERE task_name = 'paligs.deliver' AND scheduled_at IS NULL", within=PATIENCE
        )
        for process in workers:
            process.terminate()
        assert [process.wait(PATIENCE) for process in workers] == [0, 0]

    house.assert_consistent(killed=False)
    assert house.count("procrastinate_workers") == 0
    assert house.count("procrastinate_jobs WHERE task_name = 'paligs.deliver' AND scheduled_at IS NULL") == 0


@pytest.mark.postgres
def test_a_web_and_a_worker_that_are_killed_lose_nothing(house: SharedDatabase) -> None:
    with ExitStack() as running:
        workers = {
            name: running.enter_context(house.running_process("doomed-worker", name))
            for name in ("worker 1", "worker 2")
        }
        house.wait_for_count(len(workers), "procrastinate_workers", within=PATIENCE)
        doomed_hearing = running.enter_context(house.running_process("doomed-web", "web 1"))
        surviving = running.enter_context(house.running_process("web", "web 2"))
        doomed_sending = workers[house.wait_for_busy_worker(40, within=PATIENCE)]
        os.kill(doomed_sending.pid, signal.SIGKILL)
        os.kill(doomed_hearing.pid, signal.SIGKILL)
        assert surviving.wait(PATIENCE) == 0
        start = monotonic()
        house.wait_for_count(TALKS * TURNS, SENT, within=PATIENCE)
        print(f"\nall sent {monotonic() - start:.1f} s after the last message")  # noqa: T201

    house.assert_consistent(killed=True)


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    role, *rest = sys.argv[1:]
    roles = {"web": web, "worker": worker, "doomed-web": doomed_web, "doomed-worker": doomed_worker}
    asyncio.run(roles[role](*rest))
