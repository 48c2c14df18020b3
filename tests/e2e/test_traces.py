"""Traces as a collector gets them: from the real `paligs run`, and across the processes of many machines."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Final

import pytest
from aiohttp import ClientSession, CookieJar, web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.contract.conftest import postgres  # noqa: F401 a fixture
from tests.e2e.kill_program import REPOSITORY
from tests.e2e.loaded_commands import LoadedCommands
from tests.e2e.loaded_program import LoadedProgram
from tests.e2e.telegram_peer import TelegramPeer
from tests.e2e.test_pages_of_many import RemoteChatPage, database  # noqa: F401 a fixture
from tests.patience import PATIENCE_SECONDS
from tests.ports import own_port

HANGS: Final = 3600.0
"""Seconds: longer than any test lasts, so that a stop that waited for it would never end."""


@dataclass(frozen=True, kw_only=True)
class CollectedSpan:
    """One span as it arrived."""

    name: str
    trace: bytes
    id: bytes
    parent: bytes
    process: str
    service: str


@dataclass
class FakeOtlpCollector:
    """An OTLP/HTTP collector that keeps what it gets; `silent` takes a request and never answers."""

    spans: list[CollectedSpan] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    unresponsive: bool = False
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        """POST /v1/traces"""
        assert request.content_type == "application/x-protobuf"
        self.bodies.append(await request.read())
        if self.unresponsive:
            await asyncio.sleep(HANGS)
        for resource in ExportTraceServiceRequest.FromString(self.bodies[-1]).resource_spans:
            of = {pair.key: pair.value.string_value for pair in resource.resource.attributes}
            self.spans += [
                CollectedSpan(
                    name=span.name,
                    trace=span.trace_id,
                    id=span.span_id,
                    parent=span.parent_span_id,
                    process=of["service.instance.id"],
                    service=of["service.name"],
                )
                for scope in resource.scope_spans
                for span in scope.spans
            ]
        return web.Response(content_type="application/x-protobuf")

    def named(self, name: str) -> list[CollectedSpan]:
        return [span for span in self.spans if span.name == name]

    async def until(self, done: Callable[[], object], within: float = PATIENCE_SECONDS) -> None:
        end = monotonic() + within
        while not done():
            assert monotonic() < end, [span.name for span in self.spans]
            await asyncio.sleep(0.02)


@pytest.fixture
async def collector() -> AsyncIterator[FakeOtlpCollector]:
    collector = FakeOtlpCollector()
    application = web.Application()
    application.add_routes([web.post("/v1/traces", collector.take)])
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    collector.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield collector
    await runner.cleanup()


@pytest.mark.parametrize("way", ["polling", "webhook"])
async def test_the_way_of_a_message_arrives_at_the_collector(
    way: str, collector: FakeOtlpCollector, tmp_path: Path
) -> None:
    async with TelegramPeer() as peer:
        port = own_port()
        settings = {"PORT": str(port), "TELEGRAM_BOT_TOKEN": peer.token, "TELEGRAM_API_URL": peer.url}
        if way == "webhook":
            settings["PUBLIC_URL"] = f"http://127.0.0.1:{port}"
        (tmp_path / ".env").write_text(f"OTEL_EXPORTER_OTLP_ENDPOINT={collector.url}\nOTEL_BSP_SCHEDULE_DELAY=60000\n")
        with LoadedProgram(tmp_path, settings) as program:
            program.start()
            peer.send_text("kase nedrukā čeku")
            await peer.until(lambda: peer.sent)
            # What is not due to be handed over for a minute comes at the latest with the end.
            assert await asyncio.to_thread(program.stop, PATIENCE_SECONDS) == 0
            assert not program.logged_errors()

    way_in = ["POST /webhooks/telegram"] if way == "webhook" else []
    chain = [*way_in, "receive telegram", "intake"]
    spans = {span.name: span for span in collector.spans}
    assert spans.keys() == {*chain, "decide", "deliver telegram"}
    assert {span.service for span in collector.spans} == {"paligs"}
    assert len({span.trace for span in collector.spans}) == 1
    assert [spans[name].parent for name in chain] == [b"", *(spans[name].id for name in chain[:-1])]
    assert {spans[name].parent for name in ("decide", "deliver telegram")} == {spans["intake"].id}
    told = b"".join(collector.bodies)
    assert "čeku".encode() not in told
    assert peer.token.encode() not in told


@pytest.mark.postgres
async def test_a_worker_delivers_into_the_trace_of_the_web_process(
    collector: FakeOtlpCollector,
    database: str,  # noqa: F811
    tmp_path: Path,
) -> None:
    settings = {
        "DATABASE_URL": database,
        "SECRET_KEY": "a key that all of them share",
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_BSP_SCHEDULE_DELAY": "200",
    }
    url, port = "", own_port()
    with ExitStack() as running:
        for role in ("web", "worker"):
            (tmp_path / role).mkdir()
            program = running.enter_context(LoadedProgram(tmp_path / role, settings | {"PORT": str(port)}, role))
            program.start()
        url = f"http://127.0.0.1:{port}"
        async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as client:
            await answers(client, url)
            page = await RemoteChatPage.open_page(client, url)
            await page.send("kase nedrukā čeku")
            await collector.until(lambda: len(collector.named("deliver webchat")) == 2)
            await collector.until(lambda: len(collector.named("intake")) == 2)

    intakes = {span.id: span for span in collector.named("intake")}
    for delivery in collector.named("deliver webchat"):
        intake = intakes.pop(delivery.parent)
        assert delivery.trace == intake.trace
        assert delivery.process != intake.process


async def answers(client: ClientSession, url: str) -> None:
    end = monotonic() + PATIENCE_SECONDS
    while True:
        try:
            async with client.get(url):
                return
        except OSError:
            assert monotonic() < end
            await asyncio.sleep(0.1)


async def test_a_collector_that_does_not_answer_hinders_neither_the_answers_nor_the_end(
    collector: FakeOtlpCollector, tmp_path: Path
) -> None:
    collector.unresponsive = True
    async with TelegramPeer() as peer:
        settings = {
            "PORT": str(own_port()),
            "TELEGRAM_BOT_TOKEN": peer.token,
            "TELEGRAM_API_URL": peer.url,
            "OTEL_TRACES_EXPORTER": "otlp",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            "OTEL_BSP_SCHEDULE_DELAY": "50",
        }
        with LoadedProgram(tmp_path, settings) as program:
            program.start()
            peer.send_text("labdien")
            await peer.until(lambda: peer.sent and collector.bodies)
            # The promise of a stop, whatever hangs: systemd and Docker kill what takes longer.
            assert await asyncio.to_thread(program.stop, 20) == 0


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoadedCommands]:
    """Commands by a Python that has no OpenTelemetry."""
    hidden = tmp_path_factory.mktemp("hidden")
    (hidden / "sitecustomize.py").write_text(
        "from importlib.machinery import PathFinder\n"
        "found = PathFinder.find_spec\n"
        "def find_spec(name, path=None, target=None):\n"
        "    return None if name.partition('.')[0] == 'opentelemetry' else found(name, path, target)\n"
        "PathFinder.find_spec = find_spec\n"
    )
    path = os.pathsep.join(map(str, (hidden, REPOSITORY)))
    with LoadedCommands({"PATH": os.environ["PATH"], "PYTHONPATH": path, "PORT": "http"}) as commands:
        yield commands


@pytest.mark.parametrize("role", ["run", "web", "worker"])
def test_where_it_is_not_installed_the_start_names_the_remedy_beside_the_other_mistakes(
    role: str, without: LoadedCommands, tmp_path: Path
) -> None:
    ended = without.run(role, folder=tmp_path, OTEL_TRACES_EXPORTER="otlp")
    assert ended.returncode == 2
    assert "PORT:" in ended.stderr
    assert "OTEL_TRACES_EXPORTER: traces are asked for" in ended.stderr
    assert "pip install 'paligs[tracing]'" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_where_it_is_not_installed_and_not_asked_for_nothing_is_missed(without: LoadedCommands, tmp_path: Path) -> None:
    ended = without.run("run", folder=tmp_path)
    assert ended.returncode == 2
    assert "PORT:" in ended.stderr
    assert "OTEL" not in ended.stderr
