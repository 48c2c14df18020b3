"""GET /news/: what is announced now, to read, to print and to forward; and the same as an Atom feed."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

from aiohttp import web

from bot.web.public_pages.atom_feed import atom_feed
from bot.web.public_pages.cached_response import cached_response
from bot.web.public_pages.layout import LANGUAGE_PATH, Address, PublicLayout, page_headers
from handlers.model.announcements import News
from kb.model import Language

CACHE_SECONDS: Final = 60
"""What is withdrawn is soon gone everywhere."""

CurrentNews = Callable[[], Awaitable[Sequence[News]]]
"""What is announced now, the newest first."""


class NewsPages:
    """The pages below /news/."""

    def __init__(self, layout: PublicLayout, current: CurrentNews) -> None:
        self._layout, self._current = layout, current

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """GET of the page and the feed, in each language."""
        return (
            web.get("/news", self._to_page),
            web.get("/news/", self._show),
            web.get(f"/news/{LANGUAGE_PATH}/", self._show),
            web.get(f"/news/{LANGUAGE_PATH}/feed.atom", self._feed),
        )

    def addresses(self) -> Iterable[Address]:
        """Every page that a search engine may show."""
        yield news_path

    async def _to_page(self, _request: web.Request) -> web.Response:
        raise web.HTTPPermanentRedirect("/news/")

    async def _show(self, request: web.Request) -> web.Response:
        language = self._language_of(request)
        page = self._layout.render("news.html", language, news_path, news=await self._current())
        return self._layout.respond(request, language, page, seconds=CACHE_SECONDS)

    def _language_of(self, request: web.Request) -> Language:
        if not self._layout.speaks(request):
            raise web.HTTPNotFound
        return self._layout.language_of(request)

    async def _feed(self, request: web.Request) -> web.Response:
        language = self._language_of(request)
        origin = self._layout.public_url or f"{request.scheme}://{request.host}"
        text = atom_feed(
            await self._current(),
            language,
            title=self._layout.texts[language]["news"],
            author=self._layout.company,
            page=f"{origin}{news_path(language)}",
        )
        return cached_response(request, text, "application/atom+xml", page_headers(language), seconds=CACHE_SECONDS)


def news_path(language: Language) -> str:
    """The path of the page."""
    return f"/news/{language}/"
