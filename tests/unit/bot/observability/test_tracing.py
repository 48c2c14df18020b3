"""Traces: asked for by OpenTelemetry's own variables, from the webhook to the delivery, and without a word of anybody."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from sqlalchemy import text as sql

from bot.observability.tracing import NO_TRACING, config, find_problems, open_tracing
from bot.observability.tracing.config import TraceConfig
from bot.observability.tracing.middleware import TracedReceive, webhook_tracing
from bot.observability.tracing.otel import OpenTelemetryTracing
from bot.settings import SettingsError, read_settings
from storage.database import engine
from tests.unit.bot.conftest import ProgramFixture

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
HERE = frozenset({"otlp_proto_http", "console"})


class TracedProcess:
    """A process that traces, and what it would export."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.tracing = OpenTelemetryTracing(provider)

    @property
    def spans(self) -> dict[str, ReadableSpan]:
        """By name; the last of each."""
        return {span.name: span for span in self._exporter.get_finished_spans()}

    @property
    def exported(self) -> str:
        """All that leaves the process."""
        return "".join(span.to_json() for span in self._exporter.get_finished_spans())

    def clear(self) -> None:
        """Begin anew."""
        self._exporter.clear()


@pytest.fixture
def process() -> TracedProcess:
    return TracedProcess()


@pytest.fixture
def traced(program: ProgramFixture, process: TracedProcess) -> ProgramFixture:
    program.intake = replace(program.intake, tracing=process.tracing)
    program.deliver = replace(program.deliver, tracing=process.tracing)
    return program


def facts(span: ReadableSpan) -> dict[str, object]:
    return dict(span.attributes or {})


def parent(span: ReadableSpan) -> int | None:
    return None if span.parent is None else span.parent.span_id


def own(span: ReadableSpan) -> int:
    assert span.context is not None
    return int(span.context.span_id)


def trace_of(span: ReadableSpan) -> int:
    assert span.context is not None
    return int(span.context.trace_id)


# What is asked for


@pytest.mark.parametrize(
    ("environment", "exporters", "asked_by"),
    [
        ({}, (), ""),
        ({ENDPOINT: " "}, (), ""),
        ({ENDPOINT: "http://here:4318"}, ("otlp_proto_http",), ENDPOINT),
        (
            {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://x/y"},
            ("otlp_proto_http",),
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        ),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, ("otlp_proto_http",), "OTEL_TRACES_EXPORTER"),
        ({"OTEL_TRACES_EXPORTER": "otlp, console"}, ("otlp_proto_http", "console"), "OTEL_TRACES_EXPORTER"),
        ({"OTEL_TRACES_EXPORTER": "none", ENDPOINT: "http://here:4318"}, (), "OTEL_TRACES_EXPORTER"),
        ({"OTEL_SDK_DISABLED": "True", ENDPOINT: "http://here:4318"}, (), ""),
        ({"OTEL_SDK_DISABLED": "no", ENDPOINT: "http://here:4318"}, ("otlp_proto_http",), ENDPOINT),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", ENDPOINT: "http://here:4317"}, ("otlp_proto_grpc",), ENDPOINT),
        ({"OTEL_SERVICE_NAME": "paligs", "OTEL_METRICS_EXPORTER": "otlp"}, (), ""),
    ],
)
def test_traces_are_made_only_when_a_variable_asks_for_them(
    environment: dict[str, str], exporters: tuple[str, ...], asked_by: str
) -> None:
    assert config.read_config(environment) == TraceConfig(exporters=exporters, requested_by=asked_by)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, ("OTEL_TRACES_EXPORTER: zipkin", "otlp, console or none")),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "http/json"}, ("OTEL_EXPORTER_OTLP_PROTOCOL: http/json", "http/protobuf")),
        ({"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "grpc"}, ("TRACES_PROTOCOL", "opentelemetry-exporter-otlp-proto-grpc")),
        ({ENDPOINT: "here:4318"}, (f"{ENDPOINT}: write the address",)),
        ({ENDPOINT: "http://[here"}, (f"{ENDPOINT}: write the address",)),
    ],
)
def test_a_mistake_is_told_with_the_variable_and_what_to_write(
    environment: dict[str, str], said: tuple[str, ...]
) -> None:
    (told,) = config.find_problems({ENDPOINT: "http://here:4318"} | environment, HERE)
    assert all(part in told for part in said), told


def test_what_is_right_or_not_wanted_is_no_mistake() -> None:
    assert [*config.find_problems({ENDPOINT: "http://here:4318"}, HERE)] == []
    assert [*config.find_problems({}, frozenset())] == []


def test_where_the_extra_is_missing_the_remedy_is_told() -> None:
    (told,) = config.find_problems({ENDPOINT: "http://here:4318"}, frozenset())
    assert told.startswith(ENDPOINT)
    assert "pip install 'paligs[tracing]'" in told
    assert "OTEL_SDK_DISABLED=true" in told


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    monkeypatch.chdir(tmp_path)
    before = dict(os.environ)
    for name in [name for name in before if name.startswith("OTEL_")]:
        del os.environ[name]
    yield monkeypatch
    os.environ.clear()
    os.environ.update(before)


def test_mistakes_are_told_together_with_those_of_the_settings(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("PORT", "eighty")
    bare.setenv("OTEL_TRACES_EXPORTER", "zipkin")
    with pytest.raises(SettingsError) as caught:
        read_settings(also_problems=find_problems())
    assert [problem.split(":")[0] for problem in caught.value.problems] == ["PORT", "OTEL_TRACES_EXPORTER"]


def test_without_a_wish_nothing_is_begun(bare: pytest.MonkeyPatch) -> None:
    assert find_problems() == ()
    with open_tracing() as traces:
        assert traces is NO_TRACING


def test_a_wish_may_stand_in_dot_env_and_is_begun_and_ended(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OTEL_TRACES_EXPORTER=otlp\nOTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9\n")
    assert find_problems() == ()
    with open_tracing() as traces:
        assert isinstance(traces, OpenTelemetryTracing)
        assert traces._provider.resource.attributes["service.name"] == "paligs"


def test_the_environment_names_the_service(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("OTEL_TRACES_EXPORTER", "otlp")
    bare.setenv("OTEL_RESOURCE_ATTRIBUTES", "service.version=7,deployment.environment.name=test")
    bare.setenv("OTEL_SERVICE_NAME", "bot")
    with open_tracing() as traces:
        assert isinstance(traces, OpenTelemetryTracing)
        said = traces._provider.resource.attributes
    assert (said["service.name"], said["service.version"], said["deployment.environment.name"]) == ("bot", "7", "test")


def test_the_program_starts_without_opentelemetry() -> None:
    look = "import sys, bot.app.roles, bot.observability.tracing; bot.observability.tracing.mistakes(); sys.exit('opentelemetry' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], check=False, timeout=60).returncode == 0


# The way of a message


async def test_a_message_is_one_trace_from_the_way_in_to_the_delivery(
    traced: ProgramFixture, process: TracedProcess
) -> None:
    await TracedReceive(receive=traced.intake, tracing=process.tracing)(traced.inbound("hours"))
    await traced.deliver(traced.submitted[-1])

    spans = process.spans
    receive, intake, decide, deliver = (spans[name] for name in ("receive test", "intake", "decide", "deliver test"))
    assert len({trace_of(span) for span in spans.values()}) == 1
    assert [parent(span) for span in (receive, intake, decide, deliver)] == [
        None,
        own(receive),
        own(intake),
        own(intake),
    ]
    assert [span.kind for span in (receive, deliver)] == [SpanKind.CONSUMER, SpanKind.CLIENT]
    decided = {"paligs.act": "answer", "paligs.outcome": "answered"}
    assert facts(receive) == {"paligs.channel": "test"}
    assert facts(decide) == decided
    assert facts(intake) == {"paligs.channel": "test", "paligs.turn": 1} | decided
    assert facts(deliver) == {
        "paligs.channel": "test",
        "paligs.turn": 1,
        "paligs.attempt": 1,
        "paligs.result": "sent",
    }


async def test_another_process_delivers_into_the_same_trace(traced: ProgramFixture, process: TracedProcess) -> None:
    await traced.intake(traced.inbound("hours"))
    worker = TracedProcess()
    await replace(traced.deliver, tracing=worker.tracing)(traced.submitted[-1])

    deliver, intake = worker.spans["deliver test"], process.spans["intake"]
    assert (trace_of(deliver), parent(deliver)) == (trace_of(intake), own(intake))


async def test_each_try_is_a_span_and_a_failure_is_told_without_words(
    traced: ProgramFixture, process: TracedProcess
) -> None:
    await traced.intake(traced.inbound("hours"))
    traced.channel.fail_next(permanent=False)
    await traced.deliver(traced.submitted[-1])
    later = process.spans["deliver test"]
    traced.time[0] += timedelta(minutes=1)
    traced.channel.fail_next(permanent=True)
    await traced.deliver(traced.submitted[-1])
    failed = process.spans["deliver test"]

    assert [facts(span)["paligs.result"] for span in (later, failed)] == ["later", "failed"]
    assert [facts(span)["paligs.attempt"] for span in (later, failed)] == [1, 2]
    assert {span.status.status_code for span in (later, failed)} == {StatusCode.ERROR}
    assert trace_of(later) == trace_of(failed) == trace_of(process.spans["intake"])


async def test_no_word_and_no_address_gets_into_a_trace(traced: ProgramFixture, process: TracedProcess) -> None:
    sender = "whatsapp:+37120000077"
    await TracedReceive(receive=traced.intake, tracing=process.tracing)(traced.inbound("ŠNICELIS", sender=sender))
    await traced.deliver(traced.submitted[-1])

    def broken(*_: object) -> None:
        raise RuntimeError("cannot read ŠNICELIS from +37120000077")

    failing = replace(traced.intake, decide=broken)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError):
        await TracedReceive(receive=failing, tracing=process.tracing)(traced.inbound("ŠNICELIS", sender=sender))

    assert {facts(process.spans[name])["error.type"] for name in ("decide", "intake", "receive test")} == {
        "RuntimeError"
    }
    for private in ("NICELIS", "0000077", "anna", traced.submitted[0]):
        assert private not in process.exported
    assert "NICELIS".casefold() not in process.exported.casefold()


async def test_the_same_message_again_is_told_as_such(traced: ProgramFixture, process: TracedProcess) -> None:
    for _ in range(2):
        await traced.intake(traced.inbound("hours", message_id="one"))
    assert facts(process.spans["intake"]) == {"paligs.channel": "test", "paligs.result": "repeated"}


async def test_a_farewell_to_the_forgotten_is_a_trace_of_its_own(
    traced: ProgramFixture, process: TracedProcess
) -> None:
    await traced.exchange("hours")
    process.clear()
    await traced.intake(traced.inbound("/forget"))
    with process.tracing.span("something else"):
        await traced.deliver(traced.submitted[-1])
    deliver = process.spans["deliver test"]
    assert parent(deliver) is None
    assert "paligs.turn" not in facts(deliver)


async def test_where_nobody_traces_nothing_is_stored(program: ProgramFixture) -> None:
    await program.exchange("hours")
    with engine.read_transaction(program.database) as connection:
        assert connection.scalar(sql("SELECT traceparent FROM turns")) is None


# Webhooks


@pytest.fixture
async def site(process: TracedProcess) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    async def answer(request: web.Request) -> web.Response:
        match request.query.get("say"):
            case "refuse":
                raise web.HTTPForbidden
            case "fail":
                raise web.HTTPInternalServerError
            case "break":
                raise RuntimeError("+37120000077")
            case _:
                with process.tracing.span("inside"):
                    return web.Response()

    application = web.Application(middlewares=[webhook_tracing(process.tracing)])
    application.add_routes([web.post("/webhooks/telegram", answer), web.get("/healthz", answer)])
    async with TestClient(TestServer(application)) as client:
        yield client


async def test_a_webhook_call_is_the_first_span_of_its_message(
    site: TestClient[web.Request, web.Application], process: TracedProcess
) -> None:
    await site.post("/webhooks/telegram?key=37120000077")
    call = process.spans["POST /webhooks/telegram"]
    assert (call.kind, parent(call)) == (SpanKind.SERVER, None)
    assert facts(call) == {
        "http.request.method": "POST",
        "http.route": "/webhooks/telegram",
        "http.response.status_code": 200,
    }
    assert parent(process.spans["inside"]) == own(call)
    assert "37120000077" not in process.exported


async def test_a_proxy_that_traces_is_followed(
    site: TestClient[web.Request, web.Application], process: TracedProcess
) -> None:
    header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    await site.post("/webhooks/telegram", headers={"traceparent": header})
    call = process.spans["POST /webhooks/telegram"]
    assert (trace_of(call), parent(call)) == (0x0AF7651916CD43DD8448EB211C80319C, 0xB7AD6B7169203331)


@pytest.mark.parametrize(
    ("say", "status", "failed"), [("refuse", 403, False), ("fail", 500, True), ("break", 500, True)]
)
async def test_a_call_that_we_fail_is_a_failure_and_one_that_we_refuse_is_none(
    site: TestClient[web.Request, web.Application], process: TracedProcess, say: str, status: int, failed: bool
) -> None:
    await site.post(f"/webhooks/telegram?say={say}")
    call = process.spans["POST /webhooks/telegram"]
    assert facts(call)["http.response.status_code"] == status
    assert (call.status.status_code is StatusCode.ERROR) is failed
    assert "37120000077" not in process.exported


async def test_other_pages_are_left_out_and_unknown_ones_have_one_name(
    site: TestClient[web.Request, web.Application], process: TracedProcess
) -> None:
    await site.get("/healthz")
    assert [*process.spans] == ["inside"]
    await site.post("/webhooks/wp-login")
    assert "POST /webhooks/" in process.spans
