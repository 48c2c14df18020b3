"""The way of a message as spans, when OpenTelemetry's own variables ask for it; no word and no address is in them."""

from bot.observability.tracing.interface import NO_TRACING, Fact, Kind, NoTracing, Span, Tracing
from bot.observability.tracing.setup import mistakes, tracing

__all__ = ["NO_TRACING", "Fact", "Kind", "NoTracing", "Span", "Tracing", "mistakes", "tracing"]
