"""Publishes news, and sends it to who asked for it: not outside a channel's window, not after STOP."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection

from bot.channels.description import ChannelDirectory
from bot.database.transactions import Transactions
from bot.delivery.jobs.interface import JobQueue
from bot.knowledge.factory import KnowledgeSource
from handlers.model.announcements import News
from handlers.model.messages import Reply
from kb.model import Language, Translations
from storage.announcements import news
from storage.conversations.conversations import Conversation
from storage.delivery import outbox
from storage.helpdesk import audit_log
from storage.helpdesk.audit_log import AuditEvent

log = structlog.get_logger()

BATCH: Final = 100
"""So many people are written to in one transaction: messages that come in meanwhile do not wait for all."""


@dataclass(frozen=True, kw_only=True)
class NewsDraft:
    """News as an agent has written it."""

    texts: Translations
    source: str
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class NewsDesk:
    """What agents do with news. The caller has authenticated `agent_name`."""

    transactions: Transactions
    clock: Callable[[], datetime]
    knowledge_source: KnowledgeSource
    jobs: JobQueue
    channels: ChannelDirectory

    async def publish(self, draft: NewsDraft, agent_name: str) -> int:
        """Announce it; return how many people were sent it at once. A crash on the way sends it to nobody twice."""
        now = self.clock()

        def store(connection: Connection) -> News:
            number = news.publish(
                connection, draft.texts, source=draft.source, author=agent_name, ends_at=draft.ends_at, now=now
            )
            audit_log.record(connection, AuditEvent.NEWS_PUBLISHED, now, agent=agent_name, subject=str(number))
            return News(id=number, text=draft.texts, source=draft.source, published_at=now)

        published = await self.transactions.write(store)
        sent, after = 0, ""
        while batch := await self.transactions.read(partial(news.subscribers, after=after, limit=BATCH)):
            told = await self.transactions.write(partial(self._send_all, batch, published))
            for talk in told:
                self.jobs.submit(talk)
            sent, after = sent + len(told), batch[-1].id
        log.info("news.published", news=published.id, sent=sent)
        return sent

    async def current(self) -> Sequence[News]:
        """What is announced now, the newest first."""
        return await self.transactions.read(lambda connection: news.current(connection, self.clock()))

    async def withdraw(self, number: int, agent_name: str) -> bool:
        """Show it to nobody any more; False if there is nothing to withdraw."""
        now = self.clock()

        def store(connection: Connection) -> bool:
            gone = news.withdraw(connection, number, now)
            if gone:
                audit_log.record(connection, AuditEvent.NEWS_WITHDRAWN, now, agent=agent_name, subject=str(number))
            return gone

        return await self.transactions.write(store)

    def _send_all(self, batch: Sequence[Conversation], published: News, connection: Connection) -> list[str]:
        """The conversations in which it waits to be sent now."""
        return [talk.id for talk in batch if self._send(connection, talk, published, published.published_at)]

    def _send(self, connection: Connection, talk: Conversation, published: News, now: datetime) -> bool:
        if not self._may_send(talk, now):
            return False
        language = self.knowledge_source.current.base.spoken_language(talk.language)
        if not outbox.enqueue(connection, talk, None, [Reply(text=self._text(published, language))], now):
            return False
        news.mark_seen(connection, talk.id, language, [published.id], now)
        self.jobs.queue(connection, talk.id)
        return True

    def _may_send(self, talk: Conversation, now: datetime) -> bool:
        channel = self.channels.get(talk.channel)
        if channel is None or not channel.public or talk.agent_at(now) is not None:
            return False
        return channel.service_window is None or now - talk.last_seen_at < channel.service_window

    def _text(self, published: News, language: Language) -> str:
        phrases = self.knowledge_source.current.phrases
        day = f"{published.published_at:%d.%m.%Y}"
        item = phrases(language, "news_item", day=day, text=published.text[language], source=published.source)
        return f"{item}\n\n{phrases(language, 'news_off_hint')}"
