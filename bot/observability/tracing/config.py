"""What OpenTelemetry's variables ask for, as its specification reads them, and what is wrong with them; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

EXPORTER_VARIABLE: Final = "OTEL_TRACES_EXPORTER"
ENDPOINT_VARIABLES: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOL_VARIABLES: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
DISABLED_VARIABLE: Final = "OTEL_SDK_DISABLED"

_OTLP_EXPORTERS: Final = {"http/protobuf": "otlp_proto_http", "grpc": "otlp_proto_grpc"}
"""The exporter for each protocol, by the name that OpenTelemetry's packages register it with."""


@dataclass(frozen=True, kw_only=True)
class TraceConfig:
    """The exporters to use, by registered name, and the variable that asks for them; none where nobody wants traces."""

    exporters: tuple[str, ...] = ()
    requested_by: str = ""


def read_config(environment: Mapping[str, str]) -> TraceConfig:
    """Traces are wanted where an exporter or an endpoint is named; an empty variable is one that is not set."""
    if environment.get(DISABLED_VARIABLE, "").strip().lower() == "true":
        return TraceConfig()
    named = [name.strip() for name in environment.get(EXPORTER_VARIABLE, "").split(",") if name.strip()]
    if named:
        enabled = [name for name in named if name.lower() != "none"]
        return TraceConfig(
            exporters=tuple(_registered_name(name, environment) for name in enabled), requested_by=EXPORTER_VARIABLE
        )
    endpoint = next((name for name in ENDPOINT_VARIABLES if environment.get(name, "").strip()), None)
    return (
        TraceConfig()
        if endpoint is None
        else TraceConfig(exporters=(_registered_name("otlp", environment),), requested_by=endpoint)
    )


def find_problems(environment: Mapping[str, str], installed: frozenset[str]) -> Iterator[str]:
    """What is wrong, each with its name and what to write; `installed` are the exporters that there are."""
    config = read_config(environment)
    if not config.exporters:
        return
    if not installed:
        yield (
            f"{config.requested_by}: traces are asked for, and what makes them is not installed: "
            f"pip install 'paligs[tracing]', or set {DISABLED_VARIABLE}=true"
        )
        return
    yield from (_missing_exporter_problem(name, environment) for name in config.exporters if name not in installed)
    for name in ENDPOINT_VARIABLES:
        endpoint = environment.get(name, "").strip()
        if endpoint and not _is_address(endpoint):
            yield f"{name}: write the address of a collector, like http://localhost:4318"


def _registered_name(name: str, environment: Mapping[str, str]) -> str:
    return _OTLP_EXPORTERS.get(_protocol(environment)[1], "otlp") if name == "otlp" else name


def _protocol(environment: Mapping[str, str]) -> tuple[str, str]:
    """The variable that says it, and what it says."""
    set_ = ((name, environment.get(name, "").strip()) for name in PROTOCOL_VARIABLES)
    return next(((name, value) for name, value in set_ if value), (PROTOCOL_VARIABLES[1], "http/protobuf"))


def _missing_exporter_problem(name: str, environment: Mapping[str, str]) -> str:
    variable, protocol = _protocol(environment)
    if name == "otlp":
        return f"{variable}: {protocol} is not known here: write http/protobuf"
    if name == _OTLP_EXPORTERS["grpc"]:
        return f"{variable}: for grpc install opentelemetry-exporter-otlp-proto-grpc too, or write http/protobuf"
    return f"{EXPORTER_VARIABLE}: {name} is not installed: write otlp, console or none"


def _is_address(endpoint: str) -> bool:
    try:
        parts = urlsplit(endpoint)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
