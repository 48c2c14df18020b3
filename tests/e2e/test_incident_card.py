"""The card of an incident in a browser: many restaurants of one cause, taken and ended at once, on a desk and a phone."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from handlers.model.actions import HandoffReason
from handlers.model.details import PersonDetails
from storage.conversations import conversations
from storage.database import engine
from storage.helpdesk import handoffs, incidents
from tests.contract.asked import MessageRecorder
from tests.e2e import console
from tests.e2e.conftest import OpenWindow, RunningProgram

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

RESTAURANTS = (
    ("Ķiploku krogs", "Ilze", "+371 29111222", "Kases stāv, nav interneta"),
    ("Rozengrāls", None, None, "не можем продавать, нет связи с сервером"),
    (None, "Marina", "+371 26123456", "сервер не отвечает, касса стоит"),
    ("Bistro 36", None, None, "internet down, cannot sell"),
)


def storm(house: RunningProgram) -> int:
    """Four restaurants in one incident; its number."""
    ask, now = MessageRecorder(house.database), datetime.now(UTC)
    for number, (place, name, phone, words) in enumerate(RESTAURANTS):
        at = now - timedelta(minutes=5 - number)
        ask(words, by=f"whatsapp:+37120000{number:03}", channel="whatsapp", at=at, people=HandoffReason.TRADING_STOPPED)
        with engine.write_transaction(house.database) as connection:
            found = handoffs.get(connection, number + 1)
            assert found is not None
            said = PersonDetails(place=place, name=name, phone=phone)
            conversations.record_details(connection, found.conversation, said)
    with engine.write_transaction(house.database) as connection:
        called = [handoffs.get(connection, number) for number in range(1, len(RESTAURANTS) + 1)]
        members = [one for one in called if one is not None]
        incident = incidents.open_incident(connection, members[0], [one.id for one in members], now, verified=True)
    return incident.id


async def test_a_storm_is_one_card_that_is_taken_and_ended_at_once(opens: OpenWindow, house: RunningProgram) -> None:
    incident = storm(house)
    page = await console.open_page(await console.sign_in(opens, house, console.AGENT), house, "/now")
    card = page.locator(f"#incident-{incident}")
    await expect(card.locator(".members li")).to_have_count(len(RESTAURANTS))
    await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    assert await console.faults(page) == []
    await console.resize(page, console.DESK)

    await card.locator(".members li").filter(has_text="Bistro 36").get_by_role("button").click()
    await expect(card.locator(".members li")).to_have_count(len(RESTAURANTS) - 1)
    await expect(page.locator(".calls:not(.incidents) > .call")).to_have_count(1)

    await card.locator("form[action$=take] button").click()
    await expect(card.locator(".has")).to_contain_text(console.AGENT)
    await expect(card.locator("form[action$=take]")).to_have_count(0)

    ends = card.locator("form[action$=works-again]")
    await card.locator("details.close").evaluate("each => { each.open = true }")
    await ends.get_by_role("button").click()
    assert await ends.locator("input[name=sure]").evaluate("each => each.validity.valueMissing"), "the tick is wanted"
    await expect(card).to_be_visible()
    await ends.locator("input[name=sure]").check()
    await ends.get_by_role("button").click()
    await expect(card).to_have_count(0)
    with engine.read_transaction(house.database) as connection:
        assert incidents.list_running(connection) == ()


async def test_the_card_works_without_scripts(opens: OpenWindow, house: RunningProgram) -> None:
    incident = storm(house)
    window = await console.sign_in(opens, house, console.AGENT, console.PHONE, java_script_enabled=False)
    page = window.page
    await page.goto(f"{house.url}/console/now")
    await page.locator(f"#incident-{incident} form[action$=take] button").click()
    await expect(page.locator(f"#incident-{incident} .has")).to_contain_text(console.AGENT)
