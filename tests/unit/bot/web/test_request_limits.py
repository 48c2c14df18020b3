"""What a stranger sends is bounded before anything looks at it."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.web.guards import request_limits as limits
from bot.web.guards.request_limits import SERVER_OPTIONS, request_limits
from bot.web.guards.token_bucket import MAX_CALLERS, TokenBuckets
from tests.patience import PATIENCE_SECONDS

BOMB = gzip.compress(b"0" * 20_000_000)


async def _read(request: web.Request) -> web.Response:
    return web.Response(text=str(len(await request.read())))


async def _server() -> TestServer:
    application = web.Application(middlewares=[request_limits])
    application.add_routes([web.post("/", _read), web.get("/", _read)])
    server = TestServer(application)
    await server.start_server(access_log=None, **SERVER_OPTIONS)
    return server


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    """A server as the program runs it."""
    server = await _server()
    yield server
    await server.close()


async def _exchange(server: TestServer, head: str, body: bytes = b"") -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(head.replace("\n", "\r\n").encode() + body)
    await writer.drain()
    answer = await reader.read()
    writer.close()
    return answer.decode()


@pytest.mark.parametrize("target", ["POST /", "GET /", "POST /nothing/here", "GET /nothing"])
@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "GZIP"])
async def test_a_packed_body_is_refused_everywhere_and_never_unpacked(
    server: TestServer, target: str, coding: str
) -> None:
    head = f"{target} HTTP/1.1\nHost: x\nContent-Encoding: {coding}\nContent-Length: {len(BOMB)}\n\n"
    answer = await _exchange(server, head, BOMB)
    assert answer.startswith("HTTP/1.1 415 ")


async def test_a_plain_body_is_read(server: TestServer) -> None:
    answer = await _exchange(server, "POST / HTTP/1.1\nHost: x\nConnection: close\nContent-Length: 3\n\n", b"abc")
    assert answer.endswith("\r\n\r\n3")


async def test_a_body_that_does_not_come_is_not_waited_for(
    server: TestServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(limits, "BODY_SECONDS", 0.05)
    answer = await _exchange(server, "POST / HTTP/1.1\nHost: x\nContent-Length: 300\n\n", b"half")
    assert answer.startswith("HTTP/1.1 408 ")
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_head_that_does_not_end_is_not_waited_for() -> None:
    application = web.Application(middlewares=[request_limits])
    server = TestServer(application)
    await server.start_server(**{**SERVER_OPTIONS, "keepalive_timeout": 0.05})
    assert SERVER_OPTIONS["keepalive_timeout"] <= 75
    assert await _exchange(server, "GET / HTTP/1.1\nHost: x\nX-Half") == ""
    await server.close()


async def test_a_caller_who_hangs_up_leaves_no_error_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    asked, over = asyncio.Event(), asyncio.Event()

    async def slow(request: web.Request) -> web.Response:
        asked.set()
        try:
            return await _read(request)
        finally:
            over.set()

    application = web.Application(middlewares=[request_limits])
    application.add_routes([web.post("/slow", slow)])
    # As the program serves: the handler is not cancelled, but reads from a connection that is gone.
    runner = web.AppRunner(application, **SERVER_OPTIONS)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    _, writer = await asyncio.open_connection(*runner.addresses[0])
    writer.write(b"POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 300\r\n\r\nhalf")
    async with asyncio.timeout(PATIENCE_SECONDS):
        await asked.wait()
    writer.transport.abort()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await over.wait()
        while runner.server is not None and runner.server.connections:
            await asyncio.sleep(0.01)
    await runner.cleanup()
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_an_error_of_our_own_connections_stays_an_error() -> None:
    async def broken(_request: web.Request) -> web.Response:
        raise ConnectionRefusedError

    application = web.Application(middlewares=[request_limits])
    application.add_routes([web.get("/", broken)])
    server = TestServer(application)
    await server.start_server(**SERVER_OPTIONS)
    answer = await _exchange(server, "GET / HTTP/1.1\nHost: x\nConnection: close\n\n")
    assert answer.startswith("HTTP/1.1 500 ")
    await server.close()


def test_a_bucket_empties_refills_and_never_minds_the_clock_on_the_wall() -> None:
    time = [100.0]
    buckets = TokenBuckets(burst=2, seconds=10, clock=lambda: time[0])
    assert [buckets.take("anna") for _ in range(3)] == [True, True, False]
    assert buckets.take("boris")
    time[0] += 10
    assert [buckets.take("anna") for _ in range(2)] == [True, False]
    for number in range(MAX_CALLERS):
        buckets.take(str(number))
    assert buckets.take("anna"), "forgotten, so full"
