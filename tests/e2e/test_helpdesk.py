"""The helpdesk's pages in a real browser: looked over by axe, live, and used as on call."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from handlers.model.actions import HandoffReason
from kb.entry_edits import edit_of
from kb.model import EntryId
from storage.conversations import conversations, feedback
from storage.curation import entry_drafts, entry_versions, lessons
from storage.curation.entry_drafts import EntryDraft
from storage.curation.entry_versions import EntryVersion
from storage.database import engine
from storage.delivery import status
from storage.helpdesk import notes
from tests.contract.asked import CLARIFIED, TAPPED, UNKNOWN, MessageRecorder
from tests.e2e import console
from tests.e2e.conftest import BrowserWindow, OpenWindow, RunningProgram

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

UNASKED = "Vai jūs remontējat velosipēdus?"


def busy(house: RunningProgram) -> str:
    """An evening: people wait, something did not arrive, something was not understood. The id of a talk."""
    ask, now = MessageRecorder(house.database), datetime.now(UTC)
    early = now - timedelta(hours=2)
    talk = ask("Kā atdot viesim naudu, ja čeks jau izsists?", by="anna", at=early)
    ask("Печатает пустой чек", by="boris", channel="telegram", at=early)
    phone = "whatsapp:+37120110525"
    ask("Kase stāv, neko nevar pārdot!", by=phone, channel="whatsapp", at=now, people=HandoffReason.TRADING_STOPPED)
    ask("Cilvēku, lūdzu", by="clara", at=early, people=HandoffReason.ASKED_FOR_PERSON)
    for number in range(3):
        ask(UNASKED, UNKNOWN, by=f"person {number}", at=early)
    ask("Ko darīt ar veco kasi", CLARIFIED, by="dora", at=early)
    ask("Rēķins nav tāds", TAPPED, by="emma", at=early)
    ask("Vai kāds brauc?", by="anna", at=now, people=HandoffReason.ASKED_FOR_PERSON)
    with engine.write_transaction(house.database) as connection:
        notes.add(connection, talk, "Ilze", "Viņiem ir divas kases; jautāt pēc Annas.", now)
        status.mark_failed(connection, 2, "63016")
        feedback.record(connection, conversations.get(connection, talk), "1", now, helped=False)
        base = house.knowledge.base
        lessons.add_lesson(connection, base, EntryId("till-down"), "lv", "viss apstājās pavisam", "Ilze", now)
        draft = EntryDraft(id="bicycle-repair", act=base.entries[EntryId("refund")].act, line="any", by="Ilze", at=now)
        entry_drafts.add(connection, draft, base)
    return talk


def edited(house: RunningProgram) -> EntryVersion:
    """An edit that waits for approval."""
    now, base = datetime.now(UTC), house.knowledge.base
    edit = edit_of(base.entries[EntryId("till-down")])
    edit = replace(edit, title={**edit.title, "lv": "Kase klusē"}, review_by=date(2030, 1, 1))
    with engine.write_transaction(house.database) as connection:
        return entry_versions.add_version(connection, edit, base, "Ilze", now, seen=None, needs_approval=True)


async def test_the_pages_of_an_edited_entry_have_no_fault(opens: OpenWindow, house: RunningProgram) -> None:
    version = edited(house)
    agent = await console.sign_in(opens, house, console.AGENT)
    for path in ("/knowledge/entries/till-down/edit", f"/knowledge/versions/{version.id}"):
        page = await console.open_page(agent, house, path)
        assert await console.faults(page) == [], path
        await console.resize(page, console.PHONE)
        assert await console.axe_violations(page) == [], path
        assert await console.small_targets(page) == [], path


# Fifty looks of axe take a quiet machine seconds, and a busy one minutes.
@pytest.mark.timeout(900)
async def test_no_page_has_a_fault(opens: OpenWindow, house: RunningProgram) -> None:
    talk = busy(house)
    agent, admin = [await console.sign_in(opens, house, name) for name in (console.AGENT, console.ADMIN)]
    paths = (
        "/now",
        "/talks?words=ceks&outcome=answered",
        f"/talks/{talk}",
        "/unanswered",
        "/unanswered/7",
        "/unanswered/ignored",
        "/knowledge",
        "/knowledge/entries/till-down",
        "/knowledge/drafts/bicycle-repair",
        "/figures?days=7",
        "/figures?days=365",
    )
    for path in paths:
        page = await console.open_page(agent, house, path)
        await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
        assert await console.faults(page) == [], path
        # An admin finds more on the same page.
        page = await console.open_page(admin, house, path)
        await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
        await console.resize(page, console.PHONE)
        assert await console.axe_violations(page) == [], path
        assert await console.small_targets(page) == [], path
        await console.resize(page, console.DESK)


async def _now(window: BrowserWindow, house: RunningProgram) -> Page:
    async with window.page.expect_response("**/console/live"):
        return await console.open_page(window, house, "/now")


async def _close(page: Page, *, sure: bool = True) -> None:
    """Closes the one call that is shown: no single tap does."""
    await page.locator("details.close summary").click()
    await page.locator("details.close select[name=reason]").select_option("solved")
    if sure:
        await page.locator("details.close input[name=sure]").check()
    await page.locator("details.close button").click()


async def test_a_call_appears_by_itself_and_shows_at_once_who_takes_it(
    opens: OpenWindow, house: RunningProgram
) -> None:
    otto = await console.sign_in(opens, house, console.AGENT, width=console.PHONE)
    ada = await console.sign_in(opens, house, console.ADMIN)
    his, hers = await _now(otto, house), await _now(ada, house)
    await expect(his.locator(".empty")).to_be_visible()

    MessageRecorder(house.database)("Kase stāv", at=datetime.now(UTC), people=HandoffReason.TRADING_STOPPED)
    await expect(his.locator(".call.stopped")).to_have_count(1)
    await expect(hers.locator(".call.stopped blockquote")).to_have_text("Kase stāv")
    age = his.locator(".call-age time")
    first = await age.text_content()
    await expect(age).not_to_have_text(first or "")

    await hers.get_by_role("button", name="Paņemu").click()
    await expect(hers.locator(".said")).to_contain_text("Paņemts.")
    await expect(his.locator(".has")).to_contain_text("Paņēma: ada")
    await expect(his.get_by_role("button", name="Paņemu")).to_have_count(0)

    await his.get_by_role("button", name="Sazinājos").click()
    await expect(hers.locator(".has")).to_contain_text("sazinājās")
    await _close(his)
    await expect(his.locator(".call.stopped")).to_have_count(0)
    await expect(hers.locator(".call.stopped")).to_have_count(0)
    assert otto.complaints == ada.complaints == []


async def test_a_call_is_counted_and_told_on_every_page(opens: OpenWindow, house: RunningProgram) -> None:
    window = await console.sign_in(opens, house, console.AGENT)
    async with window.page.expect_response("**/console/waiting"):
        page = await console.open_page(window, house, "/unanswered")
    await expect(page).to_have_title("Neatbildētie · Palīgs")
    await expect(page.locator("#waiting")).to_be_hidden()

    recorder = MessageRecorder(house.database)
    recorder("Vajag cilvēku", by="anna", at=datetime.now(UTC), people=HandoffReason.ASKED_FOR_PERSON)
    await expect(page.get_by_role("status").filter(has_text="Jauns izsaukums Nr. 1.")).to_have_count(1)
    await expect(page).to_have_title("(1) Neatbildētie · Palīgs")
    recorder("Kase stāv", by="boris", at=datetime.now(UTC), people=HandoffReason.TRADING_STOPPED)
    await expect(page.get_by_role("alert")).to_have_text("Izsaukums Nr. 2: darbs stāv!")
    await expect(page.locator("#waiting .number")).to_have_text("2")

    async with page.expect_response("**/console/waiting"):
        await page.get_by_role("link", name="Sarunas").click()
    await expect(page).to_have_title("(2) Sarunas · Palīgs")
    await expect(page.get_by_role("alert")).to_be_empty()
    assert window.complaints == []


async def test_a_conversation_is_worked_with_where_it_is_read(opens: OpenWindow, house: RunningProgram) -> None:
    ask = MessageRecorder(house.database)
    talk = ask("Cilvēku, lūdzu", by="clara", at=datetime.now(UTC), people=HandoffReason.ASKED_FOR_PERSON)
    window = await console.sign_in(opens, house, console.AGENT)
    async with window.page.expect_response(f"**/console/live?talk={talk}"):
        page = await console.open_page(window, house, f"/talks/{talk}")
    await expect(page.locator(".transcript li.person")).to_have_count(1)

    ask("Printeris klusē", by="clara", at=datetime.now(UTC))
    await expect(page.locator(".transcript li.person")).to_have_count(2)
    await page.get_by_role("button", name="Paņemu").click()
    await expect(page.locator(".said")).to_contain_text("Paņemts.")
    await expect(page.locator(".has")).to_contain_text("Paņēma: otto")

    await page.locator(".give summary").click()
    await page.get_by_label("Kolēģis").select_option(console.ADMIN)
    await page.get_by_role("button", name="Iedot", exact=True).click()
    await expect(page.locator(".has")).to_contain_text("Paņēma: ada")

    await page.locator("form[action$='/note'] [name=text]").fill("Atzvanīt pēc deviņiem")
    await page.get_by_role("button", name="Pievienot piezīmi").click()
    await expect(page.locator(".notes li")).to_contain_text("Atzvanīt pēc deviņiem")
    await _close(page, sure=False)
    await expect(page.locator(".waiting")).to_have_count(0)
    await expect(page.locator(".handoff-history")).to_contain_text("slēgts: otto")
    assert window.complaints == []


async def test_an_agent_and_a_person_write_to_each_other_while_the_bot_is_silent(
    opens: OpenWindow, house: RunningProgram
) -> None:
    visitor = (await opens(console.PHONE)).page
    await visitor.goto(house.url)
    await expect(visitor.locator(".option")).not_to_have_count(0)
    await visitor.locator("#message").fill("kase nestrādā, nevaram pārdot")
    await visitor.keyboard.press("Enter")
    await expect(visitor.locator(".theirs")).not_to_have_count(1)

    window = await console.sign_in(opens, house, console.AGENT, width=console.PHONE)
    page = await console.open_page(window, house, "/now")
    await page.locator(".call a[href*='/talks/']").first.click()
    await page.locator("form[action$='/reply'] [name=text]").fill("Esmu ceļā, būšu pēc 10 minūtēm.")
    await page.get_by_role("button", name="Nosūtīt").click()
    await expect(page.locator(".agent .words")).to_have_text("Esmu ceļā, būšu pēc 10 minūtēm.")
    await expect(page.locator(".agent-chat")).to_contain_text("Sarakstās otto")
    await expect(page.locator(".has")).to_contain_text("Paņēma: otto")
    await expect(visitor.locator(".theirs").last).to_contain_text("Esmu ceļā, būšu pēc 10 minūtēm.")

    theirs = await visitor.locator(".theirs").count()
    await visitor.locator("#message").fill("paldies, gaidām")
    await visitor.keyboard.press("Enter")
    await expect(page.locator(".transcript li.person").last).to_contain_text("paldies, gaidām")
    assert await visitor.locator(".theirs").count() == theirs
    await console.picture(page, "/agent-chat")
    assert await console.axe_violations(page) == []

    await page.get_by_role("button", name="Atdot botam").click()
    await expect(visitor.locator(".theirs").last).to_contain_text("atkal atbild bots")
    assert window.complaints == []


async def test_an_unanswered_question_is_taught_in_a_minute_and_taken_back(
    opens: OpenWindow, house: RunningProgram
) -> None:
    busy(house)
    window = await console.sign_in(opens, house, console.AGENT)
    page = await console.open_page(window, house, "/unanswered")
    await page.get_by_role("link", name=UNASKED).click()
    await page.locator("[name=words]").fill("atgriezt naudu")
    await page.locator(".entry [value=refund]").check()
    await page.get_by_role("button", name="Iemācīt").click()
    await expect(page.locator(".said")).to_contain_text("Iemācīts:")
    await expect(page.get_by_role("link", name=UNASKED)).to_have_count(0)

    await console.open_page(window, house, "/knowledge/entries/refund")
    await expect(page.locator(".lessons")).to_contain_text(UNASKED)
    await page.locator(".lessons button").click()
    await expect(page.locator(".said")).to_have_text("Iemācītais ir atcelts.")
    assert window.complaints == []


async def test_a_message_is_tried_without_leaving_the_page(opens: OpenWindow, house: RunningProgram) -> None:
    window = await console.sign_in(opens, house, console.AGENT, width=console.PHONE)
    page = await console.open_page(window, house, "/knowledge")
    await page.locator(".trying [name=text]").fill("kase nedruka ceku")
    await page.locator(".trying button").click()
    await expect(page.locator("#tried .verdict .badge")).to_have_text("atbildēts")
    await expect(page.locator("#tried tbody tr").first).to_contain_text("%")
    await page.locator("#tried summary").click()
    assert await console.axe_violations(page) == []
    assert window.complaints == []


async def test_a_person_is_given_out_and_erased(opens: OpenWindow, house: RunningProgram) -> None:
    talk = busy(house)
    window = await console.sign_in(opens, house, console.AGENT)
    page = await console.open_page(window, house, f"/talks/{talk}")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Lejupielādēt (JSON)").click()
    assert (await download.value).suggested_filename.endswith(".json")
    await page.locator(".erase summary").click()
    await page.locator("[name=sure]").check()
    await page.get_by_role("button", name="Dzēst neatgriezeniski").click()
    await expect(page.locator(".said")).to_have_text("Šī cilvēka dati ir izdzēsti.")
    await page.locator("[name=words]").fill("naudu")
    await page.get_by_role("button", name="Meklēt").click()
    await expect(page.locator(".empty")).to_be_visible()
