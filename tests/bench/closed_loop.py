"""`python -m tests.bench.closed_loop`: processor time and rate with a few senders who each wait for the answer, in turns.

On a busy machine a constant rate piles messages up behind the one program and not behind the other, and then compares
different work. Here each has as many messages under way as the other. A checkout is as in `tests.bench.cost`.
"""

import asyncio
import json
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Annotated
from urllib.parse import urlsplit

import typer

from tests.bench import targets
from tests.bench.load import LoadGenerator, load_generator
from tests.bench.targets import LoadTarget
from tests.e2e.kill_program import REPOSITORY


@dataclass(frozen=True, kw_only=True)
class ClosedLoopTrial:
    """Processor time of a message in milliseconds, messages a second, and how long an answer took."""

    cpu_ms: float
    rate: float
    p50_ms: float
    p99_ms: float


async def _send_in_turn(host: str, port: int, requests: Iterator[bytes], taken: list[float]) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    for request in requests:
        started = time.perf_counter()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]))
        taken.append(time.perf_counter() - started)
        if b" 200 " not in head[:16]:
            raise RuntimeError(head.decode())
    writer.close()


async def _send_all(url: str, messages: Iterable[tuple[str, str]], senders: int) -> list[float]:
    """How long each answer took, in seconds."""
    address, taken = urlsplit(url), list[float]()
    requests = iter([_request(address.path, body, signature) for body, signature in messages])
    host, port = address.hostname or "", address.port or 0
    await asyncio.gather(*(_send_in_turn(host, port, requests, taken) for _ in range(senders)))
    return taken


def _request(path: str, body: str, signature: str) -> bytes:
    head = (
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/x-www-form-urlencoded",
        f"X-Twilio-Signature: {signature}",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join((*head, "", body)).encode("ascii")


def _trial(place: LoadGenerator, target: LoadTarget, messages: int, senders: int) -> ClosedLoopTrial:
    file = place.folder / "messages.json"
    place.signer.write(file, url=target.url, trial=next(place.numbers), count=messages)
    before, started = target.cpu_seconds(), time.perf_counter()
    taken = asyncio.run(_send_all(target.url, json.loads(file.read_text("ascii")), senders))
    seconds = time.perf_counter() - started
    target.settled()
    cuts = quantiles(taken, n=100)
    return ClosedLoopTrial(
        cpu_ms=(target.cpu_seconds() - before) * 1000 / messages,
        rate=messages / seconds,
        p50_ms=cuts[49] * 1000,
        p99_ms=cuts[98] * 1000,
    )


def main(
    beside: Annotated[list[Path] | None, typer.Option(help="Another checkout of the program; may be repeated.")] = None,
    senders: Annotated[int, typer.Option(help="Messages under way at once.")] = 8,
    messages: Annotated[int, typer.Option(help="In each trial.")] = 150,
    rounds: Annotated[int, typer.Option(help="How often each is measured.")] = 20,
) -> None:
    """Prints a line for each: the quieter quarter and the median of its trials, and the medians beside the least's."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with load_generator(1) as place, ExitStack() as running:
        given: list[LoadTarget] = [running.enter_context(targets.running_minimal_bot(place.folder))]
        for number, checkout in enumerate((REPOSITORY, *(beside or ()))):
            folder = place.folder / str(number)
            folder.mkdir()
            name = "paligs" if not number else checkout.name
            given.append(running.enter_context(targets.running_paligs(folder, checkout=checkout.resolve(), name=name)))
        found: dict[str, list[ClosedLoopTrial]] = {target.name: [] for target in given}
        for turn in range(rounds + 1):
            for target in given if turn % 2 else reversed(given):
                trial = _trial(place, target, messages, senders)
                # The first messages pay for connections and caches.
                if turn:
                    found[target.name].append(trial)
    least = found["least"]
    for name, trials in found.items():
        typer.echo(_line(name, trials, least))


def _line(name: str, trials: list[ClosedLoopTrial], least: list[ClosedLoopTrial]) -> str:
    cpu, rate = [one.cpu_ms for one in trials], [one.rate for one in trials]
    pairs = list(zip(trials, least, strict=True))
    return (
        f"{name:12} processor {quantiles(cpu, n=4)[0]:.2f}, median {median(cpu):.2f} ms"
        f" ({median(own.cpu_ms / other.cpu_ms for own, other in pairs):.2f} of the least bot's)"
        f"  rate {quantiles(rate, n=4)[2]:.0f}, median {median(rate):.0f}/s"
        f" ({median(own.rate / other.rate for own, other in pairs):.2f})"
        f"  p50 {median(one.p50_ms for one in trials):.1f}  p99 {median(one.p99_ms for one in trials):.1f} ms"
    )


if __name__ == "__main__":
    typer.run(main)
