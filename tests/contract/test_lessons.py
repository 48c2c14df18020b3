"""What the helpdesk teaches, ignores and drafts, on both databases."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import Engine

from kb.lessons import RejectionReason
from kb.model import Act, EntryId, Language
from storage.curation import entry_drafts, ignored_questions, lessons
from storage.curation.lessons import LessonKind, StoredLesson
from storage.database.engine import read_transaction, write_transaction
from storage.errors import EntryDraftError, LessonError
from storage.tables import metadata
from tests.contract.stored import lessons_newest_first
from tests.contract.talks import NOW, SECOND, at_once
from tests.doubles import small_base

BASE = small_base()
PRINTER, SCANNER = EntryId("printer"), EntryId("scanner")


def teach(
    engine: Engine, text: str, entry: EntryId = PRINTER, *, language: Language = "en", by: str = "Ilze"
) -> StoredLesson:
    with write_transaction(engine) as connection:
        return lessons.add_lesson(connection, BASE, entry, language, text, by, NOW)


def teach_no(engine: Engine, text: str, *, by: str = "Ilze") -> StoredLesson:
    with write_transaction(engine) as connection:
        return lessons.add_out_of_scope(connection, BASE, "en", text, by, NOW)


def refused(lesson: Callable[[], StoredLesson]) -> tuple[RejectionReason, str]:
    with pytest.raises(LessonError) as caught:
        lesson()
    return caught.value.rejection.reason, caught.value.rejection.place


def test_a_yes_and_a_no_are_taught_and_the_revision_grows(engine: Engine) -> None:
    with read_transaction(engine) as connection:
        assert lessons.revision(connection) == 0
    first = teach(engine, "  the box\n spits no paper ")
    second = teach_no(engine, "who won the match")

    with read_transaction(engine) as connection:
        now = lessons.current_lessons(connection)
    assert now.revision == 2
    assert now.stored == (first, second)
    assert [(each.kind, each.lesson.entry, each.lesson.text, each.by, each.at) for each in now.stored] == [
        (LessonKind.QUESTION, PRINTER, "the box spits no paper", "Ilze", NOW),
        (LessonKind.OUT_OF_SCOPE, None, "who won the match", "Ilze", NOW),
    ]
    assert now.lessons == (first.lesson, second.lesson)


def test_the_same_again_is_the_same_lesson(engine: Engine) -> None:
    first = teach(engine, "the box spits no paper")

    assert teach(engine, "The box spits NO paper!", by="Anna") == first
    with read_transaction(engine) as connection:
        assert lessons_newest_first(connection) == (first,)


def test_what_stands_elsewhere_is_refused_and_nothing_changes(engine: Engine) -> None:
    teach(engine, "the box spits no paper")
    teach_no(engine, "who won the match")
    with read_transaction(engine) as connection:
        before = lessons.current_lessons(connection)

    stands = next(question for entry, _, question in BASE.questions() if entry.id == PRINTER)
    assert refused(partial(teach, engine, stands.upper(), SCANNER)) == (RejectionReason.IN_ANOTHER_ENTRY, "printer")
    assert refused(partial(teach, engine, stands)) == (RejectionReason.ALREADY_KNOWN, "printer")
    assert refused(partial(teach_no, engine, stands)) == (RejectionReason.IN_ANOTHER_ENTRY, "printer")
    assert refused(partial(teach, engine, "the box spits no paper", SCANNER)) == (
        RejectionReason.IN_ANOTHER_ENTRY,
        "printer",
    )
    assert refused(partial(teach_no, engine, "the box spits no paper")) == (RejectionReason.IN_ANOTHER_ENTRY, "printer")
    assert refused(partial(teach, engine, "Who won the match?")) == (RejectionReason.IN_ANOTHER_ENTRY, "decoys")
    with read_transaction(engine) as connection:
        assert lessons.current_lessons(connection) == before


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (" \n ", RejectionReason.EMPTY),
        ("?!", RejectionReason.EMPTY),
        ("a" * 201, RejectionReason.TOO_LONG),
        ("call me at 26123456", RejectionReason.CONTAINS_CONTACT),
        ("write to anna@example.lv", RejectionReason.CONTAINS_CONTACT),
        ("see https://example.lv/x", RejectionReason.CONTAINS_CONTACT),
    ],
)
def test_what_cannot_be_taught_says_why(engine: Engine, text: str, fault: RejectionReason) -> None:
    assert refused(partial(teach, engine, text)) == (fault, "")
    assert refused(partial(teach_no, engine, text)) == (fault, "")


def test_an_entry_that_is_not_there_cannot_be_taught(engine: Engine) -> None:
    assert refused(partial(teach, engine, "the box spits no paper", EntryId("gone"))) == (
        RejectionReason.NO_SUCH_ENTRY,
        "gone",
    )


def test_secrets_are_masked_before_they_are_kept(engine: Engine) -> None:
    assert teach(engine, "my pin is 4821 and the box is dead").lesson.text == "my pin is ••• and the box is dead"


def test_a_lesson_is_taken_back_once_and_can_be_taught_elsewhere(engine: Engine) -> None:
    lesson = teach(engine, "the box spits no paper")
    with write_transaction(engine) as connection:
        assert lessons.revoke_lesson(connection, lesson.id, "Anna", NOW + SECOND)
        assert not lessons.revoke_lesson(connection, lesson.id, "Anna", NOW + SECOND)
        assert lessons.current_lessons(connection).stored == ()
        assert lessons.revision(connection) == 2
        undone = replace(lesson, revoked_by="Anna", revoked_at=NOW + SECOND)
        assert lessons.get(connection, lesson.id) == undone
        assert lessons.get(connection, lesson.id + 1) is None

    again = teach(engine, "the box spits no paper", SCANNER)
    with read_transaction(engine) as connection:
        assert lessons.current_lessons(connection).stored == (again,)
        assert lessons_newest_first(connection) == (again, undone)


def test_two_who_teach_at_once_make_one_lesson(engine: Engine) -> None:
    def lesson(entry: EntryId) -> str:
        try:
            return teach(engine, "the box spits no paper", entry).lesson.place
        except LessonError as exc:
            return f"refused: {exc.rejection.place}"

    found = at_once([partial(lesson, entry) for entry in (PRINTER, SCANNER) * 4])

    with read_transaction(engine) as connection:
        (only,) = lessons.current_lessons(connection).stored
    place = only.lesson.place
    assert sorted(found) == sorted([place] * 4 + [f"refused: {place}"] * 4)


def test_what_stands_in_the_files_by_now_is_laid_down(engine: Engine) -> None:
    first = teach(engine, "the box spits no paper")
    other = teach_no(engine, "who won the match")
    entry = BASE.entries[PRINTER]
    questions = {**entry.questions, "en": (*entry.questions["en"], "The box spits no paper?")}
    base = replace(BASE, entries={**BASE.entries, PRINTER: replace(entry, questions=questions)})

    with write_transaction(engine) as connection:
        laid = lessons.mark_released(connection, base, NOW + SECOND)
        assert laid == (replace(first, released_at=NOW + SECOND),)
        assert lessons.current_lessons(connection).stored == (other,)
        assert lessons.revision(connection) == 3
        assert lessons.mark_released(connection, base, NOW + SECOND) == ()
        assert lessons.revision(connection) == 3
        assert not lessons.revoke_lesson(connection, first.id, "Anna", NOW)


def test_what_is_ignored_is_known_by_its_fingerprint_alone(engine: Engine) -> None:
    texts = [f"nobody knows this {number}" for number in range(1200)]
    with write_transaction(engine) as connection:
        assert ignored_questions.ignore(connection, [*texts, "💥"], "Ilze", NOW) == 1201
        assert ignored_questions.ignore(connection, ["Nobody knows this 7!"], "Ilze", NOW) == 0
        assert ignored_questions.ignored_among(connection, [*texts, "💥", "new"]) == {*texts, "💥"}
        assert ignored_questions.ignored_among(connection, ["NOBODY knows: this 7", "other"]) == {
            "NOBODY knows: this 7"
        }
        kept = connection.execute(metadata.tables["ignored"].select().limit(3)).all()
    assert not any("nobody" in str(value) for row in kept for value in row)


DRAFT = entry_drafts.EntryDraft(
    id="gift-cards",
    act=Act.ANSWER,
    line="desk",
    titles={"en": "Gift cards", "lv": " "},
    answers={"en": "Sell them as goods.\nPin is 4821."},
    questions={"en": ("how do I  sell a gift card", ""), "lv": ()},
    by="Ilze",
    at=NOW,
)


def test_a_draft_is_kept_changed_listed_and_dropped(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        kept = entry_drafts.add(connection, DRAFT, BASE)
    with read_transaction(engine) as connection:
        assert entry_drafts.get(connection, "gift-cards") == kept
        assert entry_drafts.get(connection, "other") is None
    assert kept.titles == {"en": "Gift cards"}
    assert kept.answers == {"en": "Sell them as goods.\nPin is •••."}
    assert kept.questions == {"en": ("how do I sell a gift card",), "lv": ()}

    with write_transaction(engine) as connection:
        changed = entry_drafts.change(connection, replace(kept, act=Act.PROBLEM, by="Anna"), BASE)
        second = entry_drafts.add(connection, replace(DRAFT, id="bonus"), BASE)
        assert entry_drafts.list_all(connection) == (second, changed)
        assert entry_drafts.drop(connection, "bonus")
        assert not entry_drafts.drop(connection, "bonus")


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (replace(DRAFT, id="Gift cards"), "not usable"),
        (replace(DRAFT, id="g" * 41), "not usable"),
        (replace(DRAFT, id="printer"), "There is an entry printer already"),
        (replace(DRAFT, line="moon"), "moon is no line"),
        (replace(DRAFT, answers={"en": "a" * 1001}), "too long"),
        (replace(DRAFT, questions={"en": ("a",) * 201}), "too many"),
        (replace(DRAFT, questions={"en": ("a" * 201,)}), "question is too long"),
    ],
)
def test_a_draft_that_cannot_be_kept_says_why(engine: Engine, wrong: entry_drafts.EntryDraft, named: str) -> None:
    with write_transaction(engine) as connection, pytest.raises(EntryDraftError, match=named):
        entry_drafts.add(connection, wrong, BASE)


def test_a_draft_is_added_once_and_changed_only_while_it_is_there(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        with pytest.raises(EntryDraftError, match="There is no draft gift-cards"):
            entry_drafts.change(connection, DRAFT, BASE)
        entry_drafts.add(connection, DRAFT, BASE)
        with pytest.raises(EntryDraftError, match="There is a draft gift-cards already"):
            entry_drafts.add(connection, DRAFT, BASE)


def test_a_draft_goes_when_its_entry_stands_in_the_files(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        entry_drafts.add(connection, DRAFT, BASE)
        assert entry_drafts.drop_released(connection, BASE) == ()
        base = replace(BASE, entries={**BASE.entries, EntryId("gift-cards"): BASE.entries[PRINTER]})
        assert entry_drafts.drop_released(connection, base) == ("gift-cards",)
        assert entry_drafts.list_all(connection) == ()


def test_nothing_that_is_taught_names_a_talk() -> None:
    for name in ("taught", "ignored", "drafts", "knowledge_revision", "daily_feedback"):
        assert "conversation_id" not in metadata.tables[name].c
