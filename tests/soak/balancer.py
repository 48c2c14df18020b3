"""What stands in front of several web processes: hands a request to one of them, to the next where nobody listens."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout, web

_HOP_BY_HOP = frozenset({"host", "connection", "content-length", "transfer-encoding", "keep-alive"})


@asynccontextmanager
async def balancing(port: int, backends: Sequence[str]) -> AsyncIterator[None]:
    """Serves on this port until the block ends."""
    turns = count()
    async with ClientSession(timeout=ClientTimeout(total=40), auto_decompress=False) as client:

        async def forward(request: web.Request) -> web.StreamResponse:
            body, first = await request.read(), next(turns)
            for step in range(len(backends)):
                try:
                    return await _ask(client, request, body, backends[(first + step) % len(backends)])
                except ClientConnectorError:
                    continue
                except (ClientError, TimeoutError):
                    break
            return web.Response(status=502)

        application = web.Application()
        application.router.add_route("*", "/{path:.*}", forward)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            yield
        finally:
            await runner.cleanup()


async def _ask(client: ClientSession, request: web.Request, body: bytes, backend: str) -> web.Response:
    headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP}
    headers["X-Forwarded-For"] = request.remote or ""
    url = f"{backend}{request.rel_url}"
    async with client.request(request.method, url, data=body, headers=headers, allow_redirects=False) as answer:
        return web.Response(status=answer.status, body=await answer.read(), content_type=answer.content_type)
