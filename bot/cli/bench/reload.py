"""How long messages take while the program learns anew: the whole way of a message, on a database of its own."""

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Final

import typer

from bot.app.container import Core, core
from bot.intake.intake import no_page
from bot.knowledge.live import LiveKnowledge
from bot.observability import logging_setup
from bot.settings import Settings
from handlers.model.messages import Inbound
from storage.curation import lessons
from storage.database import engine

EVERY: Final = 0.02
"""Seconds between two messages: as many as a hundred restaurants write on a bad evening."""
LESSONS: Final = 2


def print_reload(content: Path | None) -> None:
    """Prints how long a message takes from the channel to the commit, at rest and while lessons are learned."""
    logging_setup.configure("ERROR", "console")
    with tempfile.TemporaryDirectory() as folder:
        # Nothing of this is worth keeping for another start.
        os.environ["XDG_CACHE_HOME"] = folder
        asyncio.run(_measured(content, f"sqlite:///{folder}/bench.sqlite3"))


async def _measured(content: Path | None, url: str) -> None:
    live = LiveKnowledge(content)
    async with core(Settings(database_url=url), live, links=no_page) as program:
        texts = [question for _, _, question in live.filed.questions()][::37]
        resting = await _timed(program, texts, asyncio.sleep(3))
        seconds: list[float] = []
        learning = await _timed(program, texts, _taught(program, live, seconds))
    typer.echo(
        f"{'learning a lesson':<28}{', '.join(f'{time:.2f}' for time in seconds)} s, answered word for word before"
    )
    typer.echo(f"{'a message, stored':<28}{_told(resting)}")
    typer.echo(f"{'a message, while it learns':<28}{_told(learning)}")


async def _taught(program: Core, live: LiveKnowledge, seconds: list[float]) -> None:
    entry = next(iter(live.filed.entries))
    for number in range(LESSONS):
        with engine.writing(program.database) as connection:
            text = f"a lesson for the bench {number}"
            lessons.teach(connection, live.filed, entry, "en", text, "bench", datetime.now(UTC))
        start = perf_counter()
        program.taught()
        while len(live.curriculum.taught) <= number or live.has_to_learn:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.01)
        seconds.append(perf_counter() - start)


async def _timed(program: Core, texts: Sequence[str], meanwhile: Awaitable[None]) -> list[float]:
    """The seconds that each message took, sent one after the other at a steady rate until `meanwhile` is over."""
    doing = asyncio.ensure_future(meanwhile)
    sent: list[asyncio.Task[float]] = []
    for number in count():
        if doing.done():
            break
        sent.append(asyncio.create_task(_one(program.intake, texts[number % len(texts)], number)))
        await asyncio.sleep(EVERY)
    await doing
    return sorted(await asyncio.gather(*sent))


async def _one(intake: Callable[[Inbound], Awaitable[None]], text: str, number: int) -> float:
    start, name = perf_counter(), str(number % 20)
    now = datetime.now(UTC)
    await intake(Inbound(channel="bench", conversation=name, sender=name, message_id=f"{now}", sent_at=now, text=text))
    return perf_counter() - start


def _told(times: Sequence[float]) -> str:
    p50, p99, longest = (1000 * times[int((len(times) - 1) * part)] for part in (0.5, 0.99, 1))
    return f"{p50:.1f} / {p99:.1f} ms, the longest {longest:.1f} ms ({len(times)} messages)"
