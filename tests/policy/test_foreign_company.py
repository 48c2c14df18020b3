"""A German hotel and an English library run the whole program: nothing that anybody reads is of the first company.

Every page for everybody, every page of the console as an admin reads it in each of its languages, every sentence of
the bot, the profile for Telegram, every notification as text and as a letter, the sheet of codes and the e-mail draft.
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from html.parser import HTMLParser
from http import HTTPStatus
from pathlib import Path
from typing import Final

import pytest
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.app.application import Application
from bot.app.channels import CHANNELS
from bot.app.container import open_application
from bot.app.endpoints import Endpoints, draft_link_maker
from bot.channels.telegram.profile import profiles_of
from bot.customers.link_tokens import VenueLinkTokens
from bot.knowledge.content_cache import cached_or_load
from bot.knowledge.factory import load_knowledge
from bot.notify.formatting import email_html, plain_text
from bot.notify.interface import AnyNotification, ContactMethod, HandoffNotification, Retraction, SampleNotification
from bot.notify.wording.notification_texts import NotificationTexts
from bot.notify.wording.staff_sentences import load_notification_phrases, load_time_zone
from bot.settings import Settings
from handlers.model.actions import HandoffReason
from handlers.model.context import KnowledgeBundle
from handlers.model.handoff import HandoffState, NotificationKind
from handlers.model.messages import Inbound
from kb.model import LANGUAGES, Act, Language
from storage.conversations.history import Side
from storage.database import engine
from storage.helpdesk.sign_in import agents
from storage.helpdesk.sign_in.agent_roles import Role
from storage.tables import conversations, messages
from tests.doubles import NOW
from tests.policy.test_routes import KEY, Route, ServedProgram
from tests.ports import own_port
from tests.shared import DATA
from tests.unit.bot.console.conftest import ConsoleBrowser, password_hash
from tests.unit.bot.faq_import.test_companies import paligs

COMPANIES: Final = DATA / "companies"
DEALS_WITH: Final = re.compile(
    r"\b(tills?|tradings?|restaurants?|waiters?|barm[ae]n|cashiers?|receipt printers?|fiscal"
    r"|kas(e|es|i|ei|ē|u|ēm|ēs|ām)|restorān\w*|tirdzniec\w*|viesmīl\w*|oficiant\w*|fiskāl\w*"
    r"|касс\w*|ресторан\w*|торговл\w*|официант\w*|фискальн\w*|айко|сирв"
    r"|kassen?|restaurants?|kellner\w*"
    r"|iiko\w*|syrve|EDS|VID|СГД|wolt|bolt|smarttek|mixture|rēzekn\w*|резекн\w*|rezekne|latvija\w*)\b",
    re.IGNORECASE,
)
"""What the first company deals with, in every language that a page may be in, and the names that only it uses."""
SHOWN_ATTRIBUTES: Final = frozenset({"title", "alt", "aria-label", "placeholder", "content", "value", "label"})
UNSEEN_TAGS: Final = frozenset({"script", "style"})
PAGES_WITHOUT_WORDS: Final = (
    "/static/",
    "/metrics",
    "/healthz",
    "/readyz",
    "/console/live",
    "/chat/ws",
    ".png",
    ".ico",
)
OPEN_CONVERSATION: Final = "00000000000000000000000000000001"


@dataclass(frozen=True, kw_only=True)
class Company:
    """Another company, and what its visitors write."""

    file: str
    name: str
    language: Language
    urgent: str
    messages: tuple[str, ...]


HOTEL: Final = Company(
    file="hotel.html",
    name="Hotel Seeblick",
    language="de",
    urgent="Es brennt im Zimmer",
    messages=("/start", "/help", "hallo", "wann gibt es frühstück", "qwertz uiop", "nochmal qwertz", "ich will mit einem menschen sprechen",
              "Es brennt im Zimmer", "ich möchte ein ticket", "danke"),
)  # fmt: skip
LIBRARY: Final = Company(
    file="library.csv",
    name="Riverside Library",
    language="en",
    urgent="The reading room is on fire",
    messages=("/start", "/help", "hello", "do you open before 9", "xyzzy plugh", "xyzzy plugh again", "can i speak with someone",
              "The reading room is on fire", "i want to make a ticket", "thanks"),
)  # fmt: skip


class ShownText(HTMLParser):
    """What a page shows or says: its text, and the attributes that are read out."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in UNSEEN_TAGS
        self.parts += [value for name, value in attrs if name in SHOWN_ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in UNSEEN_TAGS

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(data)


@cache
def first_company_names() -> re.Pattern[str]:
    """Its name, its bot, phones, addresses and sites, as its content has them. Read where it is needed: every process
    of the tests imports this module.
    """
    directory = cached_or_load().directory
    lines = directory.lines.values()
    names = {directory.company, *directory.bot_name.values(), directory.office_email, *directory.sites.values()}
    names |= {directory.ticket_channel.address.email, directory.ticket_channel.name}
    names |= {line.phone.removeprefix("+371") for line in lines} | {line.formatted_phone for line in lines}
    return re.compile("|".join(rf"(?<![\w]){re.escape(name)}(?![\w])" for name in sorted(names)))


def leaks(text: str) -> list[str]:
    """What of the first company stands in a text."""
    return [found.group() for pattern in (first_company_names(), DEALS_WITH) for found in pattern.finditer(text)]


def shown(page: str) -> str:
    """What of a page is read; of what is no page all of it."""
    if "<html" not in page:
        return page
    reader = ShownText()
    reader.feed(page)
    return "\n".join(reader.parts)


def content_of(company: Company, folder: Path) -> Path:
    """Its content, made of its FAQ as docs/content.md says, with a ticket mailbox and an urgent case."""
    paligs(
        *("kb", "init", str(folder), "--company", company.name, "--lines", "+12025550101"),
        *("--languages", company.language, "--ticket-email", "tickets@company.example", "--urgent", company.urgent),
    )
    paligs("kb", "import", str(COMPANIES / company.file), "--content", str(folder))
    return folder


@asynccontextmanager
async def serving(folder: Path, content: Path, knowledge: KnowledgeBundle) -> AsyncIterator[ServedProgram]:
    """The program on this content, with an admin."""
    port = own_port()
    settings = Settings(
        content_dir=content,
        database_url=f"sqlite:///{folder / 'paligs.sqlite3'}",
        port=port,
        public_url=f"http://127.0.0.1:{port}",
        telegram_bot_token=SecretStr("1:not-a-real-token"),
        twilio_account_sid="AC" + "0" * 32,
        twilio_auth_token=SecretStr("not-a-real-token"),
        twilio_whatsapp_from="+12025550199",
    )
    with capture_logs():
        async with open_application(settings, knowledge, make_draft_link=draft_link_maker(settings, KEY)) as program:
            with engine.write_transaction(program.database) as connection:
                agents.add(connection, "ada", Role.ADMIN, password_hash(), NOW)
            endpoints = Endpoints(settings, program, KEY)
            application = endpoints.web_application()
            server = TestServer(application, host="127.0.0.1", port=port)
            async with server:
                yield ServedProgram(application, server, program)
            await endpoints.close()


async def write(program: Application, messages: tuple[str, ...]) -> None:
    """A visitor writes all of it in the web chat."""
    for number, text in enumerate(messages):
        inbound = Inbound(
            channel="webchat",
            conversation=OPEN_CONVERSATION,
            sender=OPEN_CONVERSATION,
            message_id=f"m{number}",
            sent_at=NOW,
            text=text,
        )
        await program.receive(inbound)


def replies(program: Application) -> list[str]:
    """All that the visitor was sent."""
    with engine.read_transaction(program.database) as connection:
        rows = connection.execute(messages.select().where(messages.c.side == Side.BOT))
        return [f"{row.text} {row.options or ''}" for row in rows]


async def fill(admin: ConsoleBrowser, company: Company) -> None:
    """An agent's day: a venue with links, news, an outage, a lesson, a draft, an edited entry."""
    language = company.language
    venue = {"name": "Haus am See", "address": "Uferweg 1", "devices": "Terminal 1; X100; ; Halle"}
    news = {f"text_{language}": "Neu\nMorgen", "source": "Brief 7", "until": str(date.today() + timedelta(days=9))}  # noqa: DTZ011
    outage = {f"text_{language}": "Internet", "kind": "internet", "words": "internet"}
    for path, fields in (("/customers", venue), ("/news", news), ("/outages", outage)):
        assert (await admin.post(path, fields)).status == HTTPStatus.OK, path
    assert "Haus am See" in await admin.text("/customers")
    assert "Brief 7" in await admin.text("/news")
    assert 'id="outage-' in await admin.text("/outages")
    await admin.post("/customers/1/links")
    group = re.search(r"/console/unanswered/(\d+)", await admin.text("/unanswered"))
    assert group is not None, "something was not understood"
    draft = {f"use_{group[1]}": "1", f"text_{group[1]}": "qwertz", "id": "new-thing", "act": "answer", "line": "any"}
    await admin.post(f"/unanswered/{group[1]}/draft", {**draft, f"title_{language}": "Neu"})
    assert "new-thing" in await admin.text("/knowledge")


def values_for(program: Application, knowledge: KnowledgeBundle, links: Mapping[str, str]) -> Mapping[str, str]:
    """What the paths' parameters are filled in with, so that pages with data are shown."""
    with engine.read_transaction(program.database) as connection:
        talk = connection.execute(conversations.select()).first()
    assert talk is not None
    entry = next(one.id for one in knowledge.base.entries.values() if one.act is Act.ANSWER)
    language = knowledge.base.languages[0]
    return {"talk": talk.id, "entry": entry, "language": language, "id": "1", "turn": "3", "path": "nowhere", **links}


def paths(routes: list[Route], values: Mapping[str, str]) -> Iterator[str]:
    """Every page that is shown, filled in."""
    for method, route in routes:
        if method == "GET" and not any(part in route for part in PAGES_WITHOUT_WORDS):
            path = route.replace("/drafts/{id}", "/drafts/new-thing")
            yield re.sub(r"\{(\w+)(?::[^}]*)?\}", lambda found: values.get(found[1], "1"), path)


@pytest.fixture(params=[HOTEL, LIBRARY], ids=["hotel", "library"])
def company(request: pytest.FixtureRequest) -> Company:
    found: Company = request.param
    return found


async def test_no_page_of_another_company_shows_anything_of_the_first(company: Company, tmp_path: Path) -> None:
    content = content_of(company, tmp_path / "content")
    knowledge = load_knowledge(content)
    found: dict[str, list[str]] = {}
    seen: set[str] = set()
    async with serving(tmp_path, content, knowledge) as served, served.browser("ada") as admin:
        await write(served.program, company.messages)
        said = "\n".join(replies(served.program))
        assert company.name in said
        assert "+12025550101" in re.sub(r"[ -]", "", said)
        assert leaks(said) == []
        await fill(admin, company)
        draft = re.search(r"/t/([\w.-]+)", said)
        links = {"token": VenueLinkTokens(KEY).make(1)}
        values = values_for(served.program, knowledge, links)
        asked = [*paths(served.routes(), values), *([] if draft is None else [f"/t/{draft[1]}"]), "/nowhere"]
        for language in LANGUAGES:
            await admin.post("/language", {"language": language})
            for path in asked:
                answer = await admin.client.get(path, headers={"Accept": "text/html", "Accept-Language": language})
                text = await answer.text()
                seen.add(f"{path} {answer.status}")
                if wrong := leaks(shown(text)):
                    found[f"{language} {path}"] = wrong
    assert found == {}
    shown_well = {one.split()[0] for one in seen if one.endswith(" 200")}
    assert len(shown_well) > 35, sorted(seen)
    for one in (f"/console/talks/{values['talk']}", "/console/customers/1/sheet", f"/v/{links['token']}"):
        assert one in shown_well, sorted(seen)
    assert draft is not None
    assert f"/t/{draft[1]}" in shown_well


def sentences(knowledge: KnowledgeBundle) -> Iterator[str]:
    """Every sentence of the bot, and its profile for Telegram, in the content's languages."""
    by_language = knowledge.phrases.by_language
    for language in knowledge.base.languages:
        yield from by_language[language].values()
    for profile in profiles_of(knowledge.base).values():
        yield from (profile.description, profile.short_description, *profile.commands.values())


def test_no_sentence_of_the_bot_and_nothing_of_its_profile_does(company: Company, tmp_path: Path) -> None:
    knowledge = load_knowledge(content_of(company, tmp_path / "content"))
    said = list(sentences(knowledge))
    assert len(said) > 120
    assert [(sentence, found) for sentence in said if (found := leaks(sentence))] == []
    assert [sentence for sentence in said if re.search(r"Latvi|Russian|латыш", sentence)] == []
    assert any(company.name in sentence for sentence in said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_notification_does_as_text_or_as_a_letter(company: Company, language: Language, tmp_path: Path) -> None:
    base = cached_or_load(content_of(company, tmp_path / "content"))
    texts = NotificationTexts.for_directory(
        lambda: base.directory,
        language,
        load_time_zone("Europe/Berlin"),
        CHANNELS.titles(),
        own_words=lambda code: base.texts.get(code, {}).get("notify", {}),
    )
    first = HandoffNotification(
        handoff=17,
        kind=NotificationKind.INITIAL,
        line=base.directory.general_line,
        reason=HandoffReason.ASKED_FOR_PERSON,
        state=HandoffState.OPEN,
        last_actor="ada",
        language=company.language,
        location="Haus am See",
        contact=ContactMethod(channel="whatsapp", phone="+12025550142"),
        first_words=company.messages[2],
        newest_words=("qwertz",),
        since=NOW,
        at=NOW,
    )
    notices = [
        replace(first, kind=kind, reason=reason, state=state)
        for kind in NotificationKind
        for reason in HandoffReason
        for state in HandoffState
    ]
    every: tuple[AnyNotification, ...] = (*notices, Retraction(handoff=17), SampleNotification())
    for notice in every:
        rendered = texts.render(notice)
        for text in (rendered.subject, plain_text(rendered), shown(email_html(rendered, language))):
            assert leaks(text) == []
    assert [(key, found) for key, text in shipped_sentences(language) if (found := leaks(text))] == []


def shipped_sentences(language: Language) -> Iterator[tuple[str, str]]:
    """Those of notifications that no combination above says, such as what buttons answer."""
    yield from load_notification_phrases().by_language[language].items()


def test_the_search_finds_the_first_company_in_its_own_content() -> None:
    own = load_knowledge()
    said = list(sentences(own))
    assert sum(bool(leaks(sentence)) for sentence in said) > 20
    for text in ("Call +371 20110525", "I am Paligs", "support@smarttek.eu"):
        assert leaks(text)
    assert leaks(shown("<html><p>a</p><img alt='till'></html>"))
    assert leaks(shown("<html><script>till</script><p class='till'>a</p></html>")) == []
