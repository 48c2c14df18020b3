"""The page Unanswered: the like together, taught, drafted, ignored; what is settled is gone from it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from html import unescape

import pytest

from storage.curation import entry_drafts, lessons
from storage.curation.lessons import StoredLesson
from storage.database import engine
from storage.helpdesk.audit_log import AuditEvent
from tests.contract.asked import UNKNOWN
from tests.doubles import NOW, means
from tests.unit.bot.console.conftest import ConsoleBrowser
from tests.unit.bot.console.helpdesk.conftest import HelpdeskFixture

SAID = ("Kur dabūt dāvanu karti", "kur dabut davanu karti?", "Dāvanu karti kur dabūt")

DISTINCT = (
    *("ābols", "burkāns", "cepure", "dēlis", "ezers", "fotoaparāts", "gailis", "hokejs", "istaba", "jūra", "kalns"),
    *("lampa", "mežs", "naksts", "osta", "pilsēta", "rīts", "saule", "tilts", "upe", "vējš", "zivs", "žogs", "šķūnis"),
    *("čaula", "ģitāra", "ņurdēt"),
)


def ask(shop: HelpdeskFixture, said: Sequence[str] = SAID) -> None:
    for number, text in enumerate(said):
        shop.record_message(text, UNKNOWN, by=f"person {number}", at=NOW)


def learned(shop: HelpdeskFixture) -> list[StoredLesson]:
    with engine.read_transaction(shop.console.database) as connection:
        return list(lessons.current_lessons(connection).stored)


async def test_the_like_is_together_and_the_most_frequent_first(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    shop.record_message("Pavisam kas cits", UNKNOWN, by="zane", at=NOW)
    ask(shop)
    shop.record_message("Сдача по-английски", replace(UNKNOWN, language="ru"), by="boris", at=NOW)

    page = await otto.text("/unanswered")

    assert page.count('class="group"') == 3
    assert "<strong>3</strong>" in page
    assert page.index("dāvanu karti") < page.index("Pavisam kas cits")
    newest = await otto.text("/unanswered?order=new")
    assert newest.index("Сдача") < newest.index("dāvanu karti")
    assert "Pavisam" not in await otto.text("/unanswered?language=ru")
    assert "Viss ir atbildēts." in await otto.text("/unanswered?why=not_helped")


async def test_what_the_bot_answers_by_now_is_left_out(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    shop.record_message("Cikos strādājat", UNKNOWN, at=NOW)
    shop.matcher.meanings = {"Cikos strādājat": means("hours")}

    assert "Viss ir atbildēts." in await otto.text("/unanswered")


async def test_a_group_offers_what_the_matcher_thinks_of_first(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    ask(shop)
    shop.matcher.meanings = {SAID[0]: means("hours", "desk"), SAID[2]: means("hours", "desk")}

    page = await otto.text("/unanswered/3")

    assert page.index('value="hours"') < page.index('value="desk"') < page.index('value="none"')
    assert "90 %" in page
    assert "Kur dabūt dāvanu karti" in page
    found = await otto.text("/unanswered/entries?words=printeri")
    assert 'value="printer"' in found
    assert "Nav tādas tēmas." in await otto.text("/unanswered/entries?words=qqqq")


async def test_teaching_works_at_once_is_audited_and_settles_it(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    ask(shop)
    fields = {"entry": "desk", "use_3": "1", "text_3": "kur ir dāvanu karte", "language_3": "lv", "use_2": "1"}

    page = await (await otto.post("/unanswered/3/teach", fields)).text()

    assert sorted((each.lesson.entry, each.lesson.text) for each in learned(shop)) == [
        ("desk", SAID[1]),
        ("desk", "kur ir dāvanu karte"),
    ]
    assert "jauni jautājumi: 2" in page
    assert len(shop.changes) == 1
    assert [noted.subject for noted in shop.console.audit_records(AuditEvent.LESSON_ADDED)] == ["desk (2)"]
    assert SAID[2] not in await otto.text("/unanswered")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("zvani 20110525", "to mācīt nedrīkst"),
        ("cikos strādājat", "jau ir citur: Darba laiks"),
        ("x" * 201, "par garu"),
        ("?!", "nav neviena vārda"),
    ],
)
async def test_what_cannot_be_taught_is_said_why(
    shop: HelpdeskFixture, otto: ConsoleBrowser, text: str, sentence: str
) -> None:
    ask(shop, SAID[:1])

    page = await (await otto.post("/unanswered/1/teach", {"entry": "desk", "use_1": "1", "text_1": text})).text()

    assert sentence in page
    assert (learned(shop), shop.console.audit_records(AuditEvent.LESSON_ADDED)) == ([], [])
    assert SAID[0] in await otto.text("/unanswered")


async def test_nothing_is_taught_without_an_entry_or_a_wording(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    ask(shop, SAID[:1])
    for fields in ({"use_1": "1"}, {"entry": "desk"}):
        assert "izvēlieties tēmu" in await (await otto.post("/unanswered/1/teach", fields)).text()
    assert learned(shop) == []


async def test_without_scripts_an_entry_is_chosen_from_a_list(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    ask(shop, SAID[:1])
    await otto.post("/unanswered/1/teach", {"other_entry": "desk", "use_1": "1"})
    assert [each.lesson.entry for each in learned(shop)] == ["desk"]


async def test_a_no_is_taught_too(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    ask(shop, SAID[:1])
    page = await (await otto.post("/unanswered/1/teach", {"entry": "none", "use_1": "1"})).text()
    assert "Iemācīts, ka uz to nav jāatbild" in page
    assert [each.lesson.entry for each in learned(shop)] == [None]


async def test_what_is_ignored_is_not_shown_again(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    ask(shop)
    assert "To vairs nerādīs." in await (await otto.post("/unanswered/3/ignore")).text()
    assert "Viss ir atbildēts." in await otto.text("/unanswered")
    assert [noted.subject for noted in shop.console.audit_records(AuditEvent.QUESTION_IGNORED)] == ["3 (3)"]
    for path in ("ignore", "teach", "draft"):
        assert "Tas jau ir nokārtots." in await (await otto.post(f"/unanswered/3/{path}")).text()
    assert "Tas jau ir nokārtots." in await otto.text("/unanswered/3")


async def test_a_draft_takes_the_wordings_along_and_is_finished_under_knowledge(
    shop: HelpdeskFixture, otto: ConsoleBrowser
) -> None:
    ask(shop, SAID[:1])
    fields = {"id": "gift-card", "line": "desk", "act": "answer", "title_lv": "Dāvanu karte", "use_1": "1"}

    page = await (await otto.post("/unanswered/1/draft", fields)).text()

    assert "Melnraksts ir saglabāts." in page
    with engine.read_transaction(shop.console.database) as connection:
        (draft,) = entry_drafts.list_all(connection)
    assert (draft.id, draft.titles, draft.questions["lv"], draft.by) == (
        "gift-card",
        {"lv": "Dāvanu karte"},
        (SAID[0],),
        "otto",
    )
    assert "Viss ir atbildēts." in await otto.text("/unanswered")
    assert [noted.subject for noted in shop.console.audit_records(AuditEvent.ENTRY_DRAFTED)] == ["gift-card"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"id": "Gift Card"}, "Nosaukums neder"),
        ({"id": "hours"}, "Tāds nosaukums jau ir."),
        ({"id": "gift-card", "line": "nowhere"}, "Melnraksts neder"),
    ],
)
async def test_a_draft_that_cannot_be_kept_is_said_why(
    shop: HelpdeskFixture, otto: ConsoleBrowser, fields: dict[str, str], sentence: str
) -> None:
    ask(shop, SAID[:1])
    assert sentence in await (await otto.post("/unanswered/1/draft", fields)).text()
    with engine.read_transaction(shop.console.database) as connection:
        assert entry_drafts.list_all(connection) == ()


async def test_all_of_a_long_list_can_be_reached_by_pages(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    for number in range(27):
        shop.record_message(DISTINCT[number], UNKNOWN, by=f"person {number}", at=NOW)
    shop.record_message("Cikos strādājat", UNKNOWN, at=NOW)
    shop.matcher.meanings = {"Cikos strādājat": means("hours")}

    first = await otto.text("/unanswered?order=new")
    found = re.search(r'href="\?([^"]*from=\d+)"', first)
    assert found is not None
    second = await otto.text(f"/unanswered?{unescape(found[1])}")

    assert (first.count('class="group"'), second.count('class="group"')) == (25, 2)
    assert "Nākamie" not in second
    assert "Uz sākumu" in second
    assert "Cikos" not in first + second
    assert "Viss ir atbildēts." in await otto.text("/unanswered?from=99")


async def test_several_are_ignored_at_once_and_shown_again(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    ask(shop)
    shop.record_message("labi", UNKNOWN, by="zane", at=NOW)
    shop.record_message("Cita lieta", UNKNOWN, by="boris", at=NOW)
    assert "Nekas nav atzīmēts." in await (await otto.post("/unanswered/ignore", {"group_x": "1"})).text()

    page = await (await otto.post("/unanswered/ignore", {"group_3": "1", "group_4": "1", "group_99": "1"})).text()

    assert "Vairs nerādīs: 2." in page
    assert page.count('class="group"') == 1
    hidden = await otto.text("/unanswered/ignored")
    assert hidden.index("labi") < hidden.index("dāvanu karti")
    assert "Cita lieta" not in hidden

    again = await (await otto.post("/unanswered/restore", {"group_3": "1"})).text()
    assert "Atkal rādīs: 1." in again
    assert "dāvanu" not in again
    assert "dāvanu karti" in await otto.text("/unanswered")
    noted = shop.console.audit_records(AuditEvent.QUESTION_IGNORED, AuditEvent.QUESTION_RESTORED)
    assert [one.event for one in noted] == ["question_restored", "question_ignored", "question_ignored"]
    assert {one.subject for one in noted} == {"3 (3)", "4 (1)"}


@pytest.mark.parametrize("act", ["teach", "ignore"])
async def test_after_one_is_settled_the_next_one_stands_there(
    shop: HelpdeskFixture, otto: ConsoleBrowser, act: str
) -> None:
    ask(shop)
    shop.record_message("Cita lieta", UNKNOWN, by="boris", at=NOW)
    fields = {"entry": "desk", "use_3": "1", "use_2": "1", "use_1": "1", "next": "1"}

    answer = await otto.post(f"/unanswered/3/{act}", fields, follow=False)
    assert answer.headers["Location"] == "/console/unanswered/4"
    answer = await otto.post(f"/unanswered/4/{act}", {"entry": "desk", "use_4": "1", "next": "1"}, follow=False)
    assert answer.headers["Location"] == "/console/unanswered"
