"""The way of a message as spans, when OpenTelemetry's own variables ask for it; no word and no address is in them."""

from bot.observability.tracing.interface import NO_TRACING, NoTracing, Span, SpanAttribute, TraceSpanKind, Tracing
from bot.observability.tracing.setup import find_problems, open_tracing

__all__ = [
    "NO_TRACING",
    "NoTracing",
    "Span",
    "SpanAttribute",
    "TraceSpanKind",
    "Tracing",
    "find_problems",
    "open_tracing",
]
