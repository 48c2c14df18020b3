"""Measures how long intake takes while the model retrains, on a temporary database."""

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

from bot.app.application import Application
from bot.app.container import open_application
from bot.intake.reply_enqueuer import no_draft_link
from bot.knowledge.live import LiveKnowledge
from bot.observability import logging_setup
from bot.settings import Settings
from handlers.model.messages import Inbound
from storage.curation import lessons
from storage.database import engine

MESSAGE_INTERVAL_SECONDS: Final = 0.02
"""Seconds between two messages: as many as a hundred restaurants write on a bad evening."""
REST_SECONDS: Final = 3.0
"""How long messages are timed while nothing else happens."""
LESSON_COUNT: Final = 2


def print_reload(content: Path | None) -> None:
    """Print how long a message takes from the channel to the commit, at rest and during training."""
    logging_setup.configure_logging("ERROR", "console")
    with tempfile.TemporaryDirectory() as folder:
        # None of these models is worth caching.
        os.environ["XDG_CACHE_HOME"] = folder
        asyncio.run(_measure(content, f"sqlite:///{folder}/bench.sqlite3"))


async def _measure(content: Path | None, url: str) -> None:
    live = LiveKnowledge(content)
    async with open_application(Settings(database_url=url), live, make_draft_link=no_draft_link) as program:
        texts = [question for _, _, question in live.released_content.questions()][::37]
        resting = await _time_messages(program, texts, asyncio.sleep(REST_SECONDS))
        seconds: list[float] = []
        training = await _time_messages(program, texts, _teach_lessons(program, live, seconds))
    typer.echo(f"{'training a lesson':<28}{', '.join(f'{time:.2f}' for time in seconds)} s, exact match before")
    typer.echo(f"{'a message, stored':<28}{_format_times(resting)}")
    typer.echo(f"{'a message during training':<28}{_format_times(training)}")


async def _teach_lessons(application: Application, live: LiveKnowledge, seconds: list[float]) -> None:
    entry = next(iter(live.released_content.entries))
    for number in range(LESSON_COUNT):
        with engine.write_transaction(application.database) as connection:
            text = f"a lesson for the bench {number}"
            lessons.add_lesson(connection, live.released_content, entry, "en", text, "bench", datetime.now(UTC))
        start = perf_counter()
        application.on_lessons_changed()
        while len(live.lesson_set.stored) <= number or live.needs_training:  # noqa: ASYNC110 - no event announces it
            await asyncio.sleep(0.01)
        seconds.append(perf_counter() - start)


async def _time_messages(application: Application, texts: Sequence[str], meanwhile: Awaitable[None]) -> list[float]:
    """The seconds of each message, sent at a steady rate until `meanwhile` is done."""
    background = asyncio.ensure_future(meanwhile)
    sent: list[asyncio.Task[float]] = []
    for number in count():
        if background.done():
            break
        sent.append(asyncio.create_task(_time_message(application.intake, texts[number % len(texts)], number)))
        await asyncio.sleep(MESSAGE_INTERVAL_SECONDS)
    await background
    return sorted(await asyncio.gather(*sent))


async def _time_message(intake: Callable[[Inbound], Awaitable[None]], text: str, number: int) -> float:
    start, name = perf_counter(), str(number % 20)
    now = datetime.now(UTC)
    await intake(Inbound(channel="bench", conversation=name, sender=name, message_id=f"{now}", sent_at=now, text=text))
    return perf_counter() - start


def _format_times(times: Sequence[float]) -> str:
    p50, p99, longest = (1000 * times[int((len(times) - 1) * part)] for part in (0.5, 0.99, 1))
    return f"{p50:.1f} / {p99:.1f} ms, the longest {longest:.1f} ms ({len(times)} messages)"
