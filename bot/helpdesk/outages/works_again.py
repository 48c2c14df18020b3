"""Tells a person that an outage is over, if they may be told, within the caller's transaction; chooses nobody."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.delivery.jobs.interface import JobQueue
from bot.helpdesk.incident_actions import FindObstacle
from bot.knowledge.factory import KnowledgeSource
from handlers.model.announcements import Outage
from handlers.model.messages import Reply
from handlers.model.session import OPTED_OUT
from kb.model import Language
from storage.announcements import outages
from storage.conversations.conversations import Conversation
from storage.delivery import outbox


@dataclass(frozen=True, kw_only=True)
class WorksAgainNotice:
    """The notice, through the outbox as every reply."""

    knowledge_source: KnowledgeSource
    jobs: JobQueue
    find_obstacle: FindObstacle

    def queue(self, connection: Connection, outage: Outage, talk: Conversation, now: datetime) -> str:
        """Queue it; return what became of it: outages.TOLD, or why nothing is sent."""
        if outages.is_told_elsewhere(connection, outage.id, talk):
            return outages.NOT_SENT_TWICE
        obstacle = self.find_obstacle(connection, talk, now)
        if obstacle is not None:
            return str(obstacle)
        text = self.text(outage, self.knowledge_source.current.base.spoken_language(talk.language))
        if not outbox.enqueue(connection, talk, None, [Reply(text=text)], now):
            return OPTED_OUT
        self.jobs.queue(connection, talk.id)
        return outages.TOLD

    def text(self, outage: Outage, language: Language) -> str:
        """The words of it."""
        knowledge = self.knowledge_source.current
        line = knowledge.base.directory.lines[knowledge.base.directory.urgent_line]
        headline = outage.headline(language).rstrip(".! ")
        known = {"phone": line.formatted_phone, "name": line.name[language]}
        return knowledge.phrases(language, "outage_over", headline=headline, **known)
