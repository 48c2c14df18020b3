"""What OpenTelemetry's variables ask for, as its specification reads them, and what is wrong with them; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

EXPORTERS: Final = "OTEL_TRACES_EXPORTER"
ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
DISABLED: Final = "OTEL_SDK_DISABLED"

_OTLP: Final = {"http/protobuf": "otlp_proto_http", "grpc": "otlp_proto_grpc"}
"""The exporter for each protocol, by the name that OpenTelemetry's packages register it with."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """The exporters to use, by registered name, and the variable that asks for them; none where nobody wants traces."""

    exporters: tuple[str, ...] = ()
    asked_by: str = ""


def wish(environment: Mapping[str, str]) -> Wish:
    """Traces are wanted where an exporter or an endpoint is named; an empty variable is one that is not set."""
    if environment.get(DISABLED, "").strip().lower() == "true":
        return Wish()
    named = [name.strip() for name in environment.get(EXPORTERS, "").split(",") if name.strip()]
    if named:
        wanted = [name for name in named if name.lower() != "none"]
        return Wish(exporters=tuple(_registered(name, environment) for name in wanted), asked_by=EXPORTERS)
    endpoint = next((name for name in ENDPOINTS if environment.get(name, "").strip()), None)
    return Wish() if endpoint is None else Wish(exporters=(_registered("otlp", environment),), asked_by=endpoint)


def mistakes(environment: Mapping[str, str], installed: frozenset[str]) -> Iterator[str]:
    """What is wrong, each with its name and what to write; `installed` are the exporters that there are."""
    asked = wish(environment)
    if not asked.exporters:
        return
    if not installed:
        yield (
            f"{asked.asked_by}: traces are asked for, and what makes them is not installed: "
            f"pip install 'paligs[tracing]', or set {DISABLED}=true"
        )
        return
    yield from (_not_there(name, environment) for name in asked.exporters if name not in installed)
    for name in ENDPOINTS:
        endpoint = environment.get(name, "").strip()
        if endpoint and not _is_address(endpoint):
            yield f"{name}: write the address of a collector, like http://localhost:4318"


def _registered(name: str, environment: Mapping[str, str]) -> str:
    return _OTLP.get(_protocol(environment)[1], "otlp") if name == "otlp" else name


def _protocol(environment: Mapping[str, str]) -> tuple[str, str]:
    """The variable that says it, and what it says."""
    set_ = ((name, environment.get(name, "").strip()) for name in PROTOCOLS)
    return next(((name, value) for name, value in set_ if value), (PROTOCOLS[1], "http/protobuf"))


def _not_there(name: str, environment: Mapping[str, str]) -> str:
    variable, protocol = _protocol(environment)
    if name == "otlp":
        return f"{variable}: {protocol} is not known here: write http/protobuf"
    if name == _OTLP["grpc"]:
        return f"{variable}: for grpc install opentelemetry-exporter-otlp-proto-grpc too, or write http/protobuf"
    return f"{EXPORTERS}: {name} is not installed: write otlp, console or none"


def _is_address(endpoint: str) -> bool:
    try:
        parts = urlsplit(endpoint)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
