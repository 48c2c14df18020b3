"""The web chat as a browser sees it: the page, the cookie, and the frames of the WebSocket."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, CookieJar, WSCloseCode, WSMsgType, WSServerHandshakeError, web
from aiohttp.test_utils import TestClient, TestServer
from itsdangerous import TimestampSigner

from bot.channels.webchat.connection import MayStart, always_may
from bot.channels.webchat.server import (
    HELLO_BURST,
    MAX_FRAME_BYTES,
    MAX_MESSAGE_CHARS,
    MAX_SOCKETS_PER_VISITOR,
    WebChat,
)
from handlers.model.messages import MessageKind, Option, Reply
from tests.doubles import small_base
from tests.patience import PATIENCE_SECONDS
from tests.webtalks import TOPICS, FakeConversations

Frame = dict[str, Any]
Client = TestClient[web.Request, web.Application]


@dataclass
class ChatPage:
    """One open page."""

    socket: ClientWebSocketResponse

    async def send_frame(self, **frame: object) -> None:
        """A frame as the page's script makes it."""
        await self.socket.send_json(frame)

    async def next_frame(self, type_: str | None = None) -> Frame:
        """The next frame, of this type if one is named."""
        while True:
            frame: Frame = await self.socket.receive_json(timeout=PATIENCE_SECONDS)
            if type_ in (None, frame["type"]):
                return frame

    async def say_hello(self, after: int = 0, lang: str = "lv") -> Frame:
        """Says hello; the welcome."""
        await self.send_frame(type="hello", after=after, lang=lang)
        return await self.next_frame("welcome")

    async def send_message(self, text: str, message_id: str = "message-1") -> None:
        """The person writes."""
        await self.send_frame(type="say", id=message_id, text=text)


@dataclass
class ChatBrowser:
    """A browser with its cookies, in front of a chat with a made-up program behind."""

    conversations: FakeConversations
    chat: WebChat
    client: Client
    pages: list[ChatPage] = field(default_factory=list)

    async def open_page(self, **headers: str) -> ChatPage:
        """The page and its WebSocket."""
        await self.client.get("/")
        return await self.connect(**headers)

    async def connect(self, **headers: str) -> ChatPage:
        """The WebSocket alone."""
        origin = {"Origin": str(self.client.make_url("/")).rstrip("/")}
        page = ChatPage(await self.client.ws_connect("/chat/ws", headers=origin | headers))
        self.pages.append(page)
        return page


async def browser_with(chat: WebChat, talks: FakeConversations) -> ChatBrowser:
    """A browser that has not been here before."""
    application = web.Application()
    application.add_routes(chat.routes())
    client = TestClient(TestServer(application), cookie_jar=CookieJar(unsafe=True))
    await client.start_server()
    return ChatBrowser(talks, chat, client)


def chat_for(
    talks: FakeConversations, *, secure: bool = False, origin: str | None = None, may_start: MayStart = always_may
) -> WebChat:
    """A chat with the made-up program behind."""
    chat = WebChat(
        receive=talks.receive,
        history=talks.history,
        signer=TimestampSigner("a secret for tests", salt="webchat"),
        secure_cookies=secure,
        public_origin=origin,
        urgent_sentence=lambda language: f"[{language}] +371 20000525",
        address_key=lambda address: f"key of {address}",
        may_start=may_start,
    )
    talks.deliver = chat.send
    return chat


@pytest.fixture
async def browser() -> AsyncIterator[ChatBrowser]:
    """A fresh one."""
    talks = FakeConversations()
    chat = chat_for(talks)
    browser = await browser_with(chat, talks)
    yield browser
    await chat.close()
    await browser.client.close()


def words(frame: Frame) -> str:
    """The text of a message."""
    return "".join(span["text"] for span in frame["spans"])


# The page


async def test_the_page_allows_nothing_from_elsewhere_and_nothing_inline(browser: ChatBrowser) -> None:
    response = await browser.client.get("/")
    policy = response.headers["Content-Security-Policy"]
    for rule in (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
    ):
        assert rule in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    assert "Permissions-Policy" in response.headers


async def test_the_files_of_the_page_are_kept_until_they_change(browser: ChatBrowser) -> None:
    page = await (await browser.client.get("/")).text()
    script = page.split('<script type="module" src="')[1].split('"')[0]
    response = await browser.client.get(script)
    assert "immutable" in response.headers["Cache-Control"]
    assert response.content_type == "text/javascript"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    other = await browser.client.get("/chat/static/older/chat.js")
    assert other.headers["Cache-Control"] == "no-store"
    assert (await browser.client.get("/chat/static/older/server.py")).status == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("address", "accepted", "language"),
    [
        ("/", "", "lv"),
        ("/", "ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("/", "de,en;q=0.3,ru;q=0.7", "ru"),
        ("/", "en;q=nonsense", "en"),
        ("/", "ru;q=0,de", "lv"),
        ("/?lang=en", "ru", "en"),
        ("/?lang=de", "ru", "ru"),
    ],
)
async def test_the_page_speaks_as_asked_else_as_the_browser(
    browser: ChatBrowser, address: str, accepted: str, language: str
) -> None:
    page = await (await browser.client.get(address, headers={"Accept-Language": accepted})).text()
    assert f'<html lang="{language}">' in page
    assert f"[{language}] <a href=&#34;" not in page
    assert f'[{language}] <a href="tel:+37120000525">+371 20000525</a>' in page


@pytest.mark.parametrize(("language", "word"), [("lv", "Zvanīt"), ("ru", "Звонить"), ("en", "Call")])
async def test_the_urgent_number_stands_in_the_header(browser: ChatBrowser, language: str, word: str) -> None:
    header = (await (await browser.client.get(f"/?lang={language}")).text()).split("<header")[1].split("</header>")[0]
    assert '<a class="call" href="tel:+37120000525">' in header
    assert f"<span>{word}</span>" in header


async def test_a_language_that_was_chosen_is_remembered(browser: ChatBrowser) -> None:
    await browser.client.get("/?lang=ru")
    assert '<html lang="ru">' in await (await browser.client.get("/", headers={"Accept-Language": "en"})).text()


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: ChatBrowser) -> None:
    cookie = (await browser.client.get("/")).cookies["paligs"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (True, "Lax", "/", "")


async def test_behind_https_the_cookie_is_secure() -> None:
    talks = FakeConversations()
    browser = await browser_with(chat_for(talks, secure=True), talks)
    cookie = (await browser.client.get("/")).cookies["__Host-paligs"]
    assert cookie["secure"]
    await browser.client.close()


# Who may talk


async def test_a_page_of_another_site_cannot_open_the_socket(browser: ChatBrowser) -> None:
    with pytest.raises(WSServerHandshakeError, match="403"):
        await browser.open_page(Origin="https://elsewhere.example")


async def test_the_public_address_may_differ_from_the_host_behind_a_proxy() -> None:
    talks = FakeConversations()
    chat = chat_for(talks, origin="https://bot.example.lv")
    browser = await browser_with(chat, talks)
    page = await browser.open_page(Origin="https://bot.example.lv")
    assert (await page.say_hello())["type"] == "welcome"
    await chat.close()
    await browser.client.close()


async def test_without_our_cookie_there_is_no_talk(browser: ChatBrowser) -> None:
    with pytest.raises(WSServerHandshakeError, match="401"):
        await browser.connect()
    with pytest.raises(WSServerHandshakeError, match="401"):
        await browser.connect(Cookie="paligs=0123456789abcdef.forged.signature")


async def test_one_browser_has_one_talk_and_another_has_another(browser: ChatBrowser) -> None:
    await (await browser.open_page()).say_hello()
    await (await browser.open_page()).say_hello()
    browser.client.session.cookie_jar.clear()
    await (await browser.open_page()).say_hello()
    assert len(browser.conversations.messages_by_conversation) == 2


async def test_only_so_many_pages_are_open_at_once(browser: ChatBrowser) -> None:
    for _ in range(MAX_SOCKETS_PER_VISITOR):
        await browser.open_page()
    with pytest.raises(WSServerHandshakeError, match="429"):
        await browser.open_page()
    await browser.pages[0].socket.close()
    assert (await (await browser.open_page()).say_hello())["type"] == "welcome"


# Talking


async def test_an_empty_talk_begins_with_a_greeting_and_topics(browser: ChatBrowser) -> None:
    page = await browser.open_page()
    welcome = await page.say_hello(lang="ru")
    greeting = (welcome["messages"] or [await page.next_frame("message")])[0]
    assert words(greeting).startswith("Здравствуйте")
    assert [option["title"] for option in greeting["options"]] == [option.title for option in TOPICS]
    assert [(heard.text, heard.language) for heard in browser.conversations.received] == [("/start", "ru")]


async def test_the_greeting_comes_once_and_again_only_in_another_language(browser: ChatBrowser) -> None:
    await (await browser.open_page()).say_hello(lang="lv")
    await (await browser.open_page()).say_hello(lang="lv")
    assert len(browser.conversations.received) == 1
    page = await browser.open_page()
    welcome = await page.say_hello(lang="en")
    greeting = (welcome["messages"] or [await page.next_frame("message")])[0]
    assert words(greeting).startswith("Hello")


async def test_a_message_is_stored_then_shown_then_answered(browser: ChatBrowser) -> None:
    page = await browser.open_page()
    await page.say_hello()
    await page.send_message("Kase stāv, tel. +371 20000525", "message-7")
    assert await page.next_frame("accepted") == {"type": "accepted", "id": "message-7"}
    own = await page.next_frame("message")
    while not own["mine"]:
        own = await page.next_frame("message")
    assert (own["id"], own["spans"][1]["href"]) == ("message-7", "tel:+37120000525")
    answer = await page.next_frame("message")
    assert not answer["mine"]
    assert answer["sequence"] > own["sequence"]
    heard = browser.conversations.received[-1]
    assert (heard.channel, heard.message_id, heard.kind, heard.language) == (
        "webchat",
        "message-7",
        MessageKind.TEXT,
        "lv",
    )
    assert heard.conversation == heard.sender


async def test_what_was_masked_is_shown_masked(browser: ChatBrowser) -> None:
    page = await browser.open_page()
    await page.say_hello()
    await page.send_message("PIN 1234")
    frame = await page.next_frame("message")
    while not frame["mine"]:
        frame = await page.next_frame("message")
    assert words(frame) == "PIN ••••"


async def test_a_tap_carries_the_choice_and_its_turn(browser: ChatBrowser) -> None:
    page = await browser.open_page()
    await page.say_hello()
    await page.send_frame(type="tap", id="message-2", choice="entry:dead", text="Kase nestrādā", turn="7")
    await page.next_frame("accepted")
    heard = browser.conversations.received[-1]
    assert (heard.kind, heard.choice, heard.source_turn, heard.text) == (
        MessageKind.TAP,
        "entry:dead",
        "7",
        "Kase nestrādā",
    )


async def test_a_draft_opens_at_the_host_of_the_page_and_a_line_shows_its_number() -> None:
    talks = FakeConversations(draft_url="http://localhost:8080/t/token")
    lines = small_base().directory.lines
    line = next(iter(lines.values()))
    chat = WebChat(
        receive=talks.receive,
        history=talks.history,
        signer=TimestampSigner("a secret for tests", salt="webchat"),
        secure_cookies=False,
        lines=lambda: lines,
    )
    browser = await browser_with(chat, talks)
    page = await browser.open_page()
    await page.say_hello()
    conversation = talks.received[0].conversation
    option = Option(id=f"line:{line.id}", title="A line")
    talks.says(conversation, Reply(text=talks.draft_url, options=(option,)))
    message = (await (await browser.connect()).say_hello())["messages"][-1]
    assert message["spans"] == [{"text": talks.draft_url, "href": "/t/token"}]
    assert message["options"][0]["number"] == line.formatted_phone
    await chat.close()
    await browser.client.close()


async def test_the_same_message_sent_twice_is_one(browser: ChatBrowser) -> None:
    page = await browser.open_page()
    await page.say_hello()
    await page.send_message("Kur ir Z pārskats?", "message-3")
    await page.send_message("Kur ir Z pārskats?", "message-3")
    assert (await page.next_frame("accepted"))["id"] == (await page.next_frame("accepted"))["id"] == "message-3"
    assert [heard.text for heard in browser.conversations.received].count("Kur ir Z pārskats?") == 1


async def test_who_comes_back_gets_what_was_missed_and_nothing_twice(browser: ChatBrowser) -> None:
    page = await browser.open_page()
    await page.say_hello()
    await page.send_message("pirmais", "message-1")
    seen = await page.next_frame("message")
    while not words(seen).startswith("Dzirdēju"):
        seen = await page.next_frame("message")
    await page.socket.close()
    conversation = browser.conversations.received[0].conversation
    for number in range(7):
        browser.conversations.says(conversation, Reply(text=f"ziņa {number}"))
    welcome = await (await browser.connect()).say_hello(after=seen["sequence"])
    assert not welcome["fresh"]
    assert [words(message) for message in welcome["messages"]] == [f"ziņa {number}" for number in range(7)]


async def test_a_reload_brings_the_whole_talk_without_the_hidden_start(browser: ChatBrowser) -> None:
    page = await browser.open_page()
    await page.say_hello()
    for number in range(4):
        await page.send_message(f"jautājums {number}", f"message-{number}")
        await page.next_frame("accepted")
    welcome = await (await browser.open_page()).say_hello()
    told = [words(message) for message in welcome["messages"]]
    assert "/start" not in told
    assert [said for said in told if said.startswith("jautājums")] == [f"jautājums {number}" for number in range(4)]


async def test_every_open_page_shows_the_talk(browser: ChatBrowser) -> None:
    first, second = await browser.open_page(), await browser.open_page()
    await first.say_hello()
    await second.say_hello()
    await first.send_message("no pirmā loga")
    frame = await second.next_frame("message")
    while not frame["mine"]:
        frame = await second.next_frame("message")
    assert words(frame) == "no pirmā loga"


async def test_a_forgotten_talk_disappears_from_every_page(browser: ChatBrowser) -> None:
    first, second = await browser.open_page(), await browser.open_page()
    await first.say_hello()
    await second.say_hello()
    await first.send_message("slepeni", "message-1")
    await first.next_frame("accepted")
    await first.send_message("/forget", "message-2")
    for page in (first, second):
        welcome = await page.next_frame("welcome")
        assert welcome["fresh"]
        assert [words(message) for message in welcome["messages"]] in ([""], ["", "Jūsu sarakste ir izdzēsta."])
    assert not browser.conversations.received[-1].text.startswith("/start")


async def test_a_forgotten_talk_is_not_greeted_at_the_next_visit(browser: ChatBrowser) -> None:
    page = await browser.open_page()
    await page.say_hello()
    await page.send_message("/forget")
    await page.next_frame("welcome")
    await (await browser.open_page()).say_hello()
    assert [heard.text for heard in browser.conversations.received] == ["/start", "/forget"]


async def test_a_page_that_comes_back_after_all_was_erased_begins_anew(browser: ChatBrowser) -> None:
    page = await browser.open_page()
    await page.say_hello()
    await page.socket.close()
    browser.conversations.messages_by_conversation.clear()
    page = await browser.connect()
    welcome = await page.say_hello(after=99)
    assert welcome["fresh"]
    assert words((welcome["messages"] or [await page.next_frame("message")])[0]).startswith("Labdien")


# What goes wrong


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "{",
        "[]",
        "null",
        "7",
        '{"type":"dance"}',
        '{"type":"say"}',
        '{"type":"say","id":"short","text":"x"}',
        '{"type":"say","id":"start:lv","text":"x"}',
        '{"type":"say","id":"message-1","text":7}',
        '{"type":"hello","after":-1,"lang":"lv"}',
        '{"type":"hello","after":0,"lang":"tlh"}',
        '{"type":"tap","id":"message-1","choice":"","text":"x"}',
        "[" * 60_000,
    ],
)
async def test_a_malformed_frame_gets_an_error_and_the_talk_goes_on(browser: ChatBrowser, raw: str) -> None:
    page = await browser.open_page()
    await page.say_hello()
    await page.socket.send_str(raw)
    assert (await page.next_frame("error"))["code"] == "malformed"
    await page.send_message("joprojām šeit", "message-9")
    assert (await page.next_frame("accepted"))["id"] == "message-9"


async def test_bytes_are_malformed_too(browser: ChatBrowser) -> None:
    page = await browser.open_page()
    await page.say_hello()
    await page.socket.send_bytes(b"\x00\xff")
    assert (await page.next_frame("error"))["code"] == "malformed"


async def test_a_frame_beyond_all_measure_closes_the_socket(browser: ChatBrowser) -> None:
    page = await browser.open_page()
    await page.say_hello()
    await page.socket.send_str("x" * (MAX_FRAME_BYTES + 1))
    frame = await page.socket.receive(timeout=PATIENCE_SECONDS)
    while frame.type is WSMsgType.TEXT:
        frame = await page.socket.receive(timeout=PATIENCE_SECONDS)
    assert frame.type is WSMsgType.CLOSE


async def test_who_speaks_before_hello_is_told_so(browser: ChatBrowser) -> None:
    page = await browser.open_page()
    await page.send_message("uzreiz", "message-1")
    error = await page.next_frame()
    assert (error["code"], error["id"]) == ("hello_first", "message-1")


async def test_a_message_that_is_too_long_is_refused_in_words(browser: ChatBrowser) -> None:
    page = await browser.open_page()
    await page.say_hello(lang="en")
    await page.send_message("x" * (MAX_MESSAGE_CHARS + 1), "message-1")
    error = await page.next_frame("error")
    assert (error["code"], error["id"]) == ("too_long", "message-1")
    assert str(MAX_MESSAGE_CHARS) in error["text"]


async def test_half_letters_are_mended(browser: ChatBrowser) -> None:
    page = await browser.open_page()
    await page.say_hello()
    await page.socket.send_str(json.dumps({"type": "say", "id": "message-1", "text": "kase \ud83d stāv 🍕"}))
    await page.next_frame("accepted")
    assert browser.conversations.received[-1].text == "kase \ufffd stāv 🍕"


async def test_what_cannot_be_stored_is_said_so_and_can_be_sent_again(browser: ChatBrowser) -> None:
    page = await browser.open_page()
    await page.say_hello()
    browser.conversations.failures.append(OSError("disk full"))
    await page.send_message("vēlreiz", "message-1")
    error = await page.next_frame("error")
    assert (error["code"], error["id"]) == ("not_stored", "message-1")
    await page.send_message("vēlreiz", "message-1")
    assert (await page.next_frame("accepted"))["id"] == "message-1"


async def test_where_no_talk_can_be_begun_the_page_is_asked_to_try_later(browser: ChatBrowser) -> None:
    browser.conversations.failures.append(OSError("disk full"))
    page = await browser.open_page()
    await page.send_frame(type="hello", after=0, lang="lv")
    assert (await page.socket.receive(timeout=PATIENCE_SECONDS)).type is WSMsgType.CLOSE
    assert (await (await browser.open_page()).say_hello())["type"] == "welcome"


async def test_a_reply_to_nobody_waits_in_the_history(browser: ChatBrowser) -> None:
    await (await browser.open_page()).say_hello()
    conversation = browser.conversations.received[0].conversation
    await browser.pages[0].socket.close()
    shown = browser.conversations.says(conversation, Reply(text="kamēr Jūs nebijāt"))
    assert await browser.chat.send(conversation, shown) is None
    page = await browser.open_page()
    welcome = await page.say_hello()
    assert words(welcome["messages"][-1]) == "kamēr Jūs nebijāt"


async def test_closing_sends_every_page_away(browser: ChatBrowser) -> None:
    page = await browser.open_page()
    await page.say_hello()
    await browser.chat.close()
    frame = await page.socket.receive(timeout=PATIENCE_SECONDS)
    while frame.type is WSMsgType.TEXT:
        frame = await page.socket.receive(timeout=PATIENCE_SECONDS)
    assert page.socket.close_code == 1001


async def test_where_the_history_cannot_be_read_the_page_is_asked_to_try_later(browser: ChatBrowser) -> None:
    page = await browser.open_page()
    await page.say_hello()
    browser.conversations.history_fails = True
    await page.send_message("kas notiek", "message-1")
    frame = await page.socket.receive(timeout=PATIENCE_SECONDS)
    while frame.type is WSMsgType.TEXT:
        frame = await page.socket.receive(timeout=PATIENCE_SECONDS)
    assert page.socket.close_code == 1013
    browser.conversations.history_fails = False
    welcome = await (await browser.connect()).say_hello()
    assert "kas notiek" in [words(message) for message in welcome["messages"]]


async def test_a_page_that_asks_for_its_history_without_end_is_closed_and_other_visitors_are_not(
    browser: ChatBrowser,
) -> None:
    page = await browser.open_page()
    for _ in range(HELLO_BURST):
        await page.say_hello()
    reads = browser.conversations.reads
    await page.send_frame(type="hello", after=0, lang="lv")
    assert (await page.socket.receive(timeout=PATIENCE_SECONDS)).data == WSCloseCode.TRY_AGAIN_LATER
    assert browser.conversations.reads == reads, "nothing was read for it"
    browser.client.session.cookie_jar.clear()
    assert await (await browser.open_page()).say_hello()


async def test_an_address_that_began_too_many_conversations_gets_the_number_and_opens_nothing() -> None:
    begun: list[str] = []

    async def may_start(address_key: str) -> bool:
        begun.append(address_key)
        return len(begun) < 2

    talks = FakeConversations()
    chat = chat_for(talks, may_start=may_start)
    browser = await browser_with(chat, talks)
    first = await browser.open_page()
    await first.say_hello()
    browser.client.session.cookie_jar.clear()
    second = await browser.open_page()
    assert (await second.say_hello())["messages"] == []
    await second.send_message("kase stāv")
    told = await second.next_frame("error")
    assert (told["code"], told["id"]) == ("too_many", "message-1")
    assert "[lv] +371 20000525" in told["text"]
    await first.send_message("kase stāv", "message-2")
    assert (await first.next_frame("accepted"))["id"] == "message-2"
    assert begun == ["key of 127.0.0.1"] * 2
    assert {inbound.origin for inbound in talks.received} == {"key of 127.0.0.1"}
    assert len({inbound.conversation for inbound in talks.received}) == 1
    await chat.close()
    await browser.client.close()


# The code at a till


async def test_a_page_opened_from_a_till_tells_the_venue_once_and_shows_the_greeting_alone(
    browser: ChatBrowser,
) -> None:
    page = await browser.open_page()
    await page.send_frame(type="hello", after=0, lang="lv", venue="v1-abc", visit="visit-number-1")
    welcome = await page.next_frame("welcome")
    (start,) = browser.conversations.received
    assert (start.text, start.message_id) == ("/start v1-abc", "start:visit-number-1")
    assert not any(message["mine"] for message in welcome["messages"])


async def test_who_has_written_before_sees_the_whole_talk_and_what_the_till_adds(browser: ChatBrowser) -> None:
    first = await browser.open_page()
    await first.say_hello()
    await first.send_message("labdien")
    await first.next_frame("accepted")
    page = await browser.connect()
    await page.send_frame(type="hello", after=0, lang="lv", venue="v1-abc", visit="visit-number-1")
    welcome = await page.next_frame("welcome")
    assert [words(message) for message in welcome["messages"] if message["mine"]] == ["labdien"]
    assert browser.conversations.received[-1].text == "/start v1-abc"


@pytest.mark.parametrize("venue", ["", "a b", "x" * 65])
async def test_a_venue_that_is_no_token_is_no_frame_of_ours(browser: ChatBrowser, venue: str) -> None:
    page = await browser.open_page()
    await page.send_frame(type="hello", after=0, lang="lv", venue=venue, visit="visit-number-1")
    assert (await page.next_frame())["code"] == "malformed"
    assert browser.conversations.received == []


async def test_too_many_from_one_address_do_not_begin_by_a_venue_link_either() -> None:
    async def may_not(_address: str) -> bool:
        return False

    talks = FakeConversations()
    chat = chat_for(talks, may_start=may_not)
    browser = await browser_with(chat, talks)
    page = await browser.open_page()
    await page.send_frame(type="hello", after=0, lang="lv", venue="v1-abc", visit="visit-number-1")
    await page.send_message("labdien")
    assert (await page.next_frame("error"))["code"] == "too_many"
    assert talks.received == []
    await chat.close()
    await browser.client.close()
