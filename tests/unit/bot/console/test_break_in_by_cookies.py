"""Tries to break in with cookies: changed, copied, planted, kept too long."""

import asyncio
import base64
from datetime import timedelta

import pytest

from storage.database import engine
from storage.helpdesk import agent_sessions, agents
from tests.unit.bot.console.conftest import Desk, Opens, PutUp, sections
from tests.unit.bot.console.thief import cookie, outside, put


async def test_the_cookie_is_for_this_place_only_and_no_script_reads_it(opens: Opens) -> None:
    answer = await (await opens()).sign_in("ada")
    kept = answer.headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/console", "Max-Age="):
        assert part in kept
    assert "ada" not in kept


async def test_behind_https_the_cookie_is_secure_and_only_the_public_address_changes_anything(
    desk: Desk, put_up: PutUp
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


async def test_a_cookie_tells_nothing_and_cannot_be_changed(opens: Opens) -> None:
    browser = await opens("ada")
    value = cookie(browser)
    octets = base64.urlsafe_b64decode(value)
    assert b"token" not in octets
    assert b"csrf" not in octets
    for place in range(0, len(octets), 17):
        changed = bytearray(octets)
        changed[place] ^= 1
        put(browser, base64.urlsafe_b64encode(changed).decode())
        assert await outside(browser), place
    put(browser, value)
    assert not await outside(browser)


@pytest.mark.parametrize("value", ["", "x", "{}", "gAAAAA==", "a" * 4000, "%00", "null", "ada"])
async def test_a_cookie_of_ones_own_is_no_session(opens: Opens, value: str) -> None:
    browser = await opens()
    put(browser, value)
    assert await outside(browser)


async def test_a_cookie_that_is_no_text_breaks_nothing(opens: Opens) -> None:
    server = (await opens()).client.server
    reader, writer = await asyncio.open_connection(server.host, server.port)
    writer.write(b"GET /console/delivery HTTP/1.1\r\nHost: x\r\nCookie: paligs_console=\xff\xfe\r\n\r\n")
    assert await reader.readline() == b"HTTP/1.1 303 See Other\r\n"
    writer.close()


async def test_a_copy_of_the_cookie_is_worth_nothing_after_signing_out(opens: Opens) -> None:
    browser, thief = await opens("ada"), await opens()
    copy = cookie(browser)
    put(thief, copy)
    assert not await outside(thief)
    await browser.post("/sign-out")
    assert await outside(browser)
    put(thief, copy)
    assert await outside(thief)


async def test_a_session_known_before_signing_in_is_not_the_one_after(opens: Opens) -> None:
    browser, thief = await opens(), await opens()
    await browser.get("/sign-in")
    planted = cookie(browser)
    put(thief, planted)
    token = await thief.token()
    await browser.sign_in("ada")
    assert cookie(browser) != planted
    assert await browser.token() != token
    put(thief, planted)
    assert await outside(thief)


async def test_signing_in_again_ends_the_session_before(opens: Opens) -> None:
    browser, thief = await opens("otto"), await opens()
    copy = cookie(browser)
    await browser.sign_in("ada")
    put(thief, copy)
    assert await outside(thief)


async def test_a_new_password_ends_every_session(opens: Opens, desk: Desk) -> None:
    browsers = [await opens("otto") for _ in range(2)]
    with engine.writing(desk.database) as connection:
        agents.set_password(connection, desk.agent("otto").id, "another hash")
    for browser in browsers:
        assert await outside(browser)


async def test_disabling_ends_every_session_and_enabling_brings_none_back(opens: Opens, desk: Desk) -> None:
    browser = await opens("otto")
    number = desk.agent("otto").id
    with engine.writing(desk.database) as connection:
        agents.disable(connection, number, desk.time[0])
    assert await outside(browser)
    with engine.writing(desk.database) as connection:
        agents.enable(connection, number)
    assert await outside(browser)


async def test_a_session_ends_when_nothing_is_done(opens: Opens, desk: Desk) -> None:
    browser = await opens("ada")
    desk.later(hours=11)
    assert not await outside(browser)
    desk.later(hours=13)
    assert await outside(browser)


async def test_a_session_ends_after_a_week_in_any_case(opens: Opens, desk: Desk) -> None:
    browser = await opens("ada")
    begun = desk.time[0]
    while desk.time[0] - begun < agent_sessions.LONGEST - timedelta(hours=1):
        assert not await outside(browser)
        desk.later(hours=1)
    desk.later(hours=2)
    assert await outside(browser)


async def test_a_token_of_another_secret_is_no_session(opens: Opens, desk: Desk) -> None:
    from cryptography.fernet import Fernet  # noqa: PLC0415

    browser = await opens()
    put(browser, Fernet(Fernet.generate_key()).encrypt(b'{"created": 1, "session": {"token": "x"}}').decode())
    assert await outside(browser)
