"""Incidents on the page Now: one card for hand-offs of one cause; taken at once, ended at once, one of them parted."""

from typing import Final

import pytest
from sqlalchemy import update

from handlers.model.actions import HandoffReason
from handlers.model.details import PersonDetails
from handlers.model.handoff import CloseReason, HandoffState
from kb.model import LineId
from storage.conversations import conversations
from storage.database import engine
from storage.helpdesk import handoffs, incidents
from storage.helpdesk.audit_log import AuditEvent
from storage.helpdesk.handoffs import Handoff
from storage.tables import messages
from tests.doubles import NOW
from tests.unit.bot.console.conftest import ConsoleBrowser, OpenBrowser
from tests.unit.bot.console.helpdesk.conftest import HelpdeskFixture

WORKSHOP: Final = LineId("workshop")
CARD: Final = 'id="incident-1"'


def call(shop: HelpdeskFixture, *people: str) -> list[Handoff]:
    """Restaurants whose tills have stopped; the hand-offs in the order of their numbers."""
    for one in people:
        shop.record_message(f"Kase stāv, te {one}", by=one, people=HandoffReason.TRADING_STOPPED, line=WORKSHOP, at=NOW)
    with engine.read_transaction(shop.console.database) as connection:
        found = [handoffs.get(connection, number) for number in range(1, len(people) + 1)]
    return [one for one in found if one is not None]


@pytest.fixture
def storm(shop: HelpdeskFixture) -> list[Handoff]:
    """Three restaurants in one incident, and a fourth that calls by itself."""
    called = call(shop, "anna", "boris", "vera", "juris")
    with engine.write_transaction(shop.console.database) as connection:
        incidents.open_incident(connection, called[0], [one.id for one in called[:3]], NOW, verified=True)
        told = PersonDetails(place="Ķiploku krogs", name="Anna", phone="+371 29111222")
        conversations.record_details(connection, called[0].conversation, told)
        connection.execute(update(messages).values(picture_text="Kļūda 12").where(messages.c.id == 1))
    return called


def states(shop: HelpdeskFixture) -> list[tuple[HandoffState, str | None]]:
    with engine.read_transaction(shop.console.database) as connection:
        found = [handoffs.get(connection, number) for number in range(1, 5)]
    return [(one.state, one.taken_by) for one in found if one is not None]


async def test_hand_offs_of_one_cause_are_one_card_with_who_is_in_it(
    otto: ConsoleBrowser, storm: list[Handoff]
) -> None:
    page = await otto.text("/now")
    assert page.count('<li class="call') == 2, "one card, and the one that calls by itself"
    assert CARD in page
    assert page.index(CARD) < page.index(f'id="call-{storm[3].id}"')
    assert "Izsaukumi: 3" in page
    assert "Ķiploku krogs" in page
    assert 'href="tel:+37129111222"' in page
    assert page.count('Nolasīts no attēla: „Kļūda 12"') == 1
    assert "<title>(4) Rinda" in page


async def test_all_of_it_is_taken_at_once_and_again_nothing_happens(
    shop: HelpdeskFixture, otto: ConsoleBrowser, storm: list[Handoff]
) -> None:
    assert "Paņemti: 3." in await (await otto.post("/now/incidents/1/take")).text()
    assert states(shop) == [(HandoffState.TAKEN, "otto")] * 3 + [(HandoffState.OPEN, None)]
    (record,) = shop.console.audit_records(AuditEvent.INCIDENT_TAKEN)
    assert (record.agent, record.subject) == ("otto", "1")
    page = await otto.text("/now")
    assert "/now/incidents/1/take" not in page
    assert CARD in page
    assert "Nekas nav mainījies" in await (await otto.post("/now/incidents/1/take")).text()
    assert len(shop.console.audit_records(AuditEvent.INCIDENT_TAKEN)) == 1


async def test_who_has_it_keeps_it_or_gives_it_back_as_a_whole(
    shop: HelpdeskFixture, otto: ConsoleBrowser, storm: list[Handoff]
) -> None:
    assert "/now/incidents/1/keep" not in await otto.text("/now"), "nobody has it yet"
    assert "Nekas nav mainījies" in await (await otto.post("/now/incidents/1/keep")).text()
    page = await (await otto.post("/now/incidents/1/take")).text()
    assert "/now/incidents/1/keep" in page
    assert "/now/incidents/1/give-back" in page

    assert "Labi, tie paliek pie Jums: 3." in await (await otto.post("/now/incidents/1/keep")).text()
    assert states(shop)[:3] == [(HandoffState.TAKEN, "otto")] * 3
    (record,) = shop.console.audit_records(AuditEvent.INCIDENT_KEPT)
    assert (record.agent, record.subject) == ("otto", "1")

    assert "Atdoti: 3." in await (await otto.post("/now/incidents/1/give-back")).text()
    assert states(shop) == [(HandoffState.OPEN, None)] * 4
    assert len(shop.console.audit_records(AuditEvent.INCIDENT_RELEASED)) == 1


async def test_works_again_wants_the_tick_then_closes_and_tells_once_each(
    shop: HelpdeskFixture, otto: ConsoleBrowser, storm: list[Handoff]
) -> None:
    assert "Atzīmējiet lodziņu" in await (await otto.post("/now/incidents/1/works-again")).text()
    assert states(shop) == [(HandoffState.OPEN, None)] * 4
    page = await (await otto.post("/now/incidents/1/works-again", {"sure": "1"})).text()
    assert "Slēgti: 3. Paziņots, ka atkal strādā: 3. Paziņot nevarēja: 0." in page
    assert CARD not in page
    with engine.read_transaction(shop.console.database) as connection:
        closed = [handoffs.get(connection, one.id) for one in storm]
    assert [one.closed_reason for one in closed if one is not None] == [CloseReason.SOLVED] * 3 + [None]
    assert sorted(shop.console.submitted) == sorted(one.conversation for one in storm[:3])
    (record,) = shop.console.audit_records(AuditEvent.INCIDENT_ENDED)
    assert (record.agent, record.subject) == ("otto", "1")


async def test_one_with_another_cause_stands_by_itself_and_a_pair_is_no_group_any_more_when_one_leaves(
    shop: HelpdeskFixture, otto: ConsoleBrowser, storm: list[Handoff]
) -> None:
    assert "Nr. 2 tagad ir atsevišķi." in await (await otto.post("/now/incidents/1/part/2")).text()
    page = await otto.text("/now")
    assert page.count('<li class="call') == 3
    assert "Izsaukumi: 2" in page
    (record,) = shop.console.audit_records(AuditEvent.INCIDENT_PARTED)
    assert (record.agent, record.subject) == ("otto", "1 / 2")
    assert "Nekas nav mainījies" in await (await otto.post("/now/incidents/1/part/2")).text()
    await otto.post("/now/incidents/1/part/3")
    page = await otto.text("/now")
    assert CARD not in page
    assert page.count('<li class="call') == 4


async def test_another_line_shows_no_card_and_counts_its_calls(otto: ConsoleBrowser, storm: list[Handoff]) -> None:
    page = await otto.text("/now?line=desk")
    assert CARD not in page
    assert "Gaida citās līnijās: 4." in page


async def test_a_stranger_changes_nothing(shop: HelpdeskFixture, opens: OpenBrowser, storm: list[Handoff]) -> None:
    stranger = await opens()
    for path in ("take", "keep", "give-back", "works-again", "part/2"):
        await stranger.post(f"/now/incidents/1/{path}", {"sure": "1"}, follow=False)
    assert states(shop) == [(HandoffState.OPEN, None)] * 4
    assert len(incidents_members(shop)) == 3


def incidents_members(shop: HelpdeskFixture) -> tuple[Handoff, ...]:
    with engine.read_transaction(shop.console.database) as connection:
        return incidents.members(connection, 1)
