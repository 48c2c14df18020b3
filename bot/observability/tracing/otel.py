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

from bot.observability.tracing.interface import Facts, Kind, Span, Tracing

CLOSE_SECONDS: Final = 2.0
"""For what is finished and not handed over yet: the whole program has to end within 20 s."""

_CARRIER: Final = "traceparent"
_W3C: Final = TraceContextTextMapPropagator()


def exporting(exporters: Sequence[str]) -> Tracing:
    """To exporters by their registered names; endpoints, headers, sampler and limits are read from the environment."""
    provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
    for point in entry_points(group="opentelemetry_traces_exporter"):
        if point.name in exporters:
            provider.add_span_processor(BatchSpanProcessor(point.load()()))
    return OpenTelemetry(provider)


class OpenTelemetry:
    """As Tracing, on a provider of its own: no other library of the process is traced by the way."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("paligs", version("paligs"))

    @contextmanager
    def span(self, name: str, kind: Kind = Kind.INTERNAL) -> Iterator[Span]:
        """As Tracing.span."""
        with self._begun(name, kind, None) as span:
            yield span

    @contextmanager
    def served(self, name: str, headers: Mapping[str, str]) -> Iterator[Span]:
        """As Tracing.served, in the notation that OTEL_PROPAGATORS names."""
        with self._begun(name, Kind.SERVER, propagate.extract(headers, Context())) as span:
            yield span

    @contextmanager
    def resumed(self, name: str, kind: Kind, carried: str | None) -> Iterator[Span]:
        """As Tracing.resumed."""
        context = Context() if carried is None else _W3C.extract({_CARRIER: carried}, Context())
        with self._begun(name, kind, context) as span:
            yield span

    def carried(self) -> str | None:
        """As Tracing.carried."""
        carrier: dict[str, str] = {}
        _W3C.inject(carrier)
        return carrier.get(_CARRIER)

    def close(self) -> None:
        """As Tracing.close."""
        # A collector that does not answer would hold up the end of the program for as long as it is waited for.
        closing = threading.Thread(target=self._provider.shutdown, name="last spans", daemon=True)
        closing.start()
        closing.join(CLOSE_SECONDS)

    @contextmanager
    def _begun(self, name: str, kind: Kind, context: Context | None) -> Iterator[Span]:
        # An exception's message may quote a person: its name alone is recorded, by `fail`.
        with self._tracer.start_as_current_span(
            name, context=context, kind=SpanKind[kind.name], record_exception=False, set_status_on_exception=False
        ) as begun:
            span = _Span(begun)
            try:
                yield span
            except Exception as exc:
                span.fail(type(exc).__name__)
                raise


class _Span:
    def __init__(self, begun: trace.Span) -> None:
        self._begun = begun

    def note(self, facts: Facts) -> None:
        """As Span.note."""
        self._begun.set_attributes({fact.value: value for fact, value in facts.items()})

    def fail(self, why: str) -> None:
        """As Span.fail."""
        self._begun.set_attribute("error.type", why)
        self._begun.set_status(StatusCode.ERROR)


def _resource() -> Resource:
    """What the environment says of this process; where it says nothing, it is paligs of this version."""
    said = Resource.create().attributes
    unnamed = str(said.get(SERVICE_NAME, "")).startswith("unknown_service")
    own = {SERVICE_NAME: "paligs", SERVICE_VERSION: version("paligs")}
    return Resource(own | {name: value for name, value in said.items() if name != SERVICE_NAME or not unnamed})
