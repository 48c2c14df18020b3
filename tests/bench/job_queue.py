"""`python -m tests.bench.job_queue`: what PostgreSQL's processor pays to hand out and finish a job, by how many wait."""

import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Final

import typer
from sqlalchemy import Connection, text

from bot.delivery.jobs import procrastinate_schema
from bot.delivery.jobs.procrastinate_tasks import DELIVER_TASK, QUEUE_NAME
from storage.database.engine import create_database_engine, write_transaction
from storage.migrations import upgrade
from tests import servers
from tests.bench.capacity import ServerProcesses

JOBS: Final = 100
"""Handed out and finished, for each number that wait."""
_WORKER: Final = text("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
_WAITING: Final = text(
    "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args, status)"
    " SELECT :queue, :task, md5(CAST(i % :locks AS TEXT)), '{}', 'todo' FROM generate_series(1, :count) AS i"
)
_FETCH: Final = text("SELECT id FROM procrastinate_fetch_job_v2(CAST(:queues AS varchar[]), :worker)")
_FINISH: Final = text("SELECT procrastinate_finish_job_v1(:job, 'succeeded', true)")


def hand_out(connection: Connection, worker: int, jobs: int) -> None:
    """As a worker does it: a job is fetched, and deleted when it is done."""
    for _ in range(jobs):
        job = connection.scalar(_FETCH, {"queues": [QUEUE_NAME], "worker": worker})
        connection.commit()
        assert job is not None
        connection.execute(_FINISH, {"job": job})
        connection.commit()


def main(
    waiting: Annotated[list[int] | None, typer.Option(help="How many jobs wait; may be repeated.")] = None,
    each: Annotated[int, typer.Option(help="How many of them are of one conversation.")] = 3,
) -> None:
    """Prints a line of docs/capacity.md for each number of waiting jobs."""
    folder = Path(tempfile.mkdtemp(prefix="paligs-jobs-"))
    try:
        with servers.running(folder / "pg") as address:
            servers.order(address, "CREATE DATABASE jobs")
            engine = create_database_engine(servers.database(address, "jobs"))
            upgrade.upgrade(engine)
            procrastinate_schema.upgrade(engine)
            server = ServerProcesses(folder / "pg")
            for count in waiting or (200, 1_000, 10_000, 100_000):
                with write_transaction(engine) as connection:
                    connection.execute(text("TRUNCATE procrastinate_jobs CASCADE"))
                    worker = connection.execute(_WORKER).scalar_one()
                    values = {"queue": QUEUE_NAME, "task": DELIVER_TASK, "locks": max(1, count // each)}
                    connection.execute(_WAITING, values | {"count": count})
                with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.execute(text("VACUUM ANALYZE procrastinate_jobs"))
                before = server.seconds()
                with engine.connect() as connection:
                    hand_out(connection, worker, JOBS)
                milliseconds = (server.seconds() - before) * 1000 / JOBS
                typer.echo(f"{count:8,} jobs wait: {milliseconds:7.2f} ms of PostgreSQL's processor for a job")
            engine.dispose()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    typer.run(main)
