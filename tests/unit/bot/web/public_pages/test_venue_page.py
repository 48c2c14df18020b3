"""The page of a venue: for who has its link, in three languages; a link that is none shows nothing."""

from datetime import UTC, datetime
from http import HTTPStatus

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.web.public_pages import PublicLayout, VenuePage
from handlers.model.handoff import HandoffState
from handlers.model.venue import KnownVenue, VenueCall
from kb.model import LineId
from tests.doubles import small_base

SINCE = datetime(2026, 11, 23, 20, 40, tzinfo=UTC)
ROSE = KnownVenue(
    name="Rozengrāls <b>",
    address="Rozena 1",
    tills=("Bārs", "Terase"),
    till="Bārs",
    by_link=True,
    calls=(
        VenueCall(line=LineId("workshop"), state=HandoffState.TAKEN, since=SINCE),
        VenueCall(line=LineId("gone"), state=HandoffState.OPEN, since=SINCE),
    ),
)
BARE = KnownVenue(name="Vīnkalni", by_link=True)


async def show(path: str, accept: str = "lv") -> tuple[int, str, str]:
    """Status, page and cache rule of an address."""

    async def find(token: str) -> KnownVenue | None:
        return {"v1-rose": ROSE, "v2-bare": BARE}.get(token)

    page = VenuePage(
        layout=PublicLayout(small_base, "https://bot.example.lv"),
        directory=lambda: small_base().directory,
        find=find,
        make_draft=lambda token, language: f"/t/{language}" if token == "v1-rose" else None,
    )
    application = web.Application()
    application.add_routes(page.routes())
    async with TestClient(TestServer(application)) as client:
        answer = await client.get(path, headers={"Accept-Language": accept})
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        return answer.status, await answer.text(), answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("language", "taken", "waiting"),
    [("lv", "pieņemts", "gaida"), ("ru", "принят", "ожидает"), ("en", "taken", "waiting")],
)
async def test_it_shows_calls_lines_devices_and_the_draft(language: str, taken: str, waiting: str) -> None:
    status, page, cache = await show(f"/v/v1-rose?lang={language}")
    assert (status, cache) == (HTTPStatus.OK, "no-store")
    for told in (taken, waiting, "23.11. 20:40", "Rozengrāls &lt;b&gt;", "Bārs", "Terase", f"/t/{language}"):
        assert told in page
    assert 'href="tel:+37120000002"' in page
    assert f'href="/?lang={language}&amp;v=v1-rose"' in page
    assert 'href="?lang=en"' in page
    assert 'content="noindex"' in page


async def test_a_venue_of_which_little_is_known_has_a_page_too() -> None:
    status, page, _ = await show("/v/v2-bare", accept="en")
    assert status == HTTPStatus.OK
    assert "No calls are open." in page
    assert "/t/" not in page


async def test_a_link_that_is_none_shows_nothing() -> None:
    status, page, cache = await show("/v/v9-guess", accept="en")
    assert (status, cache) == (HTTPStatus.NOT_FOUND, "no-store")
    assert "This link does not work" in page
    assert "Rozengr" not in page
