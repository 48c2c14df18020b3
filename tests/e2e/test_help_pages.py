"""The help pages in a browser: searching as one types, on a phone and a desk, by day and night, printed, and light."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest
from playwright.async_api import Page, expect

from kb.model import LANGUAGES
from tests.e2e.conftest import BrowserWindow, OpenWindow, RunningProgram
from tests.e2e.console import axe_violations, picture

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900), pytest.mark.asyncio(loop_scope="session")]

MAX_TRANSFERRED_BYTES: Final = 50_000
"""Of a page with all that it needs, at the first visit."""
PAGES: Final = ("", "till-down", "fiscal-error", "topics/devices", "search?q=printeris", "search?q=ksilofons", "gone")


async def read(window: BrowserWindow, house: RunningProgram, path: str) -> Page:
    """A help page that fits the window and of which the browser does not complain."""
    page = window.page
    await page.goto(f"{house.url}/help/{path}")
    await expect(page.locator("h1")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} scrolls sideways"
    return page


def complaints(window: BrowserWindow) -> list[str]:
    """What the browser's console says, but that a page which is not there is not there."""
    return [each for each in window.complaints if "404" not in each]


@pytest.mark.parametrize("width", [390, 1280])
async def test_axe_finds_nothing_on_any_page(opens: OpenWindow, house: RunningProgram, width: int) -> None:
    window = await opens(width=width)
    for language in LANGUAGES:
        for path in PAGES:
            page = await read(window, house, f"{language}/{path}")
            await picture(page, f"help-{language}-{path or 'home'}-light")
            # What follows from the width of a page follows in one language as in another.
            if width == 1280 or language == LANGUAGES[0]:
                assert await axe_violations(page) == []
    assert complaints(window) == []


@pytest.mark.parametrize("width", [390, 1280])
async def test_by_night_axe_finds_nothing_in_the_colours(opens: OpenWindow, house: RunningProgram, width: int) -> None:
    window = await opens(width=width, color_scheme="dark")
    for path in PAGES:
        page = await read(window, house, f"{LANGUAGES[0]}/{path}")
        await picture(page, f"help-{LANGUAGES[0]}-{path or 'home'}-dark")
        assert await axe_violations(page, "color-contrast") == []
    assert complaints(window) == []


@pytest.mark.parametrize("width", [390, 1280])
async def test_what_one_types_is_found_as_one_types(opens: OpenWindow, house: RunningProgram, width: int) -> None:
    window = await opens(width=width)
    page = await read(window, house, "lv/")
    found = page.locator("#found li")
    await page.locator("#q").press_sequentially("virtuves printeris nedruka")
    await expect(found.first).to_contain_text(house.knowledge.base.entries["kitchen-printer"].title["lv"])  # type: ignore[index]
    await picture(page, "help-found")
    assert await axe_violations(page) == []
    await page.locator("#q").fill("ksilofons")
    await expect(page.locator("#told")).to_be_visible()
    await expect(found).to_have_count(0)
    await page.locator("#q").fill("")
    await expect(page.locator("#told")).to_have_text("")
    await page.locator("#q").fill("кухонный принтер")
    await found.first.locator("a").click()
    await expect(page).to_have_url(f"{house.url}/help/lv/kitchen-printer")
    assert complaints(window) == []


async def test_a_search_works_without_scripts(opens: OpenWindow, house: RunningProgram) -> None:
    window = await opens(width=390, java_script_enabled=False)
    page = await read(window, house, "ru/")
    await page.locator("#q").fill("касса не работает")
    await page.keyboard.press("Enter")
    await page.locator("#instead .entries a").first.click()
    await expect(page.locator("article h1")).to_be_visible()
    assert complaints(window) == []


async def test_the_bot_is_asked_with_the_question_filled_in_and_not_sent(
    opens: OpenWindow, house: RunningProgram
) -> None:
    window = await opens(width=390)
    page = await read(window, house, "en/refund")
    await page.locator(".ask a").first.click()
    title = house.knowledge.base.entries["refund"].title["en"]  # type: ignore[index]
    await expect(page.locator("#message")).to_have_value(title)
    await expect(page).to_have_url(f"{house.url}/?lang=en")
    await expect(page.locator(".option")).not_to_have_count(0)
    assert house.times_received(title) == 0
    await page.locator("#send").click()
    await expect(page.locator(".theirs")).to_have_count(2)
    assert house.times_received(title) == 1
    await page.locator("#menu summary").click()
    await page.locator("#menu a").click()
    await expect(page).to_have_url(f"{house.url}/help/en/")
    assert complaints(window) == []


Load = Callable[[str], Awaitable[int]]


async def transferred_bytes(page: Page, address: str) -> int:
    """What the browser fetches for a page, head and body as they come over the wire."""
    session = await page.context.new_cdp_session(page)
    total = 0

    def add(event: dict[str, Any]) -> None:
        nonlocal total
        total += int(event["encodedDataLength"])

    session.on("Network.loadingFinished", add)
    await session.send("Network.enable")
    await session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    await page.goto(address, wait_until="networkidle")
    await session.detach()
    return total


async def test_a_page_with_all_that_it_needs_is_small(opens: OpenWindow, house: RunningProgram) -> None:
    page = (await opens(width=390)).page
    weights = {path: await transferred_bytes(page, f"{house.url}/help/lv/{path}") for path in PAGES}
    print(weights)  # noqa: T201
    assert all(1_000 < weight < MAX_TRANSFERRED_BYTES for weight in weights.values()), weights


async def test_on_paper_there_is_the_answer_with_its_sources_and_no_button(
    opens: OpenWindow, house: RunningProgram
) -> None:
    page = await read(await opens(color_scheme="dark"), house, "lv/fiscal-error")
    await page.emulate_media(media="print")
    await picture(page, "help-printed")
    for shown in (".urgent", ".answer", ".facts", ".contact"):
        await expect(page.locator(shown)).to_be_visible()
    for hidden in (".tongues", ".ask", "footer", ".related"):
        await expect(page.locator(hidden)).to_be_hidden()
    background = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == "rgb(255, 255, 255)"
