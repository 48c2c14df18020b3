"""The page and the feed of news: what is announced now, in each language, safe and cached."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from http import HTTPStatus
from xml.etree import ElementTree as ET

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.web.public_pages import NewsPages, PublicLayout
from handlers.model.announcements import News
from kb.model import LANGUAGES, Language
from tests.doubles import small_base
from tests.unit.bot.web.public_pages.conftest import Client, page_of

ATOM = "{http://www.w3.org/2005/Atom}"
NEWS = (
    News(
        id=2,
        text={"lv": "Jauns <numurs>\nZvaniet +371 20000001 & gaidiet", "ru": "Новый номер", "en": "New number"},
        source="Vēstule <7>",
        published_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
    ),
    News(
        id=1,
        text={"lv": "Vecais", "ru": "Старое", "en": "Old"},
        source="A1",
        published_at=datetime(2026, 11, 1, tzinfo=UTC),
    ),
)


@pytest.fixture
def announced() -> list[News]:
    """What is announced; a test may change it."""
    return [*NEWS]


@pytest.fixture
async def client(announced: list[News]) -> AsyncIterator[Client]:
    """The pages, served alone."""

    async def current() -> list[News]:
        return announced

    pages = NewsPages(PublicLayout(small_base, "https://bot.example.lv"), current)
    application = web.Application()
    application.add_routes(pages.routes())
    async with TestClient(TestServer(application)) as client:
        yield client


async def test_the_page_shows_the_newest_first_with_day_and_source(client: Client) -> None:
    page = await page_of(client, "/news/lv/")
    assert page.index("Jauns &lt;numurs&gt;") < page.index("Vecais")
    assert 'Zvaniet <a href="tel:+37120000001">+371 20000001</a> &amp; gaidiet' in page
    assert '<time datetime="2026-11-20">20.11.2026.</time> · Avots: Vēstule &lt;7&gt;' in page
    assert '<link rel="canonical" href="https://bot.example.lv/news/lv/">' in page
    assert 'href="/news/lv/feed.atom"' in page


async def test_the_page_speaks_the_language_of_the_browser(client: Client) -> None:
    async with client.get("/news/", headers={"Accept-Language": "ru"}) as answer:
        assert "Новый номер" in await answer.text()
        assert answer.headers["Vary"] == "Accept-Language"
        assert answer.headers["Cache-Control"] == "public, max-age=60"
    async with client.get("/news", allow_redirects=False) as answer:
        assert answer.headers["Location"] == "/news/"


async def test_without_news_the_page_says_so(client: Client, announced: list[News]) -> None:
    announced.clear()
    assert "There is no news at the moment." in await page_of(client, "/news/en/")
    feed = ET.fromstring(await page_of(client, "/news/en/feed.atom"))  # noqa: S314 - our own
    assert feed.findall(f"{ATOM}entry") == []
    assert feed.findtext(f"{ATOM}updated") == "2020-01-01T00:00:00+00:00"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_feed_is_atom_with_all_that_it_must_have(client: Client, language: Language) -> None:
    async with client.get(f"/news/{language}/feed.atom") as answer:
        assert answer.content_type == "application/atom+xml"
        feed = ET.fromstring(await answer.text())  # noqa: S314 - our own
    page = f"https://bot.example.lv/news/{language}/"
    assert feed.findtext(f"{ATOM}id") == page
    assert feed.findtext(f"{ATOM}updated") == "2026-11-20T09:00:00+00:00"
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "SIA Paraugs"
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links == {"alternate": page, "self": f"{page}feed.atom"}
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [f"{page}#news-2", f"{page}#news-1"]
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [each.headline(language) for each in NEWS]
    assert [entry.findtext(f"{ATOM}content") for entry in entries] == [each.text[language] for each in NEWS]


async def test_what_has_not_changed_is_not_sent_again_and_what_has_is(client: Client, announced: list[News]) -> None:
    for path in ("/news/lv/", "/news/lv/feed.atom"):
        async with client.get(path) as answer:
            known = {"If-None-Match": answer.headers["ETag"]}
        async with client.get(path, headers=known) as answer:
            assert answer.status == HTTPStatus.NOT_MODIFIED
        gone = announced.pop()
        async with client.get(path, headers=known) as answer:
            assert answer.status == HTTPStatus.OK
        announced.append(gone)
