"""Tries to break in: at the sign-in, with cookies, with other people's pages, past roles, through paths, with markup."""

import asyncio
import base64
import re
from http import HTTPStatus
from statistics import median
from time import perf_counter

import pytest
from yarl import URL

from bot.console import Access
from storage import agent_sessions, agents, engine, sign_ins
from storage.agents import Role
from storage.audit import Event
from tests.unit.bot.console.conftest import PASSWORD, Browser, Desk, Opens, PutUp, sections

COOKIE = "paligs_console"


def cookie(browser: Browser) -> str:
    """What the browser keeps."""
    return browser.client.session.cookie_jar.filter_cookies(browser.client.make_url("/console/"))[COOKIE].value


def put(browser: Browser, value: str) -> None:
    """The browser sends this instead."""
    jar = browser.client.session.cookie_jar
    jar.clear()
    jar.update_cookies({COOKIE: value}, URL(browser.origin) / "console/")


async def outside(browser: Browser) -> bool:
    """Whether the console sends them to sign in."""
    answer = await browser.get("/delivery", follow=False)
    return answer.status == HTTPStatus.SEE_OTHER and answer.headers["Location"] == "/console/sign-in"


# Signing in


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("ada", "wrong password"),
        ("nobody", PASSWORD),
        ("ada", PASSWORD + " "),
        ("ada", PASSWORD.upper()),
        ("' OR 1=1 --", PASSWORD),
        ("ada'--", PASSWORD),
        ("%", PASSWORD),
        ("ada\x00", PASSWORD + "\x00"),
        ("ada", "x" * 5000),
        ("a" * 5000, PASSWORD),
    ],
)
async def test_what_is_not_right_is_refused_with_one_sentence(opens: Opens, name: str, password: str) -> None:
    browser = await opens()
    answer = await browser.sign_in(name, password)
    assert answer.status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Vārds vai parole nav pareiza." in await answer.text()
    assert await outside(browser)


@pytest.mark.parametrize("name", ["ada", "ADA", " Ada ", "ａｄａ"])
async def test_a_name_is_known_however_it_is_written(opens: Opens, name: str) -> None:
    assert (await (await opens()).sign_in(name)).status == HTTPStatus.SEE_OTHER


async def test_guessing_is_held_after_five_tries_and_let_go_after_a_quarter_of_an_hour(
    opens: Opens, desk: Desk
) -> None:
    browser = await opens()
    for _ in range(sign_ins.MOST_BY_BOTH):
        assert (await browser.sign_in("ada", "guess")).status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert (await browser.sign_in("ada")).status == HTTPStatus.TOO_MANY_REQUESTS
    assert (await browser.sign_in("ADA ")).status == HTTPStatus.TOO_MANY_REQUESTS
    assert (await (await opens()).sign_in("ada")).status == HTTPStatus.TOO_MANY_REQUESTS
    assert (await browser.sign_in("otto")).status == HTTPStatus.SEE_OTHER
    assert {each.subject for each in desk.noted(Event.SIGN_IN_FAILED, Event.SIGN_IN_HELD)} == {"ada"}
    desk.later(minutes=16)
    assert (await browser.sign_in("ada")).status == HTTPStatus.SEE_OTHER


async def test_guessing_many_names_from_one_place_is_held(opens: Opens) -> None:
    browser = await opens()
    for number in range(sign_ins.MOST_BY_ADDRESS):
        assert (await browser.sign_in(f"name{number}", "guess")).status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert (await browser.sign_in("otto")).status == HTTPStatus.TOO_MANY_REQUESTS


async def test_guessing_from_many_places_is_held_and_made_up_places_do_not_help(opens: Opens) -> None:
    browser = await opens()
    statuses = [
        (await browser.sign_in("ada", "guess", headers={"X-Forwarded-For": f"{number}.9.9.9, 8.8.8.8"})).status
        for number in range(1, 8)
    ]
    assert statuses == [HTTPStatus.UNPROCESSABLE_ENTITY] * 5 + [HTTPStatus.TOO_MANY_REQUESTS] * 2
    own = await browser.sign_in("ada", headers={"X-Forwarded-For": "8.8.4.4"})
    assert own.status == HTTPStatus.SEE_OTHER


async def test_one_network_of_many_addresses_counts_as_one_place(opens: Opens) -> None:
    browser = await opens()
    statuses = {
        (await browser.sign_in("ada", "guess", headers={"X-Forwarded-For": f"2001:db8:1:2::{number}"})).status
        for number in range(1, 8)
    }
    assert HTTPStatus.TOO_MANY_REQUESTS in statuses


async def test_a_right_password_forgives_earlier_slips(opens: Opens) -> None:
    browser = await opens()
    for _ in range(3):
        for _ in range(4):
            await browser.sign_in("otto", "slip")
        assert (await browser.sign_in("otto")).status == HTTPStatus.SEE_OTHER


async def test_an_unknown_name_takes_as_long_as_a_known_one(opens: Opens, desk: Desk) -> None:
    browser = await opens()
    times: dict[str, list[float]] = {"otto": [], "nobody": []}
    for _ in range(4):
        for name, took in times.items():
            token = await browser.token()
            begun = perf_counter()
            answer = await browser.client.post(
                "/console/sign-in",
                data={"csrf": token, "name": name, "password": "guess"},
                headers={"Origin": browser.origin},
            )
            took.append(perf_counter() - begun)
            assert answer.status == HTTPStatus.UNPROCESSABLE_ENTITY
    known, unknown = median(times["otto"]), median(times["nobody"])
    # A hash takes tens of milliseconds: without one the difference would be tenfold.
    assert unknown > known / 3


async def test_what_strangers_type_is_not_kept(opens: Opens, desk: Desk) -> None:
    await (await opens()).sign_in("my secret password", "x")
    (noted,) = desk.noted()
    assert (noted.event, noted.agent, noted.subject) == (Event.SIGN_IN_FAILED, None, None)


async def test_one_who_was_disabled_does_not_come_in(opens: Opens, desk: Desk) -> None:
    with engine.writing(desk.database) as connection:
        agents.disable(connection, desk.agent("otto").id, desk.time[0])
    assert (await (await opens()).sign_in("otto")).status == HTTPStatus.UNPROCESSABLE_ENTITY


# Cookies


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


async def test_a_session_ends_when_nothing_is_done_and_in_any_case_after_a_week(opens: Opens, desk: Desk) -> None:
    idle, busy = await opens("ada"), await opens("ada")
    for _ in range(agent_sessions.LONGEST // agent_sessions.IDLE + 1):
        assert not await outside(busy)
        desk.later(hours=11)
    desk.later(hours=2)
    assert await outside(idle)
    for _ in range(2):
        desk.later(hours=11)
        await busy.get("/delivery")
    assert await outside(busy)


async def test_a_token_of_another_secret_is_no_session(opens: Opens, desk: Desk) -> None:
    from cryptography.fernet import Fernet  # noqa: PLC0415

    browser = await opens()
    put(browser, Fernet(Fernet.generate_key()).encrypt(b'{"created": 1, "session": {"token": "x"}}').decode())
    assert await outside(browser)


# Other people's pages

CHANGES = ["/sign-out", "/language", "/delivery/1/retry", "/delivery/1/drop", "/agents", "/agents/2/disable"]


@pytest.mark.parametrize("path", [*CHANGES, "/sign-in"])
@pytest.mark.parametrize("token", [None, "", "x", "of another session"])
async def test_a_change_without_the_sessions_token_is_refused(opens: Opens, path: str, token: str | None) -> None:
    browser, other = await opens("ada"), await opens("otto")
    given = await other.token() if token == "of another session" else token
    answer = await browser.client.post(
        f"/console{path}", data={} if given is None else {"csrf": given}, headers={"Origin": browser.origin}
    )
    assert answer.status == HTTPStatus.FORBIDDEN
    assert not await outside(browser)


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
    opens: Opens, desk: Desk, headers: dict[str, str]
) -> None:
    browser = await opens("ada")
    number = desk.agent("otto").id
    assert (await browser.post(f"/agents/{number}/disable", headers=headers)).status == HTTPStatus.FORBIDDEN
    assert desk.agent("otto").active


async def test_a_change_without_an_origin_is_refused(opens: Opens) -> None:
    browser = await opens("ada")
    answer = await browser.client.post("/console/sign-out", data={"csrf": await browser.token()})
    assert answer.status == HTTPStatus.FORBIDDEN


async def test_the_token_may_come_in_a_header_as_scripts_send_it(opens: Opens) -> None:
    browser = await opens("ada")
    answer = await browser.client.post(
        "/console/sign-out",
        headers={"Origin": browser.origin, "X-CSRF-Token": await browser.token(), "HX-Request": "true"},
        allow_redirects=False,
    )
    assert answer.status == HTTPStatus.SEE_OTHER
    assert await outside(browser)


@pytest.mark.parametrize("path", CHANGES)
async def test_a_link_changes_nothing(opens: Opens, path: str) -> None:
    browser = await opens("ada")
    answer = await browser.get(f"{path}?csrf={await browser.token()}", follow=False)
    assert answer.status in {HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.OK}
    assert not await outside(browser)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD", "BREW"])
@pytest.mark.parametrize("path", ["/delivery", "/agents", "/sign-in", "/sign-out"])
async def test_other_methods_do_nothing(opens: Opens, method: str, path: str) -> None:
    browser = await opens("ada")
    answer = await browser.client.request(method, f"/console{path}")
    # What is no method at all is refused before it is looked where it goes.
    assert answer.status == (HTTPStatus.BAD_REQUEST if method == "BREW" else HTTPStatus.METHOD_NOT_ALLOWED)
    assert not await outside(browser)


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
async def test_a_method_cannot_be_overridden(opens: Opens, name: str) -> None:
    browser = await opens("ada")
    await browser.get("/sign-out?_method=POST", headers={name: "POST"})
    assert not await outside(browser)


# Roles


async def test_every_page_asks_for_its_role(opens: Opens, desk: Desk) -> None:
    stranger, otto = await opens(), await opens("otto")
    for page in (page for section in sections(desk) for page in section.pages):
        path = re.sub(r"\{\w+\}", "1", page.path)
        for browser, level in ((stranger, Access.ANYONE), (otto, Access.AGENT)):
            if page.role <= level or path == "/sign-out":
                continue
            if page.method == "GET":
                answer = await browser.get(path, follow=False)
            else:
                answer = await browser.post(path, follow=False)
            expected = {HTTPStatus.FORBIDDEN} if level else {HTTPStatus.SEE_OTHER, HTTPStatus.UNAUTHORIZED}
            assert answer.status in expected, (page.method, path)
            if answer.status == HTTPStatus.SEE_OTHER:
                assert answer.headers["Location"] == "/console/sign-in"


async def test_an_agent_does_not_see_where_they_may_not_go(opens: Opens, desk: Desk) -> None:
    page = await (await opens("otto")).text("/")
    for section in sections(desk):
        if section.menu and section.role is Access.ADMIN:
            assert f'href="/console{section.path}"' not in page


async def test_a_refused_page_is_noted(opens: Opens, desk: Desk) -> None:
    await (await opens("otto")).get("/audit")
    (noted,) = desk.noted(Event.REFUSED)
    assert (noted.agent, noted.subject) == ("otto", "GET /audit")


async def test_a_role_that_was_taken_away_is_gone_with_the_next_page(opens: Opens, desk: Desk) -> None:
    browser = await opens("ada")
    assert (await browser.get("/delivery")).status == HTTPStatus.OK
    with engine.writing(desk.database) as connection:
        agents.set_role(connection, desk.agent("ada").id, Role.AGENT)
    assert (await browser.get("/delivery")).status == HTTPStatus.FORBIDDEN


async def test_nobody_makes_themselves_more(opens: Opens, desk: Desk) -> None:
    browser = await opens("otto")
    number = desk.agent("otto").id
    answers = [
        await browser.post(f"/agents/{number}/role", {"role": "admin"}),
        await browser.post("/agents", {"name": "eve", "password": PASSWORD, "role": "admin"}),
        await browser.post("/language", {"language": "en", "role": "admin"}),
    ]
    assert [answer.status for answer in answers[:2]] == [HTTPStatus.FORBIDDEN] * 2
    assert desk.agent("otto").role is Role.AGENT


async def test_live_news_are_for_those_who_are_signed_in(opens: Opens) -> None:
    browser = await opens()
    answer = await browser.get("/live", headers={"Accept": "text/event-stream"}, follow=False)
    assert answer.status == HTTPStatus.UNAUTHORIZED


# Paths and places


@pytest.mark.parametrize(
    "path",
    [
        "//delivery", "/./delivery/", "/delivery/", "/delivery/..;/agents", "/DELIVERY", "/delivery%00", "/delivery%2e",
        "/sign-in/../delivery", "/sign-in/%2e%2e/delivery", "/sign-in%2f..%2fdelivery", "/%64elivery", "/delivery;x=1",
        "/static/x/..%2f..%2fsite.py", "/static/..%2fsite.py", "/static/x/site.py", "/templates/base.html",
    ],
)  # fmt: skip
async def test_a_crooked_path_leads_nowhere(opens: Opens, path: str) -> None:
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
async def test_one_is_never_sent_elsewhere(opens: Opens, path: str) -> None:
    browser = await opens()
    answer = await browser.post("/language", {"language": "en", "back": path}, follow=False)
    assert answer.status == HTTPStatus.SEE_OTHER
    assert answer.headers["Location"].startswith("/console/")
    assert "X" not in answer.headers

    await browser.client.session.get(URL(f"{browser.origin}/console/delivery?x=//evil.example", encoded=True))
    answer = await browser.sign_in("ada")
    assert answer.headers["Location"] == "/console/delivery?x=//evil.example"


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "9" * 30, "1e3", "٣", "abc", "1%20OR%201=1", "2'--"])
async def test_a_number_that_is_none_finds_nothing(opens: Opens, number: str) -> None:
    browser = await opens("ada")
    for path in ("agents/{}/disable", "agents/{}/role"):
        answer = await browser.post(f"/{path.format(number)}", {"role": "agent"}, follow=False)
        assert answer.status == HTTPStatus.NOT_FOUND


async def test_a_form_that_is_too_long_is_refused(opens: Opens) -> None:
    answer = await (await opens()).sign_in("ada", "x" * 200_000)
    assert answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


# Markup

EVIL = "<img src=x onerror=alert(1)>'\"&{{7*7}}"


async def test_a_name_is_shown_as_it_is_written(opens: Opens, desk: Desk) -> None:
    desk.add(EVIL)
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


async def test_what_was_typed_comes_back_as_text(opens: Opens) -> None:
    page = await (await (await opens()).sign_in(EVIL, "wrong")).text()
    assert "&lt;img src=x onerror" in page
    assert "<img src=x" not in page


@pytest.mark.parametrize(
    "query", ["event=<script>", "agent=<script>alert(1)</script>", "before=<script>", "before=1'--"]
)
async def test_a_crooked_filter_is_none(opens: Opens, query: str) -> None:
    assert "<script>" not in await (await opens("ada")).text(f"/audit?{query}")


# Headers


async def test_every_answer_is_closed_to_others(opens: Opens) -> None:
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


async def test_the_console_without_a_slash_and_its_files(opens: Opens) -> None:
    browser = await opens()
    answer = await browser.client.get("/console", allow_redirects=False)
    assert answer.headers["Location"] == "/console/"
    page = await browser.text("/sign-in")
    for address in re.findall(r'(?:src|href)="(/console/static/[^"]+)"', page):
        found = await browser.client.get(address)
        assert found.status == HTTPStatus.OK
        assert "immutable" in found.headers["Cache-Control"]


async def test_what_breaks_tells_nothing(opens: Opens, desk: Desk) -> None:
    browser = await opens("ada")
    with engine.writing(desk.database) as connection:
        connection.exec_driver_sql("DROP TABLE parked")
    answer = await browser.get("/delivery")
    assert answer.status == HTTPStatus.INTERNAL_SERVER_ERROR
    text = await answer.text()
    assert "Kaut kas salūza" in text
    assert "parked" not in text
    assert "Traceback" not in text
