"""What browsers and phones look for by themselves, and the page for an address that leads nowhere."""

import json
import struct
from http import HTTPStatus

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.web.not_found import not_found_page
from bot.web.site_files import site_routes

Browser = TestClient[web.Request, web.Application]


def browser() -> Browser:
    """In front of these files alone."""
    application = web.Application(middlewares=[not_found_page()])
    application.add_routes(site_routes())
    return TestClient(TestServer(application))


async def png_size(client: Browser, path: str) -> tuple[int, int]:
    """Width and height, as the picture says itself."""
    answer = await client.get(path)
    content = await answer.read()
    assert (answer.status, answer.content_type, content[:8]) == (HTTPStatus.OK, "image/png", b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    return width, height


async def test_a_phone_finds_its_icon_and_the_manifest_names_icons_that_are_there() -> None:
    async with browser() as client:
        assert await png_size(client, "/apple-touch-icon.png") == (180, 180)
        answer = await client.get("/manifest.webmanifest")
        assert answer.content_type == "application/manifest+json"
        manifest = json.loads(await answer.text())
        assert manifest["start_url"] == "/"
        for icon in manifest["icons"]:
            width, height = await png_size(client, icon["src"])
            assert icon["sizes"] == f"{width}x{height}"
        assert {192, 512} <= {int(icon["sizes"].partition("x")[0]) for icon in manifest["icons"]}


async def test_a_browser_finds_its_icon() -> None:
    async with browser() as client:
        answer = await client.get("/favicon.ico")
        assert (answer.status, answer.content_type) == (HTTPStatus.OK, "image/x-icon")
        assert (await answer.read())[:6] == struct.pack("<HHH", 0, 1, 1)


@pytest.mark.parametrize(
    ("language", "title"), [("lv", "Šādas lapas nav"), ("ru", "Такой страницы нет"), ("en", "There is no such page")]
)
async def test_an_address_that_leads_nowhere_is_a_page_in_the_readers_language(language: str, title: str) -> None:
    async with browser() as client:
        answer = await client.get("/nowhere", headers={"Accept": "text/html", "Accept-Language": language})
        assert answer.status == HTTPStatus.NOT_FOUND
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        page = await answer.text()
        assert f"<h1>{title}</h1>" in page
        assert 'href="/"' in page


async def test_what_is_no_browser_gets_the_plain_answer() -> None:
    async with browser() as client:
        for answer in (await client.get("/nowhere"), await client.post("/nowhere", headers={"Accept": "text/html"})):
            assert (answer.status, answer.content_type) == (HTTPStatus.NOT_FOUND, "text/plain")
