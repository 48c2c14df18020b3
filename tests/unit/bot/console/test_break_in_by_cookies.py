"""Tries to break in with cookies: changed, copied, planted, kept too long."""

import asyncio
import base64
from datetime import timedelta

import pytest

from storage.database import engine
from storage.helpdesk.sign_in import agent_sessions, agents
from tests.unit.bot.console.conftest import ConsoleFixture, OpenBrowser, ServeConsole, sections
from tests.unit.bot.console.thief import cookie, is_sent_to_sign_in, set_cookie


async def test_the_cookie_is_for_this_place_only_and_no_script_reads_it(opens: OpenBrowser) -> None:
    answer = await (await opens()).sign_in("ada")
    kept = answer.headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/console", "Max-Age="):
        assert part in kept
    assert "ada" not in kept


async def test_behind_https_the_cookie_is_secure_and_only_the_public_address_changes_anything(
    desk: ConsoleFixture, put_up: ServeConsole
) -> None:
    browser = await (await put_up(sections(desk), "https://bot.example.lv"))()
    answer = await browser.get("/sign-in")
    assert answer.headers["Set-Cookie"].startswith("__Secure-paligs_console=")
    assert "; Secure" in answer.headers["Set-Cookie"]
    page = await answer.text()
    token = page.split('name="csrf" content="')[1].split('"')[0]
    kept = answer.headers["Set-Cookie"].split(";")[0]
    for origin, status in ((browser.origin, 403), ("https://bot.example.lv", 303)):
        sent = await browser.client.post(
            "/console/language",
            data={"csrf": token, "language": "en"},
            headers={"Origin": origin, "Cookie": kept},
            allow_redirects=False,
        )
        assert sent.status == status


async def test_a_cookie_tells_nothing_and_cannot_be_changed(opens: OpenBrowser) -> None:
    browser = await opens("ada")
    value = cookie(browser)
    octets = base64.urlsafe_b64decode(value)
    assert b"token" not in octets
    assert b"csrf" not in octets
    for place in range(0, len(octets), 17):
        changed = bytearray(octets)
        changed[place] ^= 1
        set_cookie(browser, base64.urlsafe_b64encode(changed).decode())
        assert await is_sent_to_sign_in(browser), place
    set_cookie(browser, value)
    assert not await is_sent_to_sign_in(browser)


@pytest.mark.parametrize("value", ["", "x", "{}", "gAAAAA==", "a" * 4000, "%00", "null", "ada"])
async def test_a_cookie_of_ones_own_is_no_session(opens: OpenBrowser, value: str) -> None:
    browser = await opens()
    set_cookie(browser, value)
    assert await is_sent_to_sign_in(browser)


async def test_a_cookie_that_is_no_text_breaks_nothing(opens: OpenBrowser) -> None:
    server = (await opens()).client.server
    reader, writer = await asyncio.open_connection(server.host, server.port)
    writer.write(b"GET /console/delivery HTTP/1.1\r\nHost: x\r\nCookie: paligs_console=\xff\xfe\r\n\r\n")
    assert await reader.readline() == b"HTTP/1.1 303 See Other\r\n"
    writer.close()


async def test_a_copy_of_the_cookie_is_worth_nothing_after_signing_out(opens: OpenBrowser) -> None:
    browser, thief = await opens("ada"), await opens()
    copy = cookie(browser)
    set_cookie(thief, copy)
    assert not await is_sent_to_sign_in(thief)
    await browser.post("/sign-out")
    assert await is_sent_to_sign_in(browser)
    set_cookie(thief, copy)
    assert await is_sent_to_sign_in(thief)


async def test_a_session_known_before_signing_in_is_not_the_one_after(opens: OpenBrowser) -> None:
    browser, thief = await opens(), await opens()
    await browser.get("/sign-in")
    planted = cookie(browser)
    set_cookie(thief, planted)
    token = await thief.token()
    await browser.sign_in("ada")
    assert cookie(browser) != planted
    assert await browser.token() != token
    set_cookie(thief, planted)
    assert await is_sent_to_sign_in(thief)


async def test_signing_in_again_ends_the_session_before(opens: OpenBrowser) -> None:
    browser, thief = await opens("otto"), await opens()
    copy = cookie(browser)
    await browser.sign_in("ada")
    set_cookie(thief, copy)
    assert await is_sent_to_sign_in(thief)


async def test_a_new_password_ends_every_session(opens: OpenBrowser, desk: ConsoleFixture) -> None:
    browsers = [await opens("otto") for _ in range(2)]
    with engine.write_transaction(desk.database) as connection:
        agents.set_password(connection, desk.agent("otto").id, "another hash")
    for browser in browsers:
        assert await is_sent_to_sign_in(browser)


async def test_disabling_ends_every_session_and_enabling_brings_none_back(
    opens: OpenBrowser, desk: ConsoleFixture
) -> None:
    browser = await opens("otto")
    number = desk.agent("otto").id
    with engine.write_transaction(desk.database) as connection:
        agents.disable(connection, number, desk.time[0])
    assert await is_sent_to_sign_in(browser)
    with engine.write_transaction(desk.database) as connection:
        agents.enable(connection, number)
    assert await is_sent_to_sign_in(browser)


async def test_a_session_ends_when_nothing_is_done(opens: OpenBrowser, desk: ConsoleFixture) -> None:
    browser = await opens("ada")
    desk.advance_clock(hours=11)
    assert not await is_sent_to_sign_in(browser)
    desk.advance_clock(hours=13)
    assert await is_sent_to_sign_in(browser)


async def test_a_session_ends_after_a_week_in_any_case(opens: OpenBrowser, desk: ConsoleFixture) -> None:
    browser = await opens("ada")
    begun = desk.time[0]
    while desk.time[0] - begun < agent_sessions.MAX_LIFETIME - timedelta(hours=1):
        assert not await is_sent_to_sign_in(browser)
        desk.advance_clock(hours=1)
    desk.advance_clock(hours=2)
    assert await is_sent_to_sign_in(browser)


async def test_a_token_of_another_secret_is_no_session(opens: OpenBrowser, desk: ConsoleFixture) -> None:
    from cryptography.fernet import Fernet  # noqa: PLC0415

    browser = await opens()
    set_cookie(browser, Fernet(Fernet.generate_key()).encrypt(b'{"created": 1, "session": {"token": "x"}}').decode())
    assert await is_sent_to_sign_in(browser)
