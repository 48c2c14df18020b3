"""The banners of outages: on help pages and news, for the open web chat, and nothing personal in them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.web.outage_banners import OutageBanners
from bot.web.public_pages import NewsPages, PublicLayout
from handlers.model.announcements import News
from kb.model import Language
from tests.doubles import small_base

Client = TestClient[web.Request, web.Application]


@dataclass
class Board:
    """What runs, and how often it was read."""

    running: list[str] = field(default_factory=list)
    reads: int = 0

    async def refresh(self) -> None:
        self.reads += 1

    def banners(self, language: Language) -> list[str]:
        return [f"{language}: {one}" for one in self.running]


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
async def client(board: Board) -> AsyncIterator[Client]:
    async def no_news() -> tuple[News, ...]:
        return ()

    banners = OutageBanners(refresh=board.refresh, of=board.banners)
    pages = NewsPages(PublicLayout(small_base, None, banners.of), no_news)
    application = web.Application(middlewares=[banners.middleware()])
    application.add_routes([*pages.routes(), *banners.routes()])
    async with TestClient(TestServer(application)) as opened:
        yield opened


async def page(client: Client, path: str) -> str:
    async with client.get(path) as answer:
        assert answer.status == 200
        return await answer.text()


async def test_a_page_shows_what_runs_and_nothing_when_it_is_over(client: Client, board: Board) -> None:
    board.running.append("<server> is down")
    assert '<p class="banner" role="status">ru: &lt;server&gt; is down</p>' in await page(client, "/news/ru/")
    board.running.clear()
    assert "banner" not in await page(client, "/news/ru/")
    assert board.reads == 2


@pytest.mark.parametrize("language", ["lv", "ru", "en"])
async def test_the_open_chat_asks_for_it_in_its_language(client: Client, board: Board, language: str) -> None:
    async with client.get(f"/outages/{language}.json") as answer:
        assert await answer.json() == {"banners": []}
    board.running.append("down")
    async with client.get(f"/outages/{language}.json") as answer:
        assert await answer.json() == {"banners": [f"{language}: down"]}
        assert answer.headers["Cache-Control"] == "public, max-age=15"


async def test_a_program_without_outages_shows_none(client: Client) -> None:
    nothing = OutageBanners()
    await nothing.refresh()
    assert nothing.of("lv") == ()
    assert "banner" not in await page(client, "/news/lv/")
