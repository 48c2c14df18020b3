"""Tries to get past one's role."""

import re
from http import HTTPStatus

from bot.console import AccessLevel
from storage.database import engine
from storage.helpdesk.audit_log import AuditEvent
from storage.helpdesk.sign_in import agents
from storage.helpdesk.sign_in.agent_roles import Role
from tests.unit.bot.console.conftest import PASSWORD, ConsoleFixture, OpenBrowser, sections


async def test_every_page_asks_for_its_role(opens: OpenBrowser, desk: ConsoleFixture) -> None:
    stranger, otto = await opens(), await opens("otto")
    for page in (page for section in sections(desk) for page in section.routes):
        path = re.sub(r"\{\w+\}", "1", page.path)
        for browser, level in ((stranger, AccessLevel.ANYONE), (otto, AccessLevel.AGENT)):
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


async def test_an_agent_does_not_see_where_they_may_not_go(opens: OpenBrowser, desk: ConsoleFixture) -> None:
    page = await (await opens("otto")).text("/")
    for section in sections(desk):
        if section.in_menu and section.role is AccessLevel.ADMIN:
            assert f'href="/console{section.path}"' not in page


async def test_a_refused_page_is_noted(opens: OpenBrowser, desk: ConsoleFixture) -> None:
    await (await opens("otto")).get("/audit")
    (noted,) = desk.audit_records(AuditEvent.REFUSED)
    assert (noted.agent, noted.subject) == ("otto", "GET /audit")


async def test_a_role_that_was_taken_away_is_gone_with_the_next_page(opens: OpenBrowser, desk: ConsoleFixture) -> None:
    browser = await opens("ada")
    assert (await browser.get("/delivery")).status == HTTPStatus.OK
    with engine.write_transaction(desk.database) as connection:
        agents.set_role(connection, desk.agent("ada").id, Role.AGENT)
    assert (await browser.get("/delivery")).status == HTTPStatus.FORBIDDEN


async def test_nobody_makes_themselves_more(opens: OpenBrowser, desk: ConsoleFixture) -> None:
    browser = await opens("otto")
    number = desk.agent("otto").id
    answers = [
        await browser.post(f"/agents/{number}/role", {"role": "admin"}),
        await browser.post("/agents", {"name": "eve", "password": PASSWORD, "role": "admin"}),
        await browser.post("/language", {"language": "en", "role": "admin"}),
    ]
    assert [answer.status for answer in answers[:2]] == [HTTPStatus.FORBIDDEN] * 2
    assert desk.agent("otto").role is Role.AGENT


async def test_live_news_are_for_those_who_are_signed_in(opens: OpenBrowser) -> None:
    browser = await opens()
    answer = await browser.get("/live", headers={"Accept": "text/event-stream"}, follow=False)
    assert answer.status == HTTPStatus.UNAUTHORIZED
