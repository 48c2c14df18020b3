"""The sheet of cards: its codes are read back by a scanner, and it needs nothing from anywhere."""

import io
import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.customers.link_addresses import LinkAddresses
from bot.customers.link_tokens import VenueLinkTokens
from bot.customers.sheet.sheet_page import SheetStyle, qr_code, read_style, render_sheet
from bot.customers.venue_cards import VenueCard, write_links
from bot.settings import Settings
from tests.doubles import small_base
from tests.printed_codes import codes_on

TOKENS = VenueLinkTokens("a secret")
WAYS = LinkAddresses(origin="https://bot.example.lv", telegram="PaligsBot", whatsapp="+37120000525")
TOKEN = TOKENS.make(7)
CARD = VenueCard(
    venue="Rozengrāls <b>",
    address="Rozena 1",
    till="Kase & bārs",
    place="pie loga",
    links=tuple(WAYS.of_token(TOKEN, "Rozengrāls, Kase 1")),
)


def test_each_printed_code_is_read_back_and_carries_the_token() -> None:
    page = render_sheet([CARD], small_base(), SheetStyle())
    codes = codes_on(page)
    assert codes == [link.href for link in CARD.links]
    web, telegram, whatsapp = (urlsplit(code) for code in codes)
    assert parse_qs(web.query)["v"] == parse_qs(telegram.query)["start"] == [TOKEN]
    (text,) = parse_qs(whatsapp.query)["text"]
    found = TOKENS.find(text)
    assert found is not None
    assert (found.number, found.rest) == (7, "Rozengrāls, Kase 1")


def test_the_sheet_says_in_three_languages_what_to_do_and_asks_nothing_from_elsewhere() -> None:
    page = render_sheet([CARD], small_base(), SheetStyle())
    for told in ("Noskenējiet", "Отсканируйте", "Scan and write", "+371\u00a020000002", "Rozengrāls &lt;b&gt;", "bārs"):
        assert told in page
    assert read_style() in page
    assert "<script" not in page
    assert "<link" not in page


def test_the_sheet_speaks_the_languages_of_the_content_and_english_once_for_those_it_has_no_words_in() -> None:
    base = small_base()
    german = {"sheet": {"scan": "Bitte scannen.", "stopped": "Anrufen: {phone}.", "hint": "Ausschneiden."}}
    for languages, texts, told in (
        (("de", "pl"), {}, {"Scan and write": 1, "lang=": 3}),
        (("de", "pl"), {"de": german}, {"Bitte scannen.": 1, "Scan and write": 1}),
        (("lv", "en"), {}, {"Noskenējiet": 1, "Scan and write": 1, "Отсканируйте": 0}),
    ):
        spoken = replace(base, directory=replace(base.directory, languages=languages), texts=texts)
        page = render_sheet([CARD], spoken, SheetStyle())
        assert {part: page.count(part) for part in told} == told
        assert f'<html lang="{languages[0]}">' in page


def test_in_the_console_nothing_is_inline() -> None:
    page = render_sheet([CARD], small_base(), SheetStyle(href="/sheet.css"))
    assert '<link rel="stylesheet" href="/sheet.css">' in page
    assert "<style" not in page
    assert "style=" not in page


def test_an_empty_sheet_is_a_page_too() -> None:
    page = render_sheet([], small_base(), SheetStyle())
    assert "<svg" not in page


def test_the_links_are_written_as_a_table() -> None:
    output = io.StringIO()
    write_links([CARD], output)
    header, row = output.getvalue().splitlines()
    assert header == "venue;address;till;webchat;telegram;whatsapp"
    assert f"https://t.me/PaligsBot?start={TOKEN}" in row


@pytest.mark.parametrize(
    ("settings", "channels"),
    [
        (Settings(port=8080), ["http://localhost:8080/?v=t"]),
        (
            Settings(
                public_url="https://bot.example.lv",
                telegram_bot_username="PaligsBot",
            ),
            ["https://bot.example.lv/?v=t", "https://t.me/PaligsBot?start=t"],
        ),
    ],
)
def test_the_ways_are_those_of_the_settings(settings: Settings, channels: list[str]) -> None:
    assert [one.href for one in LinkAddresses.from_settings(settings).of_token("t", "x")] == channels


def test_a_code_is_no_style_and_no_script() -> None:
    assert not re.search(r"style|script|on\w+=", str(qr_code("https://bot.example.lv/?v=x")))
