"""Customers in the console: found, shown, edited, linked and removed by agents, and a guess confirmed by a click."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from sqlalchemy import update

from bot.app.channels import CHANNELS
from bot.console.customers.venue_list import VenueListView
from bot.console.customers.venue_page import VenueLinkSigner, VenuePageView
from bot.console.framework.knowledge_access import KnowledgeAccess
from bot.customers.link_addresses import LinkAddresses
from bot.customers.link_tokens import VenueLinkTokens
from handlers.model.actions import HandoffReason
from storage.conversations import conversations
from storage.customers import venue_links, venues
from storage.customers.venues import Device, Venue
from storage.database import engine
from storage.helpdesk.audit_log import AuditEvent
from storage.tables import conversations as conversations_table
from tests.doubles import NOW, small_base
from tests.unit.bot.console.conftest import ConsoleBrowser, OpenBrowser, ServeConsole
from tests.unit.bot.console.helpdesk.conftest import HelpdeskFixture

ROSE = Venue(
    name="Rozengrāls",
    address="Rozena 1",
    contract="A-17",
    phones=("+37129111222",),
    accounts=("4711", "roze_bars"),
    devices=(Device(name="Kase 1", model="HP", fiscal_number="1234567", place="bārs"), Device(name="Kase 2")),
)
FORM = {
    "name": "Rozengrāls",
    "address": "Rozena 1",
    "phones": "29 111 222; +37129333444",
    "accounts": "4711; @roze_bars",
    "devices": "Kase 1; HP; 1234567; bārs\r\nKase 3",
    "note": "Zvanīt <pēc> desmitiem",
}


@pytest.fixture
async def opens(shop: HelpdeskFixture, put_up: ServeConsole) -> OpenBrowser:
    """Opens browsers in front of all pages for agents."""
    desk = shop.console
    library = KnowledgeAccess(
        source=shop.knowledge, released_content=small_base, edited_content=small_base, on_change=lambda: None
    )
    signer = VenueLinkSigner(
        tokens=VenueLinkTokens("a secret"), addresses=LinkAddresses(origin="https://bot.example.lv")
    )
    pages = (
        VenueListView(desk.transactions).section(),
        VenuePageView(desk.transactions, library, CHANNELS, signer).section(),
    )
    return await put_up((*shop.sections(), *pages))


@pytest.fixture
def venue(shop: HelpdeskFixture) -> Venue:
    with engine.write_transaction(shop.console.database) as connection:
        venues.save(connection, ROSE, NOW)
        return venues.list_venues(connection)[0]


def stored(shop: HelpdeskFixture, number: int) -> Venue | None:
    with engine.read_transaction(shop.console.database) as connection:
        return venues.get(connection, number)


def events(shop: HelpdeskFixture, *wanted: AuditEvent) -> list[tuple[str, str | None, str | None]]:
    return [(one.event, one.agent, one.subject) for one in shop.console.audit_records(*wanted)]


@pytest.mark.parametrize("words", ["29111222", "+371 29 111 222", "0037129111222", "1234567"])
async def test_a_number_that_rings_leads_to_its_venue(otto: ConsoleBrowser, venue: Venue, words: str) -> None:
    page = await (await otto.client.get("/console/customers", params={"words": words})).text()
    assert "<h1>Rozengrāls</h1>" in page
    assert "A-17" in page


@pytest.mark.parametrize("words", ["rozengrals", "розенгралс", "rozena", "ROZENA 1"])
async def test_a_venue_is_found_by_name_and_address(otto: ConsoleBrowser, venue: Venue, words: str) -> None:
    page = await (await otto.client.get("/console/customers", params={"words": words})).text()
    assert f'href="/console/customers/{venue.id}"' in page


async def test_what_is_not_known_is_said(otto: ConsoleBrowser) -> None:
    assert "paligs customers import" in await otto.text("/customers")
    assert "neviena vieta nav zināma" in await otto.text("/customers?words=20000000")
    assert (await otto.get("/customers/77")).status == HTTPStatus.NOT_FOUND


async def test_more_venues_than_fit_a_page_go_on_behind_the_last(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    with engine.write_transaction(shop.console.database) as connection:
        for number in range(60):
            venues.save(connection, Venue(name=f"Vieta {number:02}"), NOW)
    first = await otto.text("/customers")
    assert ("Vieta 49" in first, "Vieta 50" in first) == (True, False)
    assert "Vieta 50" in await otto.text("/customers?after=vieta%2049%20%7C%20")


async def test_a_venue_is_added_once(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    for expected in ("Pievienota.", "Nav pievienots"):
        answer = await otto.post("/customers", {"name": "Vīnkalni", "address": "Baznīcas 7"})
        assert expected in await answer.text()
    assert "Nav pievienots" in await (await otto.post("/customers", {"name": ""})).text()
    assert events(shop, AuditEvent.VENUE_ADDED) == [("venue_added", "otto", "1")]


async def test_an_agent_edits_a_venue_and_it_is_audited(
    shop: HelpdeskFixture, otto: ConsoleBrowser, venue: Venue
) -> None:
    page = await (await otto.post(f"/customers/{venue.id}/edit", FORM)).text()
    assert "Saglabāts." in page
    assert "Zvanīt &lt;pēc&gt; desmitiem" in page
    changed = stored(shop, venue.id)
    assert changed is not None
    assert (changed.phones, changed.contract) == (("+37129111222", "+37129333444"), None)
    assert [device.name for device in changed.devices] == ["Kase 1", "Kase 3"]
    assert changed.accounts == ("4711", "roze_bars")
    assert events(shop, AuditEvent.VENUE_CHANGED) == [("venue_changed", "otto", str(venue.id))]
    assert "Nekas nav mainīts." in await (await otto.post(f"/customers/{venue.id}/edit", FORM)).text()


@pytest.mark.parametrize(
    "mistake", [{"phones": "abc"}, {"name": ""}, {"accounts": "!"}, {"devices": "Kase 1;;77\nKase 2;;77"}]
)
async def test_what_cannot_be_used_is_told_and_nothing_is_stored(
    shop: HelpdeskFixture, otto: ConsoleBrowser, venue: Venue, mistake: dict[str, str]
) -> None:
    answer = await otto.post(f"/customers/{venue.id}/edit", {**FORM, **mistake})
    assert answer.status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Nav saglabāts" in await answer.text()
    assert stored(shop, venue.id) == venue


async def test_the_name_of_another_venue_is_not_taken(
    shop: HelpdeskFixture, otto: ConsoleBrowser, venue: Venue
) -> None:
    with engine.write_transaction(shop.console.database) as connection:
        venues.save(connection, Venue(name="Vīnkalni"), NOW)
    answer = await otto.post(f"/customers/{venue.id}/edit", {**FORM, "name": "VĪNKALNI", "address": ""})
    assert "citai vietai ir šāds nosaukums" in await answer.text()
    assert stored(shop, venue.id) == venue


async def test_links_are_made_printed_and_revoked(shop: HelpdeskFixture, otto: ConsoleBrowser, venue: Venue) -> None:
    here = f"/customers/{venue.id}"
    await otto.post(f"{here}/links")
    answer = await otto.get(f"{here}/sheet")
    sheet = await answer.text()
    assert sheet.count("<svg") == 2
    assert "style-src 'self'" in answer.headers["Content-Security-Policy"]
    assert 'href="/console/customers/sheet.css"' in sheet
    assert (await otto.get("/customers/sheet.css")).content_type == "text/css"
    page = await (await otto.post(f"{here}/revoke", {"link": "1"})).text()
    assert "Atsauktas saites: 1." in page
    assert (await otto.text(f"{here}/sheet")).count("<svg") == 1
    await otto.post(f"{here}/revoke")
    assert (await otto.text(f"{here}/sheet")).count("<svg") == 0
    made, revoked = AuditEvent.VENUE_LINKS_MADE, AuditEvent.VENUE_LINKS_REVOKED
    assert [event for event, _, _ in events(shop, made, revoked)].count("venue_links_revoked") == 2


async def test_a_venue_is_removed_where_the_box_is_ticked(
    shop: HelpdeskFixture, otto: ConsoleBrowser, venue: Venue
) -> None:
    await otto.post(f"/customers/{venue.id}/remove")
    assert stored(shop, venue.id) is not None
    await otto.post(f"/customers/{venue.id}/remove", {"sure": "1"})
    assert stored(shop, venue.id) is None
    assert events(shop, AuditEvent.VENUE_REMOVED) == [("venue_removed", "otto", str(venue.id))]


async def test_a_name_in_the_words_is_a_guess_until_an_agent_confirms_it(
    shop: HelpdeskFixture, otto: ConsoleBrowser, venue: Venue
) -> None:
    earlier = NOW - timedelta(minutes=1)
    called = HandoffReason.ASKED_FOR_PERSON
    talk = shop.record_message("rozengrals, kase stav", by="boris", people=called, at=earlier)
    for path in ("/now", f"/talks/{talk}"):
        page = await otto.text(path)
        assert "varbūt" in page
        assert "Rozengrāls, Rozena 1" in page
    answer = await otto.post(f"/talks/{talk}/venue", {"venue": str(venue.id), "queue": "1"}, follow=False)
    assert answer.headers["Location"] == "/console/now"
    page = await otto.text("/now")
    assert ("varbūt" in page, "Rozengrāls, Rozena 1" in page) == (False, True)
    assert "zvanīja šodien" in await otto.text(f"/customers/{venue.id}")
    assert events(shop, AuditEvent.VENUE_CONFIRMED) == [("venue_confirmed", "otto", talk)]
    assert "Nav šī" in await otto.text(f"/talks/{talk}")
    await otto.post(f"/talks/{talk}/venue", {"venue": ""})
    assert "varbūt" in await otto.text(f"/talks/{talk}")


async def test_who_came_by_a_link_is_shown_with_the_till(
    shop: HelpdeskFixture, otto: ConsoleBrowser, venue: Venue
) -> None:
    talk = shop.record_message("kase stāv", by="boris", people=HandoffReason.ASKED_FOR_PERSON, at=NOW)
    assert "Rozengrāls" not in await otto.text("/now")
    with engine.write_transaction(shop.console.database) as connection:
        venue_links.attach(connection, talk, venue_links.ensure_links(connection, venue, NOW)[0])
    page = await otto.text("/now")
    assert "Rozengrāls, Rozena 1" in page
    assert "Kase 1" in page


async def test_a_call_of_yesterday_is_said(shop: HelpdeskFixture, otto: ConsoleBrowser, venue: Venue) -> None:
    talk = shop.record_message("kase stāv", by="boris", people=HandoffReason.ASKED_FOR_PERSON, at=NOW)
    with engine.write_transaction(shop.console.database) as connection:
        connection.execute(
            update(conversations_table).where(conversations_table.c.id == talk).values(venue_id=venue.id)
        )
        assert conversations.get(connection, talk).venue_id == venue.id
    shop.console.advance_clock(hours=20)
    await otto.sign_in("otto")
    assert "zvanīja vakar" in await otto.text(f"/customers/{venue.id}")


async def test_strangers_see_no_customer(opens: OpenBrowser, venue: Venue) -> None:
    stranger = await opens()
    for path in ("/customers", f"/customers/{venue.id}", f"/customers/{venue.id}/sheet", "/customers/sheet.css"):
        answer = await stranger.get(path, follow=False)
        assert answer.status in (HTTPStatus.SEE_OTHER, HTTPStatus.FORBIDDEN)
        assert "Rozengrāls" not in await answer.text()


async def test_a_card_tells_that_the_venue_called_the_day_before(
    shop: HelpdeskFixture, otto: ConsoleBrowser, venue: Venue
) -> None:
    for person, days in (("anna", 1), ("boris", 0)):
        at = NOW - timedelta(days=days)
        talk = shop.record_message("kase", by=person, people=HandoffReason.ASKED_FOR_PERSON, at=at)
        with engine.write_transaction(shop.console.database) as connection:
            venue_links.attach(connection, talk, venue_links.ensure_links(connection, venue, NOW)[0])
    for path in (f"/talks/{talk}", "/now"):
        page = await otto.text(path)
        assert page.count("zvanīja vakar") == 1, "Anna's own card tells nothing of Boris, who called after her"
    assert "zvanīja" in await otto.text(f"/customers/{venue.id}")
