"""Every page and letter against two validators that nobody here wrote: vnu, the W3C's own, and html-validate."""

import asyncio
import io
import json
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from http import HTTPStatus
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from aiohttp import ClientSession, CookieJar, FormData
from playwright.async_api import expect

from bot.app.channels import CHANNELS
from bot.customers.link_tokens import VenueLinkTokens
from bot.notify.formatting import email_html
from bot.notify.interface import ContactMethod, HandoffNotification, Retraction, SampleNotification
from bot.notify.wording.notification_texts import NotificationTexts
from bot.notify.wording.staff_sentences import load_time_zone
from handlers.model.actions import HandoffReason
from handlers.model.context import KnowledgeBundle
from handlers.model.handoff import HandoffState, NotificationKind
from handlers.model.messages import Inbound
from kb.model import LANGUAGES
from storage.customers import venue_links, venues
from storage.customers.venues import Device, Venue
from storage.database import engine
from storage.delivery import status
from tests.doubles import NOW
from tests.e2e import npm
from tests.e2e.conftest import KEY, OpenWindow, RunningProgram, opened
from tests.e2e.console import ADMIN, PASSWORD, people

pytestmark = pytest.mark.timeout(600)

MAX_PAGES: Final = 90
SAID: Final = (
    "kase nedrukā čeku",
    "zirgs lec pāri žogam",
    "vai ir banketu zāle?",
    "kase uzkārusies, nevaram neko pārdot",
    "printeris",
)
VENUE: Final = Venue(
    name="Rozengrāls & <b>",
    address="Rozena 1",
    phones=("+37129111222",),
    note="a <note>",
    devices=(Device(name="Kase 1", model="HP", fiscal_number="1234567", place="bārs"),),
)
HELP_PAGES: Final = (
    "/help/",
    "/help/ru/till-down",
    "/help/lv/topics/devices",
    "/help/en/search?q=printer",
    "/help/lv/search?q=ksilofons",
    "/help/gone",
    "/news/",
)
BRIEF_JAVA: Final = ("-Xss2m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""For a program of a few seconds: compiled thoroughly it would take twice the time. A small stack overflows then."""

_LINK = re.compile(r'href="(/[^"#]*)"')
_CSRF = re.compile(r'name="csrf" (?:content|value)="([^"]+)"')


@dataclass
class Crawler:
    """Follows every link of the pages, as far as they differ in more than their query."""

    session: ClientSession
    url: str
    pages: dict[str, str] = field(default_factory=dict)

    async def crawl(self, *starts: str) -> None:
        """From these addresses on."""
        waiting = list(starts)
        while waiting and len(self.pages) < MAX_PAGES:
            path = waiting.pop(0)
            if path not in starts and (path in self.pages or self._is_known(path)):
                continue
            async with self.session.get(f"{self.url}{path}", headers={"Accept": "text/html"}) as answer:
                if answer.content_type != "text/html":
                    continue
                self.pages[path] = text = await answer.text()
            links = dict.fromkeys(unescape(link) for link in _LINK.findall(text))
            waiting += [link for link in links if not self._is_known(link)]

    def _is_known(self, link: str) -> bool:
        kinds = {_kind(path) for path in self.pages}
        return _kind(link) in kinds or "/static/" in link

    async def sign_in(self) -> None:
        """As the admin."""
        async with self.session.get(f"{self.url}/console/sign-in") as answer:
            csrf = _CSRF.search(await answer.text())
        assert csrf is not None
        fields = {"csrf": csrf[1], "name": ADMIN, "password": PASSWORD}
        async with self.session.post(
            f"{self.url}/console/sign-in", data=fields, headers={"Origin": self.url}
        ) as answer:
            assert answer.status == HTTPStatus.OK

    async def preview_import(self, table: str) -> None:
        """Sends a table of customers, as the admin."""
        async with self.session.get(f"{self.url}/console/customers/import") as answer:
            csrf = _CSRF.search(await answer.text())
        assert csrf is not None
        form = FormData()
        form.add_field("csrf", csrf[1])
        form.add_field("file", io.BytesIO(table.encode()), filename="klienti.csv", content_type="text/csv")
        path = "/console/customers/import"
        async with self.session.post(f"{self.url}{path}", data=form, headers={"Origin": self.url}) as answer:
            assert answer.status == HTTPStatus.OK
            self.pages[f"{path} (preview)"] = await answer.text()


def _kind(link: str) -> str:
    """Links of one kind differ in a number or an id, or in their query."""
    path = re.sub(r"(?<=^/help/)(lv|ru|en)/.*", "N", link.partition("?")[0])
    path = re.sub(r"(?<=^/v/)[\w-]+", "TOKEN", path)
    return re.sub(r"/(\d+|[0-9a-f]{32})(?=/|$)|(?<=/entries/)[^/]+", "/N", path)


async def all_pages(house: RunningProgram) -> dict[str, str]:
    """Every kind of page, with something on it."""
    people(house)
    now = datetime.now(UTC)
    for number, text in enumerate(SAID):
        sender = f"whatsapp:+3712000000{number}"
        await house.receive(
            Inbound(
                channel="whatsapp",
                conversation=sender,
                sender=sender,
                message_id=f"SM{number}",
                sent_at=now - timedelta(minutes=50),
                text=text,
            )
        )
    with engine.write_transaction(house.database) as connection:
        status.mark_failed(connection, 2, "21610: the person opted out")
        venues.save(connection, VENUE, now)
        (stored,) = venues.list_venues(connection)
        (link,) = venue_links.ensure_links(connection, stored, now)
    venue_page = f"/v/{VenueLinkTokens(KEY).make(link.id)}"
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        crawler = Crawler(session, house.url)
        draft = house.draft_url().removeprefix(house.url)
        await crawler.crawl("/", draft, "/nowhere", venue_page, f"{venue_page}x", "/console/sign-in", *HELP_PAGES)
        await crawler.sign_in()
        await crawler.crawl("/console/", "/console/nowhere")
        await crawler.preview_import("name;address;phones\nRozengrāls;Rozena 1;29111222\nVīnkalni;;abc\nJauns;;\n")
    return crawler.pages


def letters(shipped: KnowledgeBundle) -> dict[str, str]:
    """The HTML part of every kind of letter, in every language."""
    directory = shipped.base.directory
    call = HandoffNotification(
        handoff=7,
        kind=NotificationKind.INITIAL,
        line=directory.urgent_line,
        reason=HandoffReason.TRADING_STOPPED,
        state=HandoffState.OPEN,
        last_actor=None,
        language="lv",
        location="Bistro <Doma>",
        contact=ContactMethod(channel="whatsapp", phone="+37120000001"),
        first_words="kase stāv & <b>",
        newest_words=("zvanu <i>",),
        since=NOW,
        at=NOW,
    )
    found = {}
    for language in LANGUAGES:
        texts = NotificationTexts.for_directory(lambda: directory, language, load_time_zone(None), CHANNELS.titles())
        for each in (call, Retraction(handoff=7), SampleNotification()):
            found[f"letter {language} {type(each).__name__}"] = email_html(texts.render(each), language)
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def documents(shipped: KnowledgeBundle, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Pages and letters by name: both validators look at the same."""
    npm.needed()
    async with opened(shipped, tmp_path_factory.mktemp("documents")) as house:
        pages = await all_pages(house)
    kinds = {_kind(path) for path in pages}
    assert kinds >= {
        "/",
        "/nowhere",
        "/help/",
        "/help/N",
        "/help/gone",
        "/console/now",
        "/console/talks/N",
        "/console/unanswered/N",
        "/console/delivery",
        "/console/audit",
        "/console/customers",
        "/console/customers/N",
        "/console/customers/N/sheet",
        "/console/customers/import",
        "/console/outages",
        "/console/news",
        "/v/TOKEN",
    }, kinds
    return pages | letters(shipped)


def html_validate_problems(documents: dict[str, str]) -> list[str]:
    """What html-validate finds."""
    return npm.node("validate.mjs", json.dumps(documents))


def vnu_problems(documents: dict[str, str], folder: Path) -> list[str]:
    """What vnu finds, or the test is skipped."""
    java = shutil.which("java")
    if java is None:
        pytest.skip("java is not there, which vnu needs")
    names = {}
    for number, (name, html) in enumerate(documents.items()):
        file = folder / f"{number}.html"
        file.write_text(html, "utf-8")
        names[file.name] = name
    jar = npm.MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
    command = [java, *BRIEF_JAVA, "-jar", str(jar), "--format", "json", "--stdout", "--exit-zero-always", *names]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=300)
    return [
        f"{names[Path(each['url']).name]}: {each['message']}: {each.get('extract', '')}"
        for each in json.loads(done.stdout)["messages"]
    ]


def test_html_validate_finds_nothing(documents: dict[str, str]) -> None:
    assert html_validate_problems(documents) == []


def test_vnu_finds_nothing(documents: dict[str, str], tmp_path: Path) -> None:
    assert vnu_problems(documents, tmp_path) == []


def test_the_validators_find_what_is_wrong(tmp_path: Path) -> None:
    npm.needed()
    wrong = {
        "page": '<!doctype html><html lang="lv"><title>x</title><form role="group"><button hx-get="/">x</button></form>'
    }
    assert "no-implicit-button-type" in "".join(html_validate_problems(wrong))
    found = "".join(vnu_problems(wrong, tmp_path))
    assert "hx-get" in found
    assert "role" in found


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_a_conversation_is_valid_as_the_browser_has_it(
    opens: OpenWindow, house: RunningProgram, tmp_path: Path
) -> None:
    """What scripts made of the page: bubbles, options, the draft's link."""
    npm.needed()
    window = await opens()
    page, replies = window.page, window.page.locator(".theirs")
    await page.goto(house.url)
    await expect(page.locator(".option")).not_to_have_count(0)
    for number, text in enumerate(("printeris", "gribu izveidot pieteikumu"), start=2):
        await page.locator("#message").fill(text)
        await page.keyboard.press("Enter")
        await expect(replies).to_have_count(number)
    # By vnu alone: html-validate judges how attributes are written, and a browser writes them out in its own way.
    documents = {"chat": await page.content()}
    assert await asyncio.to_thread(vnu_problems, documents, tmp_path) == []
