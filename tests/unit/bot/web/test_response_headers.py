"""Every answer: browsers stay on https where that is the address, and learn no version."""

from http import HTTPStatus

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.web.guards.response_headers import add_response_headers


async def broken(_request: web.Request) -> web.Response:
    raise web.HTTPBadGateway


@pytest.mark.parametrize(
    ("public_url", "strict"), [("https://bot.example.lv", True), ("http://localhost", False), (None, False)]
)
async def test_https_is_kept_to_where_it_is_the_address(public_url: str | None, *, strict: bool) -> None:
    application, within = web.Application(), web.Application()
    within.router.add_get("/broken", broken)
    application.add_subapp("/within/", within)
    add_response_headers(application, public_url)
    async with TestClient(TestServer(application)) as client:
        for path, status in (("/within/broken", HTTPStatus.BAD_GATEWAY), ("/nowhere", HTTPStatus.NOT_FOUND)):
            answer = await client.get(path)
            assert answer.status == status
            assert "Server" not in answer.headers
            assert ("Strict-Transport-Security" in answer.headers) is strict
