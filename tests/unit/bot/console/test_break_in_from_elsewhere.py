"""Tries to change something from other people's pages, or by links and other methods."""

from http import HTTPStatus

import pytest

from tests.unit.bot.console.conftest import ConsoleFixture, OpenBrowser
from tests.unit.bot.console.thief import is_sent_to_sign_in

CHANGES = ["/sign-out", "/language", "/delivery/1/retry", "/delivery/1/drop", "/agents", "/agents/2/disable"]


@pytest.mark.parametrize("path", [*CHANGES, "/sign-in"])
@pytest.mark.parametrize("token", [None, "", "x", "of another session"])
async def test_a_change_without_the_sessions_token_is_refused(opens: OpenBrowser, path: str, token: str | None) -> None:
    browser, other = await opens("ada"), await opens("otto")
    given = await other.token() if token == "of another session" else token
    answer = await browser.client.post(
        f"/console{path}", data={} if given is None else {"csrf": given}, headers={"Origin": browser.origin}
    )
    assert answer.status == HTTPStatus.FORBIDDEN
    assert not await is_sent_to_sign_in(browser)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://127.0.0.1.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
    ids=str,
)
async def test_another_sites_page_changes_nothing_even_with_the_token(
    opens: OpenBrowser, desk: ConsoleFixture, headers: dict[str, str]
) -> None:
    browser = await opens("ada")
    number = desk.agent("otto").id
    assert (await browser.post(f"/agents/{number}/disable", headers=headers)).status == HTTPStatus.FORBIDDEN
    assert desk.agent("otto").active


async def test_a_change_without_an_origin_is_refused(opens: OpenBrowser) -> None:
    browser = await opens("ada")
    answer = await browser.client.post("/console/sign-out", data={"csrf": await browser.token()})
    assert answer.status == HTTPStatus.FORBIDDEN


async def test_the_token_may_come_in_a_header_as_scripts_send_it(opens: OpenBrowser) -> None:
    browser = await opens("ada")
    answer = await browser.client.post(
        "/console/sign-out",
        headers={"Origin": browser.origin, "X-CSRF-Token": await browser.token(), "HX-Request": "true"},
        allow_redirects=False,
    )
    assert answer.status == HTTPStatus.SEE_OTHER
    assert await is_sent_to_sign_in(browser)


@pytest.mark.parametrize("path", CHANGES)
async def test_a_link_changes_nothing(opens: OpenBrowser, path: str) -> None:
    browser = await opens("ada")
    answer = await browser.get(f"{path}?csrf={await browser.token()}", follow=False)
    assert answer.status in {HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.OK}
    assert not await is_sent_to_sign_in(browser)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD", "BREW"])
@pytest.mark.parametrize("path", ["/delivery", "/agents", "/sign-in", "/sign-out"])
async def test_other_methods_do_nothing(opens: OpenBrowser, method: str, path: str) -> None:
    browser = await opens("ada")
    answer = await browser.client.request(method, f"/console{path}")
    # What is no method at all is refused before it is looked where it goes.
    assert answer.status == (HTTPStatus.BAD_REQUEST if method == "BREW" else HTTPStatus.METHOD_NOT_ALLOWED)
    assert not await is_sent_to_sign_in(browser)


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
async def test_a_method_cannot_be_overridden(opens: OpenBrowser, name: str) -> None:
    browser = await opens("ada")
    await browser.get("/sign-out?_method=POST", headers={name: "POST"})
    assert not await is_sent_to_sign_in(browser)
