"""The page Conversations and one talk: found, read, given out, erased; each of it audited."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from bot import console
from handlers.model.actions import HandoffReason
from handlers.model.messages import MessageKind
from handlers.model.reply_model import ReplyCandidate, ReplyKind
from kb.understanding.result import Explanation
from storage.database import engine
from storage.delivery import status
from storage.helpdesk.audit_log import AuditEvent
from storage.tables import conversations
from tests.contract.asked import TAPPED, UNKNOWN
from tests.contract.talks import TRACE
from tests.doubles import NOW
from tests.unit.bot.console.conftest import ConsoleBrowser, ServeConsole
from tests.unit.bot.console.helpdesk.conftest import HelpdeskFixture

SHARED_TEXTS: Final = Path(console.__file__).parent / "texts" / "shared"


async def test_words_are_found_in_whatever_alphabet(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    shop.record_message("Nedrukā čekus", by="anna", at=NOW)
    shop.record_message("не печатает чек", by="boris", at=NOW)
    shop.record_message("Labdien", by="clara", at=NOW)

    page = await otto.text("/talks?words=cek")

    assert "Nedrukā čekus" in page
    assert "не печатает чек" in page
    assert "Labdien" not in page
    assert "Nekas nav atrasts." in await otto.text("/talks?words=bankets")


async def test_the_day_of_the_filter_is_the_one_that_is_shown(shop: HelpdeskFixture, put_up: ServeConsole) -> None:
    browser = await (await put_up(shop.sections(), zone=ZoneInfo("Europe/Riga")))("otto")
    shop.record_message("Pirms pusnakts", by="anna", at=datetime(2026, 11, 22, 21, 59, tzinfo=UTC))
    shop.record_message("Pēc pusnakts", by="boris", at=datetime(2026, 11, 22, 22, 1, tzinfo=UTC))

    monday = await browser.text("/talks?day=2026-11-23")

    assert ("Pēc pusnakts" in monday, "Pirms pusnakts" in monday) == (True, False)
    assert "23.11.2026 00:01</time>" in monday
    assert '<meta name="zone" content="Europe/Riga">' in monday


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("outcome=unknown", ["Blabla"]),
        ("language=ru", ["Касса"]),
        ("channel=telegram", ["Telegramā"]),
        ("act=none", ["Blabla"]),
        ("day=2026-11-20", ["Sen"]),
        ("handed_off=1", []),
        ("outcome=<script>&act=1'--&day=2026-13-99&before=x", ["Blabla", "Касса", "Telegramā", "Sen"]),
    ],
)
async def test_filters_are_heeded_and_crooked_ones_are_none(
    shop: HelpdeskFixture, otto: ConsoleBrowser, query: str, found: list[str]
) -> None:
    shop.record_message("Sen", by="dora", at=NOW - timedelta(days=3))
    shop.record_message("Telegramā", by="clara", channel="telegram", at=NOW)
    shop.record_message("Касса", replace(TRACE, language="ru"), by="boris", at=NOW)
    shop.record_message("Blabla", UNKNOWN, by="anna", at=NOW)

    page = await otto.text(f"/talks?{query}")

    assert [text for text in ("Blabla", "Касса", "Telegramā", "Sen") if text in page] == found


async def test_a_person_is_found_by_their_number(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    talk = shop.record_message("Labdien", by="whatsapp:+37120110525", channel="whatsapp", at=NOW)

    for words in ("%2B371 2011 0525", "20110525", "00371 2011-0525", talk):
        page = await otto.text(f"/talks?words={words}")
        assert "Šis cilvēks" in page
        assert f"/console/talks/{talk}" in page
    assert "+37120110525" not in await otto.text("/talks")


async def test_a_hand_off_is_found_by_its_number(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    talk = shop.record_message("Palīgā", by="anna", at=NOW, people=HandoffReason.ASKED_FOR_PERSON)

    for words in ("1", "Nr. 1", "nr1", "%231", "№ 1"):
        page = await otto.text(f"/talks?words={words}")
        assert "<strong>Nr. 1</strong>" in page, words
        assert f"/console/talks/{talk}" in page
    for words in ("2", "Nr. 12345678", "1 kase", ""):
        assert "<strong>Nr. 1</strong>" not in await otto.text(f"/talks?words={words}"), words


async def test_a_talk_shows_the_reasons_and_what_did_not_arrive(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    talk = shop.record_message("Kā <b>atdot</b> naudu?", at=NOW)
    shop.record_message("", TAPPED, kind=MessageKind.TAP, at=NOW)
    shop.record_message("", replace(UNKNOWN, handler="unread"), kind=MessageKind.PHOTO, at=NOW)
    with engine.write_transaction(shop.console.database) as connection:
        status.mark_failed(connection, 2, "63016")

    page = await otto.text(f"/talks/{talk}")

    assert "Kā &lt;b&gt;atdot&lt;/b&gt; naudu?" in page
    assert "97 %" in page
    assert "tuvākais jautājums “Kā atdot naudu?”; izlabots uz naudu" in page
    assert "nav piegādāts" in page
    assert "63016" in page
    assert "Izvēlējās: refund" in page
    assert "(foto)" in page
    assert "0.25 ms" in page
    assert "0123456789ab" in page
    assert [(noted.agent, noted.subject) for noted in shop.console.audit_records(AuditEvent.TRANSCRIPT_VIEWED)] == [
        ("otto", talk)
    ]


async def test_a_picture_with_a_caption_is_named(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    talk = shop.record_message("kase rāda šo", kind=MessageKind.PHOTO, at=NOW)
    page = await otto.text(f"/talks/{talk}")
    assert page.index("(foto)") < page.index("kase rāda šo</p>")
    talk = shop.record_message("tikai vārdi", by="boris", at=NOW)
    assert "(bez vārdiem)" not in await otto.text(f"/talks/{talk}")


async def test_a_talk_tells_what_decided(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    why = Explanation(
        answer_threshold=0.3,
        clarify_threshold=0.05,
        concepts=("money",),
        corrections=("nauda → naudu",),
        decided_by="scores",
    )
    talk = shop.record_message("Kā atdot naudu?", replace(TRACE, explanation=replace(why, exact_match=True)), at=NOW)

    page = await otto.text(f"/talks/{talk}")

    for sentence in (
        "atbild no 30 %, precizē no 5 %; precīza sakritība",
        "money",
        "nauda → naudu",
        "novērtējums",
    ):
        assert sentence in page


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("lv", ("Apsvērtās atbildes", "kā nolemts", "vairāk par tēmu")),
        ("ru", ("Взвешенные ответы", "как решено", "больше о теме")),
        ("en", ("Replies weighed", "as decided", "more about the topic")),
    ],
)
async def test_a_talk_tells_which_replies_were_weighed(
    language: str, told: tuple[str, ...], shop: HelpdeskFixture, otto: ConsoleBrowser
) -> None:
    weighed = (ReplyCandidate(ReplyKind.KEEP, 0.41), ReplyCandidate(ReplyKind.TOPIC, 0.72))
    talk = shop.record_message("un ar karti?", replace(TRACE, replies=weighed), at=NOW)
    await otto.post("/language", {"language": language})

    page = await otto.text(f"/talks/{talk}")

    assert all(sentence in page for sentence in (*told, "41 %", "72 %"))
    assert told[0] not in await otto.text(f"/talks/{shop.record_message('Labdien', by='boris', at=NOW)}")


@pytest.mark.parametrize("language", ["lv", "ru", "en"])
def test_each_kind_of_reply_has_a_name_in_the_console(language: str) -> None:
    texts = (SHARED_TEXTS / f"{language}.yaml").read_text("utf-8")
    assert [kind for kind in ReplyKind if f"\nweighed_{kind}: " not in texts] == []


async def test_each_talk_that_is_read_is_audited(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    talks = [shop.record_message("Labdien", by=who, at=NOW) for who in ("anna", "boris")]
    for talk in (*talks, talks[0]):
        await otto.get(f"/talks/{talk}", headers={"HX-Request": "true"})
    assert [noted.subject for noted in reversed(shop.console.audit_records(AuditEvent.TRANSCRIPT_VIEWED))] == talks


async def test_a_long_talk_is_read_from_its_end(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    for number in range(40):
        talk = shop.record_message(f"Jautājums-{number}-", at=NOW)

    page = await otto.text(f"/talks/{talk}")
    assert "Jautājums-39-" in page
    assert "Jautājums-9-" not in page
    earlier = await otto.text(f"/talks/{talk}?before=21")
    assert "Jautājums-9-" in earlier
    assert "Uz jaunākajām ziņām" in earlier


async def test_there_is_no_such_talk(otto: ConsoleBrowser) -> None:
    assert (await otto.get(f"/talks/{'0' * 32}")).status == 404
    assert (await otto.get("/talks/1")).status == 404
    assert (await otto.post(f"/talks/{'0' * 32}/export")).status == 404


async def test_a_persons_data_are_given_out(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    talk = shop.record_message("Mans noslēpums", by="anna", at=NOW)
    shop.record_message("Cita noslēpums", by="boris", at=NOW)

    answer = await otto.post(f"/talks/{talk}/export")

    assert "attachment" in answer.headers["Content-Disposition"]
    (given,) = json.loads(await answer.text())["conversations"]
    assert [message["text"] for message in given["messages"]] == ["Mans noslēpums", "Atbilde"]
    assert [noted.subject for noted in shop.console.audit_records(AuditEvent.PERSON_EXPORTED)] == [talk]


async def test_a_person_is_erased_only_when_the_box_is_ticked(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    talk = shop.record_message("Mans noslēpums", by="anna", at=NOW)
    shop.record_message("Cita noslēpums", by="boris", at=NOW)

    def left() -> int:
        with engine.read_transaction(shop.console.database) as connection:
            return connection.execute(select(func.count()).select_from(conversations)).scalar_one()

    assert "Lai dzēstu, atzīmējiet lodziņu." in await (await otto.post(f"/talks/{talk}/erase")).text()
    assert (left(), shop.console.audit_records(AuditEvent.PERSON_ERASED)) == (2, [])
    page = await (await otto.post(f"/talks/{talk}/erase", {"sure": "1"})).text()
    assert "Šī cilvēka dati ir izdzēsti." in page
    assert "Mans noslēpums" not in page
    assert left() == 1
    assert [(noted.agent, noted.subject) for noted in shop.console.audit_records(AuditEvent.PERSON_ERASED)] == [
        ("otto", talk)
    ]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1999-12-31", "2200-01-01"])
async def test_a_day_on_which_nobody_can_have_written_filters_nothing(
    shop: HelpdeskFixture, otto: ConsoleBrowser, day: str
) -> None:
    shop.record_message("Blabla", UNKNOWN, by="anna", at=NOW)
    assert "Blabla" in await otto.text(f"/talks?day={day}")
