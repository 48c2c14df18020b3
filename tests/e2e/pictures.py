"""Takes the pictures of the README: the chat on a phone, from the top of a conversation, and the console's queue.

python -m tests.e2e.pictures [FOLDER]
"""

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from playwright.async_api import Browser, Page, async_playwright, expect

from bot.knowledge.factory import load_knowledge
from tests.e2e import chromium
from tests.e2e.conftest import RunningProgram, opened
from tests.e2e.console import ADMIN, PASSWORD, people

PHONE_SIZE: Final = (400, 860)
DESK_SIZE: Final = (1280, 560)
PATIENCE_MILLISECONDS: Final = 60_000

CHAT: Final = ("the cash register froze, guests are waiting", "it works again, thanks")
VISITORS: Final = (
    ("lv-LV", ("labdien, terminālis neņem kartes", "vai var kāds atzvanīt?")),
    ("ru-RU", ("kassa zavisla, nichego ne mozhem probit",)),
    ("en-GB", ("the kitchen printer prints nothing", "can a real person call me")),
)
"""Who waits in the queue: the language of each browser, and what is written in it."""


async def _say(page: Page, text: str) -> None:
    answers = page.locator(".theirs")
    before = await answers.count()
    await page.locator("#message").fill(text)
    await page.keyboard.press("Enter")
    await expect(answers).not_to_have_count(before)


async def _visit(browser: Browser, house: RunningProgram, locale: str) -> Page:
    width, height = PHONE_SIZE
    page = await browser.new_page(
        viewport={"width": width, "height": height},
        locale=locale,
        device_scale_factor=1.5,
        reduced_motion="reduce",
    )
    page.set_default_timeout(PATIENCE_MILLISECONDS)
    await page.goto(house.url)
    await expect(page.locator(".option")).not_to_have_count(0)
    return page


async def _chat(browser: Browser, house: RunningProgram, file: Path) -> None:
    """From the greeting on: the window is made as tall as the conversation."""
    page = await _visit(browser, house, "en-GB")
    for text in CHAT:
        await _say(page, text)
    height = await page.evaluate(
        "document.documentElement.clientHeight + Math.max(...[...document.querySelectorAll('*')]"
        ".map((each) => each.scrollHeight - each.clientHeight))"
    )
    await page.set_viewport_size({"width": PHONE_SIZE[0], "height": height})
    await page.locator("body").click(position={"x": 5, "y": 5})
    await page.screenshot(path=file)
    await page.close()


async def _console(browser: Browser, house: RunningProgram, file: Path) -> None:
    for locale, texts in VISITORS:
        page = await _visit(browser, house, locale)
        for text in texts:
            await _say(page, text)
        await page.close()
    people(house)
    width, height = DESK_SIZE
    page = await browser.new_page(viewport={"width": width, "height": height}, locale="en-GB")
    page.set_default_timeout(PATIENCE_MILLISECONDS)
    await page.goto(f"{house.url}/console/sign-in")
    await page.locator("[name=name]").fill(ADMIN)
    await page.locator("[name=password]").fill(PASSWORD)
    await page.locator("[name=password]").press("Enter")
    await expect(page.locator("main h1")).to_be_visible()
    await page.screenshot(path=file)
    await page.close()


async def _take(folder: Path) -> None:
    found = chromium.find()
    if found is None:
        sys.exit(chromium.HOW)
    with TemporaryDirectory() as place:
        async with opened(load_knowledge(), Path(place)) as house, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=found, args=chromium.arguments())
            await _console(browser, house, folder / "console.png")
            await _chat(browser, house, folder / "chat.png")
            await browser.close()


if __name__ == "__main__":
    asyncio.run(_take(Path(sys.argv[1] if len(sys.argv) > 1 else "docs")))
