"""Workers are woken after the commit of a job, by a transaction of its own; on PostgreSQL, which alone has several."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from psycopg import AsyncConnection
from sqlalchemy import Engine, text
from structlog.testing import capture_logs

from bot.delivery.jobs import procrastinate_schema
from bot.delivery.jobs.procrastinate import ProcrastinateJobs
from bot.delivery.jobs.worker_wakeup import WorkerWakeup
from storage.database.engine import driver_arguments, read_transaction, write_transaction
from tests.contract.test_jobs import RecordingDeliver, made, say
from tests.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.parametrize("backend", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)

CHANNEL = "procrastinate_queue_v1#paligs"
SESSIONS = "FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle'"
NOTIFIED = f"{SESSIONS} AND query LIKE 'SELECT pg_notify($%'"
MAX_WAKE_UPS = 9
PAYLOAD = '{"type": "job_inserted", "job_id": 0}'


@pytest.fixture
def engine(empty_engine: Engine) -> Engine:
    """A database with Procrastinate's tables."""
    procrastinate_schema.upgrade(empty_engine)
    return empty_engine


@pytest.fixture
async def jobs(engine: Engine) -> AsyncIterator[ProcrastinateJobs]:
    jobs = made(RecordingDeliver(), engine)
    yield jobs
    await jobs.stop()


@asynccontextmanager
async def heard_until_the_end(engine: Engine) -> AsyncIterator[list[str]]:
    """What is notified while the block lasts, known when it has ended."""
    payloads = list[str]()
    async with await AsyncConnection.connect(**driver_arguments(engine), autocommit=True) as connection:
        await connection.execute(f'LISTEN "{CHANNEL}"')
        yield payloads
        await connection.execute("SELECT pg_notify(%s, 'the end')", (CHANNEL,))
        async for notice in connection.notifies(timeout=PATIENCE_SECONDS):
            if notice.payload == "the end":
                break
            payloads.append(notice.payload)


def scalar(engine: Engine, query: str) -> object:
    with read_transaction(engine) as connection:
        return connection.scalar(text(query))


async def wait_for(engine: Engine, query: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not scalar(engine, query):
            await asyncio.sleep(0.01)


async def test_the_transaction_of_a_job_notifies_nobody(engine: Engine, jobs: ProcrastinateJobs) -> None:
    async with heard_until_the_end(engine) as payloads:
        with write_transaction(engine) as connection:
            jobs.queue(connection, "anna")

    assert payloads == []
    assert scalar(engine, "SELECT count(*) FROM procrastinate_jobs WHERE lock = 'anna'") == 1


async def test_many_jobs_that_come_together_wake_the_workers_once(engine: Engine, jobs: ProcrastinateJobs) -> None:
    async with heard_until_the_end(engine) as payloads:
        say(jobs, engine, *map(str, range(20)))
        await wait_for(engine, f"SELECT count(*) {NOTIFIED}")

    assert payloads == [PAYLOAD]


async def test_a_worker_that_does_not_look_by_itself_is_woken(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Woken a few times at most: a worker forgets a wake-up that comes while it learns that there was nothing."""
    monkeypatch.setattr("bot.delivery.jobs.procrastinate.POLL_SECONDS", 3600.0)
    deliver = RecordingDeliver()
    jobs = made(deliver, engine)
    jobs.start()
    await wait_for(engine, f"SELECT count(*) {SESSIONS} AND query LIKE 'LISTEN%'")
    for talk in ("anna", "boris"):
        say(jobs, engine, talk)
        for _ in range(MAX_WAKE_UPS):
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_SECONDS / MAX_WAKE_UPS):
                    await deliver.wait_until(lambda talk=talk: talk in deliver.ended)  # type: ignore[misc]
            if talk in deliver.ended:
                break
            jobs.submit(talk)
        assert talk in deliver.ended
        await wait_for(engine, "SELECT count(*) = 0 FROM procrastinate_jobs WHERE queueing_lock IS NULL")
    await jobs.stop()


async def test_a_wake_up_that_fails_is_told_and_the_next_one_goes_on(engine: Engine) -> None:
    wakeup = WorkerWakeup(engine)
    wakeup.wake()
    await wait_for(engine, f"SELECT count(*) {NOTIFIED}")
    first = scalar(engine, f"SELECT pid {NOTIFIED}")
    with write_transaction(engine) as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": first})
    with capture_logs() as logs:
        wakeup.wake()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not logs:
                await asyncio.sleep(0.01)
    assert [(one["event"], one["log_level"]) for one in logs] == [("worker_wakeup.failed", "warning")]

    async with heard_until_the_end(engine) as payloads:
        wakeup.wake()
        await wait_for(engine, f"SELECT count(*) {NOTIFIED} AND pid <> {first}")
    assert payloads == [PAYLOAD]
    await wakeup.stop()
    await wait_for(engine, f"SELECT count(*) = 0 {NOTIFIED}")


def test_a_trigger_that_notifies_is_switched_off(engine: Engine) -> None:
    trigger = "procrastinate_jobs_notify_queue_job_inserted_v1"
    state = f"SELECT tgenabled FROM pg_trigger WHERE tgname = '{trigger}'"  # noqa: S608
    assert scalar(engine, state) == "D"
    with write_transaction(engine) as connection:
        connection.execute(text(f"ALTER TABLE procrastinate_jobs ENABLE TRIGGER {trigger}"))

    procrastinate_schema.upgrade(engine)

    assert scalar(engine, state) == "D"
    assert procrastinate_schema.find_problems(engine) == []
