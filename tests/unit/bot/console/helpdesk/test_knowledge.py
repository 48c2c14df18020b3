"""The page Knowledge: entries with use and success, lessons taken back, a message tried, drafts written."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot import console
from bot.web import read_texts
from kb.model import EntryId
from kb.understanding.result import Explanation, Outcome
from storage.conversations import conversations, feedback
from storage.curation import entry_drafts, lessons
from storage.database import engine
from storage.helpdesk.audit_log import AuditEvent
from tests.contract.talks import TRACE
from tests.doubles import NOW, means, small_base
from tests.unit.bot.console.conftest import ConsoleBrowser
from tests.unit.bot.console.helpdesk.conftest import HelpdeskFixture
from tests.unit.kb.small import pipeline


def use(shop: HelpdeskFixture, entry: str, *, helped: bool | None = None) -> None:
    talk_id = shop.record_message(
        "Jautājums", replace(TRACE, entry=EntryId(entry)), by=f"{entry} {shop.record_message.number}", at=NOW
    )
    if helped is not None:
        with engine.write_transaction(shop.console.database) as connection:
            talk = conversations.get(connection, talk_id)
            feedback.record(connection, talk, str(shop.record_message.number), NOW, helped=helped)


def teach(shop: HelpdeskFixture, text: str) -> None:
    with engine.write_transaction(shop.console.database) as connection:
        lessons.add_lesson(connection, small_base(), EntryId("hours"), "lv", text, "Ilze", NOW)


def entries(page: str) -> list[str]:
    return re.findall(r'<a href="/console/knowledge/entries/([\w-]+)">', page)


async def test_entries_are_listed_by_use_by_help_by_review_and_by_title(
    shop: HelpdeskFixture, otto: ConsoleBrowser
) -> None:
    for _ in range(2):
        use(shop, "printer")
    use(shop, "hours", helped=False)
    use(shop, "hours", helped=False)
    use(shop, "hours", helped=True)

    page = await otto.text("/knowledge")
    assert entries(page)[:2] == ["hours", "printer"]
    assert "1 / 2" in page
    assert entries(await otto.text("/knowledge?order=unhelpful"))[0] == "hours"
    by_title = await otto.text("/knowledge?order=title")
    assert sorted(entries(by_title)) == sorted(small_base().entries)
    assert entries(await otto.text("/knowledge?order=review"))[0] in small_base().entries
    assert entries(await otto.text("/knowledge?words=Darba+laiks")) == ["hours"]
    assert "Nekas nav atrasts." in await otto.text("/knowledge?words=qqqq")


async def test_overdue_reviews_stand_out(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    assert "jāpārskata:" not in await otto.text("/knowledge")
    shop.console.advance_clock(days=400)
    browser = otto
    await browser.sign_in("otto")

    assert f"jāpārskata: {len(small_base().entries)}" in await browser.text("/knowledge")
    assert entries(await browser.text("/knowledge?overdue=1")) != []


async def test_an_entry_says_what_it_answers_in_every_language_and_how_it_is_asked_for(
    shop: HelpdeskFixture, otto: ConsoleBrowser
) -> None:
    use(shop, "hours", helped=True)

    page = await otto.text("/knowledge/entries/hours")

    for sentence in ("Par darba laiku man nav", "О часах работы", "I have no confirmed hours", "cikos strādājat"):
        assert sentence in page
    assert "30 dienās lietota: 1" in page
    assert "palīdzēja 1, nepalīdzēja 0" in page
    assert "nav apstiprināts" in page
    assert (await otto.get("/knowledge/entries/nothing")).status == 404


async def test_a_lesson_is_taken_back_once(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    teach(shop, "vai jūs šodien esat")
    assert "vai jūs šodien esat" in await otto.text("/knowledge/entries/hours")

    page = await (await otto.post("/knowledge/taught/1/undo")).text()

    assert "Iemācītais ir atcelts." in page
    assert "vai jūs šodien esat" not in page
    assert len(shop.changes) == 1
    assert "jau ir atcelts" in await (await otto.post("/knowledge/taught/1/undo")).text()
    assert "jau ir atcelts" in await (await otto.post("/knowledge/taught/99/undo")).text()
    assert [noted.subject for noted in shop.console.audit_records(AuditEvent.LESSON_REVOKED)] == ["1"]


@pytest.mark.parametrize(
    ("meanings", "seen"),
    [
        ({"kad vaļā": means("hours", language="lv")}, ("atbildēts", "Darba laiks", "90 %", "Bota atbilde")),
        ({"kad vaļā": means("hours", "desk", also=("printer",))}, ("precizēts", "Ziņā ir arī:")),
        ({"kad vaļā": replace(means(), signals=frozenset({"past"}))}, ("nesaprasts", "Pazīmes: past")),
    ],
)
async def test_a_message_is_tried_and_nothing_is_stored(
    shop: HelpdeskFixture, otto: ConsoleBrowser, meanings: dict[str, object], seen: tuple[str, ...]
) -> None:
    shop.matcher.meanings = meanings  # type: ignore[assignment]
    shop.matcher.cues = {"kad vaļā": "yes"}

    page = await (await otto.post("/knowledge/try", {"text": "kad vaļā"})).text()

    for sentence in seen:
        assert sentence in page
    assert "Nekas nav atrasts." in await otto.text("/talks")


async def test_a_message_that_is_tried_tells_what_decided(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    why = Explanation(
        answer_threshold=0.3,
        clarify_threshold=0.05,
        concepts=("time", "work"),
        corrections=("valaa → vaļā",),
        exact_match=True,
        decided_by="scores",
    )
    shop.matcher.meanings = {"kad vaļā": replace(means("hours"), explanation=why)}

    page = await (await otto.post("/knowledge/try", {"text": "kad vaļā"})).text()

    told = (
        "atbild no 30 %, precizē no 5 %",
        "precīza sakritība",
        "time, work",
        "valaa → vaļā",
        "novērtējums",
    )
    for sentence in told:
        assert sentence in page


async def test_nothing_is_tried_where_nothing_is_written(otto: ConsoleBrowser) -> None:
    assert "Uzrakstiet ziņu." in await (await otto.post("/knowledge/try", {"text": " "})).text()


async def test_a_draft_is_written_further_and_dropped(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    shop.record_message("Kur dāvanu karte", replace(TRACE, outcome=Outcome.UNKNOWN, entry=None), at=NOW)
    await otto.post("/unanswered/1/draft", {"id": "gift-card", "line": "desk"})
    assert "gift-card" in await otto.text("/knowledge")
    fields = {"line": "desk", "answer_lv": "Zvaniet.", "questions_lv": "kur karte\n\ndāvanu karte", "act": "problem"}

    page = await (await otto.post("/knowledge/drafts/gift-card/keep", fields)).text()

    assert "Saglabāts." in page
    with engine.read_transaction(shop.console.database) as connection:
        draft = entry_drafts.get(connection, "gift-card")
    assert draft is not None
    assert (draft.act, draft.answers, draft.questions["lv"]) == (
        "problem",
        {"lv": "Zvaniet."},
        ("kur karte", "dāvanu karte"),
    )
    wrong = await (await otto.post("/knowledge/drafts/gift-card/keep", {"line": "nowhere"})).text()
    assert "Nav saglabāts" in wrong
    assert "Melnraksts ir dzēsts." in await (await otto.post("/knowledge/drafts/gift-card/drop")).text()
    assert "Tāda melnraksta vairs nav." in await (await otto.post("/knowledge/drafts/gift-card/drop")).text()
    assert (await otto.get("/knowledge/drafts/gift-card")).status == 404


def test_every_rule_of_the_matcher_has_a_name_in_every_language() -> None:
    shared = read_texts(Path(console.__file__).parent / "texts" / "shared")
    for words in shared.values():
        for rule in (*(stage.name for stage in pipeline().stages), "taught"):
            assert f"rule_{rule}" in words
