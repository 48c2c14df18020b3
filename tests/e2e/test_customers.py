"""Customers in a browser: from a messy table to a printed code, a message from the till, and the venue's page."""

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from aiohttp import ClientSession
from openpyxl import Workbook
from playwright.async_api import Page, expect

from bot.customers.importing.import_plan import plan_import
from bot.customers.importing.table_file import read_rows
from storage.customers import venues
from storage.database import engine
from tests.days import words_of_the_day
from tests.e2e.conftest import BrowserWindow, OpenWindow, RunningProgram
from tests.e2e.console import ADMIN, AGENT, axe_violations, faults, open_page, picture, sign_in
from tests.e2e.png import grey_points

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="session")]

HEADER = ("Restorāns", "Adrese", "Tālrunis", "Līgums", "Piezīme", "Kase", "Modelis", "Fiskālais numurs", "Vieta")
HIDDEN = ("A-17-secret", "maksā vēlu", "29000111", "LV000000A", "bārs")
"""What is stored of Rozengrāls and is for staff alone."""
STOPPED = "neviena kase nestrādā, nevaram tirgot"


def messy_rows() -> list[tuple[str, ...]]:
    """Three hundred venues as people keep them: empty rows, numbers in every form, a row that is wrong."""
    rows = [HEADER, ("",) * len(HEADER)]
    for number in range(300):
        phone = (f"29 {number:03} 111", f"+3712{number:07}", f"00371 26{number:06}")[number % 3]
        name, contract, note = (
            ("Rozengrāls", "A-17-secret", "maksā vēlu") if number == 0 else (f"Kafejnīca {number}", "", "")
        )
        street = f"Rozena iela {number}"
        rows.append((name, street, phone, contract, note, "Kase 1", "HP", f"LV{number:06}A", "bārs"))
        rows.append((f" {name.upper()} ", f"rozena IELA {number}", "", "", "", "Kase 2", "", "", ""))
    rows.append(("Bez numura", "", "abc", "", "", "", "", "", ""))
    return rows


def messy_table(path: Path) -> None:
    """As Windows saves it."""
    path.write_bytes("\r\n".join(";".join(row) for row in messy_rows()).encode("cp1257"))


def messy_workbook(path: Path) -> None:
    """As a spreadsheet keeps it: numbers are numbers where they can be."""
    book = Workbook()
    for row in messy_rows():
        book.active.append(
            [float(digits) if (digits := cell.replace(" ", "")).isdigit() else cell or None for cell in row]
        )
    book.save(path)


def load(house: RunningProgram, path: Path) -> int:
    plan = plan_import(read_rows(path))
    assert len(plan.problems) == 1
    with engine.write_transaction(house.database) as connection:
        for venue in plan.venues:
            venues.save(connection, venue, datetime.now(UTC))
        return venues.count(connection)[0]


async def preview_file(page: Page, path: Path, counted: str) -> None:
    """Chooses a file, and looks at what it would do."""
    await page.locator("[name=file]").set_input_files(path)
    await page.locator("main form button.main").click()
    await expect(page.locator("main")).to_contain_text(counted)
    await expect(page.locator(".import-mistakes li")).to_have_count(1)


async def test_an_admin_imports_three_hundred_venues_from_both_kinds_of_file(
    opens: OpenWindow, house: RunningProgram, tmp_path: Path
) -> None:
    messy_table(tmp_path / "klienti.csv")
    messy_workbook(tmp_path / "klienti.xlsx")
    admin = await sign_in(opens, house, ADMIN)
    page = await open_page(admin, house, "/customers")
    await page.locator("a[href='/console/customers/import']").click()
    await picture(page, "import")
    assert await faults(page) == []
    await preview_file(page, tmp_path / "klienti.csv", "pievienos: 300")
    await expect(page.locator(".import-mistakes li")).to_contain_text("603. rinda: abc nav tālruņa numurs.")
    await expect(page.locator("main")).to_contain_text("Nolasīts kā Windows-1257.")
    await picture(page, "import-preview")
    assert await faults(page) == []
    with engine.read_transaction(house.database) as connection:
        assert venues.count(connection) == (0, 0)
    await page.get_by_role("button", name="Saglabāt: 300").click()
    await expect(page.locator(".said")).to_contain_text("Pievienotas: 300, mainītas: 0, bez izmaiņām: 0.")
    with engine.read_transaction(house.database) as connection:
        assert venues.count(connection) == (300, 600)
    # The same rows as a workbook are nothing new.
    for language, told, mistake in (
        ("lv", "bez izmaiņām: 300", "603. rinda: abc nav tālruņa numurs."),
        ("ru", "без изменений: 300", "Строка 603: abc не похоже"),
        ("en", "unchanged: 300", "Row 603: abc is no phone number."),
    ):
        await page.locator(f".tongues button[value={language}]").click()
        await page.goto(f"{house.url}/console/customers/import")
        await preview_file(page, tmp_path / "klienti.xlsx", told)
        await expect(page.locator(".import-mistakes li")).to_contain_text(mistake)
        await expect(page.locator("main form button.main")).to_have_count(0)
        await picture(page, f"import-nothing-new-{language}")
    assert admin.complaints == []


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
    content = re.sub(r"(?<=\d)\s(?=\d)", "", await page.content())
    assert not [hidden for hidden in HIDDEN if hidden in content]
    await page.locator("a[href^='/t/']").click()
    await expect(page.locator("[name=restaurant]")).to_have_value("Rozengrāls")
    await expect(page.locator("[name=device]")).to_have_value("Kase 1")


async def make_links(page: Page, width: int) -> str:
    """Finds Rozengrāls, looks at its page as staff does, and makes its links; the address of the page."""
    await page.locator("[name=words]").fill("rozengrals")
    await page.keyboard.press("Enter")
    await page.locator("a.talk", has_text="Rozengrāls").click()
    await expect(page.locator("main h1")).to_have_text("Rozengrāls")
    await page.get_by_role("button", name="Izveidot trūkstošās saites").click()
    await expect(page.locator(".venue-links li")).to_have_count(2)
    await picture(page, f"customer-{width}")
    # The contract stands in the form.
    assert [shown for shown in HIDDEN if shown in await words_of(page)] == list(HIDDEN)[1:]
    await expect(page.locator("[name=contract]")).to_have_value(HIDDEN[0])
    assert await axe_violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return urlsplit(page.url).path


async def words_of(page: Page) -> str:
    """What can be read, numbers without their spaces."""
    return re.sub(r"(?<=\d)\s(?=\d)", "", await page.locator("body").inner_text())


async def write_from_the_till(window: BrowserWindow, scanned: str, width: int) -> None:
    """Somebody scans the code: no question for what is known, and nothing of what is for staff."""
    page = window.page
    await page.goto(scanned)
    theirs = page.locator(".theirs")
    await expect(theirs.first).to_contain_text("Jūs rakstāt no: Rozengrāls, Kase 1.")
    assert "v=" not in page.url
    await page.locator("#message").fill(STOPPED)
    await page.keyboard.press("Enter")
    await expect(theirs.last).to_contain_text("Uz kuru numuru")
    await expect(theirs.last).not_to_contain_text("Kurš restorāns")
    await page.locator("#message").fill("/venue")
    await page.keyboard.press("Enter")
    await expect(theirs.last).to_contain_text("Rozengrāls, Rozena iela 0")
    await expect(theirs.last).to_contain_text("gaida")
    said = await words_of(page)
    assert not [hidden for hidden in HIDDEN if hidden in said]
    await picture(page, f"chat-venue-{width}")


async def look_at_the_card(page: Page, house: RunningProgram, width: int) -> None:
    """The queue says at which venue and till it is, and what was written, not the last command."""
    await page.goto(f"{house.url}/console/now")
    card = page.locator(".call", has_text=STOPPED)
    await expect(card.locator(".venue")).to_have_text("Rozengrāls, Rozena iela 0")
    await expect(card.locator(".venue-facts")).to_contain_text("Kase 1")
    await picture(page, f"queue-venue-{width}")


@pytest.mark.parametrize("width", [390, 1280])
async def test_from_a_table_to_a_printed_code_and_a_message_from_the_till(
    opens: OpenWindow, house: RunningProgram, tmp_path: Path, width: int
) -> None:
    since = datetime.now(UTC)
    messy_table(tmp_path / "all.csv")
    assert load(house, tmp_path / "all.csv") == 300
    agent = await sign_in(opens, house, AGENT, width=width)
    page = await open_page(agent, house, "/customers")
    assert await axe_violations(page) == []
    address = await make_links(page, width)

    await page.goto(f"{house.url}{address}/sheet")
    await expect(page.locator(".card")).to_have_count(2)
    await picture(page, f"sheet-{width}")
    assert await axe_violations(page) == []
    scanned = await scan_first(page)
    assert agent.complaints == []

    person = await opens(width=width)
    await write_from_the_till(person, scanned, width)
    token = parse_qs(urlsplit(scanned).query)["v"][0]
    await look_at_own_page(person.page, house, token, width)
    assert person.complaints == []
    await look_at_the_card(page, house, width)

    await page.goto(f"{house.url}{address}")
    days = "|".join(words_of_the_day(since, today="šodien", yesterday="vakar"))
    await expect(page.locator(".badge.waits").first).to_contain_text(re.compile(f"zvanīja ({days})"))
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
