"""`python -m tests.bench.full`: what a message costs with a million others in the database, beside an empty one."""

import asyncio
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Annotated, Final

import typer
from pydantic import TypeAdapter
from sqlalchemy import Engine

from bot.database.transactions import Transactions
from bot.delivery.deliverer import Deliverer
from bot.intake.intake import Intake
from bot.knowledge.factory import load_knowledge
from bot.observability import logging_setup
from bot.observability.metrics import read_gauges
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound
from handlers.model.session import Session
from handlers.router import decide
from storage.conversations.stored_json import dump_trace
from storage.database.engine import create_database_engine, write_transaction
from storage.migrations import upgrade
from tests import servers
from tests.bench.filled import CHANNEL, SampleExchange, address, fill
from tests.doubles import NullChannel, RecordingJobRunner
from tests.plans import full_scans, recorded_statements

KINDS: Final = ("sqlite", "postgresql")
FEW: Final = 50
"""Talks of the database that is all but empty, so that its people come again as those of the full one do."""


FILLED: Final = frozenset({"conversations", "messages", "turns", "sessions", "handoffs"})
"""Tables that are large here: one with few rows is rightly read through."""


@dataclass(kw_only=True)
class MeasuredProgram:
    """The program on one of the two databases; what each part of its work took, in milliseconds."""

    engine: Engine
    talks: int
    intake: Intake
    deliver: Deliverer
    jobs: RecordingJobRunner
    intakes: list[float] = field(default_factory=list)
    deliveries: list[float] = field(default_factory=list)
    periodic_queries: list[float] = field(default_factory=list)

    async def message(self, number: int, words: str, chance: random.Random) -> None:
        """One message of anybody, and its reply."""
        sender = address(chance.randint(1, self.talks))
        now = datetime.now(UTC)
        heard = Inbound(
            channel=CHANNEL, conversation=sender, sender=sender, message_id=f"new {number}", sent_at=now, text=words
        )
        start = time.perf_counter()
        await self.intake(heard)
        taken = time.perf_counter()
        await self.deliver(self.jobs.submitted[-1])
        self.intakes.append((taken - start) * 1000)
        self.deliveries.append((time.perf_counter() - taken) * 1000)

    async def run_periodic_queries(self) -> None:
        """What is looked for every second, every minute, and by whoever reads the metrics."""
        start = time.perf_counter()
        await self.deliver.due_conversations()
        await self.deliver.purge()
        await read_gauges(self.intake.transactions, self.jobs)
        self.periodic_queries.append((time.perf_counter() - start) * 1000)


@contextmanager
def open_measured_program(url: str, known: KnowledgeBundle, talks: int) -> Iterator[MeasuredProgram]:
    """The program on a database with so many talks."""
    engine = create_database_engine(url)
    upgrade.upgrade(engine)
    fill(engine, talks, sample(known))
    with ThreadPoolExecutor(4) as threads:
        transactions, jobs = Transactions(engine, threads), RecordingJobRunner()
        intake = Intake(
            transactions=transactions,
            knowledge_source=known,
            clock=_now,
            jobs=jobs,
            make_draft_link=_link,
        )
        deliver = Deliverer(transactions=transactions, channels={CHANNEL: NullChannel(CHANNEL)}, clock=_now)
        yield MeasuredProgram(engine=engine, talks=talks, intake=intake, deliver=deliver, jobs=jobs)
    engine.dispose()


def _now() -> datetime:
    return datetime.now(UTC)


def _link(channel: str, talk: str, language: str) -> str:
    return f"https://bot.example.lv/{channel}/{talk}/{language}"


def sample(known: KnowledgeBundle) -> SampleExchange:
    """One of the knowledge's own questions, answered."""
    _, _, said = next(iter(known.base.questions()))
    inbound = Inbound(channel=CHANNEL, conversation="", sender="", message_id="", sent_at=_now(), text=said)
    decision = decide(inbound, Session(), known, _now())
    return SampleExchange(
        user_text=said,
        reply="Atbilde, kas aizņem vidēji daudz vietas. " * 8,
        trace=dump_trace(decision.trace),
        session=TypeAdapter(Session).dump_json(decision.session).decode(),
    )


async def measure(empty: MeasuredProgram, full: MeasuredProgram, words: Sequence[str], count: int) -> None:
    """Message by message, the one database and the other in turn, so that the machine is the same for both."""
    chance = random.Random(1)  # noqa: S311
    for number in range(count):
        for one in (empty, full) if number % 2 else (full, empty):
            await one.message(number, words[number % len(words)], chance)
            if number % 20 == 0:
                await one.run_periodic_queries()


def report(kind: str, empty: MeasuredProgram, full: MeasuredProgram) -> list[str]:
    """Lines of the table in docs/performance.md."""
    parts: dict[str, Callable[[MeasuredProgram], list[float]]] = {
        "intake": lambda one: one.intakes,
        "delivery": lambda one: one.deliveries,
        "polling": lambda one: one.periodic_queries,
    }
    return [_line(kind, name, part(empty), part(full)) for name, part in parts.items()]


def _line(kind: str, name: str, empty: Sequence[float], full: Sequence[float]) -> str:
    p50, p95 = (median(empty), median(full)), (quantiles(empty, n=20)[-1], quantiles(full, n=20)[-1])
    return (
        f"{kind:10}  {name:13}  {p50[0]:6.2f} {p50[1]:6.2f} ms  x {p50[1] / p50[0]:4.2f}"
        f"   {p95[0]:6.2f} {p95[1]:6.2f} ms  x {p95[1] / p95[0]:4.2f}"
    )


async def plans(one: MeasuredProgram, words: Sequence[str]) -> list[str]:
    """Tables that are read through for a few messages and for polling, as the database itself plans it."""
    with recorded_statements(one.engine) as statements:
        for number, said in enumerate(words[:20]):
            await one.message(-1 - number, said, random.Random(number))  # noqa: S311
        await one.run_periodic_queries()
    with write_transaction(one.engine) as connection:
        found = [
            f"{scan}: {statement.sql}" for statement in statements for scan in full_scans(connection, statement, FILLED)
        ]
    return [f"{len(statements)} statements, {len(found)} of them read a large table through", *found]


@contextmanager
def urls(kind: str, folder: Path) -> Iterator[tuple[str, str]]:
    """Two new databases: for few talks and for many."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/empty.db", f"sqlite:///{folder}/full.db"
        return
    with servers.running(folder / "pg") as server:
        for name in ("few", "many"):
            servers.order(server, f"CREATE DATABASE {name}")
        yield servers.database(server, "few"), servers.database(server, "many")


def main(
    talks: Annotated[int, typer.Option(help="Talks of ten messages each.")] = 100_000,
    messages: Annotated[int, typer.Option(help="How many are measured on each side.")] = 1000,
) -> None:
    """Prints the table of docs/performance.md."""
    logging_setup.configure_logging("ERROR", "json")
    known = load_knowledge()
    words = [text for _, _, text in known.base.questions()]
    random.Random(7).shuffle(words)  # noqa: S311
    folder = Path(tempfile.mkdtemp(prefix="paligs-full-"))
    lines = list[str]()
    try:
        for kind in KINDS:
            with urls(kind, folder) as (few, many):
                start = time.perf_counter()
                with open_measured_program(few, known, FEW) as empty, open_measured_program(many, known, talks) as full:
                    typer.echo(f"{kind}: {talks * 10} messages made in {time.perf_counter() - start:.0f} s", err=True)
                    asyncio.run(measure(empty, full, words, messages))
                    lines += report(kind, empty, full)
                    typer.echo(f"{kind}: " + "\n".join(asyncio.run(plans(full, words))), err=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    typer.echo(f"{messages} messages each; empty, with {talks * 10} messages, ratio: at the median, and p95")
    typer.echo("\n".join(lines))


if __name__ == "__main__":
    typer.run(main)
