"""The console in a real browser, in front of the real program, as an admin and as an agent."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Dialog, Page, expect

from bot.console.framework import live_updates
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound, Reply
from storage.conversations import conversations
from storage.database import engine
from storage.delivery import outbox, status
from storage.helpdesk.sign_in import agents
from storage.helpdesk.sign_in.agent_roles import Role
from tests.e2e import console
from tests.e2e.conftest import OpenWindow, RunningProgram, opened
from tests.unit.bot.console.oidc_peer import CLIENT, SECRET, FakeOidcProvider

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_no_page_of_an_admin_has_a_fault(opens: OpenWindow, house: RunningProgram) -> None:
    window = await console.sign_in(opens, house)
    for path in ("/delivery", "/agents", "/audit", "/account"):
        page = await console.open_page(window, house, path)
        assert await console.faults(page) == [], path


async def test_the_first_start_says_how_to_add_an_agent(opens: OpenWindow, house: RunningProgram) -> None:
    window = await opens(console.PHONE)
    page = await console.open_page(window, house, "/")
    await expect(page.locator("code")).to_have_text("paligs agent add anna --role admin")
    assert await console.faults(page) == []
    console.people(house)
    await page.reload()
    assert await console.faults(page) == []


async def test_the_search_for_faults_finds_one(opens: OpenWindow, house: RunningProgram) -> None:
    page = await console.open_page(await console.sign_in(opens, house), house, "/delivery")
    await page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    assert [fault.split(" ")[0] for fault in await console.axe_violations(page)] == ["label"]
    await page.evaluate("document.querySelector('main').style.minWidth = '400px'")
    found = await console.faults(page)
    assert [fault.split(" ")[0] for fault in found] == ["label", "label", "it"]


def stuck(house: RunningProgram, error: str = "the window of 24 hours is over") -> int:
    """A reply that failed."""
    now = datetime.now(UTC) - timedelta(minutes=5)
    sender = "whatsapp:+37120000077"
    inbound = Inbound(channel="whatsapp", conversation=sender, sender=sender, message_id="S1", sent_at=now, text="x")
    with engine.write_transaction(house.database) as connection:
        talk = conversations.open_and_lock(connection, inbound, now)
        (number,) = outbox.enqueue(connection, talk, None, [Reply(text="ŠNICELIS")], now)
        outbox.claim(connection, talk.id, now)
        status.mark_failed(connection, number, error)
    return number


async def stays(page: Page) -> None:
    """A mark that a reload would wipe away."""
    await page.evaluate("document.body.dataset.stayed = 'yes'")


async def stayed(page: Page) -> bool:
    """Whether the page was not loaded again."""
    return bool(await page.evaluate("document.body.dataset.stayed === 'yes'"))


async def test_a_reply_is_dropped_in_place_once_that_is_confirmed(opens: OpenWindow, house: RunningProgram) -> None:
    first, second = stuck(house), stuck(house)
    window = await console.sign_in(opens, house, width=console.PHONE)
    page = await console.open_page(window, house, "/delivery")
    await stays(page)
    answers = [False, True]

    async def answer(dialog: Dialog) -> None:
        assert "Cilvēks to vairs nesaņems" in dialog.message
        await (dialog.accept() if answers.pop(0) else dialog.dismiss())

    page.on("dialog", answer)
    button = page.get_by_role("button", name=f"Atmest {first}", exact=True)
    await button.click()
    await expect(page.locator(f"#reply-{first}")).to_be_visible()
    await button.click()
    await expect(page.locator(f"#reply-{first}")).to_have_count(0)
    await expect(page.locator("#said")).to_have_text("Atbilde ir atmesta.")
    await expect(page.locator(f"#reply-{second}")).to_be_visible()
    assert await stayed(page)
    assert window.complaints == []


async def test_a_reply_is_tried_again_in_place(opens: OpenWindow, house: RunningProgram) -> None:
    number = stuck(house)
    window = await console.sign_in(opens, house)
    page = await console.open_page(window, house, "/delivery")
    await stays(page)
    await page.get_by_role("button", name=f"Mēģināt vēlreiz {number}").click()
    await expect(page.locator("#said")).to_have_text("Atbilde tiks sūtīta vēlreiz.")
    assert await stayed(page)
    assert window.complaints == []


async def test_what_gets_stuck_meanwhile_shows_by_itself_and_nobody_loses_their_place(
    opens: OpenWindow, house: RunningProgram
) -> None:
    first = stuck(house)
    window = await console.sign_in(opens, house)
    page = await console.open_page(window, house, "/delivery")
    await stays(page)
    button = page.get_by_role("button", name=f"Atmest {first}", exact=True)
    await button.focus()
    second = stuck(house, "refused")
    await expect(page.locator(f"#reply-{second}")).to_be_visible()
    await expect(button).to_be_focused()
    await expect(page.locator(".count").first).to_have_text("2")
    third = stuck(house, "refused")
    await expect(page.locator(f"#reply-{third}")).to_be_visible()
    assert await stayed(page)
    assert window.complaints == []


async def test_what_is_being_typed_stays_when_the_page_renews_itself(opens: OpenWindow, house: RunningProgram) -> None:
    window = await console.sign_in(opens, house)
    page = await console.open_page(window, house, "/agents")
    otto = page.locator(".person").filter(has_text=console.AGENT)
    await otto.locator("summary").click()
    field = otto.get_by_label("Jauna parole")
    await field.fill("half a passw")
    with engine.write_transaction(house.database) as connection:
        agents.add(connection, "zane", Role.AGENT, None, datetime.now(UTC))
    await expect(page.locator(".person").filter(has_text="zane")).to_be_visible()
    await expect(field).to_be_visible()
    await expect(field).to_be_focused()
    await expect(field).to_have_value("half a passw")
    await field.press_sequentially("ord")
    await expect(field).to_have_value("half a password")
    assert window.complaints == []


async def test_a_page_that_renews_itself_stays_as_bright_as_it_was(opens: OpenWindow, house: RunningProgram) -> None:
    page = await console.open_page(await console.sign_in(opens, house), house, "/now")
    opacity = """selector => {
        const each = document.querySelector(selector);
        each.style.transition = "none";
        each.classList.add("htmx-request");
        return getComputedStyle(each).opacity;
    }"""
    assert await page.evaluate(opacity, "#live") == "1"
    # What somebody pressed shows that it is on its way.
    assert await page.evaluate(opacity, "form") == "0.6"


async def test_a_page_left_open_goes_to_the_sign_in_when_the_session_ends(
    opens: OpenWindow, house: RunningProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_updates, "SESSION_RECHECK_SECONDS", 0.5)
    page = await console.open_page(await console.sign_in(opens, house), house, "/delivery")
    with engine.write_transaction(house.database) as connection:
        ada = agents.find(connection, console.ADMIN)
        assert ada is not None
        agents.disable(connection, ada.id, datetime.now(UTC))
    await expect(page).to_have_url(f"{house.url}/console/sign-in")


async def test_a_button_pressed_after_the_session_ended_leads_to_the_sign_in(
    opens: OpenWindow, house: RunningProgram
) -> None:
    number = stuck(house)
    window = await console.sign_in(opens, house)
    page = await console.open_page(window, house, "/delivery")
    await window.context.clear_cookies()
    await page.get_by_role("button", name=f"Mēģināt vēlreiz {number}").click()
    await expect(page.locator("#said")).to_contain_text("lapa ir novecojusi")


async def test_it_works_without_scripts(opens: OpenWindow, house: RunningProgram) -> None:
    number = stuck(house)
    window = await console.sign_in(opens, house, width=console.PHONE, java_script_enabled=False)
    page = window.page
    await page.goto(f"{house.url}/console/delivery")
    await page.get_by_role("button", name=f"Atmest {number}", exact=True).click()
    await expect(page.locator("#said")).to_have_text("Atbilde ir atmesta.")
    await page.get_by_role("button", name="Iziet").click()
    await expect(page).to_have_url(f"{house.url}/console/sign-in")


async def test_an_agent_finds_only_what_is_theirs(opens: OpenWindow, house: RunningProgram) -> None:
    window = await console.sign_in(opens, house, console.AGENT)
    page = window.page
    for path in ("/delivery", "/agents", "/audit"):
        await expect(page.locator(f'nav a[href="/console{path}"]')).to_have_count(0)
        answer = await page.goto(f"{house.url}/console{path}")
        assert answer is not None
        assert answer.status == 403
        await expect(page.locator("h1")).to_contain_text("nav tiesību")
    assert await console.faults(page) == []
    await page.get_by_role("link", name="Uz konsoles sākumu").click()
    await expect(page.locator(".leave")).to_be_attached()


async def test_the_keyboard_is_enough(opens: OpenWindow, house: RunningProgram) -> None:
    people, window = console.people, await opens(console.DESK)
    people(house)
    page = window.page
    await page.goto(f"{house.url}/console/delivery")
    await expect(page.locator("[name=name]")).to_be_focused()
    await page.keyboard.type(console.ADMIN)
    await page.keyboard.press("Tab")
    await page.keyboard.type(console.PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{house.url}/console/delivery")
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip")).to_be_focused()
    await expect(page.locator(".skip")).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()


async def test_the_language_is_switched_where_one_is(opens: OpenWindow, house: RunningProgram) -> None:
    window = await console.sign_in(opens, house, width=console.PHONE)
    page = await console.open_page(window, house, "/delivery")
    for language, title in (("RU", "Доставка"), ("EN", "Delivery"), ("LV", "Piegāde")):
        await page.get_by_role("button", name=language).click()
        await expect(page.locator("main h1")).to_have_text(title)
        await expect(page.locator("html")).to_have_attribute("lang", language.lower())
        await expect(page.locator('nav [aria-current="page"]')).to_have_text(title)
        assert await console.axe_violations(page) == []


async def test_markup_in_a_name_stays_text(opens: OpenWindow, house: RunningProgram) -> None:
    evil = "<img src=x onerror=document.title=1><script>1</script>"
    with engine.write_transaction(house.database) as connection:
        agents.add(connection, evil, Role.AGENT, None, datetime.now(UTC))
    window = await console.sign_in(opens, house)
    page = await console.open_page(window, house, "/agents")
    await expect(page.locator(".person h2").filter(has_text="onerror")).to_have_text(evil)
    # And through htmx, which makes markup of what it is sent.
    number = await page.locator(".person").filter(has_text="onerror").get_attribute("id")
    page.on("dialog", lambda dialog: dialog.accept())
    await page.locator(f"#{number} summary").click()
    await page.locator(f"#{number}").get_by_role("button", name="Bloķēt").click()
    await expect(page.locator("#said")).to_contain_text(f"{evil} ir bloķēts.")
    assert await page.locator("main img, main script").count() == 0
    assert window.complaints == []


async def test_an_agent_is_added_and_changed_on_a_phone(opens: OpenWindow, house: RunningProgram) -> None:
    window = await console.sign_in(opens, house, width=console.PHONE)
    page = await console.open_page(window, house, "/agents")
    await page.get_by_text("Pievienot lietotāju").click()
    await page.get_by_label("Vārds").fill("Zane")
    await page.locator("details.card").get_by_label("Parole").fill("a new password")
    await page.get_by_role("button", name="Pievienot", exact=True).click()
    await expect(page.locator("#said")).to_have_text("Lietotājs Zane ir pievienots.")
    zane = page.locator(".person").filter(has_text="Zane")
    await zane.locator("summary").click()
    assert await console.faults(page) == []
    await console.picture(page, "agents-open")
    await zane.get_by_label("Loma").select_option("admin")
    await zane.get_by_role("button", name="Mainīt lomu").click()
    await expect(zane).to_contain_text("administrators")
    assert window.complaints == []


async def test_one_signs_in_with_the_companys_account(
    opens: OpenWindow, shipped: KnowledgeBundle, tmp_path: Path
) -> None:
    application = web.Application()
    # Another site than the console's: what is not sent across sites would be missing on the way back.
    server = TestServer(application, host="127.0.0.1")
    peer = FakeOidcProvider(server)
    application.add_routes(peer.routes())
    oidc = {"oidc_client_id": CLIENT, "oidc_client_secret": SECRET, "oidc_admins": "olga@example.lv"}
    async with server:
        more = {**oidc, "oidc_issuer": peer.issuer, "public_url": "http://localhost:{port}"}
        async with opened(shipped, tmp_path, **more) as house:
            window = await opens(console.PHONE)
            page = window.page
            await page.goto(f"{house.url}/console/audit")
            await page.get_by_role("link", name="Pierakstīties ar uzņēmuma kontu").click()
            await expect(page).to_have_url(f"{house.url}/console/audit")
            await expect(page.locator("tbody tr").first).to_contain_text("olga@example.lv")
            peer.claims = {"email": "stranger@example.lv"}
            await page.get_by_role("button", name="Iziet").click()
            await page.get_by_role("link", name="Pierakstīties ar uzņēmuma kontu").click()
            await expect(page.get_by_role("alert")).to_contain_text("nav piekļuves konsolei")
            assert await console.axe_violations(page) == []
