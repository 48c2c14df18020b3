"""Tries crooked paths, places, numbers, markup and faults."""

import re
from http import HTTPStatus

import pytest
from yarl import URL

from storage.database import engine
from tests.unit.bot.console.conftest import ConsoleFixture, OpenBrowser


@pytest.mark.parametrize(
    "path",
    [
        "//delivery", "/./delivery/", "/delivery/", "/delivery/..;/agents", "/DELIVERY", "/delivery%00", "/delivery%2e",
        "/sign-in/../delivery", "/sign-in/%2e%2e/delivery", "/sign-in%2f..%2fdelivery", "/%64elivery", "/delivery;x=1",
        "/static/x/..%2f..%2fsite.py", "/static/..%2fsite.py", "/static/x/site.py", "/templates/base.html",
    ],
)  # fmt: skip
async def test_a_crooked_path_leads_nowhere(opens: OpenBrowser, path: str) -> None:
    browser = await opens()
    answer = await browser.client.session.get(
        URL(f"{browser.origin}/console{path}", encoded=True), allow_redirects=False
    )
    if answer.status == HTTPStatus.SEE_OTHER:
        assert answer.headers["Location"] == "/console/sign-in"
    else:
        assert answer.status == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/%0d%0aSet-Cookie:x=1",
        "/x\r\nX: 1",
        "@evil.example",
        "",
    ],
)
async def test_one_is_never_sent_elsewhere(opens: OpenBrowser, path: str) -> None:
    browser = await opens()
    answer = await browser.post("/language", {"language": "en", "back": path}, follow=False)
    assert answer.status == HTTPStatus.SEE_OTHER
    assert answer.headers["Location"].startswith("/console/")
    assert "X" not in answer.headers

    await browser.client.session.get(URL(f"{browser.origin}/console/delivery?x=//evil.example", encoded=True))
    answer = await browser.sign_in("ada")
    assert answer.headers["Location"] == "/console/delivery?x=//evil.example"


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "9" * 30, "1e3", "٣", "abc", "1%20OR%201=1", "2'--"])
async def test_a_number_that_is_none_finds_nothing(opens: OpenBrowser, number: str) -> None:
    browser = await opens("ada")
    for path in ("agents/{}/disable", "agents/{}/role"):
        answer = await browser.post(f"/{path.format(number)}", {"role": "agent"}, follow=False)
        assert answer.status == HTTPStatus.NOT_FOUND


async def test_a_form_that_is_too_long_is_refused(opens: OpenBrowser) -> None:
    answer = await (await opens()).sign_in("ada", "x" * 200_000)
    assert answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


# Markup

EVIL = "<img src=x onerror=alert(1)>'\"&{{7*7}}"


async def test_a_name_is_shown_as_it_is_written(opens: OpenBrowser, desk: ConsoleFixture) -> None:
    desk.add_agent(EVIL)
    browser = await opens("ada")
    for path in ("/agents", "/audit"):
        page = await browser.text(path)
        assert "<img src=x" not in page
        assert "{{7*7}}" in page or path == "/audit"
    number = desk.agent(EVIL).id
    answer = await browser.post(f"/agents/{number}/disable")
    text = await answer.text()
    assert "&lt;img src=x" in text
    assert "<img src=x" not in text


async def test_what_was_typed_comes_back_as_text(opens: OpenBrowser) -> None:
    page = await (await (await opens()).sign_in(EVIL, "wrong")).text()
    assert "&lt;img src=x onerror" in page
    assert "<img src=x" not in page


@pytest.mark.parametrize(
    "query", ["event=<script>", "agent=<script>alert(1)</script>", "before=<script>", "before=1'--"]
)
async def test_a_crooked_filter_is_none(opens: OpenBrowser, query: str) -> None:
    assert "<script>" not in await (await opens("ada")).text(f"/audit?{query}")


# Headers


async def test_every_answer_is_closed_to_others(opens: OpenBrowser) -> None:
    browser = await opens("ada")
    paths = ("/delivery", "/agents", "/audit", "/sign-in", "/nowhere", "/live/x", "/language")
    for answer in [await browser.get(path, follow=False) for path in paths]:
        policy = answer.headers["Content-Security-Policy"]
        for part in (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ):
            assert part in policy
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_the_console_without_a_slash_and_its_files(opens: OpenBrowser) -> None:
    browser = await opens()
    answer = await browser.client.get("/console", allow_redirects=False)
    assert answer.headers["Location"] == "/console/"
    page = await browser.text("/sign-in")
    for address in re.findall(r'(?:src|href)="(/console/static/[^"]+)"', page):
        found = await browser.client.get(address)
        assert found.status == HTTPStatus.OK
        assert "immutable" in found.headers["Cache-Control"]


async def test_what_breaks_tells_nothing(opens: OpenBrowser, desk: ConsoleFixture) -> None:
    browser = await opens("ada")
    with engine.write_transaction(desk.database) as connection:
        connection.exec_driver_sql("DROP TABLE parked")
    answer = await browser.get("/delivery")
    assert answer.status == HTTPStatus.INTERNAL_SERVER_ERROR
    text = await answer.text()
    assert "Kaut kas salūza" in text
    assert "parked" not in text
    assert "Traceback" not in text
