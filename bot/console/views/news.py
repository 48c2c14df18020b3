"""The page News: what is announced in the content's languages, who has seen it; agents write and withdraw it."""

from collections.abc import Hashable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from bot.console.framework.page_routing import AccessLevel, Section, get, post
from bot.console.framework.request import ConsoleRequest
from bot.database.transactions import Transactions
from bot.helpdesk.news import NewsDesk, NewsDraft
from kb.model import Language
from storage.announcements import news

MAX_TEXT_CHARS: Final = 700
"""Of one language: it fits a phone, and beside an answer every channel's message."""
MAX_SOURCE_CHARS: Final = 200
MAX_DAYS: Final = 730
DEFAULT_DAYS: Final = 30


class NewsView:
    """GET /console/news, and its actions."""

    def __init__(self, transactions: Transactions, desk: NewsDesk) -> None:
        self._transactions, self._desk = transactions, desk

    def section(self) -> Section:
        """For agents."""
        pages = (
            get("/news", self.show, role=AccessLevel.AGENT),
            post("/news", self.publish, role=AccessLevel.AGENT),
            post("/news/{id}/withdraw", self.withdraw, role=AccessLevel.AGENT),
        )
        return Section(name="news", role=AccessLevel.AGENT, routes=pages, change_keys={"news": self._change_key})

    async def show(self, request: ConsoleRequest) -> web.StreamResponse:
        """What was announced, the newest first, and an empty form."""
        return await self._page(request, {"until": (_today(request) + timedelta(days=DEFAULT_DAYS)).isoformat()})

    async def publish(self, request: ConsoleRequest) -> web.StreamResponse:
        """Announce what the form says; what is wrong is told beside what was written."""
        draft = _draft(request, self._languages)
        if draft is None:
            return await self._page(request, request.form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        sent = await self._desk.publish(draft, request.agent.name)
        request.flash("published", n=str(sent))
        return request.redirect("/news")

    async def withdraw(self, request: ConsoleRequest) -> web.StreamResponse:
        """Show it to nobody any more."""
        gone = await self._desk.withdraw(request.path_number("id"), request.agent.name)
        request.flash("withdrawn" if gone else "nothing_withdrawn")
        return request.redirect("/news")

    async def _page(
        self, request: ConsoleRequest, filled: object, *, status: int = HTTPStatus.OK
    ) -> web.StreamResponse:
        published = await self._transactions.read(news.list_published)
        return request.render(
            "news.html",
            status=status,
            published=published,
            filled=filled,
            wrong=status != HTTPStatus.OK,
            now=request.now,
            tongues=self._languages,
            today=_today(request),
            latest=_today(request) + timedelta(days=MAX_DAYS),
            max_text=MAX_TEXT_CHARS,
            max_source=MAX_SOURCE_CHARS,
        )

    @property
    def _languages(self) -> Sequence[Language]:
        """Those of the content: people read the news in them."""
        return self._desk.knowledge_source.current.base.languages

    def _change_key(self, connection: Connection) -> Hashable:
        return tuple(
            (each.news.id, each.withdrawn_at, *each.seen.items()) for each in news.list_published(connection, limit=5)
        )


def _draft(request: ConsoleRequest, languages: Sequence[Language]) -> NewsDraft | None:
    """What the form says, if it is whole."""
    texts = {language: request.field(f"text_{language}").replace("\r\n", "\n") for language in languages}
    source, until = request.field("source"), _date(request.field("until"))
    too_long = any(len(text) > MAX_TEXT_CHARS for text in texts.values()) or len(source) > MAX_SOURCE_CHARS
    if not all(texts.values()) or not source or too_long or until is None:
        return None
    if not _today(request) <= until <= _today(request) + timedelta(days=MAX_DAYS):
        return None
    # Until the end of that day where the installation is.
    ends_at = datetime.combine(until + timedelta(days=1), time(), tzinfo=request.zone).astimezone(UTC)
    return NewsDraft(texts=texts, source=source, ends_at=ends_at)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _today(request: ConsoleRequest) -> date:
    return request.now.astimezone(request.zone).date()
