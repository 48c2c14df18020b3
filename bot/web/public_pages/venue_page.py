"""GET /v/<token>: the page of a venue for who has its link: devices, open calls, lines, draft; nothing of a person."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from aiohttp import web

from bot.web.language_negotiation import negotiate_language
from bot.web.public_pages.help_catalogue import lines_urgent_first
from bot.web.public_pages.layout import PublicLayout, page_headers
from handlers.model.venue import KnownVenue
from kb.model import Directory, Language

VENUE_PATH: Final = "/v/"

FindVenue = Callable[[str], Awaitable[KnownVenue | None]]
"""The venue of a token; None where the link was not made here or is revoked."""

MakeVenueDraft = Callable[[str, Language], str | None]
"""The path of the e-mail draft of a token's venue."""


@dataclass(frozen=True, kw_only=True)
class VenuePage:
    """The page below /v/; nothing of it is kept by browsers or proxies."""

    layout: PublicLayout
    directory: Callable[[], Directory]
    find: FindVenue
    make_draft: MakeVenueDraft

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """GET of the page."""
        return (web.get(f"{VENUE_PATH}{{token}}", self._show),)

    async def _show(self, request: web.Request) -> web.Response:
        token = request.match_info["token"]
        language = negotiate_language(
            request.query.get("lang"),
            accept_language=request.headers.get("Accept-Language"),
            languages=self.layout.languages,
        )
        venue = await self.find(token)
        if venue is None:
            return self._answer(self._render("venue_gone.html", language), language, HTTPStatus.NOT_FOUND)
        lines = lines_urgent_first(self.directory())
        page = self._render(
            "venue.html",
            language,
            venue=venue,
            token=token,
            line_names={line.id: line.name[language] for line in lines},
            lines=lines,
            draft=self.make_draft(token, language),
        )
        return self._answer(page, language, HTTPStatus.OK)

    def _render(self, template: str, language: Language, **values: object) -> str:
        return self.layout.render(template, language, None, in_language="?lang=", **values)

    def _answer(self, page: str, language: Language, status: HTTPStatus) -> web.Response:
        headers = {**page_headers(language), "Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
        return web.Response(text=page, status=status, content_type="text/html", headers=headers)
