"""Begins to trace where that is asked for; OpenTelemetry is imported here and then only."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Final

from pydantic_settings import DotEnvSettingsSource

from bot.observability.tracing import config
from bot.observability.tracing.interface import NO_TRACING, Tracing
from bot.settings import Settings, SettingsError

_VARIABLE_PREFIX: Final = "OTEL_"


def find_problems() -> tuple[str, ...]:
    """What is wrong with OpenTelemetry's variables, in the words of a SettingsError."""
    environment = _otel_environment()
    exporters = config.read_config(environment).exporters
    return tuple(config.find_problems(environment, _installed_exporters())) if exporters else ()


@contextmanager
def open_tracing() -> Iterator[Tracing]:
    """Traces as the variables ask, until the block is left.

    Raises:
        SettingsError: OpenTelemetry does not take a variable.
    """
    started = _make_tracing()
    try:
        yield started
    finally:
        started.close()


def _make_tracing() -> Tracing:
    environment = _otel_environment()
    exporters = config.read_config(environment).exporters
    if not exporters:
        return NO_TRACING
    # It reads its many other variables itself, from here only.
    for name, value in environment.items():
        os.environ.setdefault(name, value)
    try:
        from bot.observability.tracing.otel import make_exporting_tracing  # noqa: PLC0415 - it takes memory and a tenth of a second

        return make_exporting_tracing(exporters)
    except (ImportError, ValueError, RuntimeError) as exc:
        raise SettingsError((f"OTEL_...: OpenTelemetry refuses its variables: {exc}",)) from exc


def _otel_environment() -> Mapping[str, str]:
    """OpenTelemetry's variables; they may stand in .env as all others."""
    file = DotEnvSettingsSource(Settings, case_sensitive=True).env_vars
    known = {name: value for name, value in file.items() if value is not None} | dict(os.environ)
    return {name: value for name, value in known.items() if name.startswith(_VARIABLE_PREFIX)}


def _installed_exporters() -> frozenset[str]:
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.sdk") is None:
        return frozenset()
    return frozenset(point.name for point in entry_points(group="opentelemetry_traces_exporter"))
