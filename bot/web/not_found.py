"""The page for an address that leads nowhere, in the browser's language; other clients get the plain answer."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.web.guards.security_headers import security_headers
from bot.web.language_negotiation import negotiate_language
from bot.web.texts import read_texts
from handlers.model.phrases import in_words_of
from kb.model import KnowledgeBase

_HERE: Final = Path(__file__).parent

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def not_found_page(knowledge: Callable[[], KnowledgeBase] | None = None) -> Middleware:
    """Turn "not found" into a page that leads back to the chat, where a browser asked for a page."""
    shipped = read_texts(_HERE / "texts_not_found")
    loader = FileSystemLoader(_HERE / "templates")
    template = Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template("not_found.html")

    @web.middleware
    async def middleware(request: web.Request, handler: _Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPNotFound:
            if request.method != "GET" or "text/html" not in request.headers.get("Accept", ""):
                raise
        texts = shipped if knowledge is None else in_words_of(knowledge(), shipped, "not_found")
        language = negotiate_language(accept_language=request.headers.get("Accept-Language"), languages=tuple(texts))
        return web.Response(
            text=template.render(language=language, texts=texts[language]),
            status=404,
            content_type="text/html",
            headers={**security_headers(), "Cache-Control": "no-store", "Vary": "Accept, Accept-Language"},
        )

    return middleware
