"""What is queued is delivered to, in one process or on many machines; and what Procrastinate has to add to that."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from sqlalchemy import Engine, text
from structlog.testing import capture_logs

from bot.delivery.jobs import procrastinate_schema
from bot.delivery.jobs.embedded import EmbeddedRunner
from bot.delivery.jobs.interface import JobRunner, Workers
from bot.delivery.jobs.procrastinate import ProcrastinateJobs
from storage.database.engine import create_database_engine, read_transaction, write_transaction
from storage.errors import MigrationError, SchemaError, UnavailableError
from storage.migrations import upgrade
from tests.contract.conftest import _database, _order
from tests.patience import PATIENCE_SECONDS

ON_POSTGRES = pytest.mark.parametrize(
    "backend", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


@dataclass
class RecordingDeliver:
    """Delivers by writing down to whom; `held` makes it wait, `again` is what it gives back, once."""

    started: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    due_conversations: list[str] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    retry_at: list[datetime] = field(default_factory=list)
    blocked: asyncio.Event | None = None
    max_concurrent: int = 0
    maintenance_runs: int = 0

    async def deliver(self, talk: str) -> datetime | None:
        self.started.append(talk)
        self.max_concurrent = max(self.max_concurrent, self.started.count(talk) - self.ended.count(talk))
        if self.blocked is not None:
            await self.blocked.wait()
        self.ended.append(talk)
        if self.failures:
            raise self.failures.pop()
        return self.retry_at.pop() if self.retry_at else None

    async def find_due(self) -> tuple[str, ...]:
        due = (*self.due_conversations,)
        self.due_conversations.clear()
        return due

    async def maintenance(self) -> None:
        self.maintenance_runs += 1

    async def wait_until(self, what: Callable[[], bool]) -> None:
        end = monotonic() + PATIENCE_SECONDS
        while not what():
            assert monotonic() < end, self
            await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[object]]:
    with capture_logs() as logs:
        yield [logs]


@pytest.fixture
def bench() -> RecordingDeliver:
    return RecordingDeliver()


@pytest.fixture(scope="module")
def postgres_jobs(postgres: str) -> str:
    _order(postgres, "CREATE DATABASE jobs")
    address = _database(postgres, "jobs")
    engine = create_database_engine(address)
    upgrade.upgrade(engine)
    procrastinate_schema.upgrade(engine)
    engine.dispose()
    return address


@pytest.fixture
def url(backend: str, request: pytest.FixtureRequest) -> str:
    if backend == "sqlite":
        return "sqlite:///:memory:"
    address = str(request.getfixturevalue("postgres_jobs"))
    _order(address, "TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers CASCADE")
    return address


@pytest.fixture
async def jobs(bench: RecordingDeliver, engine: Engine, backend: str) -> AsyncIterator[JobRunner]:
    embedded = backend == "sqlite"
    runner: JobRunner = (
        EmbeddedRunner(bench.deliver, bench.find_due, bench.maintenance) if embedded else made(bench, engine)
    )
    yield runner
    if bench.blocked is not None:
        bench.blocked.set()
    await runner.stop()


def made(bench: RecordingDeliver, engine: Engine, *, heartbeat_seconds: float = 5.0) -> ProcrastinateJobs:
    """Who gives no sign of life for four times as long is taken for dead: a machine that is busy may keep one waiting."""
    return ProcrastinateJobs(
        database=engine,
        deliver=bench.deliver,
        find_due=bench.find_due,
        maintenance=bench.maintenance,
        heartbeat_seconds=heartbeat_seconds,
    )


def say(jobs: JobRunner, engine: Engine, *talks: str) -> None:
    for talk in talks:
        with write_transaction(engine) as connection:
            jobs.queue(connection, talk)
        jobs.submit(talk)


def count(engine: Engine, table: str = "procrastinate_jobs", *, where: str = "queueing_lock IS NULL") -> int:
    with read_transaction(engine) as connection:
        return int(connection.scalar(text(f"SELECT count(*) FROM {table} WHERE {where}")) or 0)  # noqa: S608


async def test_a_talk_that_is_queued_is_delivered_to(jobs: JobRunner, bench: RecordingDeliver, engine: Engine) -> None:
    jobs.start()
    say(jobs, engine, "anna", "boris")

    await bench.wait_until(lambda: sorted(bench.ended) == ["anna", "boris"])


async def test_a_talk_is_delivered_to_by_one_at_a_time_and_again_if_told_meanwhile(
    jobs: JobRunner, bench: RecordingDeliver, engine: Engine
) -> None:
    bench.blocked = asyncio.Event()
    jobs.start()
    say(jobs, engine, "anna")
    await bench.wait_until(lambda: bench.started == ["anna"])
    say(jobs, engine, "anna", "boris")
    await bench.wait_until(lambda: "boris" in bench.started)
    bench.blocked.set()

    await bench.wait_until(lambda: bench.ended.count("anna") == 2)
    assert bench.max_concurrent == 1


async def test_what_an_earlier_run_left_is_found_and_the_chore_is_done(
    jobs: JobRunner, bench: RecordingDeliver
) -> None:
    bench.due_conversations.append("anna")
    jobs.start()

    await bench.wait_until(lambda: bench.ended == ["anna"] and bench.maintenance_runs >= 1)


async def test_a_delivery_that_breaks_hinders_no_other(
    jobs: JobRunner, bench: RecordingDeliver, engine: Engine
) -> None:
    bench.failures.append(RuntimeError("broken"))
    jobs.start()
    say(jobs, engine, "anna")
    await bench.wait_until(lambda: bench.ended == ["anna"])
    say(jobs, engine, "boris")

    await bench.wait_until(lambda: "boris" in bench.ended)


async def test_a_stop_lets_what_runs_end(jobs: JobRunner, bench: RecordingDeliver, engine: Engine) -> None:
    bench.blocked = asyncio.Event()
    jobs.start()
    say(jobs, engine, "anna")
    await bench.wait_until(lambda: bench.started == ["anna"])
    stopping = asyncio.create_task(jobs.stop())
    await asyncio.sleep(0.1)
    assert not stopping.done()
    bench.blocked.set()
    await stopping

    assert bench.ended == ["anna"]


@ON_POSTGRES
async def test_a_turn_that_is_rolled_back_takes_its_job_along(jobs: JobRunner, engine: Engine) -> None:
    with engine.connect() as connection, connection.begin() as turn:
        jobs.queue(connection, "anna")
        turn.rollback()

    assert count(engine) == 0


@ON_POSTGRES
async def test_a_process_that_takes_in_delivers_nothing(
    jobs: JobRunner, bench: RecordingDeliver, engine: Engine
) -> None:
    say(jobs, engine, "anna", "anna")
    await asyncio.sleep(0.3)

    assert bench.started == []
    assert count(engine, where="status = 'todo' AND lock = 'anna'") == 2


@ON_POSTGRES
async def test_jobs_that_are_done_leave_nothing_behind(
    jobs: JobRunner, bench: RecordingDeliver, engine: Engine
) -> None:
    jobs.start()
    say(jobs, engine, *map(str, range(20)))
    await bench.wait_until(lambda: len(bench.ended) == 20)

    await bench.wait_until(lambda: count(engine) == 0)


@ON_POSTGRES
async def test_a_reply_whose_time_has_not_come_is_come_back_to(
    jobs: JobRunner, bench: RecordingDeliver, engine: Engine
) -> None:
    bench.retry_at.append(datetime.now(UTC) + timedelta(hours=1))
    jobs.start()
    say(jobs, engine, "anna")
    await bench.wait_until(lambda: bench.ended == ["anna"])
    say(jobs, engine, "anna")
    await bench.wait_until(lambda: bench.ended == ["anna"] * 2)  # The timer holds back nobody.
    timer = "queueing_lock LIKE 'anna %' AND lock IS NULL AND scheduled_at"
    assert count(engine, where=f"{timer} BETWEEN now() + interval '30 min' AND now() + interval '1 hour'") == 1

    with write_transaction(engine) as connection:
        due = f"UPDATE procrastinate_jobs SET scheduled_at = now() WHERE {timer} IS NOT NULL"  # noqa: S608
        connection.execute(text(due))
    await bench.wait_until(lambda: bench.ended == ["anna"] * 3)


@ON_POSTGRES
async def test_many_who_wait_for_the_same_moment_are_one_timer(
    jobs: JobRunner, bench: RecordingDeliver, engine: Engine
) -> None:
    bench.retry_at += [datetime.now(UTC) + timedelta(minutes=1)] * 3
    jobs.start()
    say(jobs, engine, *["anna"] * 3)
    await bench.wait_until(lambda: bench.ended == ["anna"] * 3)

    await bench.wait_until(lambda: count(engine) == 0)
    assert count(engine, where="queueing_lock LIKE 'anna %'") == 1


@ON_POSTGRES
async def test_a_delivery_that_broke_is_tried_again(jobs: JobRunner, bench: RecordingDeliver, engine: Engine) -> None:
    bench.failures.append(RuntimeError("broken"))
    jobs.start()
    say(jobs, engine, "anna")

    await bench.wait_until(lambda: bench.ended == ["anna"] * 2)


@ON_POSTGRES
async def test_the_job_of_a_worker_that_died_is_given_to_another(
    jobs: JobRunner, bench: RecordingDeliver, engine: Engine
) -> None:
    say(jobs, engine, "anna", "anna")
    with write_transaction(engine) as connection:
        connection.execute(
            text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')")
        )
        connection.execute(
            text(
                "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers)"
                " WHERE id = (SELECT min(id) FROM procrastinate_jobs)"
            )
        )
    jobs.start()

    await bench.wait_until(lambda: bench.ended == ["anna"] * 2)


@ON_POSTGRES
async def test_a_worker_gives_a_sign_of_life(bench: RecordingDeliver, engine: Engine) -> None:
    jobs = made(bench, engine, heartbeat_seconds=1.0)
    assert workers(jobs, engine) == Workers(alive=0, last_heartbeat_seconds=None)
    jobs.start()
    await bench.wait_until(lambda: bench.maintenance_runs >= 1)
    for _ in range(3):
        before = last_heartbeat(engine)
        await bench.wait_until(lambda before=before: last_heartbeat(engine) != before)  # type: ignore[misc]

    alive = workers(jobs, engine)
    assert alive.alive == 1
    assert alive.last_heartbeat_seconds is not None
    assert alive.last_heartbeat_seconds < PATIENCE_SECONDS
    await jobs.stop()


def last_heartbeat(engine: Engine) -> datetime | None:
    with read_transaction(engine) as connection:
        found: datetime | None = connection.scalar(text("SELECT max(last_heartbeat) FROM procrastinate_workers"))
        return found


@ON_POSTGRES
async def test_a_worker_that_was_killed_is_not_taken_for_alive(bench: RecordingDeliver, engine: Engine) -> None:
    jobs = made(bench, engine, heartbeat_seconds=1.0)
    with write_transaction(engine) as connection:
        connection.execute(text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '9 s')"))

    dead = workers(jobs, engine)
    assert dead.alive == 0
    assert dead.last_heartbeat_seconds is not None
    assert 9 <= dead.last_heartbeat_seconds < 60


def workers(jobs: JobRunner, engine: Engine) -> Workers:
    with read_transaction(engine) as connection:
        return jobs.workers(connection)


@ON_POSTGRES
async def test_a_worker_whose_connections_are_cut_comes_back(
    jobs: JobRunner, bench: RecordingDeliver, engine: Engine
) -> None:
    jobs.start()
    say(jobs, engine, "anna")
    await bench.wait_until(lambda: bench.ended == ["anna"])
    with write_transaction(engine) as connection:
        cut = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'jobs' AND pid <> pg_backend_pid()"
        )
        connection.execute(text(cut))
    say(jobs, engine, "boris")

    await bench.wait_until(lambda: "boris" in bench.ended)


@ON_POSTGRES
async def test_a_database_that_is_away_for_a_while_is_waited_for(
    jobs: JobRunner, bench: RecordingDeliver, engine: Engine, postgres: str
) -> None:
    bench.blocked = asyncio.Event()
    jobs.start()
    say(jobs, engine, "anna")
    await bench.wait_until(lambda: bench.started == ["anna"])
    away(engine, postgres, allowed=False)
    bench.blocked.set()
    await bench.wait_until(lambda: bench.ended == ["anna"])
    await asyncio.sleep(2)
    away(engine, postgres, allowed=True)
    say(jobs, engine, "anna", "boris")

    await bench.wait_until(lambda: "boris" in bench.ended and bench.ended.count("anna") >= 2)
    await bench.wait_until(lambda: count(engine) == 0)


def away(engine: Engine, postgres: str, *, allowed: bool) -> None:
    _order(postgres, f"ALTER DATABASE jobs ALLOW_CONNECTIONS {allowed}")
    _order(postgres, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'jobs'")
    engine.dispose()


@ON_POSTGRES
async def test_what_outlasts_a_stop_is_given_back(
    bench: RecordingDeliver, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.jobs.procrastinate.SHUTDOWN_GRACE_SECONDS", 0.2)
    bench.blocked = asyncio.Event()
    stopped, other = made(bench, engine), made(bench, engine)
    stopped.start()
    say(stopped, engine, "anna")
    await bench.wait_until(lambda: bench.started == ["anna"])
    await stopped.stop()
    assert bench.ended == []
    assert count(engine, where="status = 'todo' AND lock = 'anna'") == 1

    bench.blocked.set()
    other.start()
    await bench.wait_until(lambda: bench.ended == ["anna"])
    await other.stop()


@ON_POSTGRES
def test_a_database_without_the_tables_says_so(empty_engine: Engine, bench: RecordingDeliver) -> None:
    assert procrastinate_schema.find_problems(empty_engine) == [
        "The tables of Procrastinate are missing: run paligs db upgrade."
    ]
    with pytest.raises(SchemaError), write_transaction(empty_engine) as connection:
        made(bench, empty_engine).queue(connection, "anna")


@ON_POSTGRES
def test_a_connection_that_is_lost_can_be_tried_again(engine: Engine, bench: RecordingDeliver) -> None:
    with engine.connect() as connection:
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
        with write_transaction(engine) as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        with pytest.raises(UnavailableError):
            made(bench, engine).queue(connection, "anna")
        connection.invalidate()


def test_the_tables_are_made_once_and_beside_ours(empty_engine: Engine) -> None:
    for _ in range(2):
        upgrade.upgrade(empty_engine)
        procrastinate_schema.upgrade(empty_engine)

    assert (upgrade.find_problems(empty_engine), procrastinate_schema.find_problems(empty_engine)) == ([], [])


@ON_POSTGRES
def test_tables_of_an_older_procrastinate_are_brought_up_to_date(empty_engine: Engine) -> None:
    procrastinate_schema.upgrade(empty_engine)
    with write_transaction(empty_engine) as connection:
        connection.execute(text("DROP TRIGGER procrastinate_trigger_status_events_update_v1 ON procrastinate_jobs"))
    mark(empty_engine, "paligs: Procrastinate as of 03.04.00_01_pre_add_retry_failed_job_procedure")
    assert "as of 03.04.00_01" in procrastinate_schema.find_problems(empty_engine)[0]

    procrastinate_schema.upgrade(empty_engine)

    assert procrastinate_schema.find_problems(empty_engine) == []
    assert count(empty_engine, "pg_trigger", where="tgname LIKE '%status_events_update_v1'") == 1


@ON_POSTGRES
@pytest.mark.parametrize("said", ["paligs: Procrastinate as of 99.00.00_01", "of another program"])
def test_tables_that_are_not_ours_to_change_are_left_alone(empty_engine: Engine, said: str) -> None:
    procrastinate_schema.upgrade(empty_engine)
    mark(empty_engine, said)

    assert len(procrastinate_schema.find_problems(empty_engine)) == 1
    with pytest.raises(MigrationError, match="program"):
        procrastinate_schema.upgrade(empty_engine)


def mark(engine: Engine, said: str) -> None:
    with write_transaction(engine) as connection:
        connection.execute(text(f"COMMENT ON TABLE procrastinate_jobs IS '{said}'"))
