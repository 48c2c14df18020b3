"""Sign-in to the console at npm's oidc-provider, an OpenID provider that nobody here wrote, by the forms of its own pages."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from html import unescape
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from aiohttp import ClientResponse, ClientSession, CookieJar

from handlers.model.context import KnowledgeBundle
from storage.database import engine
from storage.helpdesk import audit_log
from storage.helpdesk.sign_in import agents
from storage.helpdesk.sign_in.agent_roles import Role
from tests.e2e import npm
from tests.e2e.conftest import RunningProgram, opened
from tests.ports import own_port

pytestmark = [pytest.mark.timeout(600), pytest.mark.usefixtures("node_packages")]

CLIENT, SECRET = "paligs", "a secret with + / = % : & and spaces"
ACCOUNTS: Final[dict[str, dict[str, Any]]] = {
    "anna": {"email": "Anna@example.lv", "email_verified": True},
    "bygroup": {"email": "group.only@example.lv", "email_verified": True, "groups": ["helpdesk", "x"]},
    "chief": {"email": "chief@example.lv", "email_verified": True, "groups": ["chiefs"]},
    "unverified": {"email": "anna@example.lv", "email_verified": False},
    "entra": {"email": "anna@example.lv"},
    "noemail": {"groups": ["helpdesk"]},
    "stranger": {"email": "stranger@elsewhere.example", "email_verified": True},
}
CLAIMS: Final = {"email": ["email", "email_verified", "groups"], "profile": ["name"]}
OWN_SCOPE: Final = {"email": ["email", "email_verified"], "profile": ["name"], "groups": ["groups"]}

_FORM = re.compile(r'<form[^>]*action="([^"]+)"')
_HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"')


@pytest.fixture(scope="session")
def node_packages() -> None:
    """What npm gives is there."""
    npm.needed()


@dataclass
class SimpleBrowser:
    """Keeps cookies and follows every redirect by itself, across both sites."""

    session: ClientSession
    visited: list[str] = field(default_factory=list)

    async def get(self, url: str) -> ClientResponse:
        """The page at the end of the way."""
        return await self._follow(await self.session.get(url, allow_redirects=False))

    async def post(self, url: str, fields: dict[str, str]) -> ClientResponse:
        """A form is sent."""
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        headers = {"Origin": origin}
        return await self._follow(await self.session.post(url, data=fields, headers=headers, allow_redirects=False))

    async def _follow(self, answer: ClientResponse) -> ClientResponse:
        self.visited.append(str(answer.url))
        if not HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST:
            return answer
        return await self.get(urljoin(str(answer.url), answer.headers["Location"]))


@dataclass(frozen=True, kw_only=True)
class CompanySignIn:
    """The program, the provider, and a browser between the two."""

    house: RunningProgram
    issuer: str
    browser: SimpleBrowser

    async def click(self) -> ClientResponse:
        """The button on the sign-in page is pressed."""
        return await self.browser.get(f"{self.house.url}/console/oidc")

    async def fill_in(self, page: ClientResponse, login: str) -> ClientResponse:
        """Whatever the provider asks is answered: who it is, and that they agree."""
        while str(page.url).startswith(self.issuer):
            text = await page.text()
            action = _FORM.search(text)
            assert action is not None, text
            fields = {"login": login, "password": "x"} if 'name="login"' in text else {}
            fields |= {name: unescape(value) for name, value in _HIDDEN.findall(text)}
            page = await self.browser.post(urljoin(str(page.url), unescape(action[1])), fields)
        return page

    async def sign_in(self, login: str) -> ClientResponse:
        """From the button to where the console leads."""
        return await self.fill_in(await self.click(), login)

    def role(self, name: str) -> Role | None:
        """What they are in the console."""
        with engine.read_transaction(self.house.database) as connection:
            found = agents.find(connection, name)
        return None if found is None else found.role

    def audited(self) -> tuple[str, str | None]:
        """The latest record of the audit log."""
        with engine.read_transaction(self.house.database) as connection:
            (latest,) = audit_log.list_records(connection, limit=1)
        return latest.event, latest.subject


@contextmanager
def provider(folder: Path, port: int, claims: dict[str, list[str]], *, conform: bool) -> Iterator[str]:
    """The real one, which knows the program at `port`."""
    redirect = f"http://localhost:{port}/console/oidc/callback"
    options = {"client": CLIENT, "secret": SECRET, "redirect": redirect, "accounts": ACCOUNTS}
    with npm.oidc_provider(folder / "provider.log", claims=claims, conform=conform, **options) as issuer:
        yield issuer


@asynccontextmanager
async def company(
    shipped: KnowledgeBundle,
    folder: Path,
    claims: dict[str, list[str]] = CLAIMS,
    *,
    conform: bool = True,
    **settings: Any,
) -> AsyncIterator[CompanySignIn]:
    """The program beside a provider; `conform` is the provider's default: claims at userinfo only."""
    port = own_port()
    with provider(folder, port, claims, conform=conform) as issuer:
        told: dict[str, Any] = {
            "oidc_issuer": issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET,
            "oidc_agents": "anna@example.lv, groups=helpdesk",
            "oidc_admins": "groups=chiefs",
            "public_url": "http://localhost:{port}",
            "port": port,
        }
        async with (
            opened(shipped, folder, **{**told, **settings}) as house,
            ClientSession(cookie_jar=CookieJar(unsafe=True)) as session,
        ):
            yield CompanySignIn(house=house, issuer=issuer, browser=SimpleBrowser(session))


@pytest.mark.parametrize("conform", [True, False], ids=["at userinfo", "in the token"])
async def test_groups_let_in_wherever_the_provider_tells_them(
    shipped: KnowledgeBundle, tmp_path: Path, *, conform: bool
) -> None:
    async with company(shipped, tmp_path, conform=conform) as at:
        assert (await at.sign_in("bygroup")).status == HTTPStatus.OK
        assert at.role("group.only@example.lv") is Role.AGENT
    async with company(shipped, tmp_path, conform=conform) as at:
        assert (await at.sign_in("chief")).status == HTTPStatus.OK
        assert at.role("chief@example.lv") is Role.ADMIN


async def test_groups_with_a_scope_of_their_own_are_asked_for(shipped: KnowledgeBundle, tmp_path: Path) -> None:
    async with company(shipped, tmp_path, OWN_SCOPE) as at:
        assert (await at.sign_in("bygroup")).status == HTTPStatus.FORBIDDEN
    async with company(shipped, tmp_path, OWN_SCOPE, oidc_extra_scopes="groups") as at:
        assert (await at.sign_in("bygroup")).status == HTTPStatus.OK


@pytest.mark.parametrize(
    ("login", "event", "subject", "told"),
    [
        ("unverified", "account_email_unverified", "@example.lv", "nav apstiprināts"),
        ("entra", "account_verification_unknown", "@example.lv", "nepasaka"),
        ("noemail", "account_no_email", "noemail", "nenosauc"),
        ("stranger", "account_not_listed", "@elsewhere.example", "nav piekļuves konsolei"),
        ("anna", "account_disabled", "anna@example.lv", "bloķēts"),
    ],
)
async def test_whoever_is_refused_is_told_why_and_so_is_the_admin(
    shipped: KnowledgeBundle, tmp_path: Path, login: str, event: str, subject: str, told: str
) -> None:
    async with company(shipped, tmp_path) as at:
        if login == "anna":
            assert (await at.sign_in("anna")).status == HTTPStatus.OK
            with engine.write_transaction(at.house.database) as connection:
                found = agents.find(connection, "anna@example.lv")
                assert found is not None
                agents.disable(connection, found.id, found.created_at)
        page = await at.sign_in(login)
        assert page.status == HTTPStatus.FORBIDDEN
        assert told in await page.text()
        assert at.audited() == (event, subject)


async def test_a_provider_that_never_says_verified_is_trusted_by_setting_only(
    shipped: KnowledgeBundle, tmp_path: Path
) -> None:
    async with company(shipped, tmp_path, oidc_assume_email_verified=True) as at:
        assert (await at.sign_in("unverified")).status == HTTPStatus.FORBIDDEN
    async with company(shipped, tmp_path, oidc_assume_email_verified=True) as at:
        assert (await at.sign_in("entra")).status == HTTPStatus.OK
        assert at.role("anna@example.lv") is Role.AGENT


async def test_whoever_took_the_wrong_account_can_take_another(shipped: KnowledgeBundle, tmp_path: Path) -> None:
    async with company(shipped, tmp_path) as at:
        assert (await at.sign_in("stranger")).status == HTTPStatus.FORBIDDEN
        asked = await at.click()
        assert str(asked.url).startswith(at.issuer), "the provider gave the same account again without asking"
        assert 'name="login"' in await asked.text()
        assert (await at.fill_in(asked, "anna")).status == HTTPStatus.OK
        assert at.role("anna@example.lv") is Role.AGENT


async def test_one_signs_out_at_the_provider_too(shipped: KnowledgeBundle, tmp_path: Path) -> None:
    async with company(shipped, tmp_path) as at:
        inside = await (await at.sign_in("anna")).text()
        csrf = re.search(r'name="csrf" (?:content|value)="([^"]+)"', inside)
        assert csrf is not None
        page = await at.browser.post(f"{at.house.url}/console/sign-out", {"csrf": csrf[1]})
        assert 'href="/console/oidc/sign-out"' in await page.text()
        question = await at.browser.get(f"{at.house.url}/console/oidc/sign-out")
        sent = next(url for url in reversed(at.browser.visited) if url.startswith(f"{at.issuer}/session/end"))
        assert parse_qs(urlsplit(sent).query)["client_id"] == [CLIENT]
        text = await question.text()
        action = _FORM.search(text)
        assert action is not None, text
        fields = {name: unescape(value) for name, value in _HIDDEN.findall(text)}
        await at.browser.post(urljoin(str(question.url), unescape(action[1])), {**fields, "logout": "yes"})
        asked = await at.browser.get(f"{at.house.url}/console/oidc")
        assert 'name="login"' in await asked.text(), "the provider still knows who it is"
