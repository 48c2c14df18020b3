"""The program without its doors: database, knowledge, intake and delivery, wired and ended in order."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Engine

from bot.app.helpdesk import Helpdesk, Tools, helpdesk, whom_to_tell
from bot.channels.interface import Channel, Receive
from bot.channels.webchat import WebChat
from bot.database.conversation_queries import Memory
from bot.database.group_commit import Writer
from bot.delivery.deliverer import Deliverer
from bot.delivery.jobs import procrastinate_schema
from bot.delivery.jobs.embedded import EmbeddedRunner
from bot.delivery.jobs.interface import Jobs
from bot.helpdesk.escalation import Calls
from bot.intake.guards import Guarded, Parking
from bot.intake.intake import DraftLink, Intake
from bot.knowledge.factory import Known
from bot.knowledge.live import LiveKnowledge
from bot.knowledge.reloader import Relearner
from bot.notify.directory import Staff
from bot.observability.metrics import Metrics
from bot.observability.tracing import NO_TRACING, Tracing
from bot.observability.tracing.middleware import Traced
from bot.settings import Settings, SettingsError
from handlers.model.context import KnowledgeBundle
from kb.model import KnowledgeBase
from storage.database import engine
from storage.delivery import notifications, outbox
from storage.migrations import upgrade

THREADS: Final = 4
"""Threads for the database: SQLite writes one at a time anyway."""


def now() -> datetime:
    """The clock of the program."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Core:
    """What every way of running shares: the database, the knowledge, intake, delivery.

    Doors that strangers come through take `receive`; `intake` is for whoever sits at this machine.
    """

    database: Engine
    known: Known
    threads: ThreadPoolExecutor
    channels: dict[str, Channel]
    intake: Intake
    receive: Receive
    metrics: Metrics
    memory: Memory
    runner: Jobs
    tracing: Tracing
    helpdesk: Helpdesk
    relearner: Relearner | None = None
    """There where the knowledge is a live one."""

    @property
    def knowledge(self) -> KnowledgeBundle:
        """What is known now."""
        return self.known.current

    @property
    def filed(self) -> KnowledgeBase:
        """What stands in the content files, without what was taught: lessons are held against it."""
        return self.known.filed if isinstance(self.known, LiveKnowledge) else self.known.current.base

    def taught(self) -> None:
        """To be told by whoever teaches in this process, after the commit: then it counts at once."""
        if self.relearner is not None:
            self.relearner.look()

    def start(self) -> None:
        """Begin to deliver replies and notices, what an earlier run left too."""
        self.runner.start()
        self.helpdesk.announcer.start()

    async def stop(self) -> None:
        """Take up nothing new, and finish what is being sent."""
        await asyncio.gather(self.runner.stop(), self.helpdesk.announcer.stop())


@asynccontextmanager
async def core(
    settings: Settings,
    known: Known,
    links: DraftLink,
    *,
    many: bool = False,
    alone: bool = False,
    tracing: Tracing = NO_TRACING,
) -> AsyncIterator[Core]:
    """The program without its doors: they are added to `channels`. Ends what runs when it is left.

    Live knowledge is kept up to date from here on. One of `many` processes shares its database, and leaves its shape
    and what others are sending alone. Where somebody sits `alone` at this machine, no staff is called.

    Raises:
        SettingsError: a setting cannot be used, such as a notice that would reach the ticket mailbox.
    """
    told = Staff() if alone else whom_to_tell(settings, known.current.base.directory)
    calls = Calls(plan=told.plan)
    channels: dict[str, Channel] = {}
    metrics = Metrics()
    # The database is let go last: a thread whose caller has gone may still be at it.
    with (
        _opened(settings.database_url, many=many) as database,
        ThreadPoolExecutor(THREADS, thread_name_prefix="database") as threads,
    ):
        ending = asyncio.Event()
        writer = Writer(database, threads)
        deliver = Deliverer(
            writer=writer, channels=channels, clock=now, metrics=metrics, ending=ending, tracing=tracing
        )
        runner = (
            _many(database, deliver)
            if many
            else EmbeddedRunner(deliver, deliver.due, deliver.sweep, ending, send=deliver.send)
        )
        intake = Intake(
            database=database,
            knowledge=known,
            clock=now,
            threads=threads,
            writer=writer,
            jobs=runner,
            links=links,
            calls=calls,
            metrics=metrics,
            tracing=tracing,
        )
        guarded = Guarded(receive=Parking(intake=intake), intake=intake, silenced=metrics.held_back)
        relearner = Relearner(known, database, threads) if isinstance(known, LiveKnowledge) else None
        tools = Tools(database=database, threads=threads, clock=now, metrics=metrics)
        desk = helpdesk(settings, known, told, calls, tools, runner)
        try:
            if relearner is not None:
                relearner.start()
            yield Core(
                database=database,
                known=known,
                threads=threads,
                channels=channels,
                intake=intake,
                receive=Traced(receive=guarded, tracing=tracing),
                metrics=metrics,
                memory=Memory(database=database, threads=threads, writer=writer),
                runner=runner,
                tracing=tracing,
                helpdesk=desk,
                relearner=relearner,
            )
        finally:
            await asyncio.gather(runner.stop(), desk.announcer.stop())
            if relearner is not None:
                await relearner.stop()


def _many(database: Engine, deliver: Deliverer) -> Jobs:
    from bot.delivery.jobs.procrastinate import ProcrastinateJobs

    return ProcrastinateJobs(
        database=database, deliver=deliver, due=deliver.due, chore=deliver.sweep, watched=WebChat.name
    )


@contextmanager
def _opened(url: str, *, many: bool) -> Iterator[Engine]:
    """The database, fit to be used."""
    database = engine.create(url)
    try:
        if many:
            _look(database)
        else:
            upgrade.upgrade(database)
            with engine.writing(database) as connection:
                outbox.release(connection, now())
                notifications.release(connection, now())
        yield database
    finally:
        database.dispose()


def _look(database: Engine) -> None:
    if database.dialect.name != "postgresql":
        raise SettingsError(
            ("DATABASE_URL: many machines need PostgreSQL: write postgresql://user:password@host/name",)
        )
    faults = (*upgrade.check(database), *procrastinate_schema.check(database))
    if faults:
        raise SettingsError(tuple(f"DATABASE_URL: {fault}" for fault in faults))
