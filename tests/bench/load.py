"""`python -m tests.bench.load`: how many WhatsApp messages a second one process takes, beside a bare handler and the
least that a bot can do."""

import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from statistics import median
from typing import Annotated, Final

import typer

from kb.loading.loader import load_knowledge_base
from tests.bench import targets, trial
from tests.bench.search import highest
from tests.bench.signed import MessageSigner
from tests.bench.targets import LoadTarget
from tests.bench.trial import LIMIT_MS, LoadTrial

START: Final = 200
"""Messages a second to begin with."""
MIXED: Final = 1
"""The order of the messages' texts."""


@dataclass(frozen=True, kw_only=True)
class LoadResult:
    """A trial, what it cost the process, and how long after it the last reply was out."""

    trial: LoadTrial
    cpu_ms: float
    settled: float


@dataclass(kw_only=True)
class LoadGenerator:
    """Where trials are made: each with messages that nobody has seen before."""

    folder: Path
    seconds: int
    tries: int
    signer: MessageSigner
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    used_messages: dict[str, int] = field(default_factory=dict)
    start_rates: dict[str, int] = field(default_factory=dict)

    def run_trial(self, target: LoadTarget, rate: int) -> LoadResult:
        """One trial."""
        messages = self.folder / "messages.json"
        self.signer.write(messages, url=target.url, trial=next(self.numbers), count=rate * (self.seconds + 1))
        before = target.cpu_seconds()
        seen = trial.run(target.url, messages, rate=rate, seconds=self.seconds)
        settled = target.settled()
        cpu_ms = (target.cpu_seconds() - before) * 1000 / max(1, seen.accepted)
        self.used_messages[target.name] = self.used_messages.get(target.name, 0) + seen.accepted
        _tell(target, seen, cpu_ms, settled)
        return LoadResult(trial=seen, cpu_ms=cpu_ms, settled=settled)

    def search(self, *given: LoadTarget) -> list[LoadResult]:
        """For each, the shot at the highest rate that held; they take turns, so that the machine is the same for all."""
        found = dict[str, LoadResult]()
        going = {target: highest(self.start_rates.get(target.name, START), self.tries) for target in given}
        due = {target: next(search) for target, search in going.items()}
        while due:
            for target, rate in list(due.items()):
                shot = self.run_trial(target, rate)
                best = found.get(target.name)
                if shot.trial.within_limit and (best is None or best.trial.rate < rate):
                    found[target.name] = shot
                try:
                    due[target] = going[target].send(shot.trial.within_limit)
                except StopIteration:
                    del due[target]
        if len(found) < len(given):
            typer.echo("No rate held at all: the machine is too busy to measure on.", err=True)
            raise typer.Exit(1)
        # Another search need not begin so far below.
        self.start_rates = {name: round(shot.trial.rate * 0.8) for name, shot in found.items()}
        return [found[target.name] for target in given]


def _tell(target: LoadTarget, seen: LoadTrial, cpu_ms: float, settled: float) -> None:
    typer.echo(
        f"  {target.name:7} {seen.rate:5}/s  p50 {seen.p50_ms:6.1f}  p99 {seen.p99_ms:7.1f} ms"
        f"  taken {seen.accepted}  failed {seen.failed}  dropped {seen.dropped}"
        f"  processor {cpu_ms:.2f} ms  last reply {settled:.1f} s later",
        err=True,
    )


@contextmanager
def load_generator(seconds: int, tries: int = 2) -> Iterator[LoadGenerator]:
    """A place for the trials' files."""
    texts = [text for _, _, text in load_knowledge_base(None).questions()]
    # In the content's order hundreds of stopped tills, which call people in, would come in one second.
    Random(MIXED).shuffle(texts)  # noqa: S311 - the same order each time
    with tempfile.TemporaryDirectory(prefix="paligs-load-") as folder:
        yield LoadGenerator(folder=Path(folder), seconds=seconds, tries=tries, signer=MessageSigner(texts=texts))


def main(
    seconds: Annotated[int, typer.Option(help="How long each trial lasts.")] = 5,
    rounds: Annotated[int, typer.Option(help="How often all are measured.")] = 3,
    tries: Annotated[int, typer.Option(help="How often a rate may fail before it counts as too high.")] = 2,
) -> None:
    """Prints the table of docs/performance.md."""
    # Stopped in the middle, it takes with it what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with (
        load_generator(seconds, tries) as place,
        targets.running_bare_handler() as bare,
        targets.running_minimal_bot(place.folder) as least,
        targets.running_paligs(place.folder) as paligs,
    ):
        # The first messages pay for connections, caches and the database's first pages.
        for target in (bare, least, paligs):
            place.run_trial(target, START // 2)
        found = [place.search(bare, least, paligs) for _ in range(rounds)]
        stored = paligs.stored()
    typer.echo(f"one process, p99 < {LIMIT_MS:.0f} ms, {seconds} s a trial; processor: time of a message")
    _print(found)
    taken = place.used_messages[paligs.name]
    typer.echo(
        f"acknowledged {taken}, stored {stored.inbound}, without a decision {stored.undecided},"
        f" replies sent {stored.sent}, waiting {stored.waiting}"
    )
    if stored.inbound < taken or stored.undecided or stored.waiting:
        raise typer.Exit(1)


def _print(found: Sequence[Sequence[LoadResult]]) -> None:
    typer.echo("round   paligs     least      bare   of bare   of least   paligs p50 / p99 ms   processor, ms")
    for number, (theirs, little, ours) in enumerate(found, start=1):
        typer.echo(
            f"{number:5} {ours.trial.rate:6}/s {little.trial.rate:7}/s {theirs.trial.rate:7}/s"
            f" {ours.trial.rate / theirs.trial.rate:9.2f} {ours.trial.rate / little.trial.rate:10.2f}"
            f" {ours.trial.p50_ms:12.1f} / {ours.trial.p99_ms:5.1f}"
            f" {ours.cpu_ms:7.2f} {little.cpu_ms:5.2f} {theirs.cpu_ms:5.2f}"
        )
    of_bare = median(ours.trial.rate / theirs.trial.rate for theirs, _, ours in found)
    of_least = median(ours.trial.rate / little.trial.rate for _, little, ours in found)
    typer.echo(f"median share of the bare handler's rate {of_bare:.2f}, of the least bot's {of_least:.2f}")
    typer.echo(f"the last reply was out {max(ours.settled for _, _, ours in found):.1f} s after the last message")


if __name__ == "__main__":
    typer.run(main)
