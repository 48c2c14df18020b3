"""A Twilio that fails as told: 429, 5xx, resets, silence, nonsense. What it took before it failed, it keeps."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.e2e.jitter import jitter

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def refuse(status: int, code: int | None = None, *, text: str | None = None) -> Answer:
    """An error as Twilio words it: it quotes the number. Or `text` alone."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if text is not None:
            return web.Response(status=status, text=text)
        said = "Channel could not send to whatsapp:+37120000001"
        return web.json_response({"code": code, "message": said, "status": status}, status=status)

    return answer


async def reset_connection(request: web.Request) -> web.StreamResponse:
    """The connection breaks after the request was read."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def never_answer(request: web.Request) -> web.StreamResponse:
    """The answer does not come."""
    await asyncio.sleep(30)
    return web.Response()


@dataclass
class TwilioPeer:
    """Plays `answers` one after the other, then takes everything."""

    answers: list[Answer] = field(default_factory=list)
    requests: list[dict[str, str]] = field(default_factory=list)
    media: dict[str, bytes] = field(default_factory=dict)
    """What people sent and Twilio still has, by the sid of the medium."""
    credentials: str = ""
    """The Authorization header of the last request for a medium."""
    url: str = ""

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """POST /2010-04-01/Accounts/{sid}/Messages.json"""
        await jitter()
        self.requests.append({name: str(value) for name, value in (await request.post()).items()})
        taken = web.json_response({"sid": f"SM{len(self.requests):032}", "status": "queued"}, status=201)
        answer = await self.answers.pop(0)(request) if self.answers else taken
        await jitter()
        return answer

    async def give_medium(self, request: web.Request) -> web.StreamResponse:
        """GET /2010-04-01/Accounts/{sid}/Messages/{message}/Media/{medium}: leads to where the file lies."""
        self.credentials = request.headers.get("Authorization", "")
        if not self.credentials.startswith("Basic "):
            return web.Response(status=401)
        if request.match_info["medium"] not in self.media:
            return web.json_response({"code": 20404, "message": "not found", "status": 404}, status=404)
        raise web.HTTPTemporaryRedirect(f"/stored/{request.match_info['medium']}")

    async def give_stored(self, request: web.Request) -> web.StreamResponse:
        """GET /stored/{medium}"""
        return web.Response(body=self.media[request.match_info["medium"]], content_type="image/jpeg")

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["TwilioPeer"]:
        """On loopback, while the block lasts."""
        application = web.Application()
        application.router.add_post("/2010-04-01/Accounts/{sid}/Messages.json", self.messages)
        application.router.add_get("/2010-04-01/Accounts/{sid}/Messages/{message}/Media/{medium}", self.give_medium)
        application.router.add_get("/stored/{medium}", self.give_stored)
        async with TestServer(application) as server:
            self.url = str(server.make_url("/"))
            yield self
