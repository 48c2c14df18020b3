"""Wires the application without its endpoints: database, knowledge, intake and delivery, started and stopped in
order."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Engine

from bot.app.helpdesk import Helpdesk, Services, build_helpdesk, load_recipients
from bot.channels.interface import Channel, Receive
from bot.channels.webchat import WebChat
from bot.database.conversation_queries import ConversationQueries
from bot.database.group_commit import GroupCommitWriter
from bot.delivery.deliverer import Deliverer
from bot.delivery.jobs import procrastinate_schema
from bot.delivery.jobs.embedded import EmbeddedRunner
from bot.delivery.jobs.interface import JobRunner
from bot.helpdesk.escalation import HandoffWorkflow
from bot.intake.dead_letters import DeadLettering
from bot.intake.guards import FloodControlled
from bot.intake.intake import Intake, MakeDraftLink
from bot.knowledge.factory import KnowledgeSource
from bot.knowledge.live import LiveKnowledge
from bot.knowledge.reloader import KnowledgeReloader
from bot.notify.directory import Recipients
from bot.observability.metrics import PrometheusMetrics
from bot.observability.tracing import NO_TRACING, Tracing
from bot.observability.tracing.middleware import TracedReceive
from bot.settings import Settings, SettingsError
from handlers.model.context import KnowledgeBundle
from kb.model import KnowledgeBase
from storage.database import engine
from storage.delivery import notifications, outbox
from storage.migrations import upgrade

DATABASE_THREADS: Final = 4
"""Database threads: SQLite has a single writer anyway."""


def utc_now() -> datetime:
    """The application's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Application:
    """What every role shares: database, knowledge, intake, delivery.

    Public endpoints use `receive`, with flood control; `intake` is for the local user of this machine.
    """

    database: Engine
    knowledge_source: KnowledgeSource
    threads: ThreadPoolExecutor
    channels: dict[str, Channel]
    intake: Intake
    receive: Receive
    metrics: PrometheusMetrics
    conversation_queries: ConversationQueries
    runner: JobRunner
    tracing: Tracing
    helpdesk: Helpdesk
    knowledge_reloader: KnowledgeReloader | None = None
    """Set if the knowledge is live."""

    @property
    def knowledge(self) -> KnowledgeBundle:
        """The current knowledge."""
        return self.knowledge_source.current

    @property
    def released_content(self) -> KnowledgeBase:
        """The content files without lessons; lessons are validated against it."""
        return (
            self.knowledge_source.released_content
            if isinstance(self.knowledge_source, LiveKnowledge)
            else self.knowledge_source.current.base
        )

    def on_lessons_changed(self) -> None:
        """Call after the commit of a lesson in this process, so that it is applied at once."""
        if self.knowledge_reloader is not None:
            self.knowledge_reloader.poll_now()

    def start(self) -> None:
        """Start to deliver replies and notifications, including those of an earlier run."""
        self.runner.start()
        self.helpdesk.notification_worker.start()

    async def stop(self) -> None:
        """Start nothing new, and finish what is being sent."""
        await asyncio.gather(self.runner.stop(), self.helpdesk.notification_worker.stop())


@asynccontextmanager
async def open_application(
    settings: Settings,
    knowledge_source: KnowledgeSource,
    make_draft_link: MakeDraftLink,
    *,
    distributed: bool = False,
    standalone: bool = False,
    tracing: Tracing = NO_TRACING,
) -> AsyncIterator[Application]:
    """The application without endpoints, which add their `channels`. Stops everything on exit.

    Live knowledge is kept up to date. A `distributed` process shares its database: it neither migrates it nor releases
    claims of others. A `standalone` program notifies no staff.

    Raises:
        SettingsError: a setting cannot be used, such as a notice that would reach the ticket mailbox.
    """
    recipients = Recipients() if standalone else load_recipients(settings, knowledge_source.current.base.directory)
    handoff_workflow = HandoffWorkflow(routing=recipients.routing)
    channels: dict[str, Channel] = {}
    metrics = PrometheusMetrics()
    # The database is closed last: a thread may still use it after its caller was cancelled.
    with (
        _open_database(settings.database_url, distributed=distributed) as database,
        ThreadPoolExecutor(DATABASE_THREADS, thread_name_prefix="database") as threads,
    ):
        stopping = asyncio.Event()
        writer = GroupCommitWriter(database, threads)
        deliver = Deliverer(
            writer=writer, channels=channels, clock=utc_now, metrics=metrics, stopping=stopping, tracing=tracing
        )
        runner = (
            _make_procrastinate_jobs(database, deliver)
            if distributed
            else EmbeddedRunner(deliver, deliver.due_conversations, deliver.purge, stopping, send=deliver.send)
        )
        intake = Intake(
            database=database,
            knowledge_source=knowledge_source,
            clock=utc_now,
            threads=threads,
            writer=writer,
            jobs=runner,
            make_draft_link=make_draft_link,
            handoff_workflow=handoff_workflow,
            metrics=metrics,
            tracing=tracing,
        )
        flood_controlled = FloodControlled(
            receive=DeadLettering(intake=intake), intake=intake, on_rejected=metrics.count_throttled
        )
        knowledge_reloader = (
            KnowledgeReloader(knowledge_source, database, threads)
            if isinstance(knowledge_source, LiveKnowledge)
            else None
        )
        services = Services(database=database, threads=threads, clock=utc_now, metrics=metrics)
        desk = build_helpdesk(settings, knowledge_source, recipients, handoff_workflow, services, runner)
        try:
            if knowledge_reloader is not None:
                knowledge_reloader.start()
            yield Application(
                database=database,
                knowledge_source=knowledge_source,
                threads=threads,
                channels=channels,
                intake=intake,
                receive=TracedReceive(receive=flood_controlled, tracing=tracing),
                metrics=metrics,
                conversation_queries=ConversationQueries(database=database, threads=threads, writer=writer),
                runner=runner,
                tracing=tracing,
                helpdesk=desk,
                knowledge_reloader=knowledge_reloader,
            )
        finally:
            await asyncio.gather(runner.stop(), desk.notification_worker.stop())
            if knowledge_reloader is not None:
                await knowledge_reloader.stop()


def _make_procrastinate_jobs(database: Engine, deliver: Deliverer) -> JobRunner:
    from bot.delivery.jobs.procrastinate import ProcrastinateJobs

    return ProcrastinateJobs(
        database=database,
        deliver=deliver,
        find_due=deliver.due_conversations,
        maintenance=deliver.purge,
        notified_channel=WebChat.name,
    )


@contextmanager
def _open_database(url: str, *, distributed: bool) -> Iterator[Engine]:
    """The database, upgraded or checked."""
    database = engine.create_database_engine(url)
    try:
        if distributed:
            _verify_database(database)
        else:
            upgrade.upgrade(database)
            with engine.write_transaction(database) as connection:
                outbox.release_leases(connection, utc_now())
                notifications.release_leases(connection, utc_now())
        yield database
    finally:
        database.dispose()


def _verify_database(database: Engine) -> None:
    if database.dialect.name != "postgresql":
        raise SettingsError(
            ("DATABASE_URL: many machines need PostgreSQL: write postgresql://user:password@host/name",)
        )
    problems = (*upgrade.find_problems(database), *procrastinate_schema.find_problems(database))
    if problems:
        raise SettingsError(tuple(f"DATABASE_URL: {fault}" for fault in problems))
