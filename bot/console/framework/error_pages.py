"""Renders error pages: one sentence, and no details."""

from collections.abc import Awaitable, Callable

import aiohttp_jinja2
import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware
from aiohttp_session import get_session

from bot.console.framework.access import console_language
from bot.web import Texts
from bot.web.guards.request_limits import BodyTooSlowError
from kb.model import Language

log = structlog.get_logger()

ConsoleHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def error_middleware(texts: Texts, asset: Callable[[str], str], bot_name: Callable[[Language], str]) -> Middleware:
    """Turn a refusal or an error into its page; for htmx into its sentence."""

    @web.middleware
    async def middleware(request: web.Request, handler: ConsoleHandler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as exc:
            if exc.status < 400:
                raise
            return await fault(request, exc.status)
        except (BodyTooSlowError, ConnectionError):
            # The caller is slow or gone: no fault of the page.
            raise
        except Exception as exc:
            log.exception("console.error", page=_route(request), error=type(exc).__name__)
            return await fault(request, 500)

    async def fault(request: web.Request, status: int) -> web.Response:
        language = console_language(request, await get_session(request))
        words = texts[language]
        text = words.get(f"fault_{status}", words["fault_500" if status >= 500 else "fault_400"])
        if request.headers.get("HX-Request") == "true":
            return web.Response(text=text, status=status)
        context = {"words": words, "language": language, "asset": asset, "text": text, "bot_name": bot_name(language)}
        return aiohttp_jinja2.render_template("fault.html", request, context, status=status)

    return middleware


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return "" if resource is None else resource.canonical
