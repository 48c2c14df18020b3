"""What learning costs messages and memory: `python -m tests.bench.learning [--lessons 100]`.

The program runs in this process, on a temporary SQLite file, as `paligs run` wires it, without endpoints: messages at a
steady rate go through intake (one transaction each), idle, beside a process that does nothing but want a core as training
does, and while lesson after lesson is taught and trained beside it. On a machine with a core to spare the first two are
alike; elsewhere the second tells what is other processes' and what is the program's.
"""

import argparse
import asyncio
import gc
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from time import perf_counter, process_time

from sqlalchemy import Connection

from bot.app.application import Application
from bot.app.container import open_application
from bot.cli.bench.startup import resident_megabytes
from bot.intake.reply_enqueuer import no_draft_link
from bot.knowledge.live import LiveKnowledge
from bot.observability import logging_setup
from bot.settings import Settings
from handlers.model.messages import Inbound
from storage.curation import lessons

PHASES = ("while learning", "beside a busy process", "idle")
"""The others last as long as the lessons took: a longer time sees more of what else the machine does."""
BUSY = "from bot.knowledge.training.priority import give_way; give_way(idle=True)\nwhile True: pass"


async def message(program: Application, text: str, number: int) -> float:
    """How long a message takes from the channel to its commit; late sending counts."""
    start, name, now = perf_counter(), str(number % 50), datetime.now(UTC)
    await program.intake(
        Inbound(channel="bench", conversation=name, sender=name, message_id=str(number), sent_at=now, text=text)
    )
    return perf_counter() - start


async def send_steadily(
    program: Application, texts: Sequence[str], numbers: "count[int]", interval: float, until: asyncio.Event
) -> list[float]:
    """Open loop: a message that takes long delays no other one, and one that is sent late counts from its time."""
    loop, sent = asyncio.get_running_loop(), list[asyncio.Task[float]]()
    begin = loop.time()
    while not until.is_set():
        number = next(numbers)
        due = begin + len(sent) * interval
        await asyncio.sleep(max(0.0, due - loop.time()))
        late = max(0.0, loop.time() - due)
        sent.append(asyncio.create_task(_late(program, texts[number % len(texts)], number, late)))
    return sorted(await asyncio.gather(*sent))


async def _late(program: Application, text: str, number: int, late: float) -> float:
    return late + await message(program, text, number)


async def teach(program: Application, live: LiveKnowledge, number: int) -> float:
    """Teach a lesson as the console does, and wait until it is trained; the seconds that takes."""
    entry = next(iter(live.released_content.entries))
    text = f"a lesson for the bench {number}"

    def add(connection: Connection) -> None:
        lessons.add_lesson(connection, live.released_content, entry, "en", text, "bench", datetime.now(UTC))

    await program.transactions.write(add)
    start = perf_counter()
    program.on_lessons_changed()
    while len(live.lesson_set.stored) <= number or live.needs_training:
        await asyncio.sleep(0.01)
    return perf_counter() - start


async def beat(lags: list[float], until: asyncio.Event) -> None:
    """How late the event loop wakes whoever sleeps for a millisecond: what stands still in it, whoever wants a core."""
    while not until.is_set():
        start = perf_counter()
        await asyncio.sleep(0.001)
        lags.append(perf_counter() - start - 0.001)


def line(name: str, times: Sequence[float]) -> None:
    """Print p50, p99 and the longest."""
    p50, p99, longest = (1000 * times[int((len(times) - 1) * part)] for part in (0.5, 0.99, 1))
    print(f"{name:<26} p50 {p50:6.1f}  p99 {p99:6.1f}  longest {longest:6.1f} ms  ({len(times)})")  # noqa: T201


@contextmanager
def busy_process() -> Iterator[None]:
    """One that wants a core as urgently as training does, while the block lasts."""
    process = subprocess.Popen([sys.executable, "-c", BUSY])
    try:
        yield
    finally:
        process.kill()
        process.wait()


async def run(url: str, content: Path | None, rate: float, timed: int, silent: int, swaps: int) -> None:
    """Measure and print."""
    live = LiveKnowledge(content)
    async with open_application(Settings(database_url=url), live, make_draft_link=no_draft_link) as program:
        texts = [question for _, _, question in live.released_content.questions()][::37]
        numbers = count()
        for _ in range(100):
            number = next(numbers)
            await message(program, texts[number % len(texts)], number)
        p99 = dict.fromkeys(PHASES, 0.0)
        taught, lasted = 0, 0.0
        for name in PHASES * 2 if timed else ():
            ended, lags = asyncio.Event(), list[float]()
            used, start = process_time(), perf_counter()
            beating = asyncio.create_task(beat(lags, ended))
            sending = asyncio.create_task(send_steadily(program, texts, numbers, 1 / rate, ended))
            if name == "while learning":
                for more in range(timed):
                    await teach(program, live, taught + more)
                taught, lasted = taught + timed, perf_counter() - start
            else:
                with busy_process() if name != "idle" else nullcontext():
                    await asyncio.sleep(lasted)
            ended.set()
            times = await sending
            await beating
            line(f"{name}, messages", times)
            line(f"{name}, loop", sorted(lags))
            used = process_time() - used
            print(f"{name}: {used:.2f} s of the program's processor, {used * 1000 / len(times):.2f} ms a message")  # noqa: T201
            p99[name] += times[int((len(times) - 1) * 0.99)]
        if timed:
            learning, busy, idle = p99.values()
            print(  # noqa: T201
                f"p99 while learning / idle: {learning / idle:.2f}, / beside a busy process: {learning / busy:.2f};"
                f" a lesson takes {lasted / timed:.1f} s"
            )
        await measure_memory(program, live, taught, silent)
        if swaps:
            await measure_swaps(program, live, texts, swaps)


def own_megabytes() -> float | None:
    """Megabytes of this process that are not in a file; None where the system does not say.

    What is mapped of the model's files is given back when others want memory, and how much of it counts as resident hangs
    on how the system reads them ahead.
    """
    try:
        status = Path("/proc/self/status").read_text("ascii")
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("RssAnon:")), None)


async def measure_memory(program: Application, live: LiveKnowledge, taught: int, silent: int) -> None:
    """Print the memory before and after so many lessons, and on the way."""
    for more in range(2):
        # Not counted: from the second one on, the old model and the new one have been there at the same time.
        await teach(program, live, taught + more)
    for more in range(silent + 1):
        if more % max(1, silent // 10) == 0 or more == silent:
            gc.collect()
            print(f"memory after {more} more lessons: {memory()}", flush=True)  # noqa: T201
        if more < silent:
            await teach(program, live, taught + 2 + more)


async def measure_swaps(program: Application, live: LiveKnowledge, texts: Sequence[str], swaps: int) -> None:
    """Print the memory before, while and after a trained model is read and swapped in so often, each with a message."""
    with live.start_training() as process:
        result = await asyncio.to_thread(process.result)
        for more in range(swaps + 1):
            if more % max(1, swaps // 10) == 0:
                gc.collect()
                print(f"memory after {more} swaps: {memory()}", flush=True)  # noqa: T201
            trained = await asyncio.to_thread(live.read_trained, result, process.request)
            await asyncio.to_thread(live.swap_in, trained)
            del trained
            await message(program, texts[more % len(texts)], -1 - more)


def memory() -> str:
    """What the program holds in memory."""
    return f"{own_megabytes()} MB of its own, {resident_megabytes()} MB resident"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lessons", type=int, default=100, help="how many lessons memory is measured over")
    parser.add_argument("--swaps", type=int, default=0, help="how often a trained model is swapped in after that")
    parser.add_argument("--timed", type=int, default=3, help="how many lessons messages are timed over, twice")
    parser.add_argument("--content", type=Path, help="a folder of content; a small one is learnt in a second")
    parser.add_argument("--rate", type=float, default=50, help="messages a second")
    options = parser.parse_args()
    logging_setup.configure_logging("ERROR", "console")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        asyncio.run(
            run(
                f"sqlite:///{folder}/bench.sqlite3",
                options.content,
                options.rate,
                options.timed,
                options.lessons,
                options.swaps,
            )
        )


if __name__ == "__main__":
    main()
