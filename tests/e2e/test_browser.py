"""The web chat and the draft page in a real browser, in front of the real program."""

import email
import email.policy
import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from playwright.async_api import Locator, Page, expect

from kb.model import LANGUAGES
from tests.e2e import console
from tests.e2e.conftest import BrowserWindow, OpenWindow, RunningProgram

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def field(page: Page) -> Locator:
    """Where one writes."""
    return page.locator("#message")


def said(page: Page) -> Locator:
    """The words of every bubble."""
    return page.locator(".message .words")


def answers(page: Page) -> Locator:
    """What the bot said."""
    return page.locator(".theirs")


async def visit(
    opens: OpenWindow, house: RunningProgram, path: str = "/", width: int = 1280, **options: object
) -> BrowserWindow:
    """A window with the chat, greeted."""
    window = await opens(width, **options)
    await window.page.goto(f"{house.url}{path}")
    await expect(window.page.locator(".option")).not_to_have_count(0)
    return window


async def says(page: Page, text: str) -> Locator:
    """Writes a message; the answer to it."""
    before = await answers(page).count()
    await field(page).fill(text)
    await page.keyboard.press("Enter")
    await expect(answers(page)).to_have_count(before + 1)
    return answers(page).last


async def small_targets(page: Page) -> list[str]:
    """What is to be touched and smaller than 44 px; links within a sentence may be."""
    found: list[str] = await page.evaluate(
        """[...document.querySelectorAll("button, summary, nav a, .call, .draft, .buttons a, input, textarea")]
          .filter((element) => element.checkVisibility())
          .map((element) => [element.className || element.tagName, element.getBoundingClientRect()])
          .filter(([, box]) => box.width < 44 || box.height < 44)
          .map(([name, box]) => `${name} ${box.width} x ${box.height}`)"""
    )
    return found


async def no_sideways(page: Page) -> None:
    """Nothing is wider than the window."""
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


# Talking


@pytest.mark.parametrize(
    ("locale", "greeting", "question", "source"),
    [
        ("lv-LV", "Labdien", "kā aizvērt kases maiņu?", "Avots"),
        ("ru-RU", "Здравствуйте", "как закрыть кассовую смену?", "Источник"),
        ("en-GB", "Hello", "how do I close the till shift?", "Source"),
    ],
)
async def test_it_talks_in_three_languages(
    opens: OpenWindow, house: RunningProgram, locale: str, greeting: str, question: str, source: str
) -> None:
    window = await visit(opens, house, locale=locale)
    await expect(answers(window.page).first).to_contain_text(greeting)
    await expect(await says(window.page, question)).to_contain_text(source)
    assert window.complaints == []


async def test_a_choice_is_tapped_once_and_all_of_them_fold_away(opens: OpenWindow, house: RunningProgram) -> None:
    page = (await visit(opens, house)).page
    await page.get_by_role("button", name=house.topic_title(0)).click()
    await expect(answers(page).last.get_by_role("link", name=house.urgent_phone)).to_have_attribute(
        "href", f"tel:{house.urgent_phone.replace(' ', '')}"
    )
    await expect(answers(page).first.locator(".options")).to_be_hidden()
    await expect(page.locator(".mine .words")).to_have_text(house.topic_title(0))
    assert house.times_received(house.topic_title(0)) == 1


async def test_choices_fold_away_once_something_else_is_said(opens: OpenWindow, house: RunningProgram) -> None:
    page = (await visit(opens, house, width=360)).page
    for text in ("kā aizvērt kases maiņu?", "printeris nedrukā", "kā atvērt kases maiņu?"):
        reply = await says(page, text)
        await expect(reply.locator(".options")).to_be_visible()
    await expect(page.locator(".options:visible")).to_have_count(1)
    await page.reload()
    await expect(page.locator(".options:visible")).to_have_count(1)


async def test_under_an_answer_two_quiet_choices_ask_whether_it_helped(
    opens: OpenWindow, house: RunningProgram
) -> None:
    window = await visit(opens, house, width=360)
    page = window.page
    quiet = (await says(page, "kā aizvērt kases maiņu?")).locator(".option.quiet")
    await expect(quiet).to_have_text(["Palīdzēja", "Nepalīdzēja"])
    await no_sideways(page)
    await quiet.last.click()
    await expect(answers(page).last).to_contain_text("Žēl, ka nepalīdzēja.")
    await expect(page.locator(".mine .words").last).to_have_text("Nepalīdzēja")
    await expect(answers(page).nth(1).locator(".option.quiet").first).to_be_hidden()
    assert window.complaints == []


async def test_a_tap_in_a_long_talk_leaves_the_page_where_it_is(opens: OpenWindow, house: RunningProgram) -> None:
    page = (await visit(opens, house, width=360)).page
    for text in ("kā aizvērt kases maiņu?", "kas ir z pārskats", "printeris nedrukā"):
        await says(page, text)
    before = await answers(page).count()
    await answers(page).last.locator(".option").last.click()
    await expect(answers(page)).to_have_count(before + 1)
    assert await page.evaluate("[scrollY, document.documentElement.scrollHeight - innerHeight]") == [0, 0]


async def test_a_reload_keeps_the_talk(opens: OpenWindow, house: RunningProgram) -> None:
    page = (await visit(opens, house)).page
    await says(page, "kā aizvērt kases maiņu?")
    before = await said(page).all_inner_texts()
    await page.reload()
    await expect(said(page)).to_have_count(len(before))
    assert await said(page).all_inner_texts() == before


async def test_a_dropped_connection_comes_back_by_itself(opens: OpenWindow, house: RunningProgram) -> None:
    window = await visit(opens, house)
    await house.drop_connections()
    await expect(window.page.locator("#chat")).to_have_attribute("data-state", "online")
    await expect(await says(window.page, "kā aizvērt kases maiņu?")).to_contain_text("Avots")
    assert await said(window.page).count() == 3
    assert window.complaints == []


async def test_what_is_written_offline_arrives_once(opens: OpenWindow, house: RunningProgram) -> None:
    window = await visit(opens, house)
    page = window.page
    await window.context.set_offline(True)
    await house.drop_connections()
    await expect(page.locator("#offline")).to_contain_text(house.urgent_phone)
    await field(page).fill("kā aizvērt kases maiņu?")
    await page.keyboard.press("Enter")
    await expect(page.locator(".mine")).to_have_attribute("data-state", "waiting")
    await window.context.set_offline(False)
    await expect(answers(page).last).to_contain_text("Avots")
    await expect(page.locator(".mine")).to_have_attribute("data-state", "stored")
    await expect(page.locator("#offline")).to_be_hidden()
    await house.drop_connections()
    await expect(page.locator("#chat")).to_have_attribute("data-state", "online")
    assert await said(page).count() == 3
    assert house.times_received("kā aizvērt kases maiņu?") == 1
    assert [complaint for complaint in window.complaints if "ERR_INTERNET_DISCONNECTED" not in complaint] == []


async def test_a_line_that_dies_unseen_shows_no_typing(opens: OpenWindow, house: RunningProgram) -> None:
    window = await visit(opens, house)
    page = window.page
    # The socket lives on, and nothing that is sent arrives.
    await page.evaluate("WebSocket.prototype.send = () => {}")
    await field(page).fill("kā aizvērt kases maiņu?")
    await page.keyboard.press("Enter")
    await expect(page.locator(".mine")).to_have_attribute("data-state", "sending")
    await page.wait_for_timeout(1000)
    await expect(page.locator("#typing")).to_be_hidden()


async def test_a_browser_that_goes_offline_says_so_at_once(opens: OpenWindow, house: RunningProgram) -> None:
    window = await visit(opens, house)
    page = window.page
    await window.context.set_offline(True)
    await expect(page.locator("#offline")).to_contain_text(house.urgent_phone)
    await field(page).fill("kā aizvērt kases maiņu?")
    await page.keyboard.press("Enter")
    await expect(page.locator(".mine")).to_have_attribute("data-state", "waiting")
    await expect(page.locator("#typing")).to_be_hidden()
    await window.context.set_offline(False)
    await expect(answers(page).last).to_contain_text("Avots")
    assert house.times_received("kā aizvērt kases maiņu?") == 1


async def test_what_could_not_be_stored_is_sent_again_by_a_button(opens: OpenWindow, house: RunningProgram) -> None:
    page = (await visit(opens, house)).page
    house.receive.failures = 1
    await field(page).fill("kā aizvērt kases maiņu?")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Sūtīt vēlreiz").click()
    await expect(answers(page).last).to_contain_text("Avots")
    await expect(page.locator(".mine")).to_have_count(1)


async def test_secrets_are_masked_on_the_page_too(opens: OpenWindow, house: RunningProgram) -> None:
    page = (await visit(opens, house)).page
    await says(page, "karte 4111 1111 1111 1111 netiek pieņemta")
    await expect(page.locator(".mine .words")).not_to_contain_text("4111 1111 1111 1111")


async def test_deleting_my_data_empties_every_window(opens: OpenWindow, house: RunningProgram) -> None:
    window = await visit(opens, house)
    page = window.page
    other = await window.context.new_page()
    await other.goto(house.url)
    await says(page, "kā aizvērt kases maiņu?")
    await expect(other.locator(".mine")).to_have_count(1)
    await page.bring_to_front()
    await page.locator("summary").click()
    await page.get_by_role("button", name="Dzēst manus datus").click()
    await page.get_by_role("dialog").get_by_role("button", name="Dzēst", exact=True).click()
    for each in (page, other):
        await expect(each.locator(".mine")).to_have_count(0)
        await expect(answers(each)).to_have_count(1)
    await page.reload()
    await expect(answers(page)).to_have_count(1)
    assert window.complaints == []


async def test_help_stands_in_the_menu(opens: OpenWindow, house: RunningProgram) -> None:
    page = (await visit(opens, house)).page
    await page.locator("summary").click()
    await page.get_by_role("button", name="Palīdzība").click()
    await expect(answers(page).last).to_contain_text("/lines")


async def test_markup_in_a_message_stays_text(opens: OpenWindow, house: RunningProgram) -> None:
    window = await visit(opens, house)
    await says(window.page, '<img src=x onerror="alert(1)"> <b>kase</b>')
    await expect(window.page.locator(".mine .words")).to_contain_text('<img src=x onerror="alert(1)">')
    assert await window.page.locator(".message img, .message b").count() == 0
    assert window.complaints == []


async def test_strange_messages_leave_the_page_whole(opens: OpenWindow, house: RunningProgram) -> None:
    window = await visit(opens, house)
    for text in ("😀😀😀", "\u200b\u200b", "a" * 3999, "\u202eabc\u202c", "z\n" * 300):
        await says(window.page, text)
        await says(window.page, "paldies")  # else what follows at once is of one thought, and gets no second reply
    await no_sideways(window.page)
    assert window.complaints == []


# By hand and by ear


async def test_all_can_be_done_by_keyboard(opens: OpenWindow, house: RunningProgram) -> None:
    page = (await visit(opens, house)).page
    await expect(field(page)).to_be_focused()
    await page.keyboard.type("pirmā rinda")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("otrā rinda")
    await page.keyboard.press("Enter")
    await expect(page.locator(".mine .words")).to_have_text("pirmā rinda\notrā rinda")
    await expect(field(page)).to_be_focused()
    await expect(answers(page)).to_have_count(2)
    await page.keyboard.press("Shift+Tab")
    focused = page.locator(":focus")
    assert await focused.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
    while await focused.evaluate("element => element.tagName") != "SUMMARY":
        await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Palīdzība")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("summary")).to_be_focused()
    await expect(page.locator("#menu")).not_to_have_attribute("open", "")


async def test_a_choice_is_taken_by_keyboard(opens: OpenWindow, house: RunningProgram) -> None:
    page = (await visit(opens, house)).page
    await page.get_by_role("button", name=house.topic_title(0)).focus()
    await page.keyboard.press("Space")
    await expect(answers(page)).to_have_count(2)
    await expect(field(page)).to_be_focused()


async def test_everything_has_a_name_for_a_screen_reader(opens: OpenWindow, house: RunningProgram) -> None:
    page = (await visit(opens, house)).page
    log = page.get_by_role("log", name="Saruna")
    await expect(log).to_have_attribute("aria-live", "polite")
    await expect(page.get_by_role("textbox", name="Jūsu ziņa")).to_be_visible()
    await expect(page.get_by_role("button", name="Nosūtīt")).to_be_visible()
    await expect(page.get_by_role("group", name="Izvēles")).to_be_visible()
    await expect(page.get_by_role("navigation", name="Valoda")).to_be_visible()
    for button in await page.locator("button:visible, summary:visible, a:visible").all():
        name = await button.get_attribute("aria-label") or await button.inner_text()
        assert name.strip()


async def test_the_language_is_switched_in_the_header(opens: OpenWindow, house: RunningProgram) -> None:
    page = (await visit(opens, house)).page
    await page.get_by_role("link", name="RU").click()
    await expect(page.locator("html")).to_have_attribute("lang", "ru")
    await expect(answers(page)).to_have_count(1)
    await expect(answers(page)).to_contain_text("Здравствуйте")


# On a phone, in the dark


async def test_on_a_small_phone_nothing_is_wider_than_the_screen(opens: OpenWindow, house: RunningProgram) -> None:
    page = (await visit(opens, house, width=360, has_touch=True, is_mobile=True)).page
    await no_sideways(page)
    await says(page, "gribu izveidot pieteikumu")
    await says(page, "kaseneitizisladejamakonteikseramkardinala" * 6)
    await no_sideways(page)
    await page.locator("summary").click()
    await no_sideways(page)
    await page.goto(house.draft_url())
    await no_sideways(page)


async def test_everything_to_touch_is_as_big_as_a_thumb(opens: OpenWindow, house: RunningProgram) -> None:
    page = (await visit(opens, house, width=360, has_touch=True, is_mobile=True)).page
    await says(page, "kā aizvērt kases maiņu?")
    assert await small_targets(page) == []
    await says(page, "gribu izveidot pieteikumu")
    await page.locator("summary").click()
    assert await small_targets(page) == []
    await page.goto(house.draft_url())
    assert await small_targets(page) == []


async def test_the_urgent_number_can_be_called_from_the_header(opens: OpenWindow, house: RunningProgram) -> None:
    page = (await visit(opens, house)).page
    call = page.get_by_role("banner").get_by_role("link", name=f"Zvanīt {house.urgent_phone}")
    await expect(call).to_have_attribute("href", f"tel:{house.urgent_phone.replace(' ', '')}")
    for width in (1280, 360, 320):
        await console.resize(page, width)
        await expect(call).to_be_in_viewport(ratio=1)
        await no_sideways(page)


async def test_axe_finds_nothing(opens: OpenWindow, house: RunningProgram) -> None:
    # A bubble that is still rising is pale.
    page = (await visit(opens, house, reduced_motion="reduce")).page
    await says(page, "gribu runāt ar cilvēku")
    assert await console.faults(page) == []
    await says(page, "virtuves printeris nedrukā, zvaniet Ilzei 26 123 456")
    await says(page, "gribu izveidot pieteikumu")
    assert await console.faults(page) == []
    draft = await page.locator("a.draft").last.get_attribute("href")
    await page.context.set_offline(True)
    await expect(page.locator("#offline")).to_be_visible()
    await field(page).fill("kase stāv")
    await page.keyboard.press("Enter")
    assert await console.faults(page) == []
    await page.context.set_offline(False)
    await page.goto(f"{house.url}{draft}")
    assert await console.faults(page) == []


async def test_the_dark_is_dark_and_the_light_is_light(opens: OpenWindow, house: RunningProgram) -> None:
    for scheme, dark in (("dark", True), ("light", False)):
        window = await visit(opens, house, color_scheme=scheme)
        for address in (house.url, house.draft_url()):
            await window.page.goto(address)
            colour = await window.page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert (sum(int(part) for part in re.findall(r"\d+", colour)[:3]) < 200) is dark


# The draft


async def fill(page: Page, **facts: str) -> None:
    """Fills in the draft."""
    for name, value in facts.items():
        await page.locator(f"#{name}").fill(value)


async def test_a_ticket_leads_to_a_draft_with_what_was_said(opens: OpenWindow, house: RunningProgram) -> None:
    window = await visit(opens, house)
    await says(window.page, "virtuves printeris nedrukā kopš rīta, zvaniet Ilzei 26 123 456")
    reply = await says(window.page, "gribu izveidot pieteikumu")
    link = reply.get_by_role("link", name="Atvērt melnrakstu")
    assert re.fullmatch(r"/t/[\w.-]+", await link.get_attribute("href") or "")
    async with window.context.expect_page() as opened:
        await link.click()
    page = await opened.value
    await expect(page.locator("#what")).to_have_value(re.compile("virtuves printeris nedrukā kopš rīta"))
    await expect(page.locator("#what")).not_to_have_value(re.compile("pieteikumu"))
    await expect(page.locator("#device")).to_have_value("virtuves printeris")
    await expect(page.locator("#contact")).to_have_value("Ilze")
    await expect(page.locator("#phone")).to_have_value("+371 26123456")
    await expect(page.locator("#body")).to_contain_text("virtuves printeris nedrukā kopš rīta")
    await expect(page.locator("#body")).to_contain_text("+371 26123456")
    await expect(page.get_by_role("link", name=house.urgent_phone)).to_be_visible()
    assert window.complaints == []


async def test_on_a_phone_what_happened_is_asked_above_the_fold(opens: OpenWindow, house: RunningProgram) -> None:
    for language in LANGUAGES:
        page = (await opens(360, 640, has_touch=True, is_mobile=True)).page
        await page.goto(house.draft_url(language))
        box = await page.locator("#what").bounding_box()
        footer = await page.locator("#acts").bounding_box()
        assert box is not None
        assert footer is not None
        assert box["y"] + box["height"] <= footer["y"]


async def test_the_mailto_link_carries_address_subject_and_body(opens: OpenWindow, house: RunningProgram) -> None:
    window = await opens()
    page = window.page
    await page.goto(house.draft_url())
    await fill(
        page, restaurant='Kafejnīca "Rīts" & Co', device="bāra kase", what="Nedrukā: 100% čeku?\nKopš 9:00", stopped="2"
    )
    link = urlsplit(await page.locator("#open").get_attribute("href") or "")
    parts = parse_qs(link.query, strict_parsing=True)
    assert (link.scheme, unquote(link.path)) == ("mailto", house.ticket_email)
    assert parts["subject"] == ['Pieteikums par kasi: Kafejnīca "Rīts" & Co, bāra kase']
    assert parts["body"][0].split("\r\n") == [
        "Kas notiek un kopš kura laika:",
        "Nedrukā: 100% čeku?",
        "Kopš 9:00",
        "",
        "Kura kase vai ierīce: bāra kase",
        "Cik kasēs nevar tirgot: 2",
        'Restorāns: Kafejnīca "Rīts" & Co',
    ]
    assert (await page.locator("#body").inner_text()).split("\n") == parts["body"][0].split("\r\n")
    await expect(page.locator("#missing")).to_contain_text("tālrunis")
    await expect(page.locator("#desk")).to_have_class(re.compile("stopped"))
    assert window.complaints == []


async def test_a_long_draft_is_shortened_in_the_link_only_and_says_so(opens: OpenWindow, house: RunningProgram) -> None:
    page = (await opens()).page
    await page.goto(house.draft_url("ru"))
    await expect(page.locator("#long")).to_be_hidden()
    await fill(page, restaurant="Кафе", what="Принтер не печатает, " * 100)
    href = await page.locator("#open").get_attribute("href") or ""
    assert len(href) <= 1800
    assert "Ресторан: Кафе" in unquote(href)
    await expect(page.locator("#long")).to_contain_text(".eml")
    assert len(await page.locator("#body").inner_text()) > 2000


async def test_the_eml_file_is_the_whole_letter_as_a_draft(opens: OpenWindow, house: RunningProgram) -> None:
    page = (await opens()).page
    await page.goto(house.draft_url("ru"))
    story = "Принтер на кухне не печатает 🖨️, " * 60
    await fill(page, restaurant="Ресторан «У моря»\u2028, зал на втором этаже, касса у входа", what=story)
    async with page.expect_download() as started:
        await page.locator("#download").click()
    download = await started.value
    assert download.suggested_filename == "zayavka.eml"
    raw = (await download.path()).read_bytes()
    assert all(len(line) <= 78 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    letter = email.message_from_bytes(raw, policy=email.policy.default)
    assert letter["To"].addresses[0].addr_spec == house.ticket_email
    assert letter["Subject"] == "Заявка по кассе: Ресторан «У моря» , зал на втором этаже, касса у входа"
    assert letter["X-Unsent"] == "1"
    assert letter["From"] is None
    assert story.strip() in letter.get_content()


async def test_the_text_is_copied(opens: OpenWindow, house: RunningProgram) -> None:
    window = await opens()
    await window.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=house.url)
    await window.page.goto(house.draft_url("en"))
    await fill(window.page, what="The bar till does not print")
    await window.page.get_by_role("button", name="Copy").click()
    await expect(window.page.locator("#told")).to_contain_text("Copied")
    copied = await window.page.evaluate("navigator.clipboard.readText()")
    assert house.ticket_email in copied
    assert "The bar till does not print" in copied


async def test_another_language_keeps_what_was_typed_and_tells_no_server(
    opens: OpenWindow, house: RunningProgram
) -> None:
    window = await opens()
    page = window.page
    asked: list[str] = []
    window.context.on("request", lambda request: asked.append(request.url))
    await page.goto(house.draft_url())
    await fill(page, restaurant="Rīts", error="E-17 & co")
    await page.get_by_role("link", name="EN").click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.locator("#restaurant")).to_have_value("Rīts")
    await expect(page.locator("#error")).to_have_value("E-17 & co")
    await expect(page.locator("#body")).to_contain_text("Error text: E-17 & co")
    assert "#" not in page.url
    assert not any("E-17" in unquote(url.split("#")[0]) for url in asked)
    assert window.complaints == []


async def test_without_scripts_the_draft_still_shows_address_and_text(opens: OpenWindow, house: RunningProgram) -> None:
    page = (await opens(java_script_enabled=False)).page
    await page.goto(house.draft_url())
    await expect(page.get_by_role("link", name=house.ticket_email)).to_be_visible()
    await expect(page.locator("#body")).to_contain_text("Kas notiek un kopš kura laika:")
    await expect(page.locator("#acts")).to_be_hidden()
    await page.goto(house.url)
    await expect(page.get_by_role("link", name=house.urgent_phone).first).to_be_visible()


async def test_a_link_that_is_no_good_gives_the_address(opens: OpenWindow, house: RunningProgram) -> None:
    page = (await opens()).page
    await page.goto(house.draft_url(key="somebody else's key"))
    await expect(page.get_by_role("link", name=house.ticket_email)).to_have_count(3)
