"""Signing in with the company's account, at a provider that tells the truth, and at one that lies."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc.jwk import RSAKey

from bot.console import Section
from bot.console.auth.login import SignInView
from bot.console.auth.oidc import OidcClient, OidcSignInView, RoleMapping, split_list
from storage.database import engine
from storage.helpdesk.audit_log import AuditEvent
from storage.helpdesk.sign_in import agents
from storage.helpdesk.sign_in.agent_roles import Role
from tests.unit.bot.console.conftest import KEY, ConsoleBrowser, ConsoleFixture, OpenBrowser, ServeConsole
from tests.unit.bot.console.oidc_peer import CLIENT, SECRET, FakeOidcProvider

ORIGIN = "https://bot.example.lv"


@pytest.fixture
async def peer() -> AsyncIterator[FakeOidcProvider]:
    """An identity provider."""
    application = web.Application()
    server = TestServer(application)
    peer = FakeOidcProvider(server)
    application.add_routes(peer.routes())
    await server.start_server()
    yield peer
    await server.close()


@pytest.fixture
async def visitor(desk: ConsoleFixture, peer: FakeOidcProvider, put_up: ServeConsole) -> ConsoleBrowser:
    """A browser in front of a console that knows the provider."""
    desk.time[0] = datetime.now(UTC)
    provider = OidcClient(issuer=peer.issuer, client_id=CLIENT, client_secret=SECRET, clock=lambda: desk.time[0])
    whom = RoleMapping(
        admins=split_list("ada@example.lv, groups=chiefs"), agents=split_list("olga@example.lv,role=helpdesk")
    )
    oidc = OidcSignInView(desk.transactions, provider, whom, public_origin=ORIGIN)
    extra: tuple[Section, ...] = (
        oidc.section(),
        SignInView(desk.transactions, KEY, desk.passwords, oidc_enabled=True).section(),
    )
    opens: OpenBrowser = await put_up(extra)
    return await opens()


async def start_sign_in(browser: ConsoleBrowser) -> str:
    """Where the browser is sent."""
    answer = await browser.get("/oidc", follow=False)
    assert answer.status == HTTPStatus.SEE_OTHER
    return answer.headers["Location"]


async def finish_sign_in(browser: ConsoleBrowser, peer: FakeOidcProvider, **said: Any) -> bool:
    """Whether it let them in."""
    answer = await browser.get(f"/oidc/callback?{peer.authorize(await start_sign_in(browser), **said)}", follow=False)
    inside = (await browser.get("/live-or-not", follow=False)).status
    assert inside == HTTPStatus.NOT_FOUND
    if answer.status == HTTPStatus.SEE_OTHER:
        assert answer.headers["Location"] == "/console/"
        return True
    assert answer.status in {HTTPStatus.FORBIDDEN, HTTPStatus.BAD_GATEWAY}
    assert (await browser.get("/", follow=False)).headers["Location"] == "/console/sign-in"
    return False


def olga(desk: ConsoleFixture) -> agents.Agent | None:
    with engine.read_transaction(desk.database) as connection:
        return agents.find(connection, "olga@example.lv")


async def test_whoever_is_listed_comes_in_and_is_an_agent_from_then_on(
    visitor: ConsoleBrowser, peer: FakeOidcProvider, desk: ConsoleFixture
) -> None:
    assert "/console/oidc" in await visitor.text("/sign-in")
    assert await finish_sign_in(visitor, peer)
    found = olga(desk)
    assert found is not None
    assert (found.name, found.role, found.password_hash) == ("olga@example.lv", Role.AGENT, None)
    assert [each.event for each in desk.audit_records()] == [AuditEvent.SIGNED_IN, AuditEvent.AGENT_ADDED]

    assert await finish_sign_in(visitor, peer)
    assert desk.audit_records()[0].event == AuditEvent.SIGNED_IN
    assert len(desk.audit_records(AuditEvent.AGENT_ADDED)) == 1


async def test_nobody_can_sign_in_with_an_empty_password_as_one_who_has_none(
    visitor: ConsoleBrowser, peer: FakeOidcProvider, desk: ConsoleFixture
) -> None:
    assert await finish_sign_in(visitor, peer)
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
    visitor: ConsoleBrowser, peer: FakeOidcProvider, desk: ConsoleFixture, said: dict[str, Any], role: Role
) -> None:
    assert await finish_sign_in(visitor, peer, **said)
    assert desk.agent(str(said.get("email", "olga@example.lv"))).role is role


async def test_the_role_is_what_the_lists_say_that_day(
    visitor: ConsoleBrowser, peer: FakeOidcProvider, desk: ConsoleFixture
) -> None:
    assert await finish_sign_in(visitor, peer, groups=["chiefs"])
    assert await finish_sign_in(visitor, peer)
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
    visitor: ConsoleBrowser, peer: FakeOidcProvider, desk: ConsoleFixture, said: dict[str, Any]
) -> None:
    assert not await finish_sign_in(visitor, peer, **said)
    assert desk.audit_records(AuditEvent.SIGNED_IN, AuditEvent.AGENT_ADDED) == []


async def test_one_who_was_disabled_stays_outside(
    visitor: ConsoleBrowser, peer: FakeOidcProvider, desk: ConsoleFixture
) -> None:
    assert await finish_sign_in(visitor, peer)
    with engine.write_transaction(desk.database) as connection:
        agents.disable(connection, desk.agent("olga@example.lv").id, desk.time[0])
    assert not await finish_sign_in(visitor, peer)
    assert desk.audit_records(AuditEvent.ACCOUNT_DISABLED)[0].subject == "olga@example.lv"


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
    visitor: ConsoleBrowser, peer: FakeOidcProvider, desk: ConsoleFixture, claims: dict[str, Any]
) -> None:
    peer.claims = claims
    assert not await finish_sign_in(visitor, peer)
    assert olga(desk) is None


async def test_a_token_signed_by_another_key_lets_nobody_in(visitor: ConsoleBrowser, peer: FakeOidcProvider) -> None:
    peer.signing = RSAKey.generate_key(2048, {"kid": "one"})
    assert not await finish_sign_in(visitor, peer)


async def test_a_token_that_is_not_signed_lets_nobody_in(visitor: ConsoleBrowser, peer: FakeOidcProvider) -> None:
    peer.header = {"alg": "none"}
    assert not await finish_sign_in(visitor, peer)
    assert peer.seen[-1] == "token"


async def test_the_public_key_is_no_shared_secret(visitor: ConsoleBrowser, peer: FakeOidcProvider) -> None:
    peer.header = {"alg": "HS256", "kid": "one"}
    peer.shared = peer.key.as_pem(private=False)
    assert not await finish_sign_in(visitor, peer)


async def test_a_provider_may_change_its_keys(visitor: ConsoleBrowser, peer: FakeOidcProvider) -> None:
    assert await finish_sign_in(visitor, peer)
    peer.key, peer.header = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"}), {"alg": "RS256", "kid": "two"}
    assert await finish_sign_in(visitor, peer)


async def test_a_provider_may_change_its_key_and_keep_the_keys_name(
    visitor: ConsoleBrowser, peer: FakeOidcProvider
) -> None:
    assert await finish_sign_in(visitor, peer)
    peer.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
    assert await finish_sign_in(visitor, peer)


async def test_the_configuration_is_asked_for_once_an_hour(
    visitor: ConsoleBrowser, peer: FakeOidcProvider, desk: ConsoleFixture
) -> None:
    for _ in range(2):
        await start_sign_in(visitor)
    assert peer.seen == ["openid-configuration", "keys"]
    desk.advance_clock(hours=2)
    await start_sign_in(visitor)
    assert peer.seen == ["openid-configuration", "keys"] * 2


# The way back


async def test_a_way_can_be_come_back_from_once(visitor: ConsoleBrowser, peer: FakeOidcProvider) -> None:
    query = peer.authorize(await start_sign_in(visitor))
    assert (await visitor.get(f"/oidc/callback?{query}", follow=False)).status == HTTPStatus.SEE_OTHER
    await visitor.post("/sign-out")
    assert (await visitor.get(f"/oidc/callback?{query}", follow=False)).status == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("query", ["", "code=x", "code=x&state=", "code=x&state=of-another", "state=%FF%FE&code=x"])
async def test_whoever_did_not_leave_from_here_does_not_come_back(visitor: ConsoleBrowser, query: str) -> None:
    assert (await visitor.get(f"/oidc/callback?{query}", follow=False)).status == HTTPStatus.FORBIDDEN
    await start_sign_in(visitor)
    assert (await visitor.get(f"/oidc/callback?{query}", follow=False)).status == HTTPStatus.FORBIDDEN


async def test_a_code_that_came_with_another_state_is_not_even_tried(
    visitor: ConsoleBrowser, peer: FakeOidcProvider
) -> None:
    code = peer.authorize(await start_sign_in(visitor)).partition("&")[0]
    answer = await visitor.get(f"/oidc/callback?{code}&state=planted", follow=False)
    assert answer.status == HTTPStatus.FORBIDDEN
    assert "token" not in peer.seen


async def test_another_persons_way_is_not_ones_own(visitor: ConsoleBrowser, peer: FakeOidcProvider) -> None:
    theirs = peer.authorize(await start_sign_in(visitor))
    await start_sign_in(visitor)
    assert (await visitor.get(f"/oidc/callback?{theirs}", follow=False)).status == HTTPStatus.FORBIDDEN


async def test_a_refusal_and_another_issuer_let_nobody_in(visitor: ConsoleBrowser, peer: FakeOidcProvider) -> None:
    state = peer.authorize(await start_sign_in(visitor)).partition("state=")[2]
    answer = await visitor.get(f"/oidc/callback?error=access_denied&state={state}", follow=False)
    assert answer.status == HTTPStatus.FORBIDDEN
    query = peer.authorize(await start_sign_in(visitor))
    answer = await visitor.get(f"/oidc/callback?{query}&iss=https://evil.example", follow=False)
    assert answer.status == HTTPStatus.FORBIDDEN


# What it says of itself


@pytest.mark.parametrize("place", ["openid-configuration", "keys"])
async def test_a_provider_that_does_not_answer_is_told_kindly(
    visitor: ConsoleBrowser, peer: FakeOidcProvider, place: str
) -> None:
    peer.failing_paths.add(place)
    answer = await visitor.get("/oidc", follow=False)
    assert answer.status == HTTPStatus.BAD_GATEWAY
    assert "neatbild" in await answer.text()


async def test_a_token_that_is_not_given_lets_nobody_in(visitor: ConsoleBrowser, peer: FakeOidcProvider) -> None:
    peer.failing_paths.add("token")
    assert not await finish_sign_in(visitor, peer)


@pytest.mark.parametrize("config", [{"issuer": "https://evil.example"}, {"token_endpoint": None}], ids=str)
async def test_a_configuration_of_another_or_without_what_is_needed_is_refused(
    visitor: ConsoleBrowser, peer: FakeOidcProvider, config: dict[str, Any]
) -> None:
    peer.config = config
    assert (await visitor.get("/oidc", follow=False)).status == HTTPStatus.FORBIDDEN


async def test_a_secret_may_be_sent_in_the_form(visitor: ConsoleBrowser, peer: FakeOidcProvider) -> None:
    peer.config = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert await finish_sign_in(visitor, peer)


async def test_an_e_mail_may_be_told_apart_from_the_token(visitor: ConsoleBrowser, peer: FakeOidcProvider) -> None:
    peer.claims = {"email": None, "email_verified": None}
    peer.userinfo = {"sub": "0042", "email": "olga@example.lv", "email_verified": True}
    assert await finish_sign_in(visitor, peer)
    peer.userinfo = {"sub": "0007", "email": "ada@example.lv", "email_verified": True}
    await visitor.post("/sign-out")
    assert not await finish_sign_in(visitor, peer)


async def test_userinfo_does_not_verify_another_e_mail_than_its_own(
    visitor: ConsoleBrowser, peer: FakeOidcProvider, desk: ConsoleFixture
) -> None:
    peer.claims = {"email": "ada@example.lv", "email_verified": None}
    peer.userinfo = {"sub": "0042", "email": "olga@example.lv", "email_verified": True}
    assert not await finish_sign_in(visitor, peer)
    assert desk.audit_records(AuditEvent.ACCOUNT_VERIFICATION_UNKNOWN)[0].subject == "@example.lv"


async def test_an_e_mail_that_can_be_no_name_is_named_in_the_audit_log(
    visitor: ConsoleBrowser, peer: FakeOidcProvider, desk: ConsoleFixture
) -> None:
    assert not await finish_sign_in(visitor, peer, email="x" * 70 + "@example.lv", groups=["chiefs"])
    assert desk.audit_records(AuditEvent.ACCOUNT_NAME_UNUSABLE)[0].subject == "@example.lv"


async def test_whoever_was_refused_is_asked_for_an_account_the_next_time(
    visitor: ConsoleBrowser, peer: FakeOidcProvider
) -> None:
    assert "prompt=" not in await start_sign_in(visitor)
    assert not await finish_sign_in(visitor, peer, email="stranger@example.lv")
    assert "prompt=select_account" in await start_sign_in(visitor)
    assert await finish_sign_in(visitor, peer)
    await visitor.post("/sign-out")
    assert "prompt=select_account" in await start_sign_in(visitor)


async def test_a_provider_that_cannot_ask_for_an_account_asks_to_sign_in_again(
    visitor: ConsoleBrowser, peer: FakeOidcProvider
) -> None:
    assert not await finish_sign_in(visitor, peer, email="stranger@example.lv")
    state = peer.authorize(await start_sign_in(visitor)).partition("state=")[2]
    answer = await visitor.get(f"/oidc/callback?error=invalid_request&state={state}", follow=False)
    assert answer.status == HTTPStatus.SEE_OTHER
    assert "prompt=login" in answer.headers["Location"]
    state = peer.authorize(answer.headers["Location"]).partition("state=")[2]
    answer = await visitor.get(f"/oidc/callback?error=invalid_request&state={state}", follow=False)
    assert answer.status == HTTPStatus.FORBIDDEN


# Signing out at the provider

SIGN_OUT = "/oidc/sign-out"


async def test_the_providers_sign_out_is_offered_where_it_has_one(
    visitor: ConsoleBrowser, peer: FakeOidcProvider, desk: ConsoleFixture
) -> None:
    assert await finish_sign_in(visitor, peer)
    page = await (await visitor.post("/sign-out")).text()
    assert SIGN_OUT not in page
    assert (await visitor.get(SIGN_OUT, follow=False)).headers["Location"] == "/console/sign-in"

    desk.advance_clock(hours=2)
    peer.config = {"end_session_endpoint": f"{peer.issuer}/end?realm=a"}
    peer.claims = {"exp": int(desk.time[0].timestamp()) + 300}
    assert await finish_sign_in(visitor, peer)
    assert SIGN_OUT in await (await visitor.post("/sign-out")).text()
    end = (await visitor.get(SIGN_OUT, follow=False)).headers["Location"]
    assert end.startswith(f"{peer.issuer}/end?realm=a&client_id={CLIENT}&id_token_hint=ey")

    desk.advance_clock(hours=2)
    peer.config = {}
    assert (await visitor.get(SIGN_OUT, follow=False)).headers["Location"] == "/console/sign-in"
    desk.advance_clock(hours=2)
    peer.failing_paths.add("openid-configuration")
    assert (await visitor.get(SIGN_OUT, follow=False)).status == HTTPStatus.BAD_GATEWAY


async def test_a_token_that_is_too_long_for_the_cookie_is_left_out_of_the_sign_out(
    visitor: ConsoleBrowser, peer: FakeOidcProvider
) -> None:
    peer.config = {"end_session_endpoint": f"{peer.issuer}/end"}
    assert await finish_sign_in(visitor, peer, groups=["a group with a long name"] * 100)
    await visitor.post("/sign-out")
    end = (await visitor.get(SIGN_OUT, follow=False)).headers["Location"]
    assert end == f"{peer.issuer}/end?client_id={CLIENT}"


async def test_nobody_signs_out_there_who_did_not_sign_out_here(
    visitor: ConsoleBrowser, peer: FakeOidcProvider
) -> None:
    peer.config = {"end_session_endpoint": f"{peer.issuer}/end"}
    assert (await visitor.get(SIGN_OUT, follow=False)).headers["Location"] == "/console/sign-in"
    assert await finish_sign_in(visitor, peer)
    assert (await visitor.get(SIGN_OUT, follow=False)).headers["Location"] == "/console/sign-in"
