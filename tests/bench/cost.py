"""`python -m tests.bench.cost`: processor time of a message at one rate, in turns with other checkouts and the least bot.

Processor time depends less on what else the machine does than the highest rate that `tests.bench.load` looks for: it is
what a change is judged by. A checkout is a folder, such as of `git worktree add FOLDER COMMIT`.
"""

import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Annotated

import typer

from tests.bench import targets
from tests.bench.load import LoadResult, load_generator
from tests.bench.targets import LoadTarget
from tests.e2e.kill_program import REPOSITORY

WARM_UP_RATE = 100


def main(
    beside: Annotated[list[Path] | None, typer.Option(help="Another checkout of the program; may be repeated.")] = None,
    rate: Annotated[int, typer.Option(help="Messages a second.")] = 200,
    seconds: Annotated[int, typer.Option(help="How long each trial lasts.")] = 5,
    rounds: Annotated[int, typer.Option(help="How often each is measured.")] = 5,
) -> None:
    """Prints a line for each: the medians of all rounds, and each as a part of the first line's."""
    # Stopped in the middle, it takes with it what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with load_generator(seconds) as place, ExitStack() as running:
        given: list[LoadTarget] = [running.enter_context(targets.running_minimal_bot(place.folder))]
        for number, checkout in enumerate((REPOSITORY, *(beside or ()))):
            folder = place.folder / str(number)
            folder.mkdir()
            name = "paligs" if not number else checkout.name
            given.append(running.enter_context(targets.running_paligs(folder, checkout=checkout.resolve(), name=name)))
        for target in given:
            place.run_trial(target, WARM_UP_RATE)
        found: dict[str, list[LoadResult]] = {target.name: [] for target in given}
        for turn in range(rounds):
            for target in given if turn % 2 else reversed(given):
                found[target.name].append(place.run_trial(target, rate))
    _print(found, rate)


def _print(found: dict[str, list[LoadResult]], rate: int) -> None:
    typer.echo(f"{rate} messages a second, medians of {len(next(iter(found.values())))} rounds")
    least = _cpu_ms(found["least"])
    for name, results in found.items():
        typer.echo(
            f"  {name:12} processor {_cpu_ms(results):.2f} ms a message ({_cpu_ms(results) / least:.2f} of the least bot's)"
            f"  p50 {median(one.trial.p50_ms for one in results):6.1f}"
            f"  p99 {median(one.trial.p99_ms for one in results):6.1f} ms"
        )


def _cpu_ms(results: Sequence[LoadResult]) -> float:
    return median(one.cpu_ms for one in results)


if __name__ == "__main__":
    typer.run(main)
