"""Customers in a browser: from a messy table to a printed code, a message from the till, and the venue's page."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from aiohttp import ClientSession
from playwright.async_api import Page, expect

from bot.customers.importing.import_plan import plan_import
from bot.customers.importing.table_file import read_rows
from storage.customers import venues
from storage.database import engine
from tests.e2e.conftest import OpenWindow, RunningProgram
from tests.e2e.console import AGENT, axe_violations, open_page, picture, sign_in
from tests.e2e.png import grey_points

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="session")]

HEADER = "Restorāns;Adrese;Tālrunis;Līgums;Piezīme;Kase;Modelis;Fiskālais numurs;Vieta"


def messy_table(path: Path) -> None:
    """Three hundred venues as Windows saves them: empty rows, numbers in every form, a row that is wrong."""
    rows = [HEADER, ";;;;;;;;"]
    for number in range(300):
        phone = (f"29 {number:03} 111", f"+3712{number:07}", f"00371 26{number:06}")[number % 3]
        name = "Rozengrāls" if number == 0 else f"Kafejnīca {number}"
        rows.append(f"{name};Rozena iela {number};{phone};A-{number};;Kase 1;HP;LV{number:06}A;bārs")
        rows.append(f" {name.upper()} ; rozena IELA {number};;;;Kase 2;;;")
    rows.append("Bez numura;;abc;;;;;;")
    path.write_bytes("\r\n".join(rows).encode("cp1257"))


def load(house: RunningProgram, path: Path) -> int:
    plan = plan_import(read_rows(path))
    assert len(plan.problems) == 1
    with engine.write_transaction(house.database) as connection:
        for venue in plan.venues:
            venues.save(connection, venue, datetime.now(UTC))
        return venues.count(connection)[0]


async def scan_first(page: Page) -> str:
    """What a scanner reads in the first code of the sheet as it is shown."""
    shown = await page.locator(".frame").first.screenshot()
    (found,) = await asyncio.to_thread(lambda: zxingcpp.read_barcodes(grey_points(shown)))
    return str(found.text)


async def look_at_own_page(page: Page, house: RunningProgram, token: str, width: int) -> None:
    """The page of the venue in three languages, and the draft that it leads to."""
    for language in ("lv", "ru", "en"):
        await page.goto(f"{house.url}/v/{token}?lang={language}")
        await expect(page.locator("h1")).to_have_text("Rozengrāls")
        assert await axe_violations(page) == []
        await picture(page, f"venue-page-{language}-{width}")
    assert "A-0" not in await page.content()
    await page.locator("a[href^='/t/']").click()
    await expect(page.locator("[name=restaurant]")).to_have_value("Rozengrāls")
    await expect(page.locator("[name=device]")).to_have_value("Kase 1")


@pytest.mark.parametrize("width", [390, 1280])
async def test_from_a_table_to_a_printed_code_and_a_message_from_the_till(
    opens: OpenWindow, house: RunningProgram, tmp_path: Path, width: int
) -> None:
    messy_table(tmp_path / "all.csv")
    assert load(house, tmp_path / "all.csv") == 300
    agent = await sign_in(opens, house, AGENT, width=width)
    page = await open_page(agent, house, "/customers")
    assert await axe_violations(page) == []
    await page.locator("[name=words]").fill("rozengrals")
    await page.keyboard.press("Enter")
    await page.locator("a.talk", has_text="Rozengrāls").click()
    await expect(page.locator("main h1")).to_have_text("Rozengrāls")
    await page.get_by_role("button", name="Izveidot trūkstošās saites").click()
    await expect(page.locator(".venue-links li")).to_have_count(2)
    await picture(page, f"customer-{width}")
    assert await axe_violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    address = urlsplit(page.url).path.removeprefix("/console")

    await page.goto(f"{house.url}/console{address}/sheet")
    await expect(page.locator(".card")).to_have_count(2)
    await picture(page, f"sheet-{width}")
    assert await axe_violations(page) == []
    scanned = await scan_first(page)
    assert agent.complaints == []

    person = await opens(width=width)
    await person.page.goto(scanned)
    theirs = person.page.locator(".theirs")
    await expect(theirs.first).to_contain_text("Jūs rakstāt no: Rozengrāls, Kase 1.")
    assert "v=" not in person.page.url
    await person.page.locator("#message").fill("neviena kase nestrādā, nevaram tirgot")
    await person.page.keyboard.press("Enter")
    await expect(theirs.last).to_contain_text("Uz kuru numuru")
    await expect(theirs.last).not_to_contain_text("Kurš restorāns")
    await person.page.locator("#message").fill("/venue")
    await person.page.keyboard.press("Enter")
    await expect(theirs.last).to_contain_text("Rozengrāls, Rozena iela 0")
    await expect(theirs.last).to_contain_text("gaida")
    await expect(theirs.last).not_to_contain_text("A-0")
    await picture(person.page, f"chat-venue-{width}")
    token = parse_qs(urlsplit(scanned).query)["v"][0]
    await look_at_own_page(person.page, house, token, width)
    assert person.complaints == []

    await page.goto(f"{house.url}/console{address}")
    await expect(page.locator(".badge.waits").first).to_contain_text("zvanīja šodien")
    await page.locator(".venue-links button").first.click()
    await expect(page.locator(".venue-links li")).to_have_count(1)
    assert await axe_violations(page) == []
    async with ClientSession() as session, session.get(f"{house.url}/v/{token}") as answer:
        assert (answer.status, "Rozengr" in await answer.text()) == (404, False)
    stranger = await opens(width=width)
    await stranger.page.goto(scanned)
    await expect(stranger.page.locator(".theirs").first).to_contain_text("Labdien")
    await expect(stranger.page.locator(".theirs").first).not_to_contain_text("Rozengrāls")


async def test_a_number_that_rings_leads_to_the_venue_and_a_stranger_sees_nothing(
    opens: OpenWindow, house: RunningProgram, tmp_path: Path
) -> None:
    messy_table(tmp_path / "all.csv")
    load(house, tmp_path / "all.csv")
    agent = await sign_in(opens, house, AGENT, width=390)
    for written in ("0037129000111", "+371 29 000 111", "29000111"):
        page = await open_page(agent, house, "/customers")
        await page.locator("[name=words]").fill(written)
        await page.keyboard.press("Enter")
        await expect(page.locator("main h1")).to_have_text("Rozengrāls")
    async with ClientSession() as session:
        for path in ("/console/customers", urlsplit(page.url).path, f"{urlsplit(page.url).path}/sheet"):
            async with session.get(f"{house.url}{path}", allow_redirects=False) as answer:
                told = await answer.text()
            assert answer.status in (303, 403)
            assert "Rozengrāls" not in told
