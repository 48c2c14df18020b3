"""Tracing by OpenTelemetry: the only module that imports it."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import entry_points, version
from typing import Final

from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from bot.observability.tracing.interface import Span, SpanAttributes, TraceSpanKind, Tracing

CLOSE_TIMEOUT_SECONDS: Final = 2.0
"""For what is finished and not handed over yet: the whole program has to end within 20 s."""

_TRACEPARENT: Final = "traceparent"
_W3C_PROPAGATOR: Final = TraceContextTextMapPropagator()


def make_exporting_tracing(exporters: Sequence[str]) -> Tracing:
    """To exporters by their registered names; endpoints, headers, sampler and limits are read from the environment."""
    provider = TracerProvider(resource=_make_resource(), shutdown_on_exit=False)
    for point in entry_points(group="opentelemetry_traces_exporter"):
        if point.name in exporters:
            provider.add_span_processor(BatchSpanProcessor(point.load()()))
    return OpenTelemetryTracing(provider)


class OpenTelemetryTracing:
    """As Tracing, on a provider of its own: no other library of the process is traced by the way."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("paligs", version("paligs"))

    @contextmanager
    def span(self, name: str, kind: TraceSpanKind = TraceSpanKind.INTERNAL) -> Iterator[Span]:
        """As Tracing.span."""
        with self._start_span(name, kind, None) as span:
            yield span

    @contextmanager
    def server_span(self, name: str, headers: Mapping[str, str]) -> Iterator[Span]:
        """As Tracing.served, in the notation that OTEL_PROPAGATORS names."""
        with self._start_span(name, TraceSpanKind.SERVER, propagate.extract(headers, Context())) as span:
            yield span

    @contextmanager
    def continue_trace(self, name: str, kind: TraceSpanKind, traceparent: str | None) -> Iterator[Span]:
        """As Tracing.resumed."""
        context = Context() if traceparent is None else _W3C_PROPAGATOR.extract({_TRACEPARENT: traceparent}, Context())
        with self._start_span(name, kind, context) as span:
            yield span

    def traceparent(self) -> str | None:
        """As Tracing.carried."""
        carrier: dict[str, str] = {}
        _W3C_PROPAGATOR.inject(carrier)
        return carrier.get(_TRACEPARENT)

    def close(self) -> None:
        """As Tracing.close."""
        # A collector that does not answer would hold up the end of the program for as long as it is waited for.
        closing = threading.Thread(target=self._provider.shutdown, name="last spans", daemon=True)
        closing.start()
        closing.join(CLOSE_TIMEOUT_SECONDS)

    @contextmanager
    def _start_span(self, name: str, kind: TraceSpanKind, context: Context | None) -> Iterator[Span]:
        # An exception's message may quote a person: its name alone is recorded, by `fail`.
        with self._tracer.start_as_current_span(
            name, context=context, kind=SpanKind[kind.name], record_exception=False, set_status_on_exception=False
        ) as begun:
            span = _OtelSpan(begun)
            try:
                yield span
            except Exception as exc:
                span.set_error(type(exc).__name__)
                raise


class _OtelSpan:
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def set_attributes(self, attributes: SpanAttributes) -> None:
        """As Span.note."""
        self._span.set_attributes({fact.value: value for fact, value in attributes.items()})

    def set_error(self, error_type: str) -> None:
        """As Span.fail."""
        self._span.set_attribute("error.type", error_type)
        self._span.set_status(StatusCode.ERROR)


def _make_resource() -> Resource:
    """What the environment says of this process; where it says nothing, it is paligs of this version."""
    said = Resource.create().attributes
    unnamed = str(said.get(SERVICE_NAME, "")).startswith("unknown_service")
    own = {SERVICE_NAME: "paligs", SERVICE_VERSION: version("paligs")}
    return Resource(own | {name: value for name, value in said.items() if name != SERVICE_NAME or not unnamed})
