"""The tracing interface, and its no-op implementation; OpenTelemetry itself is not known here."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from typing import Final, Protocol


class SpanAttribute(StrEnum):
    """All attributes a span may have. Message texts and addresses have no name here, so none can get in."""

    CHANNEL = "paligs.channel"
    ACT = "paligs.act"
    OUTCOME = "paligs.outcome"
    TURN = "paligs.turn"
    ATTEMPT = "paligs.attempt"
    RESULT = "paligs.result"
    METHOD = "http.request.method"
    ROUTE = "http.route"
    STATUS = "http.response.status_code"


class TraceSpanKind(StrEnum):
    """The kind of a span, in OpenTelemetry's words."""

    SERVER = "SERVER"
    CONSUMER = "CONSUMER"
    INTERNAL = "INTERNAL"
    CLIENT = "CLIENT"


SpanAttributes = Mapping[SpanAttribute, str | int]


class Span(Protocol):
    """An open span."""

    def set_attributes(self, attributes: SpanAttributes) -> None:
        """Add attributes."""
        ...

    def set_error(self, error_type: str) -> None:
        """Mark the span as failed; `error_type` is from a closed set, such as an exception's class."""
        ...


class Tracing(Protocol):
    """Makes spans. A span that ends by an exception records its class, never its message."""

    def span(self, name: str, kind: TraceSpanKind = TraceSpanKind.INTERNAL) -> AbstractContextManager[Span]:
        """A span for the work in this block."""
        ...

    def server_span(self, name: str, headers: Mapping[str, str]) -> AbstractContextManager[Span]:
        """The span of an HTTP request, continuing the trace of its headers."""
        ...

    def continue_trace(self, name: str, kind: TraceSpanKind, traceparent: str | None) -> AbstractContextManager[Span]:
        """A span that continues a stored trace; a new trace if `traceparent` is None."""
        ...

    def traceparent(self) -> str | None:
        """The current W3C traceparent, to be stored for `continue_trace`; None without tracing."""
        ...

    def close(self) -> None:
        """Export finished spans, within two seconds; the rest is lost."""
        ...


class _NoSpan:
    def set_attributes(self, attributes: SpanAttributes) -> None:
        """Nothing."""

    def set_error(self, error_type: str) -> None:
        """Nothing."""


_NO_SPAN: Final = nullcontext[Span](_NoSpan())


class NoTracing:
    """Tracing is off."""

    def span(self, name: str, kind: TraceSpanKind = TraceSpanKind.INTERNAL) -> nullcontext[Span]:  # noqa: ARG002
        """Nothing."""
        return _NO_SPAN

    def server_span(self, name: str, headers: Mapping[str, str]) -> nullcontext[Span]:  # noqa: ARG002
        """Nothing."""
        return _NO_SPAN

    def continue_trace(self, name: str, kind: TraceSpanKind, traceparent: str | None) -> nullcontext[Span]:  # noqa: ARG002
        """Nothing."""
        return _NO_SPAN

    def traceparent(self) -> str | None:
        """Nothing."""
        return None

    def close(self) -> None:
        """Nothing."""


NO_TRACING: Final[Tracing] = NoTracing()
