"""Runs the program's roles; the only place where the program is wired together."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog
from aiohttp import web

from bot.app.application import Application
from bot.app.container import open_application
from bot.app.endpoints import Endpoints, draft_link_maker, venue_arrivals
from bot.app.instance_lock import only_instance
from bot.app.signing_key import signing_key
from bot.concurrency import event_loop
from bot.concurrency.shutdown import ShutdownRequest
from bot.intake.reply_enqueuer import no_draft_link
from bot.knowledge.factory import KnowledgeSource
from bot.knowledge.lesson_source import load_live_knowledge
from bot.observability import logging_setup
from bot.observability.tracing import Tracing, open_tracing
from bot.settings import Settings, SettingsError
from bot.web.guards.request_limits import SERVER_OPTIONS
from kb.model import Language

if TYPE_CHECKING:
    from bot.database.pg_listener import PgListener

log = structlog.get_logger()

DATA_DIR: Final = Path("data")
"""The folder for data without a configured place."""

_LOCAL_HOSTS: Final = frozenset({"127.0.0.1", "::1", "0.0.0.0", "::", ""})  # noqa: S104 - only read

REQUEST_GRACE_SECONDS: Final = 3.0
"""How long running requests may finish after a stop; the platform resends what is cut off."""


def run_terminal(settings: Settings, knowledge_source: KnowledgeSource, *, language: Language | None = None) -> None:
    """A conversation in the terminal, until the person leaves."""
    logging_setup.configure_logging("ERROR", settings.log_format)
    asyncio.run(_run_terminal(settings, knowledge_source, language))


async def _run_terminal(settings: Settings, knowledge_source: KnowledgeSource, language: Language | None) -> None:
    from bot.channels.terminal.channel import Terminal

    async with open_application(
        settings, knowledge_source, make_draft_link=no_draft_link, standalone=True
    ) as application:
        terminal = Terminal(application.intake, language=language)
        application.channels[terminal.name] = terminal
        await terminal.run()


def run_standalone(settings: Settings) -> None:
    """Everything in one process, until SIGINT or SIGTERM."""
    logging_setup.configure_logging(settings.log_level, settings.log_format)
    with only_instance(settings.database_url), open_tracing() as traces:
        event_loop.run(_serve_until_stopped(settings, traces))


def run_web(settings: Settings) -> None:
    """One of many processes that receive messages and serve pages; workers deliver."""
    logging_setup.configure_logging(settings.log_level, settings.log_format)
    with open_tracing() as traces:
        event_loop.run(_serve_until_stopped(settings, traces, distributed=True))


def run_worker(settings: Settings) -> None:
    """One of many processes that deliver; receives nothing."""
    logging_setup.configure_logging(settings.log_level, settings.log_format)
    with open_tracing() as traces:
        event_loop.run(_work_until_stopped(settings, traces))


async def _work_until_stopped(settings: Settings, traces: Tracing) -> None:
    live = await asyncio.to_thread(load_live_knowledge, settings)
    key = signing_key(settings, DATA_DIR)
    async with open_application(
        settings,
        live,
        make_draft_link=draft_link_maker(settings, key),
        distributed=True,
        tracing=traces,
        venue_arrivals=venue_arrivals(settings, key),
    ) as application:
        endpoints = Endpoints(settings, application, key)
        shutdown = _notice_signals(application)
        try:
            application.start()
            log.info("worker.started")
            await shutdown.wait()
            log.info("shutdown.started")
            await application.stop()
        finally:
            await endpoints.close()


def _make_pg_listener(application: Application, endpoints: Endpoints) -> "PgListener":
    from bot.database.pg_listener import PgListener

    return PgListener(application.database, endpoints.on_remote_change)


async def _serve_until_stopped(settings: Settings, traces: Tracing, *, distributed: bool = False) -> None:
    live = await asyncio.to_thread(load_live_knowledge, settings)
    key = signing_key(settings, DATA_DIR)
    async with open_application(
        settings,
        live,
        make_draft_link=draft_link_maker(settings, key),
        distributed=distributed,
        tracing=traces,
        venue_arrivals=venue_arrivals(settings, key),
    ) as application:
        endpoints = Endpoints(settings, application, key)
        listener = _make_pg_listener(application, endpoints) if distributed else None
        server = web.AppRunner(
            endpoints.web_application(),
            access_log=None,
            handle_signals=False,
            shutdown_timeout=REQUEST_GRACE_SECONDS,
            **SERVER_OPTIONS,
        )
        await server.setup()
        shutdown = _notice_signals(application)
        try:
            await _start_listening(server, settings)
            if listener is not None:
                listener.start()
            else:
                application.start()
            # A platform may take long to answer here.
            await shutdown.unless_requested(endpoints.open())
            log.info(
                "server.started", address=f"http://{settings.host}:{settings.port}", content=live.current.base.version
            )
            _print_address(settings, server)
            await shutdown.wait()
            log.info("shutdown.started")
            # The whole shutdown has to end within 20 s: 10 here, 3 for each of the following, 2 for the last spans.
            await _stop_listening(server)
            # Finished sends must be recorded before the channels are closed, or they would be sent again.
            await asyncio.gather(application.stop(), endpoints.stop_receiving())
        finally:
            if listener is not None:
                await listener.stop()
            await endpoints.close()
            await server.cleanup()


def _print_address(settings: Settings, server: web.AppRunner) -> None:
    """One line for the person who started it; machines read the log."""
    if settings.log_format != "console":
        return
    host = "localhost" if settings.host in _LOCAL_HOSTS else settings.host
    url = settings.public_url or f"http://{host}:{server.addresses[0][1]}"
    sys.stdout.write(f"Paligs is ready: chat {url}/ , console {url}/console/ , Ctrl-C stops it.\n")
    sys.stdout.flush()


async def _stop_listening(server: web.AppRunner) -> None:
    """Accept no connections any more; running requests are finished."""
    for site in [*server.sites]:
        await site.stop()


async def _start_listening(server: web.AppRunner, settings: Settings) -> None:
    try:
        await web.TCPSite(server, settings.host, settings.port).start()
    except OSError as exc:
        reason = f"{settings.host}:{settings.port} cannot be listened at ({exc.strerror})"
        raise SettingsError((f"PORT: {reason}: stop what is there, or set another PORT or HOST",)) from exc


def _notice_signals(application: Application) -> ShutdownRequest:
    """From now on SIGINT and SIGTERM ask for a stop, and SIGHUP for the content files to be read again.

    Before anything is sent or received: what a signal cut off there might be sent twice.
    """
    if application.knowledge_reloader is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, application.knowledge_reloader.reload)
    return ShutdownRequest()
