"""The page News: written in three languages, checked, counted, withdrawn; by agents alone."""

from datetime import timedelta
from http import HTTPStatus

import pytest

from bot.app.channels import CHANNELS
from bot.console.auth.login import SignInView
from bot.console.views.news import MAX_DAYS, MAX_SOURCE_CHARS, MAX_TEXT_CHARS, NewsView
from bot.helpdesk.news import NewsDesk
from storage.announcements import news
from storage.database import engine
from storage.helpdesk.audit_log import AuditEvent
from tests.doubles import NOW, RecordingJobQueue
from tests.unit.bot.console.conftest import KEY, ConsoleBrowser, ConsoleFixture, ServeConsole
from tests.unit.bot.console.helpdesk.conftest import HelpdeskFixture

FORM = {
    "text_lv": "Jauns numurs\r\nZvaniet uz <to>",
    "text_ru": "Новый номер",
    "text_en": "New number",
    "source": "Vēstule 7",
    "until": (NOW + timedelta(days=10)).date().isoformat(),
}


@pytest.fixture
async def otto(shop: HelpdeskFixture, put_up: ServeConsole) -> ConsoleBrowser:
    """The agent, in front of this page."""
    desk = shop.console
    news_desk = NewsDesk(
        transactions=desk.transactions,
        clock=desk.clock,
        knowledge_source=shop.knowledge,
        jobs=RecordingJobQueue(desk.submitted),
        channels=CHANNELS,
    )
    sign_in = SignInView(desk.transactions, KEY, desk.passwords).section()
    opens = await put_up((NewsView(desk.transactions, news_desk).section(), sign_in))
    return await opens("otto")


async def test_news_is_published_and_listed_with_its_end_and_author(desk: ConsoleFixture, otto: ConsoleBrowser) -> None:
    assert "Nekas vēl nav paziņots." in await otto.text("/news")
    page = await (await otto.post("/news", FORM)).text()
    assert "Uzreiz nosūtīts tiem, kas to vēlējās: 0" in page
    assert "<h2>Jauns numurs</h2>" in page
    assert "Zvaniet uz &lt;to&gt;" in page
    assert "otto; Avots: Vēstule 7" in page
    assert [each.subject for each in desk.audit_records(AuditEvent.NEWS_PUBLISHED)] == ["1"]
    with engine.read_transaction(desk.database) as connection:
        (stored,) = news.list_published(connection)
    assert stored.news.text["lv"] == "Jauns numurs\nZvaniet uz <to>"
    assert stored.ends_at == (NOW + timedelta(days=11)).replace(hour=0, minute=0, second=0, microsecond=0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"text_ru": " "},
        {"text_en": "x" * (MAX_TEXT_CHARS + 1)},
        {"source": ""},
        {"source": "x" * (MAX_SOURCE_CHARS + 1)},
        {"until": "soon"},
        {"until": (NOW - timedelta(days=1)).date().isoformat()},
        {"until": (NOW + timedelta(days=MAX_DAYS + 1)).date().isoformat()},
    ],
)
async def test_what_is_not_whole_is_not_published_and_nothing_written_is_lost(
    desk: ConsoleFixture, otto: ConsoleBrowser, wrong: dict[str, str]
) -> None:
    answer = await otto.post("/news", FORM | wrong)
    assert answer.status == HTTPStatus.UNPROCESSABLE_ENTITY
    page = await answer.text()
    assert 'role="alert"' in page
    assert "Zvaniet uz &lt;to&gt;</textarea>" in page
    assert desk.audit_records(AuditEvent.NEWS_PUBLISHED) == []


async def test_how_many_have_seen_it_is_shown_by_language(
    shop: HelpdeskFixture, desk: ConsoleFixture, otto: ConsoleBrowser
) -> None:
    await otto.post("/news", FORM)
    talks = {shop.record_message("Sveiki", by=f"person {number}") for number in range(3)}
    with engine.write_transaction(desk.database) as connection:
        for talk, language in zip(sorted(talks), ("lv", "ru", "lv"), strict=True):
            news.mark_seen(connection, talk, language, [1], NOW)
    page = await otto.text("/news")
    assert "Cik cilvēku redzējuši: 3" in page
    assert '<span class="quiet">LV 2</span> <span class="quiet">RU 1</span>' in page


async def test_news_is_withdrawn_once_and_what_has_ended_cannot_be(desk: ConsoleFixture, otto: ConsoleBrowser) -> None:
    await otto.post("/news", FORM)
    assert "Spēkā līdz" in await otto.text("/news")
    page = await (await otto.post("/news/1/withdraw")).text()
    assert "Vairs nevienam nerāda." in page
    assert 'action="/console/news/1/withdraw"' not in page
    assert "Nebija ko atsaukt." in await (await otto.post("/news/1/withdraw")).text()
    assert "Nebija ko atsaukt." in await (await otto.post("/news/99/withdraw")).text()
    await otto.post("/news", FORM)
    desk.advance_clock(days=12)
    await otto.sign_in("otto")
    assert "Beidzās" in await otto.text("/news")
