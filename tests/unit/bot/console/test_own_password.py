"""The page of one's own account: the old password is asked for, and sessions elsewhere end."""

import pytest
from sqlalchemy import update

from storage.database import engine
from storage.helpdesk.audit_log import AuditEvent
from storage.tables import agents as agents_table
from tests.unit.bot.console.conftest import PASSWORD, ConsoleBrowser, ConsoleFixture, OpenBrowser

NEW = "quite another one"


async def change(browser: ConsoleBrowser, old: str = PASSWORD, new: str = NEW, again: str | None = None) -> str:
    """What is said after the form was sent."""
    fields = {"old": old, "password": new, "again": new if again is None else again}
    return await (await browser.post("/account/password", fields)).text()


async def test_an_agent_changes_their_own_password_and_stays_signed_in_here_only(
    opens: OpenBrowser, desk: ConsoleFixture
) -> None:
    here, elsewhere = await opens("otto"), await opens("otto")

    assert "Citur atvērtās sesijas ir beigušās." in await change(here)

    assert "Mans konts: otto" in await here.text("/account")
    assert (await elsewhere.get("/account", follow=False)).status == 303
    assert (await (await opens()).sign_in("otto")).status == 422
    assert (await (await opens()).sign_in("otto", NEW)).status == 303
    (noted,) = desk.audit_records(AuditEvent.AGENT_PASSWORD)
    assert (noted.agent, noted.subject) == ("otto", "otto")


async def test_a_cookie_of_before_is_worth_nothing_after_it(opens: OpenBrowser) -> None:
    here, thief = await opens("otto"), await opens()
    thief.client.session.cookie_jar.update_cookies(
        {cookie.key: cookie.value for cookie in here.client.session.cookie_jar}
    )
    assert (await thief.get("/account", follow=False)).status == 200

    await change(here)

    assert (await thief.get("/account", follow=False)).status == 303


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"old": "a guess of somebody"}, "Līdzšinējā parole nav pareiza."),
        ({"old": ""}, "Līdzšinējā parole nav pareiza."),
        ({"new": "short"}, "Parole ir par īsu"),
        ({"new": "x" * 300}, "Parole ir par īsu vai par garu"),
        ({"again": "quite another two"}, "Jaunās paroles nesakrīt."),
    ],
    ids=str,
)
async def test_what_is_wrong_changes_nothing_and_is_said(
    opens: OpenBrowser, desk: ConsoleFixture, fields: dict[str, str], sentence: str
) -> None:
    here, elsewhere = await opens("otto"), await opens("otto")

    assert sentence in await change(here, **fields)

    assert (await elsewhere.get("/account", follow=False)).status == 200
    assert (await (await opens()).sign_in("otto")).status == 303
    assert desk.audit_records(AuditEvent.AGENT_PASSWORD) == []


async def test_whoever_found_an_open_session_cannot_guess_on(opens: OpenBrowser, desk: ConsoleFixture) -> None:
    browser = await opens("otto")
    for _ in range(5):
        assert "nav pareiza" in await change(browser, old="a guess of somebody")

    assert "Pārāk daudz mēģinājumu." in await change(browser)
    assert len(desk.audit_records(AuditEvent.SIGN_IN_FAILED)) == 5

    desk.advance_clock(minutes=16)
    assert "Parole ir mainīta." in await change(browser)


async def test_who_signs_in_with_the_companys_account_has_no_password_here(
    opens: OpenBrowser, desk: ConsoleFixture
) -> None:
    browser = await opens("otto")
    with engine.write_transaction(desk.database) as connection:
        connection.execute(update(agents_table).where(agents_table.c.name == "otto").values(password=None))

    assert 'name="old"' not in await browser.text("/account")
    assert "Konsolē Jums paroles nav." in await change(browser, old="")
