"""Where a message comes in: a span around each webhook call, and around each message on its way to being stored."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.channels.interface import Receive
from bot.observability.tracing.interface import Fact, Kind, Span, Tracing
from handlers.model.messages import Inbound

WEBHOOKS: Final = "/webhooks/"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, kw_only=True)
class Traced:
    """A way in whose messages are seen, by whichever way they came: a webhook, a poll, an open page."""

    receive: Receive
    tracing: Tracing

    async def __call__(self, inbound: Inbound) -> None:
        """As Receive."""
        with self.tracing.span(f"receive {inbound.channel}", Kind.CONSUMER) as span:
            span.note({Fact.CHANNEL: inbound.channel})
            await self.receive(inbound)


def webhooks(tracing: Tracing) -> Middleware:
    """Around the calls of the platforms; pages, health and numbers are left out: they are many and tell nothing."""

    @web.middleware
    async def traced(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith(WEBHOOKS):
            return await handler(request)
        resource = request.match_info.route.resource
        route = WEBHOOKS if resource is None else resource.canonical
        with tracing.served(f"{request.method} {route}", request.headers) as span:
            span.note({Fact.METHOD: request.method, Fact.ROUTE: route})
            answer = await _answer(handler, request, span)
        if isinstance(answer, web.HTTPException):
            raise answer
        return answer

    return traced


async def _answer(handler: Handler, request: web.Request, span: Span) -> web.StreamResponse:
    """What the handler says, if it says it by an exception too: to refuse a call is no failure of ours."""
    span.note({Fact.STATUS: 500})
    try:
        answer = await handler(request)
    except web.HTTPException as exc:
        answer = exc
    span.note({Fact.STATUS: answer.status})
    if answer.status >= 500:
        span.fail(str(answer.status))
    return answer
