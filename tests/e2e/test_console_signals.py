"""The console calls people in: sound and notification as this browser is told, and the keyboard."""

import asyncio
from datetime import UTC, datetime

import pytest
from playwright.async_api import Page, expect

from handlers.model.actions import HandoffReason
from tests.contract.asked import MessageRecorder
from tests.e2e import console
from tests.e2e.conftest import OpenWindow, RunningProgram
from tests.patience import PATIENCE_SECONDS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

HEARD = """
window.heard = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) { window.heard.push(this.frequency.value); return start.apply(this, when); };
window.Notification = class { static permission = "granted"; static async requestPermission() { return "granted"; }
  constructor(text) { window.heard.push(text); } };
"""


def ask(house: RunningProgram, by: str, reason: HandoffReason) -> None:
    MessageRecorder(house.database)(f"Palīgā, te {by}", by=by, at=datetime.now(UTC), people=reason)


async def until_heard(page: Page, wanted: list[object]) -> None:
    """Until the page has made exactly this heard: it rings a moment before or after what it shows."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (heard := await page.evaluate("heard")) != wanted:
            assert len(heard) < len(wanted), heard
            await asyncio.sleep(0.02)


async def test_a_call_rings_in_one_window_once_that_is_wished(opens: OpenWindow, house: RunningProgram) -> None:
    window = await console.sign_in(opens, house, console.AGENT)
    await window.context.add_init_script(HEARD)
    first = await console.open_page(window, house, "/talks")
    await expect(first.locator("body[data-leads]")).to_be_attached()
    second = await window.context.new_page()
    async with second.expect_response("**/console/waiting"):
        await second.goto(f"{house.url}/console/knowledge")
    ask(house, "anna", HandoffReason.ASKED_FOR_PERSON)
    await expect(first.locator("#waiting .number")).to_have_text("1")
    await expect(second.locator("#waiting .number")).to_have_text("1")
    assert await first.evaluate("heard") == []

    await first.get_by_role("button", name="Signāli un taustiņi").click()
    await first.get_by_label("Skaņa, kad pienāk izsaukums").check()
    await first.get_by_label("Pārlūka paziņojums").check()
    await first.evaluate("heard.length = 0")
    await first.get_by_role("button", name="Aizvērt").click()
    ask(house, "boris", HandoffReason.TRADING_STOPPED)

    text = "Izsaukums Nr. 2: darbs stāv!"
    await expect(first.get_by_role("alert")).to_have_text(text)
    await expect(second.get_by_role("alert")).to_have_text(text)
    await until_heard(first, [880, 660, 880, 660, 880, text])
    assert await second.evaluate("heard") == []

    await first.close()
    await expect(second.locator("body[data-leads]")).to_be_attached()
    assert await second.evaluate("heard") == []
    ask(house, "clara", HandoffReason.ASKED_FOR_PERSON)
    await expect(second.get_by_role("status").filter(has_text="Nr. 3")).to_have_count(1)
    await until_heard(second, [660, 880, "Jauns izsaukums Nr. 3."])
    assert window.complaints == []


async def test_a_call_is_taken_by_the_keyboard_and_typing_is_left_alone(
    opens: OpenWindow, house: RunningProgram
) -> None:
    ask(house, "anna", HandoffReason.ASKED_FOR_PERSON)
    ask(house, "boris", HandoffReason.ASKED_FOR_PERSON)
    window = await console.sign_in(opens, house, console.AGENT)
    page = await console.open_page(window, house, "/now")

    await page.keyboard.press("t")
    for key in ("j", "j", "k", "j"):
        await page.keyboard.press(key)
    await expect(page.locator("#call-2")).to_be_focused()
    await page.keyboard.press("t")
    await expect(page.locator("#call-2 .has")).to_contain_text(console.AGENT)
    await expect(page.locator("#call-1 .has")).to_have_count(0)

    await page.keyboard.press("2")
    await expect(page).to_have_url(f"{house.url}/console/talks")
    await page.keyboard.press("/")
    await page.keyboard.type("3?jkt/")
    await expect(page.locator("main input[type=search]")).to_have_value("3?jkt/")
    await expect(page.locator("#signals")).to_be_hidden()
    assert window.complaints == []


async def test_the_dialog_lists_the_keys_and_switches_them_off(opens: OpenWindow, house: RunningProgram) -> None:
    window = await console.sign_in(opens, house, console.AGENT)
    page = await console.open_page(window, house, "/unanswered")
    await page.locator("main").focus()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Signāli un taustiņi")).to_be_visible()
    await console.picture(page, "/signals")
    assert await console.faults(page) == []
    await console.resize(page, console.DESK)

    await page.get_by_label("Īsinājumtaustiņi").uncheck()
    await page.keyboard.press("Escape")
    await page.locator("main").focus()
    await page.keyboard.press("1")
    await page.keyboard.press("?")
    await expect(page.locator("#signals")).to_be_hidden()
    page = await console.open_page(window, house, "/unanswered")
    await page.locator("#signals-open").click()
    await expect(page.get_by_label("Īsinājumtaustiņi")).not_to_be_checked()
    assert window.complaints == []
