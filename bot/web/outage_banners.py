"""What pages for everybody say of outages: read before a page is made, and once more for pages that stay open."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.web.language_negotiation import negotiate_language
from kb.model import Language

BANNERS_PATH: Final = "/outages/{language}.json"
CACHE_SECONDS: Final = 15
_SHOWN_ON: Final = ("/help", "/news", "/outages")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def _nothing() -> None:
    """For a program without outages."""


def no_banners(_language: Language) -> Sequence[str]:
    """No outage runs."""
    return ()


@dataclass(frozen=True, kw_only=True)
class OutageBanners:
    """`refresh` reads what runs; `of` says it in a language."""

    refresh: Callable[[], Awaitable[None]] = _nothing
    of: Callable[[Language], Sequence[str]] = no_banners

    def middleware(self) -> Middleware:
        """Reads what runs before a page is made that shows it."""

        @web.middleware
        async def refreshed(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path == "/" or request.path.startswith(_SHOWN_ON):
                await self.refresh()
            return await handler(request)

        return refreshed

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """GET of the banners, for the web chat that stays open."""
        return (web.get(BANNERS_PATH, self._show),)

    async def _show(self, request: web.Request) -> web.Response:
        language = negotiate_language(request.match_info["language"], accept_language=None)
        headers = {"Cache-Control": f"public, max-age={CACHE_SECONDS}", "X-Robots-Tag": "noindex"}
        return web.json_response({"banners": list(self.of(language))}, headers=headers)
