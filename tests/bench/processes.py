"""`python -m tests.bench.processes`: what a message costs `paligs web`, `paligs worker` and PostgreSQL, one, two and
four of each.

k6 posts signed WhatsApp messages over HTTP, as fast as `--rate` says, to all web processes in turn; the replies go to a
stand-in for Twilio. Sessions of PostgreSQL that wait are counted fifty times a second: so many as wait on average, for
as long as the trial takes, are the waiting time of all messages.
"""

import shutil
import signal
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import monotonic
from types import TracebackType
from typing import Annotated, Final, Self

import typer
from sqlalchemy import Engine, text

from bot.delivery.jobs import procrastinate_schema
from kb.loading.loader import load_knowledge_base
from storage.database.engine import create_database_engine, read_transaction
from storage.migrations import upgrade
from tests import servers
from tests.bench import targets, trial
from tests.bench.capacity import ServerProcesses
from tests.bench.signed import NUMBER, SID, TOKEN, MessageSigner
from tests.bench.trial import LoadTrial
from tests.e2e.kill_program import ProgramProcess
from tests.ports import own_port

PUBLIC_URL: Final = "https://bot.example.lv"
SAMPLE_SECONDS: Final = 0.02
DATABASE: Final = "many"
_WAITING: Final = text(
    "SELECT coalesce(wait_event_type, ''), coalesce(wait_event, ''), query FROM pg_stat_activity"
    " WHERE datname = :database AND state = 'active' AND pid <> pg_backend_pid()"
)
_UNSENT: Final = text("SELECT count(*) FROM messages WHERE due_at IS NOT NULL")
_COUNTS: Final = text(
    "SELECT count(*) FILTER (WHERE side = 'person') AS heard,"
    " count(*) FILTER (WHERE side = 'person' AND turn_id IS NULL) AS undecided,"
    " count(*) FILTER (WHERE state = 'sent') AS sent FROM messages"
)


@dataclass(kw_only=True)
class SessionSampler:
    """Counts what PostgreSQL's sessions wait for, while its block lasts."""

    engine: Engine
    samples: int = 0
    running: int = 0
    waits: Counter[str] = field(default_factory=Counter)
    """By the kind of wait; of locks, by the statement that waits too."""
    _ended: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        """From now on."""
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """No more."""
        self._ended.set()
        self._thread.join()

    def waiting(self, kind: str) -> float:
        """How many sessions waited like this, on average."""
        return sum(count for name, count in self.waits.items() if name.startswith(kind)) / max(1, self.samples)

    def _sample(self) -> None:
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while not self._ended.wait(SAMPLE_SECONDS):
                for kind, event, statement in connection.execute(_WAITING, {"database": DATABASE}):
                    self.running += 1
                    if kind:
                        where = f" {' '.join(statement.split())[:70]}" if kind == "Lock" else ""
                        self.waits[f"{kind} {event}{where}"] += 1
                self.samples += 1


@dataclass(frozen=True, kw_only=True)
class ProcessesResult:
    """Of one trial with so many processes: milliseconds of the processor and of waiting for a message."""

    trial: LoadTrial
    seconds: float
    web: float
    worker: float
    server: float
    lock: float
    internal_lock: float
    disk: float
    waits: Counter[str]

    @property
    def rate(self) -> float:
        """Messages a second that were taken, answered and sent."""
        return self.trial.accepted / self.seconds


@dataclass(frozen=True, kw_only=True)
class MeasuredProcesses:
    """So many web and worker processes on a database."""

    web: Sequence[int]
    ports: Sequence[int]
    worker: Sequence[int]
    engine: Engine
    server: ServerProcesses

    def run(self, messages: Path, *, rate: int, seconds: int) -> ProcessesResult:
        """One trial, until the last reply is out."""
        before, start = self._used(), monotonic()
        urls = ",".join(f"http://127.0.0.1:{port}{targets.PATH}" for port in self.ports)
        with SessionSampler(engine=self.engine) as sampler:
            seen = trial.run(urls, messages, rate=rate, seconds=seconds)
            while self._unsent():
                if monotonic() - start > targets.PATIENCE_SECONDS:
                    raise TimeoutError("replies still wait")
                threading.Event().wait(0.05)
        took = monotonic() - start
        web, worker, server = ((b - a) * 1000 / seen.accepted for a, b in zip(before, self._used(), strict=True))
        lock, internal, disk = (
            sampler.waiting(f"{kind} ") * took * 1000 / seen.accepted for kind in ("Lock", "LWLock", "IO")
        )
        return ProcessesResult(
            trial=seen,
            seconds=took,
            web=web,
            worker=worker,
            server=server,
            lock=lock,
            internal_lock=internal,
            disk=disk,
            waits=sampler.waits,
        )

    def _used(self) -> tuple[float, float, float]:
        web, worker = (sum(map(targets.cpu_seconds, processes)) for processes in (self.web, self.worker))
        return web, worker, self.server.seconds()

    def _unsent(self) -> int:
        with read_transaction(self.engine) as connection:
            return int(connection.scalar(_UNSENT) or 0)


@contextmanager
def running_group(folder: Path, url: str, size: int, server: ServerProcesses, peer: int) -> Iterator[MeasuredProcesses]:
    """So many of each, ready, while the block lasts."""
    ports = [own_port() for _ in range(size)]
    common = {
        "DATABASE_URL": url,
        "PUBLIC_URL": PUBLIC_URL,
        "SECRET_KEY": "a key of sixteen letters",
        "TWILIO_ACCOUNT_SID": SID,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_WHATSAPP_FROM": NUMBER,
        "TWILIO_API_URL": f"http://127.0.0.1:{peer}",
    }
    engine = create_database_engine(url)
    with ExitStack() as stack:
        stack.callback(engine.dispose)
        started: dict[str, list[ProgramProcess]] = {"web": [], "worker": []}
        for role, number in ((role, number) for role in started for number in range(size)):
            place = folder / f"{role}-{size}-{number}"
            place.mkdir()
            settings = common | ({"PORT": str(ports[number])} if role == "web" else {})
            process = stack.enter_context(ProgramProcess(place, settings, role))
            process.start()
            stack.callback(process.stop, 30)
            started[role].append(process)
        for port in ports:
            targets.wait_until_listening(port, "/healthz")
        _wait_for_workers(started["worker"])
        yield MeasuredProcesses(
            web=[one.pid for one in started["web"]],
            ports=ports,
            worker=[one.pid for one in started["worker"]],
            engine=engine,
            server=server,
        )


def _wait_for_workers(workers: Sequence[ProgramProcess]) -> None:
    start = monotonic()
    while not all(any("worker.started" in line for line in one.log()) for one in workers):
        if monotonic() - start > targets.PATIENCE_SECONDS:
            raise TimeoutError("a worker does not start")
        threading.Event().wait(0.1)


def _report(found: dict[int, list[ProcessesResult]]) -> None:
    typer.echo(
        "processes   rate/s   p50 / p99 ms   processor, ms a message: web  worker  PostgreSQL   all"
        "   waiting, ms a message: lock  internal lock  disk"
    )
    for size, results in found.items():
        web, worker, server = (median(getattr(one, name) for one in results) for name in ("web", "worker", "server"))
        lock, internal, disk = (
            median(getattr(one, name) for one in results) for name in ("lock", "internal_lock", "disk")
        )
        p50, p99 = (median(getattr(one.trial, name) for one in results) for name in ("p50_ms", "p99_ms"))
        typer.echo(
            f"{size:9} {median(one.rate for one in results):8.0f}   {p50:6.1f} / {p99:6.0f}"
            f"   {web:24.2f} {worker:7.2f} {server:10.2f} {web + worker + server:7.2f}"
            f"   {lock:24.2f} {internal:12.2f} {disk:8.2f}"
        )
    for size, results in found.items():
        waits = sum((one.waits for one in results), Counter[str]())
        typer.echo(f"what sessions waited for, {size} of each: {dict(waits.most_common(8))}")


def main(
    sizes: Annotated[list[int] | None, typer.Option(help="How many web and worker processes; may be repeated.")] = None,
    rate: Annotated[
        int, typer.Option(help="Messages a second; above what can be taken, the highest rate is seen.")
    ] = 40,
    seconds: Annotated[int, typer.Option(help="How long each trial lasts.")] = 10,
    rounds: Annotated[int, typer.Option(help="How often each number of processes is measured, in turns.")] = 3,
    flush_ms: Annotated[
        int,
        typer.Option(
            max=100, help="So many milliseconds each flush of the log waits before, as if the disk were slow."
        ),
    ] = 0,
) -> None:
    """Prints the table of docs/capacity.md."""
    # Stopped in the middle, it takes with it what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signer = MessageSigner(texts=[words for _, _, words in load_knowledge_base(None).questions()])
    folder = Path(tempfile.mkdtemp(prefix="paligs-processes-"))
    found: dict[int, list[ProcessesResult]] = {size: [] for size in sizes or (1, 2, 4)}
    peer, accepted = own_port(), 0
    try:
        with servers.running(folder / "pg") as address, targets.running_module("tests.bench.twilio_rest", peer):
            servers.order(address, f"CREATE DATABASE {DATABASE}")
            # Whoever commits meanwhile is in the same flush, as with a disk.
            servers.order(address, f"ALTER DATABASE {DATABASE} SET commit_delay = {flush_ms * 1000}")
            servers.order(address, f"ALTER DATABASE {DATABASE} SET commit_siblings = 0")
            url = servers.database(address.replace("postgresql:", "postgresql+psycopg:"), DATABASE)
            engine = create_database_engine(url)
            upgrade.upgrade(engine)
            procrastinate_schema.upgrade(engine)
            server = ServerProcesses(folder / "pg")
            for turn in range(rounds):
                for size in found if turn % 2 else reversed(found):
                    place = folder / f"{turn}-{size}"
                    place.mkdir()
                    with running_group(place, url, size, server, peer) as group:
                        for number in range(2):
                            messages = place / "messages.json"
                            signer.write(
                                messages,
                                url=f"{PUBLIC_URL}{targets.PATH}",
                                trial=(turn * 10 + size) * 2 + number,
                                count=rate * (seconds + 1),
                            )
                            result = group.run(messages, rate=rate, seconds=seconds if number else 3)
                            accepted += result.trial.accepted
                        # The first one pays for connections and caches.
                        found[size].append(result)
                        typer.echo(f"  {size} of each: {result.rate:.0f}/s, {result.trial}", err=True)
            with read_transaction(engine) as connection:
                stored = connection.execute(_COUNTS).one()
            engine.dispose()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    typer.echo(f"{rate} messages a second were posted for {seconds} s; medians of {rounds} rounds")
    _report(found)
    typer.echo(
        f"acknowledged {accepted}, stored {stored.heard}, undecided {stored.undecided}, replies sent {stored.sent}"
    )
    if stored.heard < accepted or stored.undecided or stored.sent < stored.heard:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
