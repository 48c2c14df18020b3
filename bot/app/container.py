"""Wires the application without its endpoints: database, knowledge, intake and delivery."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from sqlalchemy import Engine

from bot.app.application import Application
from bot.app.channels import CHANNELS
from bot.app.database_opening import open_database
from bot.app.helpdesk import build_helpdesk, load_recipients
from bot.app.services import Services
from bot.channels.interface import Channel, Receive
from bot.channels.media import MediaSource
from bot.channels.webchat.description import DESCRIPTION as WEBCHAT
from bot.customers.arrival import VenueArrivals
from bot.database.conversation_queries import ConversationQueries
from bot.delivery.deliverer import Deliverer
from bot.delivery.jobs.embedded import EmbeddedRunner
from bot.delivery.jobs.interface import JobQueue, JobRunner, Maintenance
from bot.delivery.retention import RetentionJob, RetentionPeriods
from bot.helpdesk.escalation import HandoffWorkflow
from bot.helpdesk.person_updates import PersonUpdates
from bot.intake.dead_letters import DeadLettering
from bot.intake.guards import FloodControlled
from bot.intake.intake import Intake, no_venue_links
from bot.intake.picture_text import PictureReading, ReadPicture
from bot.intake.reply_enqueuer import MakeDraftLink
from bot.intake.tesseract import find_tesseract
from bot.knowledge.factory import KnowledgeSource
from bot.knowledge.live import LiveKnowledge
from bot.knowledge.reloader import KnowledgeReloader
from bot.notify.directory import Recipients
from bot.observability.metrics import PrometheusMetrics
from bot.observability.tracing import NO_TRACING, Tracing
from bot.observability.tracing.middleware import TracedReceive
from bot.settings import Settings
from storage.helpdesk import escalations
from storage.statistics import daily_counts


@asynccontextmanager
async def open_application(
    settings: Settings,
    knowledge_source: KnowledgeSource,
    make_draft_link: MakeDraftLink,
    *,
    distributed: bool = False,
    standalone: bool = False,
    tracing: Tracing = NO_TRACING,
    venue_arrivals: VenueArrivals | None = None,
) -> AsyncIterator[Application]:
    """The application without endpoints, which add their `channels`. Stops everything on exit.

    Live knowledge is kept up to date. A `distributed` process shares its database: it neither migrates it nor releases
    claims of others. A `standalone` program notifies no staff. Links of venues are read by `venue_arrivals`,
    and without it not at all.

    Raises:
        SettingsError: a setting cannot be used, such as a notice that would reach the ticket mailbox.
    """
    recipients = Recipients() if standalone else load_recipients(settings, knowledge_source.current.base.directory)
    channels, media_sources = dict[str, Channel](), dict[str, MediaSource]()
    with open_database(settings.database_url, distributed=distributed) as transactions:
        services = Services(
            transactions=transactions,
            metrics=PrometheusMetrics(),
            tracing=tracing,
            zone=settings.zone,
            retention=RetentionPeriods(
                conversations=settings.conversation_retention_days,
                handoffs=settings.handoff_retention_days,
                audit=settings.audit_retention_days,
                media=settings.media_retention_days,
            ),
        )
        chores = list[Maintenance]()
        runner = build_delivery(services, channels, chores, distributed=distributed)
        handoff_workflow = HandoffWorkflow(
            routing=recipients.routing,
            is_verified=CHANNELS.vouches_for,
            tell_person=PersonUpdates(knowledge_source=knowledge_source, jobs=runner, channels=CHANNELS),
            reopen_window=timedelta(hours=settings.reopen_hours),
        )
        intake, receive = build_intake(
            services,
            knowledge_source,
            runner,
            make_draft_link,
            handoff_workflow,
            venue_arrivals or no_venue_links(),
            partial(_picture_reading, await find_tesseract() if settings.read_pictures else None, media_sources),
        )
        application = Application(
            transactions=transactions,
            knowledge_source=knowledge_source,
            channels=channels,
            media_sources=media_sources,
            intake=intake,
            receive=receive,
            metrics=services.metrics,
            conversation_queries=ConversationQueries(transactions=transactions),
            runner=runner,
            tracing=tracing,
            helpdesk=build_helpdesk(settings, knowledge_source, recipients, handoff_workflow, services, runner),
            knowledge_reloader=_make_reloader(knowledge_source, services, intake),
        )
        chores.append(application.helpdesk.outage_desk.finish)
        try:
            if application.knowledge_reloader is not None:
                application.knowledge_reloader.start()
            yield application
        finally:
            await application.close()


def build_delivery(
    services: Services, channels: Mapping[str, Channel], chores: Sequence[Maintenance] = (), *, distributed: bool
) -> JobRunner:
    """Whoever delivers replies to `channels`, and does the `chores` every minute, not started."""
    stopping = asyncio.Event()
    deliver = Deliverer(
        transactions=services.transactions,
        channels=channels,
        clock=services.clock,
        metrics=services.metrics,
        stopping=stopping,
        tracing=services.tracing,
    )
    retention = RetentionJob(
        transactions=services.transactions,
        clock=services.clock,
        periods=services.retention,
        metrics=services.metrics,
    )

    async def maintain() -> None:
        await services.transactions.write(lambda connection: escalations.correct(connection, services.clock()))
        await services.transactions.write(lambda connection: daily_counts.fold(connection, services.today()))
        await deliver.purge()
        await retention()
        for chore in chores:
            await chore()

    if distributed:
        return _make_procrastinate_jobs(services.transactions.database, deliver, maintain)
    return EmbeddedRunner(deliver, deliver.due_conversations, maintain, stopping, send=deliver.send)


def build_intake(
    services: Services,
    knowledge_source: KnowledgeSource,
    jobs: JobQueue,
    make_draft_link: MakeDraftLink,
    handoff_workflow: HandoffWorkflow,
    venue_arrivals: VenueArrivals,
    read_pictures: Callable[[Receive], Receive],
) -> tuple[Intake, Receive]:
    """The intake, and the same for public endpoints: with flood control, and with pictures read."""
    intake = Intake(
        transactions=services.transactions,
        knowledge_source=knowledge_source,
        clock=services.clock,
        jobs=jobs,
        make_draft_link=make_draft_link,
        prefers_short=CHANNELS.prefers_short,
        handoff_workflow=handoff_workflow,
        metrics=services.metrics,
        tracing=services.tracing,
        zone=services.zone,
        kept_days=services.retention.conversations,
        media_kept_days=services.retention.media,
        venue_arrivals=venue_arrivals,
    )
    receive = read_pictures(DeadLettering(intake=intake))
    flood_controlled = FloodControlled(receive=receive, intake=intake, on_rejected=services.metrics.count_throttled)
    return intake, TracedReceive(receive=flood_controlled, tracing=services.tracing)


def _picture_reading(reader: ReadPicture | None, sources: Mapping[str, MediaSource], receive: Receive) -> Receive:
    return receive if reader is None else PictureReading(receive=receive, reader=reader, sources=sources)


def _make_reloader(knowledge_source: KnowledgeSource, services: Services, intake: Intake) -> KnowledgeReloader | None:
    if not isinstance(knowledge_source, LiveKnowledge):
        return None
    knowledge_source.on_swap(intake.forget_version)
    return KnowledgeReloader(knowledge_source, services.transactions, on_training_ended=services.metrics.count_training)


def _make_procrastinate_jobs(database: Engine, deliver: Deliverer, maintain: Maintenance) -> JobRunner:
    from bot.delivery.jobs.procrastinate import ProcrastinateJobs

    return ProcrastinateJobs(
        database=database,
        deliver=deliver,
        find_due=deliver.due_conversations,
        maintenance=maintain,
        notified_channel=WEBCHAT.name,
    )
