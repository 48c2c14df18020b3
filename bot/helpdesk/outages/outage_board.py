"""What pages say of the outages that run: read at most every few seconds, however many pages are asked for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Final

import structlog

from bot.database.transactions import Transactions
from bot.knowledge.factory import KnowledgeSource
from handlers.model.announcements import Outage
from kb.model import Language
from storage.announcements import outages
from storage.errors import StorageError

log = structlog.get_logger()

MAX_AGE: Final = timedelta(seconds=5)
"""For so long what was read is shown without reading again."""


@dataclass(kw_only=True)
class OutageBoard:
    """The banners of web chat and help pages; nothing personal is in them."""

    transactions: Transactions
    clock: Callable[[], datetime]
    knowledge_source: KnowledgeSource
    zone: tzinfo
    _running: tuple[Outage, ...] = ()
    _read_at: datetime | None = field(default=None)

    async def refresh(self) -> None:
        """Read what runs, unless that was done a moment ago. Without a database it stays as it was."""
        now = self.clock()
        if self._read_at is not None and now - self._read_at < MAX_AGE:
            return
        self._read_at = now
        try:
            self._running = await self.transactions.read(lambda connection: outages.running(connection, now))
        except StorageError as exc:
            log.warning("outage.not_read", error=type(exc).__name__)

    def banners(self, language: Language) -> tuple[str, ...]:
        """A sentence for each outage, the newest first."""
        return tuple(self._banner(one, language) for one in self._running)

    def _banner(self, outage: Outage, language: Language) -> str:
        phrases, headline = self.knowledge_source.current.phrases, outage.headline(language)
        said = phrases(language, "outage_known", since=self._moment(outage.started_at), headline=headline)
        until = outage.expected_until
        if until is None or until <= self.clock():
            return said
        return f"{said}. {phrases(language, 'outage_until', until=self._moment(until))}"

    def _moment(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        today = self.clock().astimezone(self.zone).date()
        return f"{local:%H:%M}" if local.date() == today else f"{local:%d.%m. %H:%M}"
