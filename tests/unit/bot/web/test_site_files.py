"""What browsers and phones look for by themselves, and the page for an address that leads nowhere."""

import json
import struct
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.web.not_found import not_found_page
from bot.web.site_files import site_routes
from kb.model import LanguageTexts, Look
from tests.doubles import small_base

Browser = TestClient[web.Request, web.Application]


def browser(*routes: web.RouteDef) -> Browser:
    """In front of these files alone, or of those of a company."""
    application = web.Application(middlewares=[not_found_page()])
    application.add_routes(routes or site_routes())
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
            if icon["sizes"] != "any":
                width, height = await png_size(client, icon["src"])
                assert icon["sizes"] == f"{width}x{height}"
        assert {"any", "192x192", "512x512"} == {icon["sizes"] for icon in manifest["icons"]}


async def test_a_browser_finds_its_icon() -> None:
    async with browser() as client:
        answer = await client.get("/favicon.ico")
        assert (answer.status, answer.content_type) == (HTTPStatus.OK, "image/x-icon")
        assert (await answer.read())[:6] == struct.pack("<HHH", 0, 1, 1)


async def test_icons_name_and_colours_are_those_of_the_content(tmp_path: Path) -> None:
    (tmp_path / "icons").mkdir()
    (tmp_path / "icons" / "icon.svg").write_text("<svg/>", "utf-8")
    (tmp_path / "icons" / "notes.txt").write_text("not shown", "utf-8")
    look = Look(accent="#123456", accent_dark="#abcdef")
    directory = replace(small_base().directory, bot_name=LanguageTexts(en="Booky"), languages=("en",), look=look)
    async with browser(*site_routes(lambda: directory, tmp_path)) as client:
        drawn = await client.get("/icon.svg")
        assert (await drawn.text(), drawn.content_type) == ("<svg/>", "image/svg+xml")
        manifest = json.loads(await (await client.get("/manifest.webmanifest")).text())
        assert (manifest["name"], [icon["src"] for icon in manifest["icons"]]) == ("Booky", ["/icon.svg"])
        assert (await client.get("/notes.txt")).status == HTTPStatus.NOT_FOUND
        assert await png_size(client, "/icon-192.png") == (192, 192)
        style = await client.get("/colours.css")
        assert style.content_type == "text/css"
        light, _, dark = (await style.text()).partition("@media (prefers-color-scheme: dark)")
        assert "--lamp: #123456;" in light
        assert "--lamp: #abcdef;" in dark


async def test_the_shipped_content_has_an_icon_of_its_own_and_the_colours_of_the_program() -> None:
    directory = small_base().directory
    async with browser(*site_routes(lambda: directory)) as own, browser() as shipped:
        assert await (await own.get("/icon.svg")).read() != await (await shipped.get("/icon.svg")).read()
        assert await (await own.get("/colours.css")).text() == ""
        assert await (await shipped.get("/colours.css")).text() == ""


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
