"""The composition root: the only place where the program is wired together."""

import asyncio
import signal
from pathlib import Path
from typing import Final

import structlog
from aiohttp import web

from bot import logs
from bot.channels.terminal import Terminal
from bot.core import core
from bot.doors import Doors, draft_links
from bot.intake import no_page
from bot.knowledge import knowledge
from bot.secret import signing_key
from bot.settings import Settings
from kb.model import Language

log = structlog.get_logger()

DATA: Final = Path("data")
"""Where the program keeps what nobody set a place for."""


def talk(settings: Settings, *, language: Language | None = None) -> None:
    """A talk in the terminal, until the person leaves."""
    logs.configure("ERROR", settings.log_format)
    asyncio.run(_talk(settings, language))


async def _talk(settings: Settings, language: Language | None) -> None:
    known = await asyncio.to_thread(knowledge, settings.content_dir)
    async with core(settings, known, links=no_page) as program:
        terminal = Terminal(program.intake, language=language)
        program.channels[terminal.name] = terminal
        await terminal.talk()


def serve(settings: Settings) -> None:
    """Everything in one process, until it is told to stop (SIGINT, SIGTERM)."""
    logs.configure(settings.log_level, settings.log_format)
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    known = await asyncio.to_thread(knowledge, settings.content_dir)
    key = signing_key(settings, DATA)
    async with core(settings, known, links=draft_links(settings, key)) as program:
        doors = Doors(settings, program, key)
        server = web.AppRunner(doors.application(), access_log=None, handle_signals=False)
        await server.setup()
        try:
            await web.TCPSite(server, settings.host, settings.port).start()
            program.runner.start()
            await doors.open()
            log.info("program.serving", address=f"http://{settings.host}:{settings.port}", content=known.base.version)
            await _told_to_stop()
        finally:
            await doors.close()
            await server.cleanup()


async def _told_to_stop() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    log.info("program.stopping")
