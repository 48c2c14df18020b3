"""The pages Agents and Audit: who may, and who did."""

import re

import pytest

from bot.console.views.audit import PAGE_SIZE
from handlers.model.actions import HandoffReason
from storage.customers import venues
from storage.customers.venues import Venue
from storage.database import engine
from storage.helpdesk import audit_log
from storage.helpdesk.audit_log import AuditEvent
from storage.helpdesk.sign_in.agent_roles import Role
from tests.contract.asked import MessageRecorder
from tests.doubles import NOW
from tests.unit.bot.console.conftest import PASSWORD, ConsoleBrowser, ConsoleFixture, OpenBrowser


@pytest.fixture
async def ada(opens: OpenBrowser) -> ConsoleBrowser:
    """The admin's browser."""
    return await opens("ada")


async def told(browser: ConsoleBrowser, path: str, **fields: str) -> str:
    """What is said after a form was sent."""
    return await (await browser.post(path, fields)).text()


async def test_an_admin_adds_an_agent_who_signs_in(
    ada: ConsoleBrowser, opens: OpenBrowser, desk: ConsoleFixture
) -> None:
    assert "Zane ir pievienots." in await told(ada, "/agents", name="Zane", role="agent", password="a new password")
    assert (desk.agent("zane").name, desk.agent("zane").role) == ("Zane", Role.AGENT)
    assert (await (await opens()).sign_in("zane", "a new password")).status == 303
    (noted,) = desk.audit_records(AuditEvent.AGENT_ADDED)
    assert (noted.agent, noted.subject) == ("ada", "Zane")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": "Zane", "password": "short"}, "Parole ir par īsu"),
        ({"name": "Zane", "password": "x" * 300}, "Parole ir par īsu vai par garu"),
        ({"name": " ADA ", "password": PASSWORD}, "Šāds lietotājs jau ir."),
        ({"name": "", "password": PASSWORD}, "Šādu vārdu nevar lietot."),
        ({"name": "x" * 65, "password": PASSWORD}, "Šādu vārdu nevar lietot."),
        ({"name": "a\u202eb", "password": PASSWORD}, "Šādu vārdu nevar lietot."),
        ({"name": "two\nlines", "password": PASSWORD}, "Šādu vārdu nevar lietot."),
    ],
    ids=str,
)
async def test_what_cannot_be_added_is_said(
    ada: ConsoleBrowser, desk: ConsoleFixture, fields: dict[str, str], sentence: str
) -> None:
    assert sentence in await told(ada, "/agents", role="agent", **fields)
    assert desk.audit_records(AuditEvent.AGENT_ADDED) == []


async def test_a_role_that_is_none_is_refused(ada: ConsoleBrowser) -> None:
    assert (await ada.post("/agents", {"name": "Zane", "role": "owner", "password": PASSWORD})).status == 400


async def test_an_admin_changes_role_and_password_and_disables(
    ada: ConsoleBrowser, opens: OpenBrowser, desk: ConsoleFixture
) -> None:
    number = desk.agent("otto").id
    otto = await opens("otto")
    assert "loma ir mainīta" in await told(ada, f"/agents/{number}/role", role="admin")
    assert (await otto.get("/delivery")).status == 200
    assert "parole ir mainīta" in await told(ada, f"/agents/{number}/password", password="quite another one")
    assert (await otto.get("/delivery", follow=False)).status == 303
    assert "otto ir bloķēts." in await told(ada, f"/agents/{number}/disable")
    assert "bloķēts." not in await told(ada, f"/agents/{number}/disable")
    assert "otto ir atbloķēts." in await told(ada, f"/agents/{number}/enable")
    assert (await (await opens()).sign_in("otto", "quite another one")).status == 303
    events = [each.event for each in desk.audit_records() if each.event.startswith("agent_")]
    assert events == ["agent_enabled", "agent_disabled", "agent_password", "agent_role"]


async def test_a_password_that_cannot_be_used_changes_nothing(
    ada: ConsoleBrowser, opens: OpenBrowser, desk: ConsoleFixture
) -> None:
    number = desk.agent("otto").id
    assert "Parole ir par īsu" in await told(ada, f"/agents/{number}/password", password="short")
    assert (await (await opens()).sign_in("otto")).status == 303


async def test_nobody_takes_their_own_rights_away(ada: ConsoleBrowser, desk: ConsoleFixture) -> None:
    number = desk.agent("ada").id
    for path, fields in ((f"/agents/{number}/disable", {}), (f"/agents/{number}/role", {"role": "agent"})):
        assert "sevi bloķēt nevar" in await told(ada, path, **fields)
    assert desk.agent("ada").active
    assert desk.agent("ada").role is Role.ADMIN


async def test_ones_own_new_password_ends_ones_own_session(ada: ConsoleBrowser, desk: ConsoleFixture) -> None:
    await ada.post(f"/agents/{desk.agent('ada').id}/password", {"password": "quite another one"})
    assert (await ada.get("/agents", follow=False)).status == 303


async def test_an_agent_that_is_not_there_is_not_found(ada: ConsoleBrowser) -> None:
    assert (await ada.post("/agents/777/disable")).status == 404


async def test_the_last_sign_in_of_each_agent_is_shown(
    ada: ConsoleBrowser, opens: OpenBrowser, desk: ConsoleFixture
) -> None:
    desk.advance_clock(minutes=5)
    assert "nav pierakstījies" in await ada.text("/agents")
    await opens("otto")

    page = await ada.text("/agents")

    assert "nav pierakstījies" not in page
    assert f'Pēdējoreiz pierakstījās <time datetime="{desk.time[0].isoformat(timespec="milliseconds")}"' in page


# Audit


async def test_a_record_leads_to_the_conversation_it_is_about_while_there_is_one(
    ada: ConsoleBrowser, desk: ConsoleFixture
) -> None:
    talk = MessageRecorder(desk.database)("Vajag cilvēku", people=HandoffReason.ASKED_FOR_PERSON)
    note(desk, AuditEvent.HANDOFF_TAKEN, "otto", "1")
    note(desk, AuditEvent.HANDOFF_CLOSED, "otto", "77")
    note(desk, AuditEvent.TRANSCRIPT_VIEWED, "otto", talk)
    note(desk, AuditEvent.PERSON_ERASED, "otto", "0" * 32)
    note(desk, AuditEvent.REPLY_RETRIED, "otto", "1")

    page = await ada.text("/audit")

    assert f'<a href="/console/talks/{talk}">Nr. 1</a>' in page
    assert f'<a href="/console/talks/{talk}">saruna …{talk[-4:]}</a>' in page
    assert page.count('<a href="/console/talks/') == 2
    assert "0" * 32 in page


async def test_a_record_of_a_list_names_the_page_and_one_of_a_venue_leads_to_it(
    ada: ConsoleBrowser, desk: ConsoleFixture
) -> None:
    with engine.write_transaction(desk.database) as connection:
        venues.save(connection, Venue(name="Rozengrāls", address="Rozena 1"), NOW)
    for subject in ("agents", "elsewhere"):
        note(desk, AuditEvent.LIST_VIEWED, "otto", subject)
    for subject in ("1", "77"):
        note(desk, AuditEvent.VENUE_VIEWED, "otto", subject)
    page = await ada.text("/audit")
    assert re.findall(r'<td data-label="Objekts" class="quiet">(.*?)</td>', page) == [
        "77",
        '<a href="/console/customers/1">Rozengrāls, Rozena 1</a>',
        "elsewhere",
        "Lietotāji",
    ]


def note(desk: ConsoleFixture, event: AuditEvent, agent: str, subject: str) -> None:
    with engine.write_transaction(desk.database) as connection:
        audit_log.record(connection, event, NOW, agent=agent, subject=subject)


async def test_the_log_is_read_by_kind_and_by_agent(ada: ConsoleBrowser, desk: ConsoleFixture) -> None:
    note(desk, AuditEvent.REPLY_DROPPED, "otto", "r-17")
    note(desk, AuditEvent.PERSON_ERASED, "ada", "c-18")
    both, kind, person, none = [
        await ada.text(f"/audit{query}")
        for query in ("", "?event=reply_dropped", "?agent=ada", "?agent=otto&event=person_erased")
    ]
    assert "r-17" in both and "c-18" in both  # noqa: PT018
    assert "r-17" in kind and "c-18" not in kind  # noqa: PT018
    assert "r-17" not in person and "c-18" in person  # noqa: PT018
    assert "Šeit pagaidām nekā nav." in none


async def test_older_entries_stand_on_the_next_page(ada: ConsoleBrowser, desk: ConsoleFixture) -> None:
    for number in range(PAGE_SIZE):
        note(desk, AuditEvent.REPLY_DROPPED, "otto", f"r-{number:03}")
    first = await ada.text("/audit?event=reply_dropped")
    assert "before=" not in first
    note(desk, AuditEvent.REPLY_DROPPED, "otto", "r-new")
    first = await ada.text("/audit?event=reply_dropped")
    assert "r-new" in first
    assert "r-000" not in first
    link = first.split('href="?')[1].split('"')[0].replace("&amp;", "&")
    assert "r-000" in await ada.text(f"/audit?{link}")


async def test_every_event_has_a_name_in_every_language(ada: ConsoleBrowser, desk: ConsoleFixture) -> None:
    for event in AuditEvent:
        note(desk, event, "ada", "x")
    for language in ("lv", "ru", "en"):
        await ada.post("/language", {"language": language})
        page = await ada.text("/audit")
        assert not [event for event in AuditEvent if f">{event.value}<" in page]
