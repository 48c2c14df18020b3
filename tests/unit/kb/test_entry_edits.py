"""Entries that are edited while the program runs: what holds, what the base says then, and what is refused."""

from dataclasses import replace
from datetime import date

import pytest

from kb.entry_edits import EntryEdit, added_questions, apply_edits, edit_of, effective_edits
from kb.lessons import Lesson
from kb.loading.content_error import ContentError
from kb.loading.edit_check import edit_problems
from kb.loading.loader import load_directory, load_knowledge_base
from kb.model import EntryId, KnowledgeBase
from tests.doubles import CONTENT, small_base

PRINTER, SCANNER = EntryId("printer"), EntryId("scanner")
LANGUAGES = ("lv", "ru", "en")


def edit(**changed: object) -> EntryEdit:
    return replace(edit_of(small_base().entries[PRINTER]), **changed)  # type: ignore[arg-type]


def every(text: str) -> dict[str, str]:
    return dict.fromkeys(LANGUAGES, text)


def questions(*texts: str) -> dict[str, tuple[str, ...]]:
    return {**small_base().entries[PRINTER].questions, "en": texts}


def problems(changed: EntryEdit, base: KnowledgeBase | None = None) -> tuple[str, ...]:
    return edit_problems(changed, base or small_base(), load_directory(CONTENT))


def test_an_edited_entry_says_the_new_words_with_contacts_and_sources_filled_in() -> None:
    changed = edit(
        title=every("Box"),
        answer=every("Turn it off and on.\nCall {workshop_phone}."),
        questions=questions("the box is dead"),
        sources=("S1", "S2"),
        review_by=date(2028, 1, 1),
    )
    base = apply_edits(small_base(), [changed])
    entry = base.entries[PRINTER]
    assert entry.title["ru"] == "Box"
    assert entry.answer("en") == (
        "Turn it off and on.\nCall +371 20000002.\n"
        "Source: Order of service\nSource: Manual 7.1, https://paraugs.example/manual"
    )
    assert entry.questions["en"] == ("the box is dead",)
    assert entry.review_by == date(2028, 1, 1)
    assert (entry.act, entry.line, entry.trust) == ("problem", "workshop", "seed")
    assert base.entries[SCANNER] is small_base().entries[SCANNER]
    assert base.version != small_base().version
    assert apply_edits(base, [edit_of(entry)]) is base


def test_what_is_written_as_the_files_say_it_is_what_the_files_make() -> None:
    entry = small_base().entries[PRINTER]
    changed = edit(review_by=date(2030, 1, 1))
    assert replace(apply_edits(small_base(), [changed]).entries[PRINTER], review_by=entry.review_by) == entry


@pytest.mark.parametrize(
    "changed",
    [
        edit(),
        edit(entry=EntryId("gone"), title=every("Box")),
        edit(title=every("Box"), based_on="another file"),
        edit(title={"lv": "Kaste", "ru": "Ящик"}),
        edit(title=every("Box"), sources=("S9",)),
    ],
    ids=["nothing changed", "no such entry", "the file is another", "a language is missing", "no such source"],
)
def test_an_edit_that_does_not_hold_changes_nothing(changed: EntryEdit) -> None:
    assert effective_edits(small_base(), [changed]) == ()
    assert apply_edits(small_base(), [changed]) is small_base()


def test_the_questions_that_an_edit_adds_are_known_word_for_word() -> None:
    base = apply_edits(small_base(), [edit(questions=questions("the printer does not print", "the box is dead"))])
    assert added_questions(small_base(), base) == (Lesson(entry=PRINTER, language="en", text="the box is dead"),)
    assert added_questions(small_base(), small_base()) == ()


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        (edit(title=every("t" * 25)), "title.lv: is too long: write at most 24 characters"),
        (edit(title={"lv": "Kaste", "ru": "Ящик"}), "title.en: is missing: add it"),
        (edit(title=every("Box") | {"de": "Kasten"}), "title.de: unknown key"),
        (edit(answer=every(" ")), "answer.lv: is empty: write the text"),
        (
            edit(answer=every("Call {workshop_phon}")),
            "answer.en: {workshop_phon} is not known: write one of desk_phone",
        ),
        (edit(answer=every("Turn it off and on.")), "answer.lv: an act `problem` names its line"),
        (edit(answer=every("{workshop_phone} " * 80)), "answer.ru: "),
        (edit(answer=every("{workshop_phone}: https://elsewhere.example")), "https://elsewhere.example is not in"),
        (edit(sources=("S9",)), "sources: 'S9' is no source"),
        (edit(questions=questions()), "questions.en: is empty: write at least one"),
        (
            edit(questions=questions("The scanner does not read!")),
            "questions.en: 'The scanner does not read!' also stands in scanner.yaml: keep it in one of them",
        ),
        (edit(entry=EntryId("gone")), "id: 'gone' is no entry any more"),
    ],
)
def test_an_edit_is_checked_by_the_rules_of_the_files(changed: EntryEdit, problem: str) -> None:
    assert any(one.startswith(problem) or problem in one for one in problems(changed)), problems(changed)


def test_a_missing_language_is_told_beside_what_is_of_the_wrong_shape() -> None:
    found = problems(edit(title={"lv": "t" * 25, "ru": "Ящик"}))
    assert found == ("title.lv: is too long: write at most 24 characters", "title.en: is missing: add it")


def test_a_good_edit_has_no_problem() -> None:
    assert problems(edit(title=every("Box"), questions=questions("the box is dead"))) == ()


def test_the_directory_is_read_alone_and_its_mistakes_are_named() -> None:
    assert load_directory().company == load_knowledge_base().directory.company
    with pytest.raises(ContentError, match=r"directory\.yaml: cannot be read"):
        load_directory(CONTENT / "nowhere")
