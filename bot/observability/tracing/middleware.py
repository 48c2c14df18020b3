"""Where a message comes in: a span around each webhook call, and around each message on its way to being stored."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.channels.interface import Receive
from bot.observability.tracing.interface import Span, SpanAttribute, TraceSpanKind, Tracing
from handlers.model.messages import Inbound

WEBHOOK_PREFIX: Final = "/webhooks/"

RequestHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, kw_only=True)
class TracedReceive:
    """A way in whose messages are seen, by whichever way they came: a webhook, a poll, an open page."""

    receive: Receive
    tracing: Tracing

    async def __call__(self, inbound: Inbound) -> None:
        """As Receive."""
        with self.tracing.span(f"receive {inbound.channel}", TraceSpanKind.CONSUMER) as span:
            span.set_attributes({SpanAttribute.CHANNEL: inbound.channel})
            await self.receive(inbound)


def webhook_tracing(tracing: Tracing) -> Middleware:
    """Around the calls of the platforms; pages, health and numbers are left out: they are many and tell nothing."""

    @web.middleware
    async def traced(request: web.Request, handler: RequestHandler) -> web.StreamResponse:
        if not request.path.startswith(WEBHOOK_PREFIX):
            return await handler(request)
        resource = request.match_info.route.resource
        route = WEBHOOK_PREFIX if resource is None else resource.canonical
        with tracing.server_span(f"{request.method} {route}", request.headers) as span:
            span.set_attributes({SpanAttribute.METHOD: request.method, SpanAttribute.ROUTE: route})
            answer = await _handle_in_span(handler, request, span)
        if isinstance(answer, web.HTTPException):
            raise answer
        return answer

    return traced


async def _handle_in_span(handler: RequestHandler, request: web.Request, span: Span) -> web.StreamResponse:
    """What the handler says, if it says it by an exception too: to refuse a call is no failure of ours."""
    span.set_attributes({SpanAttribute.STATUS: 500})
    try:
        answer = await handler(request)
    except web.HTTPException as exc:
        answer = exc
    span.set_attributes({SpanAttribute.STATUS: answer.status})
    if answer.status >= 500:
        span.set_error(str(answer.status))
    return answer
