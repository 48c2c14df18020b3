"""The machine of the soak: a database on a small disk, the processes of the program, and what is measured of them."""

import asyncio
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Final, Literal

from sqlalchemy import Engine

from bot.delivery.jobs import procrastinate_schema
from storage.database.engine import create_database_engine
from storage.migrations import upgrade
from tests import servers
from tests.e2e.kill_program import ProgramProcess
from tests.ports import own_port

DatabaseKind = Literal["sqlite", "postgresql"]
DISK_MEGABYTES: Final = {"sqlite": 256, "postgresql": 768}
START_SECONDS: Final = 400.0
"""A busy machine may need so long for what a quiet one does in five."""
MODULE: Final = "tests.soak.stepped_paligs"
_READY: Final = ('"server.started"', '"worker.started"')
_RESIDENT: Final = re.compile(r"VmRSS:\s+(\d+) kB")
_EVENT: Final = re.compile(r'"event": "([^"]+)"')


@dataclass(kw_only=True)
class SoakedProcess:
    """One process, and how much memory it has had since it last was ready, by the seconds since then."""

    process: ProgramProcess
    url: str
    """Where it serves; empty for a worker."""
    starts: int = 0
    ready_at: float = 0.0
    memory: list[tuple[float, float]] = field(default_factory=list)
    """In MB."""

    async def start(self, within: float = START_SECONDS) -> None:
        """Until it says that it runs. Where it ends before, as it may while its database is away, it is started again."""
        end = monotonic() + within
        before = self._times_ready()
        while self._times_ready() == before:
            assert monotonic() < end, "\n".join([*self.process.log()][-40:])
            if not self.process.running:
                self.process.start()
                self.starts += 1
            await asyncio.sleep(0.2)
        self.ready_at, self.memory = monotonic(), []

    def measure(self) -> None:
        """Note how much memory it has."""
        if self.process.running:
            megabytes = int(_RESIDENT.findall(Path(f"/proc/{self.process.pid}/status").read_text())[0]) / 1024
            self.memory.append((monotonic() - self.ready_at, megabytes))

    def growth(self, warm_up: float) -> tuple[float, float] | None:
        """Its memory after so many seconds, and at the end; None where it has not run for twice as long."""
        warm = [megabytes for at, megabytes in self.memory if warm_up <= at < warm_up * 1.5]
        late = [megabytes for _, megabytes in self.memory[-max(3, len(warm)) :]]
        if not warm or self.memory[-1][0] < 2 * warm_up:
            return None
        return sum(warm) / len(warm), sum(late) / len(late)

    def events(self, level: str) -> Iterator[str]:
        """The names of what it logged at this level, and lines that are no events."""
        for line in self.process.log():
            found = _EVENT.search(line)
            if f'"level": "{level}"' in line and found is not None:
                yield found[1]
            elif level == "error" and not line.startswith("{"):
                yield line

    def _times_ready(self) -> int:
        return sum(any(word in line for word in _READY) for line in self.process.log()) if self.starts else 0


@dataclass(kw_only=True)
class SoakMachine:
    """All of it."""

    kind: DatabaseKind
    folder: Path
    disk: Path
    """Where the database lies."""
    disk_is_small: bool
    """Whether it is one of its own, that may be filled."""
    clock: Path
    database: Engine
    processes: tuple[SoakedProcess, ...]
    server: servers.Server | None

    @property
    def webs(self) -> tuple[SoakedProcess, ...]:
        """Those that serve."""
        return tuple(one for one in self.processes if one.url)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[bool]:
    """A file system of its own at this folder, where that is allowed; whether it is."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S607


@contextmanager
def running_machine(kind: DatabaseKind, folder: Path, settings: Mapping[str, str]) -> Iterator[SoakMachine]:
    """A database that is up to date, and processes that are not started yet. `settings` are those of all of them."""
    clock = folder / "clock"
    clock.write_text("0", "ascii")
    with small_disk(folder / "disk", DISK_MEGABYTES[kind]) as small:
        server = servers.started(folder / "disk" / "postgresql") if kind == "postgresql" else None
        url = server.get_uri() if server is not None else f"sqlite:///{folder / 'disk' / 'paligs.sqlite3'}"
        url = servers.database(url.replace("postgresql:", "postgresql+psycopg:"), "postgres") if server else url
        database = create_database_engine(url)
        upgrade.upgrade(database)
        if server is not None:
            procrastinate_schema.upgrade(database)
        shared = {**settings, "DATABASE_URL": url, "SOAK_CLOCK": str(clock)}
        roles = ("run",) if server is None else ("web", "web", "worker", "worker")
        processes = tuple(_process(folder / f"{role}-{number}", role, shared) for number, role in enumerate(roles))
        try:
            yield SoakMachine(
                kind=kind,
                folder=folder,
                disk=folder / "disk",
                disk_is_small=small,
                clock=clock,
                database=database,
                processes=processes,
                server=server,
            )
        finally:
            for one in processes:
                one.process.kill()
            database.dispose()
            if server is not None:
                server.cleanup()


def _process(folder: Path, role: str, settings: Mapping[str, str]) -> SoakedProcess:
    folder.mkdir()
    port = own_port()
    process = ProgramProcess(folder, {**settings, "PORT": str(port)}, role, MODULE)
    return SoakedProcess(process=process, url="" if role == "worker" else f"http://127.0.0.1:{port}")
