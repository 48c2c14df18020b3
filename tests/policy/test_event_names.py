"""Log events and metrics are an interface: dashboards, alerts and searches name them, so a change is made on purpose."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
GOLDEN: Final = Path(__file__).parent / "golden"
PACKAGES: Final = ("kb", "handlers", "storage", "bot")
LOG_METHODS: Final = {"debug", "info", "warning", "error", "exception", "critical"}
METRIC_TYPES: Final = {"Counter", "Gauge", "Histogram", "Summary", "Info", "Enum"}


def _calls() -> Iterator[ast.Call]:
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call):
                    yield node


def _log_event(call: ast.Call) -> str | None:
    match call:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="log"), attr=method), args=[event, *_]) if (
            method in LOG_METHODS
        ):
            return str(ast.literal_eval(event))
        case _:
            return None


def _metric(call: ast.Call) -> str | None:
    match call:
        case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(metric)), *rest]) if name in METRIC_TYPES:
            labels = [ast.literal_eval(arg) for arg in rest if isinstance(arg, ast.Tuple)]
            return metric + (f"{{{','.join(labels[0])}}}" if labels else "")
        case _:
            return None


def _assert_unchanged(found: set[str], file: str, what: str) -> None:
    expected = set((GOLDEN / file).read_text("utf-8").split())
    if found != expected:
        added, gone = sorted(found - expected), sorted(expected - found)
        pytest.fail(
            f"{what} changed: new {added}, gone {gone}. People search and alert by them: "
            f"update tests/policy/golden/{file} and name the change in CHANGELOG.md."
        )


def test_log_events_are_those_of_the_list() -> None:
    _assert_unchanged({event for call in _calls() if (event := _log_event(call))}, "log_events.txt", "Log events")


def test_metrics_are_those_of_the_list() -> None:
    _assert_unchanged({metric for call in _calls() if (metric := _metric(call))}, "metrics.txt", "Metrics")


def test_the_lists_are_sorted() -> None:
    for file in GOLDEN.glob("*.txt"):
        lines = file.read_text("utf-8").splitlines()
        assert lines == sorted(set(lines)), f"{file.name}: keep it sorted, each name once"
