"""The console in a browser: signs in as an admin or an agent, asks axe for faults, and takes pictures where that is wished.

PALIGS_PICTURES=folder keeps a picture of every page that a test looks at.
"""

import os
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Page, expect

from bot.console.auth.passwords import hash_password
from storage.database import engine
from storage.helpdesk.sign_in import agents
from storage.helpdesk.sign_in.agent_roles import Role
from tests.e2e import npm
from tests.e2e.conftest import BrowserWindow, OpenWindow, RunningProgram

ADMIN: Final = "ada"
AGENT: Final = "otto"
PASSWORD: Final = "correct horse battery"

SMALL_PHONE: Final = 360
PHONE: Final = 390
DESK: Final = 1280


@cache
def _hash() -> str:
    return hash_password(PASSWORD)


def people(house: RunningProgram) -> None:
    """An admin `ada` and an agent `otto`."""
    with engine.write_transaction(house.database) as connection:
        for name, role in ((ADMIN, Role.ADMIN), (AGENT, Role.AGENT)):
            if agents.find(connection, name) is None:
                agents.add(connection, name, role, _hash(), datetime.now(UTC))


async def sign_in(
    opens: OpenWindow, house: RunningProgram, name: str = ADMIN, width: int = DESK, **options: Any
) -> BrowserWindow:
    """A window in which somebody has signed in."""
    people(house)
    window = await opens(width, **options)
    page = window.page
    await page.goto(f"{house.url}/console/sign-in")
    await page.locator("[name=name]").fill(name)
    await page.locator("[name=password]").fill(PASSWORD)
    await page.locator("[name=password]").press("Enter")
    await expect(page.locator(".leave")).to_be_attached()
    return window


async def open_page(window: BrowserWindow, house: RunningProgram, path: str) -> Page:
    """A page of the console, without a complaint of the browser, nothing wider than the window."""
    page = window.page
    answer = await page.goto(f"{house.url}/console{path}")
    assert answer is not None
    assert answer.ok, answer.status
    await expect(page.locator("main h1")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} scrolls sideways"
    await picture(page, path)
    assert window.complaints == []
    return page


async def faults(page: Page) -> list[str]:
    """What axe finds on a page as it stands, at both sizes and of colours in the dark; what scrolls sideways on a small
    phone, and what a thumb would miss."""
    found = []
    for width in (DESK, PHONE):
        await resize(page, width)
        found += await axe_violations(page)
    found += await small_targets(page)
    await page.emulate_media(color_scheme="dark")
    found += [f"in the dark: {each}" for each in await axe_violations(page, "color-contrast")]
    await page.emulate_media(color_scheme="light")
    await resize(page, SMALL_PHONE)
    if not await page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
        found.append("it scrolls sideways on a small phone")
    return found


async def resize(page: Page, width: int) -> None:
    """Gives the window another width."""
    await page.set_viewport_size({"width": width, "height": 800})


async def axe_violations(page: Page, *rules: str) -> list[str]:
    """What axe finds by these rules, by default all: the rule and where. Without npm the test is skipped."""
    npm.needed()
    if not await page.evaluate("'axe' in window"):
        # Run by the debugger, which the Content-Security-Policy does not bind: the page stays as it is served.
        await page.evaluate((npm.MODULES / "axe-core" / "axe.min.js").read_text("utf-8"))
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    # Looked at as it stays: what is fading in has pale letters for a moment. What turns without end is left.
    await page.evaluate("""() => document.getAnimations().forEach(one => {
        if (Number.isFinite(one.effect?.getComputedTiming().endTime)) one.finish();
    })""")
    found = await page.evaluate("options => axe.run(options)", options)
    return [
        f"{each['id']} ({each['impact']}): {node['target']} {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


async def small_targets(page: Page) -> list[str]:
    """Buttons, fields and links of the menu that a thumb would miss: under 44 px."""
    found: list[str] = await page.evaluate(
        """[...document.querySelectorAll("button, input:not([type=hidden]), select, nav a, a.button")]
        .filter((each) => each.checkVisibility() && each.type !== "checkbox" && each.type !== "radio")
        .map((each) => [each, each.getBoundingClientRect()])
        .filter(([, box]) => box.height < 43.5)
        .map(([each, box]) => `${each.outerHTML.slice(0, 120)} ${box.width}x${box.height}`)"""
    )
    return found


async def picture(page: Page, path: str) -> None:
    """Kept where PALIGS_PICTURES says."""
    folder = os.environ.get("PALIGS_PICTURES")
    if folder is None:
        return
    size = page.viewport_size
    name = re.sub(r"\W+", "-", path).strip("-") or "first"
    file = Path(folder) / f"{name}-{size['width'] if size else ''}.png"
    await page.screenshot(path=file, full_page=True)
