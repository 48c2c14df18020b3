"""The console in a real browser, in front of the real program, as an admin and as an agent."""

import pytest
from playwright.async_api import expect

from tests.e2e import console
from tests.e2e.conftest import House, Opens

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SIZES = (console.PHONE, console.DESK)


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/delivery", "/agents", "/audit"])
async def test_an_admins_page_is_without_serious_faults(
    opens: Opens, house: House, path: str, width: int, scheme: str
) -> None:
    window = await console.enter(opens, house, width=width, color_scheme=scheme)
    page = await console.visit(window, house, path)
    assert await console.faults(page) == []
    assert await console.too_small(page) == []


@pytest.mark.parametrize("width", SIZES)
async def test_the_first_start_says_how_to_add_an_agent(opens: Opens, house: House, width: int) -> None:
    window = await opens(width)
    page = await console.visit(window, house, "/")
    await expect(page.locator("code")).to_have_text("paligs agent add anna --role admin")
    assert await console.faults(page) == []
    console.people(house)
    await page.reload()
    assert await console.faults(page) == []
    assert await console.too_small(page) == []


async def test_the_search_for_faults_finds_one(opens: Opens, house: House) -> None:
    page = await console.visit(await console.enter(opens, house), house, "/delivery")
    await page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    assert [fault.split(":")[0] for fault in await console.faults(page)] == ["label"]
