"""GET /help/: the knowledge base to read and to search, one page an entry and language; receives no data but words."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.web.guards.client_address import client_address
from bot.web.guards.token_bucket import TokenBuckets
from bot.web.public_pages.chat_links import ChatLinks
from bot.web.public_pages.help_catalogue import HelpCatalogue, first_line
from bot.web.public_pages.help_search import MAX_QUERY_CHARS, search_help
from bot.web.public_pages.layout import LANGUAGE_PATH, Address, PublicLayout, page_headers
from bot.web.public_pages.structured_data import faq_page
from handlers.model.context import KnowledgeBundle
from kb.model import Entry, Language

SEARCH_BURST: Final = 60
"""So many times one address may search at once, and"""
SEARCH_SECONDS: Final = 0.5
"""once more each so many seconds: more than anybody types."""

_NO_STORE: Final = "no-store"


class HelpPages:
    """The pages below /help/. What is read and what is searched is the knowledge of the moment."""

    def __init__(
        self,
        layout: PublicLayout,
        knowledge: Callable[[], KnowledgeBundle],
        clock: Callable[[], datetime],
        chat_links: ChatLinks,
    ) -> None:
        self._layout, self._knowledge, self._clock, self._chat_links = layout, knowledge, clock, chat_links
        self._may_search = TokenBuckets(burst=SEARCH_BURST, seconds=SEARCH_SECONDS).take

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """GET of every page, and of what is found while one types; anything else below /help/ is a page that helps."""
        return (
            web.get("/help/", self._show_home),
            web.get("/help", self._to_home),
            *self._layout.routes(),
            web.get(f"/help/{LANGUAGE_PATH}/", self._if_spoken(self._show_home)),
            web.get(f"/help/{LANGUAGE_PATH}/search", self._if_spoken(self._show_search)),
            web.get(f"/help/{LANGUAGE_PATH}/search.json", self._if_spoken(self._search_as_typed)),
            web.get(f"/help/{LANGUAGE_PATH}/topics/{{category}}", self._if_spoken(self._show_category)),
            web.get(f"/help/{LANGUAGE_PATH}/{{entry}}", self._if_spoken(self._show_entry)),
            web.get("/help/{path:.*}", self._show_missing),
        )

    def _if_spoken(self, page: Callable[[web.Request], Awaitable[web.Response]]) -> Handler:
        """The page, in the languages of the content; in another it is missing."""

        async def show(request: web.Request) -> web.StreamResponse:
            return await (page if self._layout.speaks(request) else self._show_missing)(request)

        return show

    def addresses(self) -> Iterable[Address]:
        """Every page that a search engine may show."""
        catalogue = self._catalogue()
        yield _home_path
        yield from (_category_address(category) for category in catalogue.categories)
        yield from (_entry_address(entry) for entry in catalogue.entries.values())

    def _catalogue(self) -> HelpCatalogue:
        return HelpCatalogue(self._knowledge().base)

    async def _to_home(self, _request: web.Request) -> web.Response:
        raise web.HTTPPermanentRedirect("/help/")

    async def _show_home(self, request: web.Request) -> web.Response:
        language, catalogue = self._layout.language_of(request), self._catalogue()
        shelves = [(each, self._title_of(each.id, language)) for each in catalogue.categories.values()]
        page = self._layout.render(
            "help_home.html", language, _home_path, catalogue=catalogue, shelves=shelves, query=""
        )
        return self._layout.respond(request, language, page)

    async def _show_category(self, request: web.Request) -> web.Response:
        language, catalogue = self._layout.language_of(request), self._catalogue()
        category = catalogue.categories.get(request.match_info["category"])
        if category is None:
            return await self._show_missing(request)
        page = self._layout.render(
            "help_category.html",
            language,
            _category_address(category.id),
            title=self._title_of(category.id, language),
            entries=[(entry, first_line(entry, language)) for entry in catalogue.entries_of(category)],
            query="",
        )
        return self._layout.respond(request, language, page)

    async def _show_entry(self, request: web.Request) -> web.Response:
        language, catalogue = self._layout.language_of(request), self._catalogue()
        entry = {str(each): found for each, found in catalogue.entries.items()}.get(request.match_info["entry"])
        if entry is None:
            return await self._show_missing(request)
        return self._layout.respond(request, language, self._entry_page(catalogue, entry, language))

    def _entry_page(self, catalogue: HelpCatalogue, entry: Entry, language: Language) -> str:
        directory, address = catalogue.base.directory, _entry_address(entry)
        category = catalogue.category_of(entry.id)
        return self._layout.render(
            "help_entry.html",
            language,
            address,
            entry=entry,
            category=category,
            category_title=self._title_of(category.id, language),
            summary=first_line(entry, language),
            sources=catalogue.sources_of(entry),
            line=catalogue.line_of(entry),
            email=directory.ticket_channel.address.email,
            related=catalogue.related(entry.id),
            overdue=entry.review_by < self._clock().date(),
            chat_links=self._chat_links.to_ask(entry.title[language], language),
            data=faq_page(entry, language, company=directory.company, url=self._layout.url(address(language))),
            query="",
        )

    async def _show_search(self, request: web.Request) -> web.Response:
        self._bound_searches(request)
        language, query = self._layout.language_of(request), _query(request)
        page = self._layout.render("help_search.html", language, None, **self._results_of(query, language))
        response = web.Response(text=page, content_type="text/html", headers=_unkept(language))
        response.enable_compression()
        return response

    async def _search_as_typed(self, request: web.Request) -> web.Response:
        self._bound_searches(request)
        language = self._layout.language_of(request)
        found = [
            {
                "href": _entry_address(entry)(language),
                "title": entry.title[language],
                "text": first_line(entry, language),
            }
            for entry in self._search(_query(request), language)
        ]
        return web.json_response({"found": found}, headers=_unkept(language))

    async def _show_missing(self, request: web.Request) -> web.Response:
        """What the address may have meant: an old link still leads somewhere."""
        language = self._layout.language_of(request)
        words = request.path.rstrip("/").rpartition("/")[2].replace("-", " ")[:MAX_QUERY_CHARS]
        query = words if self._may_search(client_address(request)) else ""
        page = self._layout.render("help_missing.html", language, None, **self._results_of(query, language))
        return web.Response(text=page, status=HTTPStatus.NOT_FOUND, content_type="text/html", headers=_unkept(language))

    def _results_of(self, query: str, language: Language) -> dict[str, object]:
        return {
            "query": query,
            "entries": [(entry, first_line(entry, language)) for entry in self._search(query, language)],
            "lines": self._catalogue().lines,
            "chat_links": self._chat_links.to_ask(query, language) if query else (),
        }

    def _search(self, query: str, language: Language) -> Sequence[Entry]:
        knowledge = self._knowledge()
        return search_help(HelpCatalogue(knowledge.base), knowledge.interpreter, query, language)

    def _bound_searches(self, request: web.Request) -> None:
        if not self._may_search(client_address(request)):
            raise web.HTTPTooManyRequests(text="Too many searches at once. Wait a moment.\n")

    def _title_of(self, category: str, language: Language) -> str:
        known = {each.id: each.title[language] for each in self._knowledge().base.categories}
        return known.get(category, self._layout.texts[language]["other_topics"])


def _query(request: web.Request) -> str:
    return request.query.get("q", "").strip()[:MAX_QUERY_CHARS]


def _home_path(language: Language) -> str:
    return f"/help/{language}/"


def _category_address(category: str) -> Address:
    return lambda language: f"/help/{language}/topics/{category}"


def _entry_address(entry: Entry) -> Address:
    return lambda language: f"/help/{language}/{entry.id}"


def _unkept(language: Language) -> dict[str, str]:
    return {**page_headers(language), "Cache-Control": _NO_STORE, "X-Robots-Tag": "noindex"}
