"""What is measured: the program as it is run, and two to hold it against; each a process of its own on loopback."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import text

from storage.database.engine import create_database_engine, read_transaction
from tests.bench.signed import NUMBER, SID, TOKEN
from tests.e2e.kill_program import REPOSITORY, ProgramProcess
from tests.ports import own_port

PATIENCE_SECONDS: Final = 120
PATH: Final = "/webhooks/twilio"

_COUNTS: Final = text(
    "SELECT sum(side = 'person'), sum(side = 'person' AND turn_id IS NULL), sum(due_at IS NOT NULL),"
    " sum(state = 'sent') FROM messages"
)


@dataclass(frozen=True, kw_only=True)
class StoredCounts:
    """Rows in the database: messages, those without a decision, replies that wait, replies that were sent."""

    inbound: int
    undecided: int
    waiting: int
    sent: int


class LoadTarget(Protocol):
    """What messages are posted to."""

    @property
    def name(self) -> str:
        """In the table."""
        ...

    @property
    def url(self) -> str:
        """Of the webhook."""
        ...

    def cpu_seconds(self) -> float:
        """Processor time of its process so far."""
        ...

    def settled(self) -> float:
        """Waits until it has nothing left to do; how many seconds that took."""
        ...


@dataclass(frozen=True, kw_only=True)
class PlainTarget:
    """One to hold the program against: the handler that only checks the signature, or the least that a bot can do."""

    url: str
    process: int
    name: str

    def cpu_seconds(self) -> float:
        """As Target says."""
        return cpu_seconds(self.process)

    def settled(self) -> float:
        """It has nothing to do afterwards."""
        return 0.0


@dataclass(frozen=True, kw_only=True)
class PaligsTarget:
    """`paligs run` on SQLite, as it comes; only the addresses of Twilio are others."""

    url: str
    program: ProgramProcess
    name: str = "paligs"

    @property
    def process(self) -> int:
        """The id of its process."""
        return self.program.pid

    def cpu_seconds(self) -> float:
        """As Target says."""
        return cpu_seconds(self.process)

    def stored(self) -> StoredCounts:
        """What has arrived in the database."""
        engine = create_database_engine(self.program.database)
        with read_transaction(engine) as connection:
            heard, undecided, waiting, sent = (count or 0 for count in connection.execute(_COUNTS).one())
        engine.dispose()
        return StoredCounts(inbound=heard, undecided=undecided, waiting=waiting, sent=sent)

    def settled(self) -> float:
        """Waits until every reply is out; how many seconds that took."""
        start = time.monotonic()
        while self.stored().waiting:
            _wait_step(time.monotonic() - start, "replies still wait")
            time.sleep(0.2)
        return time.monotonic() - start


@contextmanager
def running_paligs(folder: Path, *, checkout: Path = REPOSITORY, name: str = "paligs") -> Iterator[PaligsTarget]:
    """The program as it stands in `checkout`, while the block lasts."""
    port, peer = own_port(), own_port()
    settings = {
        "PORT": str(port),
        "PYTHONPATH": str(checkout),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "TWILIO_ACCOUNT_SID": SID,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_WHATSAPP_FROM": NUMBER,
        "TWILIO_API_URL": f"http://127.0.0.1:{peer}",
    }
    with running_module("tests.bench.twilio_rest", peer), ProgramProcess(folder, settings) as program:
        program.start()
        wait_until_listening(port, "/healthz")
        yield PaligsTarget(url=f"http://127.0.0.1:{port}{PATH}", program=program, name=name)
        program.stop(within=20)


@contextmanager
def running_bare_handler() -> Iterator[PlainTarget]:
    """The bare handler, while the block lasts."""
    port = own_port()
    with running_module("tests.bench.bare", port) as process:
        wait_until_listening(port, "/")
        yield PlainTarget(url=f"http://127.0.0.1:{port}{PATH}", process=process, name="bare")


@contextmanager
def running_minimal_bot(folder: Path) -> Iterator[PlainTarget]:
    """The least that a bot can do, while the block lasts; its database in `folder`."""
    port, peer = own_port(), own_port()
    database = folder / "least.sqlite3"
    with (
        running_module("tests.bench.twilio_rest", peer),
        running_module("tests.bench.least", port, str(peer), str(database)) as process,
    ):
        wait_until_listening(port, "/")
        yield PlainTarget(url=f"http://127.0.0.1:{port}{PATH}", process=process, name="least")


@contextmanager
def running_module(name: str, port: int, *arguments: str) -> Iterator[int]:
    """A module of these tests as a process that is told its port, while the block lasts; the id of the process."""
    command = [sys.executable, "-m", name, str(port), *arguments]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
        try:
            yield process.pid
        finally:
            process.terminate()


def cpu_seconds(process: int) -> float:
    """Processor time of a process so far; 0 where the system does not tell it this way."""
    try:
        told = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def wait_until_listening(port: int, path: str) -> None:
    """Until it answers on loopback."""
    start = time.monotonic()
    while True:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            connection.getresponse().read()
        except OSError:
            _wait_step(time.monotonic() - start, "it does not listen")
            time.sleep(0.1)
        else:
            return


def _wait_step(seconds: float, what: str) -> None:
    if seconds > PATIENCE_SECONDS:
        message = f"After {PATIENCE_SECONDS} s {what}."
        raise TimeoutError(message)
