"""`python -m tests.bench.load`: how many WhatsApp messages a second one process takes, beside a bare handler."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median
from typing import Annotated, Final

import typer

from kb.load import load
from tests.bench import targets, trial
from tests.bench.search import highest
from tests.bench.signed import Signer
from tests.bench.targets import Paligs
from tests.bench.trial import LIMIT_MS, Trial

START: Final = 200
"""Messages a second to begin with."""


@dataclass(kw_only=True)
class Range:
    """Where trials are made: each with messages that nobody has seen before."""

    folder: Path
    seconds: int
    signer: Signer
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def fire(self, url: str, rate: int) -> Trial:
        """One trial."""
        messages = self.folder / "messages.json"
        self.signer.write(messages, url=url, trial=next(self.numbers), count=rate * self.seconds + rate)
        return trial.run(url, messages, rate=rate, seconds=self.seconds)


@dataclass(frozen=True, kw_only=True)
class Found:
    """The highest rate that held, and the trial that showed it."""

    rate: int
    p50_ms: float
    p99_ms: float
    sent_after: float


def search(fire: Callable[[int], Trial], settled: Callable[[], float], name: str) -> Found:
    """Looks for the highest rate; tells of each trial as it goes."""
    good: dict[int, Found] = {}

    def holds(rate: int) -> bool:
        seen = fire(rate)
        after = settled()
        typer.echo(
            f"  {name:7} {rate:5}/s  p50 {seen.p50_ms:6.1f}  p99 {seen.p99_ms:7.1f} ms  taken {seen.taken}"
            f"  failed {seen.failed}  dropped {seen.dropped}  last reply {after:.1f} s later",
            err=True,
        )
        if seen.good:
            good[rate] = Found(rate=rate, p50_ms=seen.p50_ms, p99_ms=seen.p99_ms, sent_after=after)
        return seen.good

    return good[highest(holds, START)]


@contextmanager
def ranged(seconds: int) -> Iterator[Range]:
    """A place for the trials' files."""
    texts = [text for _, _, text in load(None).questions()]
    with tempfile.TemporaryDirectory(prefix="paligs-load-") as folder:
        yield Range(folder=Path(folder), seconds=seconds, signer=Signer(texts=texts))


def one_round(place: Range, program: Paligs, bare: str, taken: list[int]) -> tuple[Found, Found]:
    """Both, one after the other, so that the machine is the same for both."""

    def into_paligs(rate: int) -> Trial:
        seen = place.fire(program.url, rate)
        taken.append(seen.taken)
        return seen

    theirs = search(lambda rate: place.fire(bare, rate), lambda: 0.0, "bare")
    return theirs, search(into_paligs, program.settled, "paligs")


def main(
    seconds: Annotated[int, typer.Option(help="How long each trial lasts.")] = 8,
    rounds: Annotated[int, typer.Option(help="How often both are measured.")] = 3,
) -> None:
    """Prints the table of docs/performance.md."""
    taken: list[int] = []
    with ranged(seconds) as place, targets.bare() as bare, targets.paligs(place.folder) as program:
        # The first messages pay for connections, caches and the database's first pages.
        for warm in (bare, program.url):
            seen = place.fire(warm, START // 2)
            taken += [seen.taken] if warm == program.url else []
        found = [one_round(place, program, bare, taken) for _ in range(rounds)]
        stored = program.stored()
    typer.echo(
        f"highest rate with p99 < {LIMIT_MS:.0f} ms   paligs   bare   share   paligs p50 / p99   last reply after"
    )
    for number, (theirs, ours) in enumerate(found, start=1):
        typer.echo(
            f"round {number:<22} {ours.rate:6}/s {theirs.rate:5}/s {ours.rate / theirs.rate:7.2f}"
            f"   {ours.p50_ms:6.1f} / {ours.p99_ms:.1f} ms {ours.sent_after:12.1f} s"
        )
    share = median(ours.rate / theirs.rate for theirs, ours in found)
    typer.echo(f"median share {share:.2f}")
    typer.echo(
        f"acknowledged {sum(taken)}, stored {stored.heard}, without a decision {stored.undecided},"
        f" replies sent {stored.sent}, waiting {stored.waiting}"
    )
    if stored.heard < sum(taken) or stored.undecided or stored.waiting:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
