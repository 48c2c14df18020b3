"""Whatever the composed program serves is asked as a stranger, an agent and an admin; what is open stands in a list."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import Final

import pytest
from aiohttp import CookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web_urldispatcher import PrefixedSubAppResource
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.app.application import Application
from bot.app.container import open_application
from bot.app.endpoints import Endpoints, draft_link_maker
from bot.console import AccessLevel, Section
from bot.console.views.audit import AuditView
from bot.console.views.knowledge import KnowledgeView
from bot.settings import Settings
from handlers.model.context import KnowledgeBundle
from storage.database import engine
from storage.helpdesk.sign_in import agents
from storage.helpdesk.sign_in.agent_roles import Role
from tests.doubles import NOW, ScriptedInterpreter, small_base, small_phrases
from tests.ports import own_port
from tests.unit.bot.console.conftest import ConsoleBrowser, password_hash

KEY: Final = "a signing key for tests"

OPEN_PAGES: Final = frozenset(
    {
        ("GET", "/"),
        ("GET", "/chat/ws"),
        ("GET", "/chat/static/{version}/{name}"),
        ("GET", "/t/{token}"),
        ("GET", "/v/{token}"),
        ("GET", "/draft/static/{version}/{name}"),
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/metrics"),
        ("GET", "/console"),  # to /console/
        ("GET", "/console/static/{version}/{name}"),
        ("GET", "/console/sign-in"),
        ("POST", "/console/sign-in"),
        ("POST", "/console/language"),
        ("GET", "/console/oidc"),
        ("GET", "/console/oidc/callback"),
        ("GET", "/console/oidc/sign-out"),
        ("GET", "/favicon.ico"),
        ("GET", "/icon.svg"),
        ("GET", "/colours.css"),
        ("GET", "/apple-touch-icon.png"),
        ("GET", "/icon-192.png"),
        ("GET", "/icon-512.png"),
        ("GET", "/manifest.webmanifest"),
        ("GET", "/help"),  # to /help/
        ("GET", "/help/"),
        ("GET", "/help/static/{version}/{name}"),
        ("GET", "/help/{language}/"),
        ("GET", "/help/{language}/search"),
        ("GET", "/help/{language}/search.json"),
        ("GET", "/help/{language}/topics/{category}"),
        ("GET", "/help/{language}/{entry}"),
        ("GET", "/help/{path}"),
        ("GET", "/news"),  # to /news/
        ("GET", "/news/"),
        ("GET", "/news/{language}/"),
        ("GET", "/news/{language}/feed.atom"),
        ("GET", "/outages/{language}.json"),
        ("GET", "/sitemap.xml"),
        ("GET", "/robots.txt"),
    }
)
"""Everybody may ask for these. Whoever adds one says here that it is meant."""

WEBHOOKS: Final = frozenset(
    {
        ("POST", "/webhooks/telegram"),
        ("POST", "/webhooks/twilio"),
        ("POST", "/webhooks/twilio/status"),
        ("POST", "/webhooks/twilio/sms"),
        ("POST", "/webhooks/twilio/sms/status"),
    }
)
"""Anybody reaches these, and only the platform's signature or secret gets further."""

ADMIN_PAGES: Final = ("/console/agents", "/console/audit", "/console/customers/import", "/console/delivery")
"""With everything below them."""

SIGN_OUT: Final = ("POST", "/console/sign-out")
"""Asked last: it ends the session."""

Route = tuple[str, str]
NO_RECORD: Final = "999999"
CONVERSATION: Final = "0" * 32
REFUSED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


@dataclass(frozen=True)
class ServedProgram:
    """The program as `paligs run` composes it, with every channel and every way to sign in."""

    application: web.Application
    server: TestServer
    program: Application

    def routes(self) -> list[Route]:
        """Method and path of everything that is served; the last one ends the session."""
        found = {route for route in iterate_routes(self.application) if route[0] != "HEAD"}
        return sorted(found, key=lambda route: (route == SIGN_OUT, route))

    @asynccontextmanager
    async def browser(self, name: str | None = None) -> AsyncIterator[ConsoleBrowser]:
        """The browser of a stranger, or of who has signed in."""
        async with TestClient(self.server, cookie_jar=CookieJar(unsafe=True)) as client:
            browser = ConsoleBrowser(client)
            if name is not None:
                assert (await browser.sign_in(name)).status == HTTPStatus.SEE_OTHER
            yield browser


def iterate_routes(application: web.Application, prefix: str = "") -> Iterator[Route]:
    """Those of the applications within it too."""
    for resource in application.router.resources():
        if isinstance(resource, PrefixedSubAppResource):
            yield from iterate_routes(resource._app)
            continue
        for route in resource:
            yield route.method, resource.canonical


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[ServedProgram]:
    port = own_port()
    settings = Settings(
        database_url=f"sqlite:///{folder / 'paligs.sqlite3'}",
        port=port,
        public_url=f"http://127.0.0.1:{port}",
        telegram_bot_token=SecretStr("1:not-a-real-token"),
        twilio_account_sid="AC" + "0" * 32,
        twilio_auth_token=SecretStr("not-a-real-token"),
        twilio_whatsapp_from="+37120000000",
        twilio_sms_from="+37120000000",
        oidc_issuer="http://localhost:1/realm",
        oidc_client_id="paligs",
        oidc_client_secret=SecretStr("not-a-real-secret"),
        oidc_agents="anna@example.lv",
    )
    knowledge = KnowledgeBundle(base=small_base(), interpreter=ScriptedInterpreter({}), phrases=small_phrases())
    with capture_logs():
        async with open_application(settings, knowledge, make_draft_link=draft_link_maker(settings, KEY)) as program:
            with engine.write_transaction(program.database) as connection:
                agents.add(connection, "ada", Role.ADMIN, password_hash(), NOW)
                agents.add(connection, "otto", Role.AGENT, password_hash(), NOW)
            endpoints = Endpoints(settings, program, KEY)
            application = endpoints.web_application()
            server = TestServer(application, host="127.0.0.1", port=port)
            async with server:
                yield ServedProgram(application, server, program)
            await endpoints.close()


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[ServedProgram]:
    async with serving(tmp_path) as program:
        yield program


async def status_of(browser: ConsoleBrowser, route: Route) -> tuple[int, str]:
    """The status, and where it leads; a form goes out as our own page would send it. Nothing that is named exists."""
    method, path = route
    path = re.sub(r"\{(\w+)\}", lambda found: CONVERSATION if found[1] == "talk" else NO_RECORD, path)
    headers = {"Origin": browser.origin, "Sec-Fetch-Site": "same-origin"}
    fields = {"csrf": await browser.token()} if method == "POST" and path.startswith("/console/") else None
    async with browser.client.request(method, path, data=fields, headers=headers, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", "")


async def is_refused(browser: ConsoleBrowser, route: Route) -> bool:
    """Whether a stranger gets nothing. In the console "not found" is no refusal: the page was looked for."""
    status, target = await status_of(browser, route)
    if status in REFUSED or (status, target) == (HTTPStatus.SEE_OTHER, "/console/sign-in"):
        return True
    return status == HTTPStatus.NOT_FOUND and not route[1].startswith("/console")


async def find_open_routes(served: ServedProgram) -> set[Route]:
    """What a stranger gets, of what is not in the list of open pages."""
    asked = [route for route in served.routes() if route not in OPEN_PAGES]
    async with served.browser() as stranger:
        return {route for route in asked if not await is_refused(stranger, route)}


async def test_a_stranger_gets_nothing_but_what_is_meant_for_everybody(served: ServedProgram) -> None:
    routes = {*served.routes()}
    assert len(routes) > 50, "nothing was looked at"
    assert routes >= OPEN_PAGES | WEBHOOKS, "take out of the list what is gone"
    assert await find_open_routes(served) == set()


async def test_a_webhook_takes_nothing_that_is_not_signed(served: ServedProgram) -> None:
    hooks = {route for route in served.routes() if route[1].startswith("/webhooks/")}
    assert hooks == WEBHOOKS
    async with served.browser() as stranger:
        assert {route: (await status_of(stranger, route))[0] for route in hooks} == dict.fromkeys(
            hooks, HTTPStatus.FORBIDDEN
        )


async def test_no_answer_names_the_versions_of_what_it_is_made_with(served: ServedProgram) -> None:
    async with served.browser() as stranger:
        for path in ("/", "/healthz", "/console/sign-in", "/console/static/none.css", "/nowhere"):
            async with stranger.client.get(path) as answer:
                assert "Server" not in answer.headers
                assert "Strict-Transport-Security" not in answer.headers, "it is not served by https"


@pytest.mark.parametrize(("name", "role"), [("otto", Role.AGENT), ("ada", Role.ADMIN)])
async def test_who_is_signed_in_gets_what_their_role_is_for(served: ServedProgram, name: str, role: Role) -> None:
    pages = [route for route in served.routes() if route[1].startswith("/console/") and route not in OPEN_PAGES]
    forbidden = {route for route in pages if role is Role.AGENT and route[1].startswith(ADMIN_PAGES)}
    async with served.browser(name) as browser:
        answers = {route: await status_of(browser, route) for route in pages}
    assert {route for route, (status, _) in answers.items() if status == HTTPStatus.FORBIDDEN} == forbidden
    assert {route for route, (status, _) in answers.items() if status == HTTPStatus.UNAUTHORIZED} == set()
    away = {route for route, (_, target) in answers.items() if target == "/console/sign-in"}
    assert away <= {SIGN_OUT}
    broken = {route: status for route, (status, _) in answers.items() if status >= HTTPStatus.INTERNAL_SERVER_ERROR}
    assert broken == {}


@pytest.mark.parametrize(("view", "shown"), [(KnowledgeView, "/knowledge"), (AuditView, "/audit")])
async def test_a_page_that_is_open_by_mistake_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, view: type[KnowledgeView | AuditView], shown: str
) -> None:
    section = view.section

    def opened(self: KnowledgeView | AuditView) -> Section:
        made: Section = section(self)  # type: ignore[arg-type]
        routes = (replace(one, role=AccessLevel.ANYONE) if one.path == shown else one for one in made.routes)
        return replace(made, routes=tuple(routes))

    monkeypatch.setattr(view, "section", opened)
    async with serving(tmp_path) as served:
        assert await find_open_routes(served) == {("GET", f"/console{shown}")}
