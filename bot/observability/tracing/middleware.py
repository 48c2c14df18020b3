"""Traces incoming messages: a span for each webhook call, and for each message until it is stored."""

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
    """A `Receive` that traces messages, whichever way they came: a webhook, polling, an open page."""

    receive: Receive
    tracing: Tracing

    async def __call__(self, inbound: Inbound) -> None:
        """As Receive."""
        with self.tracing.span(f"receive {inbound.channel}", TraceSpanKind.CONSUMER) as span:
            span.set_attributes({SpanAttribute.CHANNEL: inbound.channel})
            await self.receive(inbound)


def webhook_tracing(tracing: Tracing) -> Middleware:
    """Traces webhook calls; pages, health and metrics are left out: they are many and tell nothing."""

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
    """The handler's response, also one raised as an exception: rejecting a call is no failure."""
    span.set_attributes({SpanAttribute.STATUS: 500})
    try:
        answer = await handler(request)
    except web.HTTPException as exc:
        answer = exc
    span.set_attributes({SpanAttribute.STATUS: answer.status})
    if answer.status >= 500:
        span.set_error(str(answer.status))
    return answer
