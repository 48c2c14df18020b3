"""The help pages in a browser: searching as one types, on a phone and a desk, by day and night, printed, and light."""

import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, expect

from handlers.model.context import KnowledgeBundle
from kb.model import LANGUAGES
from tests.e2e.conftest import BrowserWindow, OpenWindow, RunningProgram, opened
from tests.e2e.console import axe_violations, picture

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900), pytest.mark.asyncio(loop_scope="session")]

MAX_TRANSFERRED_BYTES: Final = 50_000
"""Of a page with all that it needs, at the first visit."""
MAX_REQUESTS: Final = 8
MAX_ELEMENTS: Final = 800
"""Lighthouse warns from 800 on."""
MAX_DEPTH: Final = 32
"""Lighthouse warns from 32 on."""
MAX_LAYOUT_SHIFT: Final = 0.1
"""What counts as good."""
PAGES: Final = ("", "till-down", "fiscal-error", "topics/devices", "search?q=printeris", "search?q=ksilofons", "gone")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(
    shipped: KnowledgeBundle, tmp_path_factory: pytest.TempPathFactory, new_database: Path
) -> AsyncIterator[RunningProgram]:
    """One program for all of this file: reading changes nothing of it."""
    folder = tmp_path_factory.mktemp("help")
    shutil.copyfile(new_database, folder / "paligs.sqlite3")
    async with opened(shipped, folder) as house:
        yield house


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


@dataclass(frozen=True)
class PageCosts:
    """What a page costs a phone at its first visit."""

    transferred_bytes: int
    requests: int
    elements: int
    depth: int
    blocking_scripts: list[str]
    layout_shift: float
    elsewhere: list[str]


async def costs_of(page: Page, address: str) -> PageCosts:
    """Measured by Chromium: head and body as they come over the wire, and what the page is made of."""
    session = await page.context.new_cdp_session(page)
    total, asked = 0, list[str]()

    def add(event: dict[str, Any]) -> None:
        nonlocal total
        total += int(event["encodedDataLength"])

    session.on("Network.loadingFinished", add)
    session.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
    await session.send("Network.enable")
    await session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    await page.goto(address, wait_until="networkidle")
    await session.detach()
    elements, depth, blocking, shift = await page.evaluate(MADE_OF)
    origin = "/".join(address.split("/")[:3])
    elsewhere = [url for url in asked if not url.startswith((origin, "data:"))]
    return PageCosts(total, len(asked), elements, depth, blocking, shift, elsewhere)


MADE_OF: Final = """() => {
    const deep = (one) => 1 + Math.max(0, ...[...one.children].map(deep))
    const scripts = [...document.scripts].filter((one) => one.src && one.type !== "module" && !one.defer && !one.async)
    let shift = 0
    const seen = new PerformanceObserver(() => undefined)
    seen.observe({ type: "layout-shift", buffered: true })
    for (const one of seen.takeRecords()) shift += one.value
    return [document.querySelectorAll("*").length, deep(document.documentElement), scripts.map((one) => one.src), shift]
}"""


PUSH_DOWN: Final = """() => new Promise((done) => {
    const above = document.createElement("div")
    above.style.height = "300px"
    document.body.prepend(above)
    requestAnimationFrame(() => requestAnimationFrame(done))
})"""


async def test_a_page_keeps_to_its_budget(opens: OpenWindow, house: RunningProgram) -> None:
    page = (await opens(width=390)).page
    costs = {path: await costs_of(page, f"{house.url}/help/lv/{path}") for path in PAGES}
    print(costs)  # noqa: T201
    for path, cost in costs.items():
        assert 1_000 < cost.transferred_bytes < MAX_TRANSFERRED_BYTES, path
        assert 3 <= cost.requests <= MAX_REQUESTS, path
        assert 30 < cost.elements < MAX_ELEMENTS, path
        assert cost.depth <= MAX_DEPTH, path
        assert (cost.blocking_scripts, cost.elsewhere) == ([], []), path
        assert cost.layout_shift < MAX_LAYOUT_SHIFT, path


async def test_the_measure_of_a_page_sees_what_breaks_the_budget(opens: OpenWindow, house: RunningProgram) -> None:
    """Or the test above would prove nothing."""
    page = (await opens(width=390)).page

    async def burden(route: Route) -> None:
        answer = await route.fetch()
        asset = next(iter(re.findall(r'src="([^"]+\.js)"', await answer.text())), "/help/static/x.js")
        more = f'<script src="{asset}"></script>' + "<p>" * 900
        await route.fulfill(response=answer, body=(await answer.text()).replace("</head>", f"{more}</head>", 1))

    await page.route("**/help/lv/", burden)
    cost = await costs_of(page, f"{house.url}/help/lv/")
    assert len(cost.blocking_scripts) == 1
    assert cost.elements > MAX_ELEMENTS
    await page.evaluate(PUSH_DOWN)
    assert (await page.evaluate(MADE_OF))[3] > MAX_LAYOUT_SHIFT


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
