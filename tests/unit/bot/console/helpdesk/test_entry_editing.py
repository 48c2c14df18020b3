"""Entries edited in the console: the form, what is wrong, versions, the second pair of eyes, and contradictions."""

import html
import re
from http import HTTPStatus
from pathlib import Path

import pytest

from bot import console
from bot.console.framework import knowledge_access
from bot.console.views.entry_editing.problem_texts import problem_text
from bot.web import read_texts
from kb.model import LANGUAGES, EntryId, Language
from storage.helpdesk.audit_log import AuditEvent
from tests.contract.asked import UNKNOWN
from tests.doubles import NOW, small_base
from tests.unit.bot.console.conftest import ConsoleBrowser, OpenBrowser, ServeConsole
from tests.unit.bot.console.helpdesk.conftest import HelpdeskFixture

PRINTER = EntryId("printer")
EVENTS = (AuditEvent.EDIT_PROPOSED, AuditEvent.EDIT_APPROVED, AuditEvent.EDIT_REJECTED)
EDIT = "/knowledge/entries/printer/edit"


@pytest.fixture
async def approving(shop: HelpdeskFixture, put_up: ServeConsole) -> OpenBrowser:
    """Opens browsers where another agent approves what was edited."""
    shop.edits_need_approval = True
    return await put_up(shop.sections())


def filled(page: str, **changed: str) -> dict[str, str]:
    """The fields of the form as the page shows them, with some changed."""
    found = {
        name: html.unescape(value)
        for pattern in (r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', r'<textarea name="(\w+)"[^>]*>([^<]*)<')
        for name, value in re.findall(pattern, page.partition('/edit" class')[2])
    }
    found.pop("csrf")
    return found | changed


async def send(browser: ConsoleBrowser, fields: dict[str, str], path: str = EDIT) -> tuple[int, str]:
    """The status and the page; where it redirects to is not looked at."""
    answer = await browser.post(path, fields, follow=False)
    return answer.status, html.unescape(await answer.text())


async def change(browser: ConsoleBrowser, **changed: str) -> tuple[int, str]:
    return await send(browser, filled(await browser.text(EDIT), **changed))


async def versions(browser: ConsoleBrowser) -> list[str]:
    """The newest first."""
    return re.findall(r'/console/knowledge/versions/(\d+)"', await browser.text(EDIT))


def titles(shop: HelpdeskFixture) -> set[str]:
    return set(shop.edited().entries[PRINTER].title.values())


async def test_the_form_holds_what_the_entry_says_in_every_language_side_by_side(otto: ConsoleBrowser) -> None:
    assert f'href="/console{EDIT}"' in await otto.text("/knowledge/entries/printer")
    fields = filled(await otto.text(EDIT))
    assert fields["title_lv"] == "Printeris"
    assert fields["answer_ru"] == "Звоните: {workshop_phone} (Мастерская)."
    assert fields["questions_en"].splitlines() == ["the printer does not print", "no receipts come out"]
    assert (fields["sources"], fields["review_by"], fields["seen"]) == ("S1", "2027-06-01", "")
    assert "{desk_phone}" in await otto.text(EDIT)
    assert 'href="/console/knowledge" aria-current="page"' in await otto.text(EDIT), "the menu shows where one is"
    assert (await otto.get("/knowledge/entries/nothing/edit")).status == HTTPStatus.NOT_FOUND


async def test_what_is_saved_is_said_at_once_and_stands_in_the_audit_log(
    shop: HelpdeskFixture, otto: ConsoleBrowser
) -> None:
    status, _ = await change(
        otto,
        answer_en="Turn it off and on.\r\nStill dead? {workshop_phone}",
        questions_en="goldfish sulking\n\n  no  receipts come out \ngoldfish sulking",
        sources="S1 S2",
        review_by="2028-01-01",
    )
    assert status == HTTPStatus.SEE_OTHER
    entry = shop.edited().entries[PRINTER]
    assert entry.body["en"] == "Turn it off and on.\nStill dead? +371 20000002"
    assert entry.questions["en"] == ("goldfish sulking", "no receipts come out")
    assert (entry.sources, str(entry.review_by)) == (("S1", "S2"), "2028-01-01")
    assert len(shop.changes) == 1
    assert next((one.event, one.subject) for one in shop.console.audit_records()) == (
        AuditEvent.ENTRY_EDITED,
        "printer (2)",
    )
    page = await otto.text("/knowledge/versions/2")
    assert "Turn it off and on." in page
    assert "Printeris" not in re.findall(r"<td[^>]*>([^<]*)<", page), "what stayed is not shown"
    assert "Saglabāts. Turpmāk bots saka šo." in page


async def test_nothing_changed_is_no_version(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    assert (await change(otto))[0] == HTTPStatus.SEE_OTHER
    assert await versions(otto) == []


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"title_lv": " "}, "Virsraksts (LV): trūkst, ierakstiet."),
        ({"title_ru": "t" * 25}, "Virsraksts (RU): par garu, ne vairāk kā 24 rakstzīmes."),
        ({"answer_en": "Call {the_phone}"}, "Atbilde (EN): {the_phone} nav zināms. Zināmie: desk_phone"),
        ({"answer_en": "Turn it off."}, "Atbilde (EN): jābūt {workshop_phone}."),
        ({"answer_en": "{workshop_phone} " * 80}, "rakstzīmes, saīsiniet līdz 1000."),
        ({"answer_en": "{workshop_phone} https://else.example"}, "https://else.example nav kontaktu sarakstā."),
        ({"questions_en": "the scanner does not read"}, "pieder arī tēmai „Skeneris”."),
        ({"questions_ru": ""}, "Jautājumi, katrs savā rindā (RU): trūkst, ierakstiet."),
        ({"sources": "S9"}, "Avoti: S9 nav sarakstā. Zināmie: S1, S2."),
        ({"review_by": "soon"}, "Pārskatīt līdz: ierakstiet datumu."),
    ],
)
async def test_what_breaks_a_rule_of_the_files_is_told_beside_what_was_written(
    shop: HelpdeskFixture, otto: ConsoleBrowser, changed: dict[str, str], problem: str
) -> None:
    status, page = await change(otto, **changed)
    assert status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert problem in page
    assert filled(page)[next(iter(changed))].strip() == next(iter(changed.values())).strip()
    assert titles(shop) == {"Printeris", "Принтер", "Printer"}


async def test_a_broken_directory_is_told_instead_of_taken(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    shop.content_folder = shop.content_folder / "nowhere"
    status, page = await change(otto, title_en="Box")
    assert status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "directory.yaml: cannot be read" in page


async def test_whoever_saves_what_another_has_changed_meanwhile_is_told(
    shop: HelpdeskFixture, otto: ConsoleBrowser, opens: OpenBrowser
) -> None:
    fields = filled(await otto.text(EDIT), title_en="Crate")
    await change(await opens("ada"), title_en="Box")
    status, page = await send(otto, fields)
    assert status == HTTPStatus.CONFLICT
    assert "Kāds cits šo tēmu tikmēr ir mainījis." in page
    assert filled(page)["title_en"] == "Crate"
    for wrong in ({"seen": "x"}, {"based_on": "another"}):
        assert (await change(otto, title_en="Crate", **wrong))[0] == HTTPStatus.CONFLICT
    assert "Box" in titles(shop)


async def test_an_older_version_is_taken_up_again_as_a_new_one(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    await change(otto, title_en="Box")
    await change(otto, title_en="Crate")
    of_the_file = (await versions(otto))[-1]
    page = await otto.text(f"{EDIT}?version={of_the_file}")
    assert "satura fails" in page
    assert filled(page)["title_en"] == "Printer"
    assert filled(await otto.text(f"{EDIT}?version=99"))["title_en"] == "Crate"
    assert (await send(otto, filled(page)))[0] == HTTPStatus.SEE_OTHER
    assert "Printer" in titles(shop)
    assert len(await versions(otto)) == 4
    assert "nekas neatšķiras" in await otto.text(f"/knowledge/versions/{of_the_file}")


async def test_where_it_is_set_another_agent_approves_first(shop: HelpdeskFixture, approving: OpenBrowser) -> None:
    otto, ada = await approving("otto"), await approving("ada")
    await change(otto, title_en="Box")
    assert "Box" not in titles(shop)
    waiting = re.findall(r'/console/knowledge/versions/(\d+)"', await ada.text("/knowledge"))
    assert waiting == ["2"]
    assert "/approve" not in await otto.text("/knowledge/versions/2"), "nobody approves their own"
    assert "rakstījāt Jūs" in await (await otto.post("/knowledge/versions/2/approve")).text()
    assert "Box" not in titles(shop)

    assert "/approve" in await ada.text("/knowledge/versions/2")
    approved = await (await ada.post("/knowledge/versions/2/approve")).text()
    assert "Apstiprināts. Turpmāk bots saka šo." in approved
    assert "Box" in titles(shop)
    assert [(one.event, one.agent) for one in shop.console.audit_records(*EVENTS)] == [
        (AuditEvent.EDIT_APPROVED, "ada"),
        (AuditEvent.EDIT_PROPOSED, "otto"),
    ]


async def test_a_proposal_is_rejected_or_taken_back_and_nothing_changes(
    shop: HelpdeskFixture, approving: OpenBrowser
) -> None:
    otto, ada = await approving("otto"), await approving("ada")
    await change(otto, title_en="Box")
    await ada.post("/knowledge/versions/2/reject")
    await change(otto, title_en="Crate")
    await otto.post("/knowledge/versions/3/reject")
    assert titles(shop) == {"Printeris", "Принтер", "Printer"}
    assert [one.event for one in shop.console.audit_records(*EVENTS)][:1] == [AuditEvent.EDIT_REJECTED]
    assert "Gaida apstiprinājumu" not in await ada.text("/knowledge")
    assert (await ada.post("/knowledge/versions/99/reject")).status == HTTPStatus.NOT_FOUND


async def test_what_breaks_a_rule_by_now_is_not_approved(shop: HelpdeskFixture, approving: OpenBrowser) -> None:
    otto, ada = await approving("otto"), await approving("ada")
    await change(otto, title_en="Box")
    shop.content_folder = shop.content_folder / "nowhere"
    assert "Nav apstiprināts:" in await (await ada.post("/knowledge/versions/2/approve")).text()
    assert "Box" not in titles(shop)


async def test_questions_that_contradict_others_warn_and_are_taken_when_confirmed(
    shop: HelpdeskFixture, otto: ConsoleBrowser
) -> None:
    fields = filled(await otto.text(EDIT), questions_en="today the scanner does not read", title_en='The "box"')
    raw = await (await otto.post(EDIT, fields, follow=False)).text()
    page = html.unescape(raw)
    for shown in ("Mainītos zināmi jautājumi: 1", "the scanner does not read", "Skeneris", "Printeris"):
        assert shown in page
    assert "Printer" in titles(shop)

    again = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', raw))
    again.pop("csrf")
    sent = {name: html.unescape(text) for name, text in again.items()}
    assert (await send(otto, sent))[0] == HTTPStatus.SEE_OTHER
    assert 'The "box"' in titles(shop)


async def test_a_lesson_that_contradicts_others_warns_before_it_is_taken(
    shop: HelpdeskFixture, otto: ConsoleBrowser
) -> None:
    shop.record_message("the scanner does not read it", UNKNOWN, at=NOW)
    lesson = {"use_1": "1", "text_1": "the scanner does not read it", "language_1": "en", "entry": "none"}
    _, page = await send(otto, lesson, "/unanswered/1/teach")
    assert "Mainītos zināmi jautājumi: 1" in page
    assert "neko no atbildamā" in page
    assert shop.changes == []
    await send(otto, {**lesson, "anyway": "1"}, "/unanswered/1/teach")
    assert len(shop.changes) == 1


async def test_a_large_knowledge_is_not_compared(
    shop: HelpdeskFixture, otto: ConsoleBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(knowledge_access, "MAX_QUESTIONS_TO_COMPARE", 1)
    await change(otto, questions_en="today the scanner does not read")
    assert shop.edited().entries[PRINTER].questions["en"] == ("today the scanner does not read",)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_problem_has_its_sentence_in_every_language(language: Language) -> None:
    words = read_texts(Path(console.__file__).parent / "texts" / "entry_edit")[language]
    titles = {entry.id: entry.title[language] for entry in small_base().entries.values()}
    for problem in (
        "title.lv: is missing: add it",
        "questions.en: is empty: write at least one",
        "questions.en.3: is empty: write the text",
        "title.ru: is too long: write at most 24 characters",
        "answer.lv: 1200 characters with its sources: cut it to 1000",
        "answer.lv: {x} is not known: write one of a_phone, b_phone",
        "sources: 'S9' is no source: write one of S1, or add it to directory.yaml",
        "answer.lv: +371 1 is not in directory.yaml: use the number of a line",
        "answer.lv: an act `critical` begins with its number: write {a_phone} in the first line",
        "answer.lv: an act `problem` names its line: write {a_phone}",
        "answer.lv: an act `ticket` names the ticket e-mail: write {ticket_email}",
        'questions.en: "it\'s dead" also stands in scanner.yaml: keep it in one of them',
        "id: 'gone' is no entry any more: its file has gone",
    ):
        said = problem_text(problem, words, titles)  # type: ignore[arg-type]
        assert said != problem
        assert "{field}" not in said
    assert problem_text("act: something else", words, {}) == "act: something else"
