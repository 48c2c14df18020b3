"""The application without its endpoints: what every role shares, started and stopped in order."""

import asyncio
from dataclasses import dataclass

from sqlalchemy import Engine

from bot.app.helpdesk import Helpdesk
from bot.channels.interface import Channel, Receive
from bot.channels.media import MediaSource
from bot.database.conversation_queries import ConversationQueries
from bot.database.transactions import Transactions
from bot.delivery.jobs.interface import JobRunner
from bot.intake.intake import Intake
from bot.knowledge.factory import KnowledgeSource
from bot.knowledge.live import LiveKnowledge
from bot.knowledge.reloader import KnowledgeReloader
from bot.observability.metrics import PrometheusMetrics
from bot.observability.tracing import Tracing
from bot.web.outage_banners import OutageBanners
from handlers.model.context import KnowledgeBundle
from kb.model import KnowledgeBase


@dataclass(frozen=True, kw_only=True)
class Application:
    """What every role shares: database, knowledge, intake, delivery.

    Public endpoints use `receive`, with flood control; `intake` is for the local user of this machine.
    """

    transactions: Transactions
    knowledge_source: KnowledgeSource
    channels: dict[str, Channel]
    media_sources: dict[str, MediaSource]
    """Where what people send can be fetched, by channel; filled as `channels` is."""
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
    def outage_banners(self) -> OutageBanners:
        """What pages say of outages."""
        board = self.helpdesk.outage_board
        return OutageBanners(refresh=board.refresh, of=board.banners)

    @property
    def database(self) -> Engine:
        """The database, for connections beside the event loop."""
        return self.transactions.database

    @property
    def knowledge(self) -> KnowledgeBundle:
        """The current knowledge."""
        return self.knowledge_source.current

    @property
    def released_content(self) -> KnowledgeBase:
        """The content files without edits and lessons."""
        return (
            self.knowledge_source.released_content
            if isinstance(self.knowledge_source, LiveKnowledge)
            else self.knowledge_source.current.base
        )

    @property
    def edited_content(self) -> KnowledgeBase:
        """The content files with the entries as they were edited, without lessons; lessons are validated against it."""
        live = self.knowledge_source
        return live.edited_content if isinstance(live, LiveKnowledge) else live.current.base

    @property
    def training_failed(self) -> bool:
        """Whether the model in service is older than the lessons or the content, because training failed."""
        return self.knowledge_reloader is not None and self.knowledge_reloader.training_failed

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

    async def close(self) -> None:
        """Stop everything, also what runs without `start`."""
        await self.stop()
        if self.knowledge_reloader is not None:
            await self.knowledge_reloader.stop()
