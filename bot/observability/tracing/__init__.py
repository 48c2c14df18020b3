"""Traces messages as spans, if OpenTelemetry's own variables ask for it; spans hold neither texts nor addresses."""

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
