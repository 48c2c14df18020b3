"""The nginx site of docs/deploy.md, run by a real nginx: callers are told apart by what nginx sees."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
from aiohttp import ClientConnectionError, ClientSession, web
from aiohttp.test_utils import TestServer

from bot.web.guards.client_address import client_address
from tests.patience import PATIENCE_SECONDS
from tests.ports import own_port

NGINX: Final = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
DEPLOY: Final = Path(__file__).parents[2] / "docs" / "deploy.md"

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed: apt install nginx-light")


def _site(front: int, behind: int) -> str:
    """The example without TLS, at ports of this test."""
    (example,) = re.findall(r"```nginx\n(.*?)```", DEPLOY.read_text("utf-8"), re.DOTALL)
    plain = re.sub(r"\n *ssl_certificate.*", "", example).replace("listen 443 ssl", f"listen 127.0.0.1:{front}")
    plain = re.sub(r"\nserver \{\n *listen 80;.*?\n\}\n", "\n", plain, flags=re.DOTALL)
    return plain.replace("127.0.0.1:8080", f"127.0.0.1:{behind}")


async def _tell_client(request: web.Request) -> web.StreamResponse:
    if request.headers.get("Upgrade") != "websocket":
        return web.Response(text=client_address(request))
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    await socket.send_str(client_address(request))
    await socket.close()
    return socket


@pytest.fixture
async def front(tmp_path: Path) -> AsyncIterator[str]:
    """nginx in front of a server that tells each caller's address."""
    assert NGINX is not None
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", _tell_client)
    server = TestServer(application, host="127.0.0.1")
    await server.start_server()
    port = own_port()
    assert server.port is not None
    config = tmp_path / "nginx.conf"
    paths = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config.write_text(
        f"daemon off;\nmaster_process off;\npid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{paths}{_site(port, server.port)}}}\n"
    )
    nginx = await asyncio.create_subprocess_exec(NGINX, "-p", str(tmp_path), "-c", str(config))
    url = f"http://127.0.0.1:{port}"
    await _wait_until_served(url)
    yield url
    nginx.terminate()
    await nginx.wait()
    await server.close()


async def _wait_until_served(url: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS), ClientSession() as client:
        while True:
            try:
                async with client.get(f"{url}/healthz"):
                    return
            except ClientConnectionError:
                await asyncio.sleep(0.05)


@pytest.mark.parametrize("invented", ["6.6.6.6", "203.0.113.9:4000", "127.0.0.1", "6.6.6.6, 7.7.7.7"])
@pytest.mark.parametrize("path", ["/console/sign-in", "/", "/t/token", "/v/token"])
async def test_an_address_that_the_caller_invents_is_not_passed_on(front: str, invented: str, path: str) -> None:
    async with (
        ClientSession() as client,
        client.get(f"{front}{path}", headers={"X-Forwarded-For": invented}) as answer,
    ):
        assert await answer.text() == "127.0.0.1"


async def test_the_web_chat_comes_through_with_the_address_that_nginx_saw(front: str) -> None:
    async with (
        ClientSession() as client,
        client.ws_connect(f"{front}/chat/ws", headers={"X-Forwarded-For": "6.6.6.6"}) as socket,
    ):
        assert await socket.receive_str(timeout=PATIENCE_SECONDS) == "127.0.0.1"


async def test_what_is_for_ones_own_machines_is_not_there_for_strangers(front: str) -> None:
    async with ClientSession() as client:
        for path in ("/metrics", "/readyz"):
            async with client.get(f"{front}{path}") as answer:
                assert answer.status == 404
