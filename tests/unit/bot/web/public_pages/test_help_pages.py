"""The help pages: what they show, in which language, what they keep to themselves, and how they are cached."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest

from bot.web.public_pages.help_pages import SEARCH_BURST
from kb.model import LANGUAGES, Act, EntryId, Language
from tests.doubles import NOW, means, small_base
from tests.unit.bot.web.public_pages.conftest import Client, OpenHelp, page_of

LINKED = re.compile(r'href="(/help/[^"]*)"')


async def found_in(client: Client, query: str, language: str = "lv") -> list[str]:
    """The entries that a search finds while one types."""
    async with client.get(f"/help/{language}/search.json", params={"q": query}) as answer:
        assert answer.status == HTTPStatus.OK
        return [str(each["href"]).rpartition("/")[2] for each in (await answer.json())["found"]]


def structured_data(page: str) -> Any:
    """What stands in the page for search engines."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert found is not None
    return json.loads(found[1])


@pytest.mark.parametrize(("wish", "language"), [("ru,lv;q=0.5", "ru"), ("en-GB", "en"), ("de", "lv"), ("", "lv")])
async def test_the_first_page_speaks_the_language_of_the_browser(open_help: OpenHelp, wish: str, language: str) -> None:
    client = await open_help()
    async with client.get("/help/", headers={"Accept-Language": wish}) as answer:
        page = await answer.text()
        assert answer.headers["Vary"] == "Accept-Language"
        assert answer.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in page
    assert f'<link rel="canonical" href="https://bot.example.lv/help/{language}/">' in page


GERMAN = replace(small_base().directory, languages=("de", "en"))


@pytest.mark.parametrize(("wish", "language"), [("de", "de"), ("lv", "de"), ("en-GB,de;q=0.5", "en")])
async def test_the_pages_are_there_in_the_languages_of_the_content_alone(
    open_help: OpenHelp, wish: str, language: str
) -> None:
    client = await open_help(directory=GERMAN)
    page = await page_of(client, "/help/", **{"Accept-Language": wish})
    assert f'<html lang="{language}">' in page
    assert re.findall(r'<link rel="alternate" hreflang="([\w-]+)" href="[^"]*/help/(\w\w)/">', page) == [
        ("de", "de"),
        ("en", "en"),
        ("x-default", "de"),
    ]
    assert {path[6:8] for path in LINKED.findall(page) if "/static/" not in path} <= {"de", "en"}
    await page_of(client, "/help/de/printer")
    site_map = await page_of(client, "/sitemap.xml")
    assert "/help/de/printer" in site_map
    assert "/help/lv/" not in site_map


async def test_an_old_link_in_another_language_leads_to_what_it_meant(open_help: OpenHelp) -> None:
    client = await open_help(directory=GERMAN)
    for path in ("/help/lv/", "/help/lv/printer", "/help/ru/search.json"):
        async with client.get(path) as answer:
            assert answer.status == HTTPStatus.NOT_FOUND
            assert '<html lang="de">' in await answer.text()


async def test_help_without_a_slash_leads_to_the_first_page(open_help: OpenHelp) -> None:
    client = await open_help()
    async with client.get("/help", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (HTTPStatus.PERMANENT_REDIRECT, "/help/")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_entry_can_be_reached_from_the_first_page_but_small_talk(
    open_help: OpenHelp, language: Language
) -> None:
    client = await open_help()
    seen: set[str] = set()
    waiting = [f"/help/{language}/"]
    while waiting:
        path = waiting.pop()
        if path in seen or "/static/" in path or not path.startswith(f"/help/{language}/"):
            continue
        seen.add(path)
        waiting += LINKED.findall(await page_of(client, path))
    entries = {entry.id for entry in small_base().entries.values() if entry.act is not Act.TALK}
    topics = {f"/help/{language}/topics/{category}" for category in ("tills", "other")}
    assert seen == {f"/help/{language}/"} | topics | {f"/help/{language}/{entry}" for entry in entries}


async def test_an_entry_says_what_the_bot_says_with_source_date_and_whom_to_call(open_help: OpenHelp) -> None:
    page = await page_of(await open_help(), "/help/lv/dead")
    entry = small_base().entries[EntryId("dead")]
    assert f"<h1>{entry.title['lv']}</h1>" in page
    assert 'Zvaniet tagad: <a href="tel:+37120000002">+371 20000002</a> (Darbnīca).' in page
    assert "<li>Kārtība</li>" in page
    assert f'<time datetime="{entry.review_by}">01.06.2027.</time>' in page
    assert '<a href="mailto:tickets@paraugs.example">' in page
    assert "Tā norāda servisa uzņēmums." in page
    assert 'class="overdue"' not in page


@pytest.mark.parametrize(("language", "day"), [("lv", "01.06.2027."), ("ru", "01.06.2027"), ("en", "2027-06-01")])
async def test_a_date_is_written_as_the_language_writes_it(open_help: OpenHelp, language: str, day: str) -> None:
    assert f">{day}</time>" in await page_of(await open_help(), f"/help/{language}/dead")


async def test_a_source_on_the_web_is_a_link(open_help: OpenHelp) -> None:
    pages = [await page_of(await open_help(), f"/help/en/{entry}") for entry in ("close", "dead")]
    assert 'href="https://paraugs.example/manual"' in pages[0]
    assert "https://paraugs.example/manual" not in pages[1]


async def test_a_page_that_should_have_been_checked_again_says_so(open_help: OpenHelp) -> None:
    review_by = small_base().entries[EntryId("dead")].review_by
    late = await open_help(now=NOW + (review_by - NOW.date()) + timedelta(days=1))
    on_time = await open_help(now=NOW + (review_by - NOW.date()))
    assert 'class="overdue"' in await page_of(late, "/help/lv/dead")
    assert 'class="overdue"' not in await page_of(on_time, "/help/lv/dead")


async def test_the_stopped_till_comes_first_on_every_page(open_help: OpenHelp) -> None:
    client = await open_help()
    for path in ("/help/", "/help/lv/topics/tills", "/help/lv/hours", "/help/lv/search?q=x"):
        page = await page_of(client, path)
        assert page.index('class="urgent"') < page.index("<h1>")
        assert 'href="tel:+37120000002"' in page


async def test_what_people_asked_stands_on_no_page(open_help: OpenHelp) -> None:
    """Questions may be taught from real messages: only titles and answers are public."""
    client = await open_help()
    entry = small_base().entries[EntryId("dead")]
    page = await page_of(client, "/help/lv/dead")
    for question in entry.questions["lv"]:
        assert f">{question}<" not in page


async def test_one_can_ask_the_bot_about_it_and_nothing_is_sent_by_the_link(open_help: OpenHelp) -> None:
    client = await open_help(whatsapp="+37120000009")
    page = await page_of(client, "/help/en/printer")
    assert 'href="/?lang=en#ask=Printer"' in page
    assert 'href="https://wa.me/37120000009?text=Printer"' in page
    assert "wa.me" not in await page_of(await open_help(), "/help/en/printer")


async def test_search_engines_get_the_question_and_what_the_page_answers(open_help: OpenHelp) -> None:
    client = await open_help()
    for language in LANGUAGES:
        entry = small_base().entries[EntryId("dead")]
        data = structured_data(await page_of(client, f"/help/{language}/dead"))
        assert (data["@context"], data["@type"]) == ("https://schema.org", "FAQPage")
        assert data["inLanguage"] == language
        assert data["url"] == f"https://bot.example.lv/help/{language}/dead"
        (question,) = data["mainEntity"]
        assert (question["@type"], question["name"]) == ("Question", entry.title[language])
        assert question["acceptedAnswer"] == {"@type": "Answer", "text": entry.body[language]}


async def test_an_answer_cannot_leave_its_place_in_the_page(open_help: OpenHelp) -> None:
    hostile = replace(
        small_base().entries[EntryId("dead")], body=dict.fromkeys(LANGUAGES, "</script><script>alert(1)</script>")
    )
    client = await open_help(entries={**small_base().entries, EntryId("dead"): hostile})
    page = await page_of(client, "/help/lv/dead")
    assert "<script>alert" not in page
    assert structured_data(page)["mainEntity"][0]["acceptedAnswer"]["text"] == "</script><script>alert(1)</script>"


async def test_every_page_names_itself_in_every_language(open_help: OpenHelp) -> None:
    client = await open_help()
    for path in ("", "topics/tills", "dead"):
        page = await page_of(client, f"/help/ru/{path}")
        assert f'<link rel="canonical" href="https://bot.example.lv/help/ru/{path}">' in page
        for language in LANGUAGES:
            address = f"https://bot.example.lv/help/{language}/{path}"
            assert f'<link rel="alternate" hreflang="{language}" href="{address}">' in page
        assert 'hreflang="x-default"' in page


async def test_without_a_public_address_nothing_is_called_canonical(open_help: OpenHelp) -> None:
    client = await open_help(public_url=None)
    page = await page_of(client, "/help/lv/dead")
    assert "canonical" not in page
    assert "url" not in structured_data(page)
    async with client.get("/sitemap.xml") as answer:
        assert answer.status == HTTPStatus.NOT_FOUND
    assert "Disallow: /\n" in await page_of(client, "/robots.txt")


async def test_the_site_map_lists_every_page_in_every_language(open_help: OpenHelp) -> None:
    client = await open_help()
    text = await page_of(client, "/sitemap.xml")
    listed = re.findall("<loc>https://bot.example.lv(.*?)</loc>", text)
    assert len(listed) == len(set(listed)) == 3 * (1 + 2 + 8)
    for path in listed:
        assert f'href="https://bot.example.lv{path}"' in await page_of(client, path)
    robots = await page_of(client, "/robots.txt")
    assert "Sitemap: https://bot.example.lv/sitemap.xml" in robots
    assert "Disallow: /console/" in robots


# Searching


async def test_a_search_finds_what_the_matcher_means_first_and_then_what_holds_the_words(open_help: OpenHelp) -> None:
    client = await open_help({"printer": means("scanner", "dead")})
    assert await found_in(client, "printer", "en") == ["scanner", "dead", "printer"]


async def test_what_the_matcher_hardly_means_comes_after_what_is_called_so(open_help: OpenHelp) -> None:
    client = await open_help({"printer": means("dead", confidence=0.1)})
    assert await found_in(client, "printer", "en") == ["printer", "dead"]


async def test_the_beginning_of_a_word_finds_it_in_any_alphabet(open_help: OpenHelp) -> None:
    client = await open_help()
    assert await found_in(client, "skan") == ["scanner"]
    assert await found_in(client, "скан") == ["scanner"]


@pytest.mark.parametrize("query", ["", "   ", "ksilofons", "sveiki"])
async def test_nothing_and_small_talk_are_not_found(open_help: OpenHelp, query: str) -> None:
    client = await open_help({"sveiki": means("hello"), "ksilofons": means("dead", confidence=0.009)})
    assert await found_in(client, query) == []


async def test_two_letters_are_looked_for_in_titles_alone(open_help: OpenHelp) -> None:
    client = await open_help()
    assert await found_in(client, "zv") == []
    assert "dead" in await found_in(client, "zva")


async def test_a_search_works_without_scripts_and_is_not_for_search_engines(open_help: OpenHelp) -> None:
    client = await open_help({"čeki": means("printer")})
    async with client.get("/help/lv/search", params={"q": "čeki"}) as answer:
        page = await answer.text()
        assert answer.headers["Cache-Control"] == "no-store"
    assert '<a href="/help/lv/printer">' in page
    assert 'value="čeki"' in page
    assert '<meta name="robots" content="noindex">' in page


async def test_a_search_in_vain_leads_to_people_and_to_the_bot(open_help: OpenHelp) -> None:
    page = await page_of(await open_help(), "/help/en/search?q=xylophone%3Cb%3E")
    assert "Nothing found" in page
    assert 'href="tel:+37120000001"' in page
    assert 'href="/?lang=en#ask=xylophone%3Cb%3E"' in page
    assert "<b>" not in page


async def test_who_searches_too_much_waits(open_help: OpenHelp) -> None:
    client = await open_help()
    statuses: list[int] = []
    # On a busy machine some more are let in while these are asked.
    while HTTPStatus.TOO_MANY_REQUESTS not in statuses and len(statuses) < 50 * SEARCH_BURST:
        async with client.get("/help/lv/search.json?q=x") as answer:
            statuses.append(answer.status)
    assert statuses[:SEARCH_BURST] == [HTTPStatus.OK] * SEARCH_BURST
    assert statuses[-1] == HTTPStatus.TOO_MANY_REQUESTS
    async with client.get("/help/lv/dead") as answer:
        assert answer.status == HTTPStatus.OK


# What is not there


@pytest.mark.parametrize(
    "path", ["/help/lv/hello", "/help/lv/topics/nothing", "/help/lv/a/b/c", "/help/xx/", "/help/gone"]
)
async def test_a_page_that_is_not_there_helps_to_find_another(open_help: OpenHelp, path: str) -> None:
    client = await open_help()
    async with client.get(path) as answer:
        assert answer.status == HTTPStatus.NOT_FOUND
        page = await answer.text()
    assert 'action="/help/lv/search"' in page
    assert 'href="tel:+37120000001"' in page
    assert '<meta name="robots" content="noindex">' in page


async def test_an_old_address_shows_what_it_may_have_meant(open_help: OpenHelp) -> None:
    client = await open_help({"receipt printer": means("printer")})
    async with client.get("/help/en/receipt-printer") as answer:
        assert '<a href="/help/en/printer">' in await answer.text()


# Caching and headers


async def test_a_page_that_has_not_changed_is_not_sent_again(open_help: OpenHelp) -> None:
    client = await open_help()
    async with client.get("/help/lv/dead") as answer:
        tag = answer.headers["ETag"]
        assert answer.headers["Cache-Control"] == "public, max-age=60"
    for known, status in ((tag, HTTPStatus.NOT_MODIFIED), ('W/"else"', HTTPStatus.OK), ("*", HTTPStatus.NOT_MODIFIED)):
        async with client.get("/help/lv/dead", headers={"If-None-Match": known}) as answer:
            assert answer.status == status
            assert answer.headers["ETag"] == tag
    async with client.get("/help/ru/dead") as answer:
        assert answer.headers["ETag"] != tag


async def test_every_answer_allows_scripts_of_ours_alone(open_help: OpenHelp) -> None:
    client = await open_help()
    for path in (
        "/help/",
        "/help/lv/dead",
        "/help/lv/search?q=x",
        "/help/gone",
        "/sitemap.xml",
        "/help/lv/topics/tills",
    ):
        async with client.get(path) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'; script-src 'self'" in policy
            assert "unsafe" not in policy
            assert answer.cookies == {}
