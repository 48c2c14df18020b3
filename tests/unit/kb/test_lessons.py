"""What people add to the content while the program runs, and what is understood of it before it is learned."""

from dataclasses import replace

import pytest

import kb.lessons
from kb.lessons import (
    OUT_OF_SCOPE,
    Lesson,
    Rejection,
    RejectionReason,
    collapse_whitespace,
    effective_lessons,
    existing_texts,
    extend,
    validate_lesson,
)
from kb.model import DialogueAct, EntryId, Language
from kb.text.contacts import casefold_key
from kb.understanding.lesson_overlay import LessonOverlay
from kb.understanding.pipeline import UnderstandingPipeline
from kb.understanding.result import Outcome, Passage
from tests.doubles import ScriptedInterpreter, means
from tests.unit.kb.small import pipeline, trainable_base

BASE = trainable_base()
PRINTER = EntryId("printer")


def lesson(text: str, entry: str | None = "printer", language: Language = "en") -> Lesson:
    return Lesson(entry=EntryId(entry) if entry else None, language=language, text=text)


def test_words_stand_on_one_line() -> None:
    assert collapse_whitespace("  the box\n spits\tno paper ") == "the box spits no paper"


def test_every_question_and_decoy_has_its_place() -> None:
    places = existing_texts(BASE)
    assert places[casefold_key("Will it rain tomorrow?")] == OUT_OF_SCOPE
    assert {casefold_key(question) for _, _, question in BASE.questions()} < set(places)


def test_texts_are_folded_once_in_pieces_between_which_others_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kb.lessons, "TEXTS_FOLDED_AT_ONCE", 2)
    base, pauses = replace(BASE), list[None]()
    texts = sum(1 for _ in base.questions()) + sum(map(len, base.out_of_scope.values()))
    places = existing_texts(base, lambda: pauses.append(None))
    assert len(pauses) == texts // 2 > 1
    assert places == existing_texts(replace(BASE)), "whoever holds nobody up need not pause"
    pauses.clear()
    again = replace(BASE)
    existing_texts(again)
    assert existing_texts(again, lambda: pauses.append(None)) == places
    assert not pauses, "they are remembered"


@pytest.mark.parametrize(
    ("wrong", "refused"),
    [
        (lesson("new words", "gone"), Rejection(reason=RejectionReason.NO_SUCH_ENTRY, place="gone")),
        (lesson("... !"), Rejection(reason=RejectionReason.EMPTY)),
        (lesson("a" * 201), Rejection(reason=RejectionReason.TOO_LONG)),
        (lesson("call 26123456 about it"), Rejection(reason=RejectionReason.CONTAINS_CONTACT)),
        (lesson("Will it rain tomorrow"), Rejection(reason=RejectionReason.IN_ANOTHER_ENTRY, place=OUT_OF_SCOPE)),
        (lesson("Will it rain tomorrow", None), Rejection(reason=RejectionReason.ALREADY_KNOWN, place=OUT_OF_SCOPE)),
        (
            lesson(BASE.entries[PRINTER].questions["en"][0], "scanner"),
            Rejection(reason=RejectionReason.IN_ANOTHER_ENTRY, place="printer"),
        ),
    ],
)
def test_what_cannot_be_added_is_told_with_its_place(wrong: Lesson, refused: Rejection) -> None:
    assert validate_lesson(wrong, BASE) == refused


@pytest.mark.parametrize("entry", ["printer", None])
def test_new_words_can_be_added(entry: str | None) -> None:
    assert validate_lesson(lesson("the box spits no paper", entry), BASE) is None


def test_lessons_stand_behind_what_the_files_hold_and_change_the_version() -> None:
    lessons = [lesson("the box spits no paper"), lesson("kaste klusē", language="lv"), lesson("who won", None)]
    base = extend(BASE, lessons)

    assert base.entries[PRINTER].questions["en"] == (*BASE.entries[PRINTER].questions["en"], "the box spits no paper")
    assert base.entries[PRINTER].questions["lv"][-1] == "kaste klusē"
    assert base.out_of_scope["en"] == (*BASE.out_of_scope["en"], "who won")
    assert base.entries[EntryId("scanner")] is BASE.entries[EntryId("scanner")]
    assert list(base.entries) == list(BASE.entries)
    assert base.version != BASE.version
    assert base.version == extend(BASE, reversed(lessons)).version
    assert base.version != extend(BASE, lessons[:2]).version


def test_the_files_win_over_lessons() -> None:
    stands = BASE.entries[PRINTER].questions["en"][0]
    lessons = [lesson("new words", "gone"), lesson(stands, "scanner"), lesson("Will it rain tomorrow", "printer")]

    assert effective_lessons(BASE, lessons) == ()
    assert extend(BASE, lessons) is BASE
    twice = [lesson("the box spits no paper"), lesson("The box spits no paper!", "scanner")]
    assert effective_lessons(BASE, twice) == (twice[0],)


def test_a_base_without_decoys_learns_its_first() -> None:
    assert extend(replace(BASE, out_of_scope={}), [lesson("who won", None)]).out_of_scope == {
        "lv": (),
        "ru": (),
        "en": ("who won",),
    }


def test_a_lesson_counts_before_it_is_learned() -> None:
    known = LessonOverlay(
        pipeline(), [lesson("kas šeit par brīnumu", language="lv"), lesson("does the till need salt", None)]
    )

    found = known.understand("Kas šeit par brīnumu?!")
    assert (found.outcome, found.best and found.best.entry, found.best and found.best.question) == (
        Outcome.ANSWERED,
        PRINTER,
        "kas šeit par brīnumu",
    )
    assert [match.entry for match in found.candidates].count(PRINTER) == 1
    assert len(found.candidates) <= 5
    assert found.explanation is not None
    assert (found.explanation.exact_match, found.explanation.decided_by) == (True, "taught")
    before, after = pipeline().understand("Does the till need salt"), known.understand("Does the till need salt")
    assert after == replace(before, outcome=Outcome.UNKNOWN, candidates=(), secondary=(), explanation=after.explanation)


def test_a_matcher_that_tells_no_reasons_can_be_taught_too() -> None:
    assert (
        LessonOverlay(ScriptedInterpreter(), [lesson("the box spits no paper")])
        .understand("The box spits no paper")
        .explanation
        is None
    )


def test_everything_else_is_understood_as_before() -> None:
    scripted = ScriptedInterpreter({"hours": means("hours")}, {"yes": "yes"}, passages={"and then?": "Then it prints."})
    known = LessonOverlay(scripted, [lesson("the box spits no paper")])

    assert known.understand("hours") == means("hours")
    assert known.match_cue("yes") == "yes"
    assert known.choose("hours", (EntryId("hours"), PRINTER)) == "hours"
    assert known.choose("hours", (PRINTER,)) is None
    assert known.evidence("hours", [PRINTER]).questions == {PRINTER: "hours"}
    assert known.passage("and then?", PRINTER, "en") == Passage(text="Then it prints.", share=1.0)
    assert known.passage("hours", PRINTER, "en") is None


def test_words_that_were_taught_are_their_topic_and_no_dialogue_act_as_known_questions_are() -> None:
    scripted = ScriptedInterpreter(acts={"the box spits no paper": DialogueAct.DEVICE_ONLY})
    known = LessonOverlay(scripted, [lesson("the box spits no paper")])

    assert known.understand("the box spits no paper").acts == ()


def test_what_was_learned_goes_beyond_its_words() -> None:
    lessons = [lesson("the slip contraption is sulking"), lesson("our goldfish is sulking", None)]
    learned = UnderstandingPipeline(extend(BASE, lessons))

    best = learned.understand("slip contraption sulking").best
    assert best is not None
    assert best.entry == PRINTER
    assert learned.understand("our goldfish is sulking").outcome is not Outcome.ANSWERED
