"""News in a browser: an agent writes it, people are shown it once, and it stands on a page to print and forward."""

from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession
from playwright.async_api import expect

from kb.model import LANGUAGES
from tests.e2e.conftest import OpenWindow, RunningProgram
from tests.e2e.console import AGENT, axe_violations, open_page, picture, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="session")]

TEXTS = {
    "lv": "Mainās tehniskās daļas darba kārtība\nNo 1. decembra steidzamos gadījumos zvaniet +371 20110525.",
    "ru": "Меняется порядок работы технического отдела\nС 1 декабря в срочных случаях звоните +371 20110525.",
    "en": "The technical department works differently\nFrom 1 December call +371 20110525 if it is urgent.",
}


@pytest.mark.parametrize("width", [390, 1280])
async def test_news_is_written_shown_once_and_stands_on_a_page(
    opens: OpenWindow, house: RunningProgram, width: int
) -> None:
    agent = await sign_in(opens, house, AGENT, width=width)
    page = await open_page(agent, house, "/news")
    assert await axe_violations(page) == []
    for language in LANGUAGES:
        await page.locator(f"[name=text_{language}]").fill(TEXTS[language])
    await page.locator("[name=source]").fill("Paziņojums, 28.11.2026")
    await page.locator("[name=until]").fill((datetime.now(UTC) + timedelta(days=20)).date().isoformat())
    await page.locator("form.stack button.main").click()
    await expect(page.locator(".news h2")).to_have_count(1)
    await picture(page, "console-news")
    assert await axe_violations(page) == []

    person = await opens(width=width)
    await person.page.goto(house.url)
    theirs = person.page.locator(".theirs")
    await expect(theirs.first).to_contain_text("Mainās tehniskās daļas darba kārtība")
    await picture(person.page, "chat-news")
    await person.page.locator("#message").fill("kā aizvērt maiņu")
    await person.page.keyboard.press("Enter")
    await expect(theirs).to_have_count(2)
    await expect(theirs.last).not_to_contain_text("Mainās")
    await person.page.locator("#message").fill("/news")
    await person.page.keyboard.press("Enter")
    await expect(theirs).to_have_count(3)
    await expect(theirs.last).to_contain_text("Avots: Paziņojums, 28.11.2026")

    for language in LANGUAGES:
        await person.page.goto(f"{house.url}/news/{language}/")
        await expect(person.page.locator("article h2")).to_have_text(TEXTS[language].partition("\n")[0])
        await expect(person.page.locator("article a[href^='tel:']")).to_have_count(1)
        assert await axe_violations(person.page) == []
        await picture(person.page, f"news-{language}")
    assert await person.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert person.complaints == []

    await page.reload()
    await expect(page.locator(".news strong")).to_have_text("Cik cilvēku redzējuši: 1")
    await page.locator(".news button.grave").click()
    await expect(page.locator(".news button.grave")).to_have_count(0)
    async with ClientSession() as session, session.get(f"{house.url}/news/lv/") as answer:
        assert "Mainās" not in await answer.text()
