"""`python -m tests.bench.capacity`: processor time that a message costs in the web process, the worker and PostgreSQL.

Each message is new, of one of 50 people, its words a question of the content. The web process takes it in (one
transaction), a worker claims the reply, sends it to a channel that only counts, and records that; no HTTP, no job table.
Processor time does not depend on what else the machine does, as a rate would.
"""

import asyncio
import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from bot.knowledge.factory import load_knowledge
from bot.observability import logging_setup
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound
from tests import servers
from tests.bench.filled import CHANNEL, address
from tests.bench.full import FEW, MeasuredProgram, open_measured_program

WARM_UP: Final = 100
"""Messages before any is measured: statements are compiled, pages are read."""
BATCH: Final = 50
_TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")


class ServerProcesses:
    """The processor seconds of a PostgreSQL server and all of its processes, by their parents in /proc."""

    def __init__(self, folder: Path) -> None:
        self._main = int((folder / "postmaster.pid").read_text("ascii").splitlines()[0])

    def seconds(self) -> float:
        """So many until now; of those that have ended, too."""
        total = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text("utf-8", "replace").rpartition(")")[2].split()
            except OSError:
                continue  # It has ended meanwhile.
            if int(stat.parent.name) == self._main:
                total += sum(map(int, fields[11:15]))
            elif int(fields[1]) == self._main:
                total += sum(map(int, fields[11:13]))
        return total / _TICKS_PER_SECOND


class NoServer:
    """SQLite works within the program."""

    def seconds(self) -> float:
        """None."""
        return 0.0


async def measure(
    program: MeasuredProgram, server: ServerProcesses | NoServer, words: Sequence[str], count: int
) -> dict[str, float]:
    """Milliseconds a message, by where they are spent."""
    chance, spent = random.Random(1), dict.fromkeys(("web", "server, intake", "worker", "server, delivery"), 0.0)  # noqa: S311

    def used() -> tuple[float, float]:
        return time.process_time(), server.seconds()

    for first in range(-WARM_UP, count, BATCH):
        before = used()
        for number in range(first, first + BATCH):
            sender = address(chance.randint(1, FEW))
            await program.intake(
                Inbound(
                    channel=CHANNEL,
                    conversation=sender,
                    sender=sender,
                    message_id=f"capacity {number}",
                    sent_at=datetime.now(UTC),
                    text=words[number % len(words)],
                )
            )
        between = used()
        for conversation in program.jobs.submitted[-BATCH:]:
            await program.deliver(conversation)
        after = used()
        if first >= 0:
            spent["web"] += between[0] - before[0]
            spent["server, intake"] += between[1] - before[1]
            spent["worker"] += after[0] - between[0]
            spent["server, delivery"] += after[1] - between[1]
    return {name: seconds * 1000 / count for name, seconds in spent.items()}


@contextmanager
def opened(
    kind: str, folder: Path, known: KnowledgeBundle
) -> Iterator[tuple[MeasuredProgram, ServerProcesses | NoServer]]:
    """The program on a new database, and who works for it beside."""
    if kind == "sqlite":
        with open_measured_program(f"sqlite:///{folder}/capacity.db", known, FEW) as program:
            yield program, NoServer()
        return
    with servers.running(folder / "pg") as server:
        servers.order(server, "CREATE DATABASE capacity")
        with open_measured_program(servers.database(server, "capacity"), known, FEW) as program:
            yield program, ServerProcesses(folder / "pg")


def main(messages: Annotated[int, typer.Option(help="How many are measured on each database.")] = 2000) -> None:
    """Prints the table of docs/capacity.md."""
    logging_setup.configure_logging("ERROR", "json")
    known = load_knowledge()
    words = [text for _, _, text in known.base.questions()]
    random.Random(7).shuffle(words)  # noqa: S311
    folder = Path(tempfile.mkdtemp(prefix="paligs-capacity-"))
    try:
        for kind in ("sqlite", "postgresql"):
            with opened(kind, folder, known) as (program, server):
                found = asyncio.run(measure(program, server, words, messages))
            parts = "  ".join(f"{name} {milliseconds:.2f}" for name, milliseconds in found.items())
            typer.echo(f"{kind:10}  {parts}  all {sum(found.values()):.2f} ms of processor time a message")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    typer.run(main)
