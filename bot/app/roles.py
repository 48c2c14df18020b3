"""The composition root: the only place where the program is wired together."""

import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog
from aiohttp import web

from bot.app.container import Core, core
from bot.app.endpoints import Doors, draft_links
from bot.app.signing_key import signing_key
from bot.intake.intake import no_page
from bot.knowledge.factory import Known
from bot.knowledge.lesson_source import read_live
from bot.observability import logging_setup
from bot.observability.tracing import Tracing, tracing
from bot.settings import Settings, SettingsError
from kb.model import Language

if TYPE_CHECKING:
    from bot.database.pg_listener import News

log = structlog.get_logger()

DATA: Final = Path("data")
"""Where the program keeps what nobody set a place for."""


ANSWER_SECONDS: Final = 3.0
"""How long a request may still be answered after a stop; what is cut off, the platform sends again."""


def talk(settings: Settings, known: Known, *, language: Language | None = None) -> None:
    """A talk in the terminal, until the person leaves."""
    logging_setup.configure("ERROR", settings.log_format)
    asyncio.run(_talk(settings, known, language))


async def _talk(settings: Settings, known: Known, language: Language | None) -> None:
    from bot.channels.terminal import Terminal

    async with core(settings, known, links=no_page, alone=True) as program:
        terminal = Terminal(program.intake, language=language)
        program.channels[terminal.name] = terminal
        await terminal.talk()


def serve(settings: Settings) -> None:
    """Everything in one process, until it is told to stop (SIGINT, SIGTERM)."""
    logging_setup.configure(settings.log_level, settings.log_format)
    with tracing() as traces:
        asyncio.run(_serve(settings, traces))


def web_role(settings: Settings) -> None:
    """One of many processes that take messages in and serve pages; workers deliver."""
    logging_setup.configure(settings.log_level, settings.log_format)
    with tracing() as traces:
        asyncio.run(_serve(settings, traces, many=True))


def worker_role(settings: Settings) -> None:
    """One of many processes that deliver; takes nothing in."""
    logging_setup.configure(settings.log_level, settings.log_format)
    with tracing() as traces:
        asyncio.run(_work(settings, traces))


async def _work(settings: Settings, traces: Tracing) -> None:
    live = await asyncio.to_thread(read_live, settings)
    key = signing_key(settings, DATA)
    async with core(settings, live, links=draft_links(settings, key), many=True, tracing=traces) as program:
        doors = Doors(settings, program, key)
        try:
            program.start()
            log.info("program.working")
            await _told_to_stop(program)
            await program.stop()
        finally:
            await doors.close()


def _listening(program: Core, doors: Doors) -> "News":
    from bot.database.pg_listener import News

    return News(program.database, doors.news)


async def _serve(settings: Settings, traces: Tracing, *, many: bool = False) -> None:
    live = await asyncio.to_thread(read_live, settings)
    key = signing_key(settings, DATA)
    async with core(settings, live, links=draft_links(settings, key), many=many, tracing=traces) as program:
        doors = Doors(settings, program, key)
        news = _listening(program, doors) if many else None
        server = web.AppRunner(
            doors.application(), access_log=None, handle_signals=False, shutdown_timeout=ANSWER_SECONDS
        )
        await server.setup()
        try:
            await _listen(server, settings)
            if news is not None:
                news.start()
            else:
                program.start()
            await doors.open()
            log.info(
                "program.serving", address=f"http://{settings.host}:{settings.port}", content=live.current.base.version
            )
            await _told_to_stop(program)
            # All of it has to be over within 20 s: 10 here, 3 for each of what follows, 2 for the last spans.
            await _deafen(server)
            # What is being sent must be noted before the ways out are closed, or it would be sent again.
            await asyncio.gather(program.stop(), doors.hush())
        finally:
            if news is not None:
                await news.stop()
            await doors.close()
            await server.cleanup()


async def _deafen(server: web.AppRunner) -> None:
    """Nobody can connect any more; requests that are being answered are finished."""
    for site in [*server.sites]:
        await site.stop()


async def _listen(server: web.AppRunner, settings: Settings) -> None:
    try:
        await web.TCPSite(server, settings.host, settings.port).start()
    except OSError as exc:
        reason = f"{settings.host}:{settings.port} cannot be listened at ({exc.strerror})"
        raise SettingsError((f"PORT: {reason}: stop what is there, or set another PORT or HOST",)) from exc


async def _told_to_stop(program: Core) -> None:
    """Until SIGINT or SIGTERM; a SIGHUP meanwhile rereads the content files."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if program.relearner is not None:
        loop.add_signal_handler(signal.SIGHUP, program.relearner.reread)
    await stop.wait()
    log.info("program.stopping")
