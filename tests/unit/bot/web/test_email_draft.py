"""The draft page: its links, what it shows, and what it must not do."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from itsdangerous import URLSafeTimedSerializer

from bot.web import TextsError, read_texts
from bot.web.email_draft import DraftContent, DraftLinkExpired, DraftLinkInvalid, DraftPage, DraftReference, DraftTokens
from bot.web.email_draft.draft_page import ReadDetails, no_details
from handlers.details.story import MAX_STORY_CHARS, compose_story
from handlers.model.details import PersonDetails
from kb.model import LANGUAGES, Language
from tests.doubles import small_base

SECRET = "a secret for tests"
VALID_TOKENS = DraftTokens(SECRET, timedelta(days=1))
EXPIRED_TOKENS = DraftTokens(SECRET, timedelta(seconds=-1))

Client = TestClient[web.Request, web.Application]
Open = Callable[..., Awaitable[Client]]


async def said(conversation: str) -> Sequence[str]:
    """Whatever the talk, these words."""
    return ["/start", f"Printeris nedrukā <b>{conversation}</b>", "kopš rīta"]


@pytest.fixture
async def opened() -> AsyncIterator[Open]:
    """Serves the page."""
    clients: list[Client] = []

    async def open_(
        tokens: DraftTokens = VALID_TOKENS,
        words: Callable[[str], Awaitable[Sequence[str]]] = said,
        details: ReadDetails = no_details,
    ) -> Client:
        directory = small_base().directory
        content = DraftContent(
            ticket_channel=directory.ticket_channel, urgent_line=directory.lines[directory.urgent_line]
        )
        application = web.Application()
        page = DraftPage(tokens=tokens, content=lambda: content, last_messages=words, details=details)
        application.add_routes(page.routes())
        client = TestClient(TestServer(application))
        await client.start_server()
        clients.append(client)
        return client

    yield open_
    for client in clients:
        await client.close()


# The link


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_token_stands_for_a_talk_in_a_language(language: Language) -> None:
    assert VALID_TOKENS.read(VALID_TOKENS.make("talk-1", language)) == DraftReference(
        conversation="talk-1", language=language
    )


def test_a_token_can_stand_in_an_address_as_it_is() -> None:
    assert set(VALID_TOKENS.make("talk-1", "lv")) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    )


def test_a_token_expires() -> None:
    with pytest.raises(DraftLinkExpired, match="new one"):
        EXPIRED_TOKENS.read(VALID_TOKENS.make("talk-1", "lv"))


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b.c",
        VALID_TOKENS.make("talk-1", "lv")[:-1],
        DraftTokens("another secret", timedelta(days=1)).make("talk-1", "lv"),
        str(URLSafeTimedSerializer(SECRET, salt="for something else").dumps(["talk-1", "lv"])),
        str(URLSafeTimedSerializer(SECRET, salt="paligs draft link").dumps({"talk": "lv"})),
        str(URLSafeTimedSerializer(SECRET, salt="paligs draft link").dumps(["talk-1", "tlh"])),
    ],
    ids=["empty", "short", "parts", "cut", "another secret", "another salt", "another shape", "another language"],
)
def test_a_token_that_was_not_made_here_is_none(token: str) -> None:
    with pytest.raises(DraftLinkInvalid):
        VALID_TOKENS.read(token)


# The page


async def test_the_page_shows_the_address_the_number_and_what_was_said(opened: Open) -> None:
    client = await opened()
    response = await client.get(f"/t/{VALID_TOKENS.make('talk-1', 'en')}")
    page = await response.text()
    directory = small_base().directory
    assert response.status == HTTPStatus.OK
    assert '<html lang="en">' in page
    assert f'href="mailto:{directory.ticket_channel.address.email}"' in page
    assert f'href="tel:{directory.lines[directory.urgent_line].phone}"' in page
    # Also without scripts, and never as markup.
    assert page.count("Printeris nedrukā &lt;b&gt;talk-1&lt;/b&gt;\nkopš rīta") == 2
    assert "/start" not in page


async def test_what_happened_is_asked_first(opened: Open) -> None:
    page = await (await (await opened()).get(f"/t/{VALID_TOKENS.make('talk-1', 'lv')}")).text()
    fields = re.findall(r'<(?:textarea|input) id="(\w+)"', page)
    assert fields == ["what", "device", "stopped", "contact", "phone", "restaurant", "address", "error", "tried"]


async def test_fields_are_filled_with_what_was_plainly_said_and_can_be_changed(opened: Open) -> None:
    async def told(conversation: str) -> Sequence[str]:
        del conversation
        return ["kase 2 nedrukā čekus", "zvaniet Ilzei 26 123-456", "uztaisi pieteikumu"]

    page = await (await (await opened(words=told)).get(f"/t/{VALID_TOKENS.make('talk-1', 'lv')}")).text()
    values = dict(re.findall(r'<input id="(\w+)"[^>]* value="([^"]*)"', page))
    assert values == {"device": "kase 2", "contact": "Ilze", "phone": "+371 26123456"}
    assert "readonly" not in page
    assert "pieteikumu<" not in page
    assert 'id="from-chat"' in page


async def test_fields_that_were_not_said_are_empty_and_nothing_is_said_of_it(opened: Open) -> None:
    page = await (await (await opened()).get(f"/t/{VALID_TOKENS.make('talk-1', 'lv')}")).text()
    assert not re.findall(r'<input id="(\w+)"[^>]* value=', page)
    assert "from-chat" not in page


async def test_the_numbers_of_the_company_are_nobodys_own(opened: Open) -> None:
    async def told(conversation: str) -> Sequence[str]:
        del conversation
        return [f"pie {small_base().directory.lines[small_base().directory.urgent_line].phone} neviens neatbild"]

    page = await (await (await opened(words=told)).get(f"/t/{VALID_TOKENS.make('talk-1', 'lv')}")).text()
    assert not re.findall(r'<input id="(\w+)"[^>]* value=', page)


async def test_what_was_answered_in_the_chat_stands_in_the_fields(opened: Open) -> None:
    async def answered(conversation: str) -> PersonDetails:
        return PersonDetails(name="Ilze", phone="+371 29111222", place="Rozengrāls, Kaļķu iela 1")

    client = await opened(details=answered)
    page = await (await client.get(f"/t/{VALID_TOKENS.make('talk-1', 'lv')}")).text()
    for value in ("Ilze", "+371 29111222", "Rozengrāls", "Kaļķu iela 1"):
        assert f'value="{value}"' in page


async def test_the_page_can_be_read_in_another_language(opened: Open) -> None:
    page = await (await (await opened()).get(f"/t/{VALID_TOKENS.make('talk-1', 'en')}?lang=ru")).text()
    assert '<html lang="ru">' in page


async def test_the_page_sends_nothing_and_is_kept_nowhere(opened: Open) -> None:
    response = await (await opened()).get(f"/t/{VALID_TOKENS.make('talk-1', 'lv')}")
    policy = response.headers["Content-Security-Policy"]
    assert "connect-src 'none'" in policy
    assert "form-action 'none'" in policy
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert "Set-Cookie" not in response.headers
    assert "action=" not in await response.text()


async def test_nothing_can_be_posted_to_it(opened: Open) -> None:
    response = await (await opened()).post(f"/t/{VALID_TOKENS.make('talk-1', 'lv')}", data={"restaurant": "x"})
    assert response.status == HTTPStatus.METHOD_NOT_ALLOWED


def test_its_scripts_cannot_call_anybody() -> None:
    folder = Path(__file__).parents[4] / "bot" / "web" / "email_draft" / "static"
    scripts = "".join(file.read_text("utf-8") for file in folder.glob("*.js"))
    assert scripts
    for way in (
        "fetch(",
        "XMLHttpRequest",
        "WebSocket",
        "sendBeacon",
        "localStorage",
        "sessionStorage",
        "cookie",
        "innerHTML",
    ):
        assert way not in scripts


@pytest.mark.parametrize(
    ("tokens", "token", "status"),
    [
        (VALID_TOKENS, "nonsense", HTTPStatus.NOT_FOUND),
        (EXPIRED_TOKENS, EXPIRED_TOKENS.make("talk-1", "lv"), HTTPStatus.GONE),
    ],
    ids=["nonsense", "old"],
)
async def test_a_link_that_is_no_good_still_gives_the_address_in_three_languages(
    opened: Open, tokens: DraftTokens, token: str, status: HTTPStatus
) -> None:
    response = await (await opened(tokens)).get(f"/t/{token}", headers={"Accept-Language": "ru"})
    page = await response.text()
    assert response.status == status
    assert page.count(f'href="mailto:{small_base().directory.ticket_channel.address.email}"') == 3
    for language in LANGUAGES:
        assert f'<section lang="{language}">' in page
    assert page.index('lang="ru"') < page.index('<section lang="lv"')
    assert "Printeris" not in page


async def test_without_the_words_the_draft_is_empty_but_there(opened: Open) -> None:
    async def broken(conversation: str) -> Sequence[str]:
        raise OSError(conversation)

    response = await (await opened(words=broken)).get(f"/t/{VALID_TOKENS.make('talk-1', 'lv')}")
    assert response.status == HTTPStatus.OK


# What was said


def test_a_greeting_is_no_part_of_the_story() -> None:
    for greeting in ("Labdien!", "čau", "Добрый вечер,", "zdravstvujte", "privet", "Good evening.", "hi"):
        said = [greeting, "kase stāv"]
        assert compose_story(said) == "kase stāv", greeting


def test_the_story_leaves_out_commands_and_repetitions() -> None:
    assert compose_story(["/start", "kase stāv", " ", "kase stāv ", "kopš rīta", "/help"]) == "kase stāv\nkopš rīta"


def test_the_story_keeps_the_newest_words() -> None:
    assert compose_story(["vecs " * 200, "jauns " * 200]) == ("jauns " * 200).strip()
    assert len(compose_story(["x" * 10_000])) == MAX_STORY_CHARS


# The words of the pages


def test_a_page_whose_words_lack_a_key_is_refused(tmp_path: Path) -> None:
    for language in LANGUAGES:
        (tmp_path / f"{language}.yaml").write_text("one: x\n" + ("two: x\n" if language != "ru" else ""), "utf-8")
    with pytest.raises(TextsError, match="ru: two"):
        read_texts(tmp_path)
