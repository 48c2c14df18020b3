"""Tries to break in at the sign-in."""

from http import HTTPStatus
from statistics import median
from time import perf_counter

import pytest
from aiohttp import FormData

from bot.console.auth.passwords import hash_password
from storage.database import engine
from storage.helpdesk.audit_log import AuditEvent
from storage.helpdesk.sign_in import agents, login_attempts
from tests.unit.bot.console.conftest import PASSWORD, ConsoleFixture, OpenBrowser
from tests.unit.bot.console.thief import is_sent_to_sign_in


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
        ("ada", "x" * 3000),
        ("a" * 3000, PASSWORD),
    ],
)
async def test_what_is_not_right_is_refused_with_one_sentence(opens: OpenBrowser, name: str, password: str) -> None:
    browser = await opens()
    answer = await browser.sign_in(name, password)
    assert answer.status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Vārds vai parole nav pareiza." in await answer.text()
    assert await is_sent_to_sign_in(browser)


@pytest.mark.parametrize("name", ["ada", "ADA", " Ada ", "ａｄａ"])
async def test_a_name_is_known_however_it_is_written(opens: OpenBrowser, name: str) -> None:
    assert (await (await opens()).sign_in(name)).status == HTTPStatus.SEE_OTHER


async def test_guessing_is_held_after_five_tries_and_let_go_after_a_quarter_of_an_hour(
    opens: OpenBrowser, desk: ConsoleFixture
) -> None:
    browser = await opens()
    for _ in range(login_attempts.MAX_ATTEMPTS_PER_NAME_AND_ADDRESS):
        assert (await browser.sign_in("ada", "guess")).status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert (await browser.sign_in("ada")).status == HTTPStatus.TOO_MANY_REQUESTS
    assert (await browser.sign_in("ADA ")).status == HTTPStatus.TOO_MANY_REQUESTS
    assert (await (await opens()).sign_in("ada")).status == HTTPStatus.TOO_MANY_REQUESTS
    assert (await browser.sign_in("otto")).status == HTTPStatus.SEE_OTHER
    assert {each.subject for each in desk.audit_records(AuditEvent.SIGN_IN_FAILED, AuditEvent.SIGN_IN_THROTTLED)} == {
        "ada"
    }
    desk.advance_clock(minutes=16)
    assert (await browser.sign_in("ada")).status == HTTPStatus.SEE_OTHER


async def test_guessing_many_names_from_one_place_is_held(opens: OpenBrowser) -> None:
    browser = await opens()
    for number in range(login_attempts.MAX_ATTEMPTS_PER_ADDRESS):
        assert (await browser.sign_in(f"name{number}", "guess")).status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert (await browser.sign_in("otto")).status == HTTPStatus.TOO_MANY_REQUESTS


async def test_guessing_from_many_places_is_held_and_made_up_places_do_not_help(opens: OpenBrowser) -> None:
    browser = await opens()
    statuses = [
        (await browser.sign_in("ada", "guess", headers={"X-Forwarded-For": f"{number}.9.9.9, 8.8.8.8"})).status
        for number in range(1, 8)
    ]
    assert statuses == [HTTPStatus.UNPROCESSABLE_ENTITY] * 5 + [HTTPStatus.TOO_MANY_REQUESTS] * 2
    own = await browser.sign_in("ada", headers={"X-Forwarded-For": "8.8.4.4"})
    assert own.status == HTTPStatus.SEE_OTHER


@pytest.mark.parametrize("form", ["203.0.113.9:{}", "[2001:db8::9]:{}"])
async def test_another_port_of_the_same_place_is_no_other_place(opens: OpenBrowser, form: str) -> None:
    browser = await opens()
    statuses = [
        (await browser.sign_in("ada", "guess", headers={"X-Forwarded-For": form.format(40_000 + number)})).status
        for number in range(7)
    ]
    assert statuses == [HTTPStatus.UNPROCESSABLE_ENTITY] * 5 + [HTTPStatus.TOO_MANY_REQUESTS] * 2


async def test_guesses_from_everywhere_lock_no_agent_out_where_they_signed_in_before(opens: OpenBrowser) -> None:
    browser, office = await opens(), {"X-Forwarded-For": "198.51.100.7"}
    assert (await browser.sign_in("ada", headers=office)).status == HTTPStatus.SEE_OTHER
    stranger = await opens()
    for number in range(login_attempts.MAX_ATTEMPTS_PER_NAME):
        await stranger.sign_in("ada", "guess", headers={"X-Forwarded-For": f"203.0.113.{number}"})
    elsewhere = await stranger.sign_in("ada", headers={"X-Forwarded-For": "192.0.2.1"})
    assert elsewhere.status == HTTPStatus.TOO_MANY_REQUESTS
    assert (await (await opens()).sign_in("ada", headers=office)).status == HTTPStatus.SEE_OTHER


async def test_one_network_of_many_addresses_counts_as_one_place(opens: OpenBrowser) -> None:
    browser = await opens()
    statuses = {
        (await browser.sign_in("ada", "guess", headers={"X-Forwarded-For": f"2001:db8:1:2::{number}"})).status
        for number in range(1, 8)
    }
    assert HTTPStatus.TOO_MANY_REQUESTS in statuses


async def test_a_right_password_forgives_earlier_slips(opens: OpenBrowser) -> None:
    browser = await opens()
    for _ in range(3):
        for _ in range(4):
            await browser.sign_in("otto", "slip")
        assert (await browser.sign_in("otto")).status == HTTPStatus.SEE_OTHER


@pytest.mark.usefixtures("argon2_in_earnest")
async def test_an_unknown_name_takes_as_long_as_a_known_one(opens: OpenBrowser, desk: ConsoleFixture) -> None:
    with engine.write_transaction(desk.database) as connection:
        agents.set_password(connection, desk.agent("otto").id, hash_password(PASSWORD))
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


async def test_what_strangers_type_is_not_kept(opens: OpenBrowser, desk: ConsoleFixture) -> None:
    await (await opens()).sign_in("my secret password", "x")
    (noted,) = desk.audit_records()
    assert (noted.event, noted.agent, noted.subject) == (AuditEvent.SIGN_IN_FAILED, None, None)


async def test_one_who_was_disabled_does_not_come_in(opens: OpenBrowser, desk: ConsoleFixture) -> None:
    with engine.write_transaction(desk.database) as connection:
        agents.disable(connection, desk.agent("otto").id, desk.time[0])
    assert (await (await opens()).sign_in("otto")).status == HTTPStatus.UNPROCESSABLE_ENTITY


async def test_a_sign_in_takes_four_kilobytes_and_no_files(opens: OpenBrowser) -> None:
    browser = await opens()
    large = await browser.sign_in("ada", "x" * 4096)
    assert large.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    files = FormData({"csrf": await browser.token(), "name": "ada", "password": PASSWORD})
    for number in range(3):
        files.add_field(f"file{number}", b"", filename="empty")
    answer = await browser.client.post("/console/sign-in", data=files, headers={"Origin": browser.origin})
    assert answer.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    assert (await browser.sign_in("ada")).status == HTTPStatus.SEE_OTHER


async def test_who_is_signed_in_may_send_longer_forms_but_no_files(opens: OpenBrowser) -> None:
    browser = await opens("ada")
    assert (await browser.post("/language", {"language": "en", "more": "x" * 8000})).status == HTTPStatus.OK
    files = FormData({"csrf": await browser.token(), "language": "en"})
    files.add_field("file", b"", filename="empty")
    answer = await browser.client.post("/console/language", data=files, headers={"Origin": browser.origin})
    assert answer.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE
