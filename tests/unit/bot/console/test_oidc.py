"""Signing in with the company's account, at a provider that tells the truth, and at one that lies."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc.jwk import OctKey, RSAKey

from bot.console import Section
from bot.console.auth.login import SignIn
from bot.console.auth.oidc import OidcSignIn, Provider, Whom, listed
from storage.database import engine
from storage.helpdesk import agents
from storage.helpdesk.agents import Role
from storage.helpdesk.audit_log import Event
from tests.unit.bot.console.conftest import KEY, Browser, Desk, Opens, PutUp
from tests.unit.bot.console.oidc_peer import CLIENT, SECRET, Peer

ORIGIN = "https://bot.example.lv"


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    """An identity provider."""
    application = web.Application()
    server = TestServer(application)
    peer = Peer(server)
    application.add_routes(peer.routes())
    await server.start_server()
    yield peer
    await server.close()


@pytest.fixture
async def visitor(desk: Desk, peer: Peer, put_up: PutUp) -> Browser:
    """A browser in front of a console that knows the provider."""
    desk.time[0] = datetime.now(UTC)
    provider = Provider(issuer=peer.issuer, client_id=CLIENT, client_secret=SECRET, clock=lambda: desk.time[0])
    whom = Whom(admins=listed("ada@example.lv, groups=chiefs"), agents=listed("olga@example.lv,role=helpdesk"))
    oidc = OidcSignIn(desk.records, provider, whom, public_origin=ORIGIN)
    extra: tuple[Section, ...] = (oidc.section(), SignIn(desk.records, KEY, desk.checker, elsewhere=True).section())
    opens: Opens = await put_up(extra)
    return await opens()


async def left(browser: Browser) -> str:
    """Where the browser is sent."""
    answer = await browser.get("/oidc", follow=False)
    assert answer.status == HTTPStatus.SEE_OTHER
    return answer.headers["Location"]


async def comes_back(browser: Browser, peer: Peer, **said: Any) -> bool:
    """Whether it let them in."""
    answer = await browser.get(f"/oidc/callback?{peer.signed_in(await left(browser), **said)}", follow=False)
    inside = (await browser.get("/live-or-not", follow=False)).status
    assert inside == HTTPStatus.NOT_FOUND
    if answer.status == HTTPStatus.SEE_OTHER:
        assert answer.headers["Location"] == "/console/"
        return True
    assert answer.status == HTTPStatus.FORBIDDEN
    assert (await browser.get("/", follow=False)).headers["Location"] == "/console/sign-in"
    return False


def olga(desk: Desk) -> agents.Agent | None:
    with engine.reading(desk.database) as connection:
        return agents.find(connection, "olga@example.lv")


async def test_whoever_is_listed_comes_in_and_is_an_agent_from_then_on(
    visitor: Browser, peer: Peer, desk: Desk
) -> None:
    assert "/console/oidc" in await visitor.text("/sign-in")
    assert await comes_back(visitor, peer)
    found = olga(desk)
    assert found is not None
    assert (found.name, found.role, found.password) == ("olga@example.lv", Role.AGENT, None)
    assert [each.event for each in desk.noted()] == [Event.SIGNED_IN, Event.AGENT_ADDED]

    assert await comes_back(visitor, peer)
    assert desk.noted()[0].event == Event.SIGNED_IN
    assert len(desk.noted(Event.AGENT_ADDED)) == 1


async def test_nobody_can_sign_in_with_an_empty_password_as_one_who_has_none(
    visitor: Browser, peer: Peer, desk: Desk
) -> None:
    assert await comes_back(visitor, peer)
    await visitor.post("/sign-out")
    for password in ("", "None", "password123"):
        assert (await visitor.sign_in("olga@example.lv", password)).status == HTTPStatus.UNPROCESSABLE_ENTITY


@pytest.mark.parametrize(
    ("said", "role"),
    [
        ({"email": "ADA@example.lv"}, Role.ADMIN),
        ({"groups": ["staff", "chiefs"]}, Role.ADMIN),
        ({"email": "new@example.lv", "role": "helpdesk"}, Role.AGENT),
    ],
)
async def test_the_lists_say_who_is_what(
    visitor: Browser, peer: Peer, desk: Desk, said: dict[str, Any], role: Role
) -> None:
    assert await comes_back(visitor, peer, **said)
    assert desk.agent(str(said.get("email", "olga@example.lv"))).role is role


async def test_the_role_is_what_the_lists_say_that_day(visitor: Browser, peer: Peer, desk: Desk) -> None:
    assert await comes_back(visitor, peer, groups=["chiefs"])
    assert await comes_back(visitor, peer)
    assert desk.agent("olga@example.lv").role is Role.AGENT


@pytest.mark.parametrize(
    "said",
    [
        {"email": "stranger@example.lv"},
        {"email": "olga@example.lv.evil.example"},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"email": ["olga@example.lv"]},
        {"email": "olga", "groups": ["chiefs"]},
        {"email": "stranger@example.lv", "groups": "no chiefs"},
        {"email": "x" * 70 + "@example.lv", "groups": ["chiefs"]},
    ],
    ids=str,
)
async def test_whoever_is_not_listed_or_not_verified_stays_outside(
    visitor: Browser, peer: Peer, desk: Desk, said: dict[str, Any]
) -> None:
    assert not await comes_back(visitor, peer, **said)
    assert desk.noted(Event.SIGNED_IN, Event.AGENT_ADDED) == []


async def test_one_who_was_disabled_stays_outside(visitor: Browser, peer: Peer, desk: Desk) -> None:
    assert await comes_back(visitor, peer)
    with engine.writing(desk.database) as connection:
        agents.disable(connection, desk.agent("olga@example.lv").id, desk.time[0])
    assert not await comes_back(visitor, peer)
    assert desk.noted(Event.SIGN_IN_FAILED)[0].subject == "olga@example.lv"


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "of another way"},
        {"nonce": None},
        {"aud": "another program"},
        {"aud": ["another program"]},
        {"aud": "another program", "azp": CLIENT},
        {"aud": [CLIENT, "another program"], "azp": "another program"},
        {"aud": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": int(time.time()) + 7200},
        {"nbf": int(time.time()) + 7200},
        {"sub": None},
        {"at_hash": "of another access token"},
    ],
    # Not what they claim: processes that share the tests out must name them alike, and the time goes on.
    ids=",".join,
)
async def test_a_token_with_wrong_claims_lets_nobody_in(
    visitor: Browser, peer: Peer, desk: Desk, claims: dict[str, Any]
) -> None:
    peer.claims = claims
    assert not await comes_back(visitor, peer)
    assert olga(desk) is None


async def test_a_token_signed_by_another_key_lets_nobody_in(visitor: Browser, peer: Peer) -> None:
    peer.signing = RSAKey.generate_key(2048, {"kid": "one"})
    assert not await comes_back(visitor, peer)


async def test_a_token_that_is_not_signed_lets_nobody_in(visitor: Browser, peer: Peer) -> None:
    peer.header, peer.signing = {"alg": "none"}, OctKey.import_key("nothing at all")
    assert not await comes_back(visitor, peer)


async def test_the_public_key_is_no_shared_secret(visitor: Browser, peer: Peer) -> None:
    peer.header = {"alg": "HS256", "kid": "one"}
    peer.shared = peer.key.as_pem(private=False)
    assert not await comes_back(visitor, peer)


async def test_a_provider_may_change_its_keys(visitor: Browser, peer: Peer) -> None:
    assert await comes_back(visitor, peer)
    peer.key, peer.header = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"}), {"alg": "RS256", "kid": "two"}
    assert await comes_back(visitor, peer)


async def test_the_configuration_is_asked_for_once_an_hour(visitor: Browser, peer: Peer, desk: Desk) -> None:
    for _ in range(2):
        await left(visitor)
    assert peer.seen == ["openid-configuration", "keys"]
    desk.later(hours=2)
    await left(visitor)
    assert peer.seen == ["openid-configuration", "keys"] * 2


# The way back


async def test_a_way_can_be_come_back_from_once(visitor: Browser, peer: Peer) -> None:
    query = peer.signed_in(await left(visitor))
    assert (await visitor.get(f"/oidc/callback?{query}", follow=False)).status == HTTPStatus.SEE_OTHER
    await visitor.post("/sign-out")
    assert (await visitor.get(f"/oidc/callback?{query}", follow=False)).status == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("query", ["", "code=x", "code=x&state=", "code=x&state=of-another", "state=%FF%FE&code=x"])
async def test_whoever_did_not_leave_from_here_does_not_come_back(visitor: Browser, query: str) -> None:
    assert (await visitor.get(f"/oidc/callback?{query}", follow=False)).status == HTTPStatus.FORBIDDEN
    await left(visitor)
    assert (await visitor.get(f"/oidc/callback?{query}", follow=False)).status == HTTPStatus.FORBIDDEN


async def test_a_code_that_came_with_another_state_is_not_even_tried(visitor: Browser, peer: Peer) -> None:
    code = peer.signed_in(await left(visitor)).partition("&")[0]
    answer = await visitor.get(f"/oidc/callback?{code}&state=planted", follow=False)
    assert answer.status == HTTPStatus.FORBIDDEN
    assert "token" not in peer.seen


async def test_another_persons_way_is_not_ones_own(visitor: Browser, peer: Peer) -> None:
    theirs = peer.signed_in(await left(visitor))
    await left(visitor)
    assert (await visitor.get(f"/oidc/callback?{theirs}", follow=False)).status == HTTPStatus.FORBIDDEN


async def test_a_refusal_and_another_issuer_let_nobody_in(visitor: Browser, peer: Peer) -> None:
    state = peer.signed_in(await left(visitor)).partition("state=")[2]
    answer = await visitor.get(f"/oidc/callback?error=access_denied&state={state}", follow=False)
    assert answer.status == HTTPStatus.FORBIDDEN
    query = peer.signed_in(await left(visitor))
    answer = await visitor.get(f"/oidc/callback?{query}&iss=https://evil.example", follow=False)
    assert answer.status == HTTPStatus.FORBIDDEN


# What it says of itself


@pytest.mark.parametrize("place", ["openid-configuration", "keys"])
async def test_a_provider_that_does_not_answer_is_told_kindly(visitor: Browser, peer: Peer, place: str) -> None:
    peer.broken.add(place)
    answer = await visitor.get("/oidc", follow=False)
    assert answer.status == HTTPStatus.FORBIDDEN
    assert 'role="alert"' in await answer.text()


async def test_a_token_that_is_not_given_lets_nobody_in(visitor: Browser, peer: Peer) -> None:
    peer.broken.add("token")
    assert not await comes_back(visitor, peer)


@pytest.mark.parametrize("config", [{"issuer": "https://evil.example"}, {"token_endpoint": None}], ids=str)
async def test_a_configuration_of_another_or_without_what_is_needed_is_refused(
    visitor: Browser, peer: Peer, config: dict[str, Any]
) -> None:
    peer.config = config
    assert (await visitor.get("/oidc", follow=False)).status == HTTPStatus.FORBIDDEN


async def test_a_secret_may_be_sent_in_the_form(visitor: Browser, peer: Peer) -> None:
    peer.config = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert await comes_back(visitor, peer)


async def test_an_e_mail_may_be_told_apart_from_the_token(visitor: Browser, peer: Peer) -> None:
    peer.claims = {"email": None, "email_verified": None}
    peer.userinfo = {"sub": "0042", "email": "olga@example.lv", "email_verified": True}
    assert await comes_back(visitor, peer)
    peer.userinfo = {"sub": "0007", "email": "ada@example.lv", "email_verified": True}
    await visitor.post("/sign-out")
    assert not await comes_back(visitor, peer)
