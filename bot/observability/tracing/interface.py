"""What the program asks of tracing, and the answer where nobody wants it; OpenTelemetry itself is not known here."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from typing import Final, Protocol


class SpanAttribute(StrEnum):
    """All that a span may say. A word of a message or an address has no name here, so that none can get in."""

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
    """Which side of what a span stands on, in OpenTelemetry's words."""

    SERVER = "SERVER"
    CONSUMER = "CONSUMER"
    INTERNAL = "INTERNAL"
    CLIENT = "CLIENT"


SpanAttributes = Mapping[SpanAttribute, str | int]


class Span(Protocol):
    """A piece of work under way."""

    def set_attributes(self, attributes: SpanAttributes) -> None:
        """What became known of it."""
        ...

    def set_error(self, error_type: str) -> None:
        """It did not work; `why` is a name out of a closed set, such as an error's class."""
        ...


class Tracing(Protocol):
    """Makes spans. One that ends by an exception fails with the name of its class, and never with its message."""

    def span(self, name: str, kind: TraceSpanKind = TraceSpanKind.INTERNAL) -> AbstractContextManager[Span]:
        """A piece of the work that is under way."""
        ...

    def server_span(self, name: str, headers: Mapping[str, str]) -> AbstractContextManager[Span]:
        """An HTTP request, part of the trace that its headers name."""
        ...

    def continue_trace(self, name: str, kind: TraceSpanKind, traceparent: str | None) -> AbstractContextManager[Span]:
        """Work that goes on later or elsewhere; the beginning of a trace where nothing was carried."""
        ...

    def traceparent(self) -> str | None:
        """The work under way, to be stored until it is `resumed` (as W3C's traceparent); None where nobody traces."""
        ...

    def close(self) -> None:
        """Hands over what is finished, within two seconds; the rest is lost."""
        ...


class _NoSpan:
    def set_attributes(self, attributes: SpanAttributes) -> None:
        """Nothing."""

    def set_error(self, error_type: str) -> None:
        """Nothing."""


_NO_SPAN: Final = _NoSpan()


class NoTracing:
    """Nobody wants traces."""

    @contextmanager
    def span(self, name: str, kind: TraceSpanKind = TraceSpanKind.INTERNAL) -> Iterator[Span]:  # noqa: ARG002
        """Nothing."""
        yield _NO_SPAN

    @contextmanager
    def server_span(self, name: str, headers: Mapping[str, str]) -> Iterator[Span]:  # noqa: ARG002
        """Nothing."""
        yield _NO_SPAN

    @contextmanager
    def continue_trace(self, name: str, kind: TraceSpanKind, traceparent: str | None) -> Iterator[Span]:  # noqa: ARG002
        """Nothing."""
        yield _NO_SPAN

    def traceparent(self) -> str | None:
        """Nothing."""
        return None

    def close(self) -> None:
        """Nothing."""


NO_TRACING: Final[Tracing] = NoTracing()
