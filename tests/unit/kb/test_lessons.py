"""What people add to the content while the program runs, and what is understood of it before it is learned."""

from dataclasses import replace

import pytest

from kb.lessons import DECOYS, Fault, Lesson, Refused, effective, extended, refusal, standing, tidy
from kb.loading.validation import folded
from kb.model import EntryId, Language
from kb.understanding.lesson_overlay import AtOnce
from kb.understanding.pipeline import Matcher
from kb.understanding.result import Outcome
from tests.doubles import ScriptedMatcher, means
from tests.unit.kb.small import matcher, taught

BASE = taught()
PRINTER = EntryId("printer")


def lesson(text: str, entry: str | None = "printer", language: Language = "en") -> Lesson:
    return Lesson(entry=EntryId(entry) if entry else None, language=language, text=text)


def test_words_stand_on_one_line() -> None:
    assert tidy("  the box\n spits\tno paper ") == "the box spits no paper"


def test_every_question_and_decoy_has_its_place() -> None:
    places = standing(BASE)
    assert places[folded("Will it rain tomorrow?")] == DECOYS
    assert {folded(question) for _, _, question in BASE.questions()} < set(places)


@pytest.mark.parametrize(
    ("wrong", "refused"),
    [
        (lesson("new words", "gone"), Refused(fault=Fault.NO_SUCH_ENTRY, place="gone")),
        (lesson("... !"), Refused(fault=Fault.EMPTY)),
        (lesson("a" * 201), Refused(fault=Fault.TOO_LONG)),
        (lesson("call 26123456 about it"), Refused(fault=Fault.CONTACT)),
        (lesson("Will it rain tomorrow"), Refused(fault=Fault.ELSEWHERE, place=DECOYS)),
        (lesson("Will it rain tomorrow", None), Refused(fault=Fault.KNOWN, place=DECOYS)),
        (lesson(BASE.entries[PRINTER].questions["en"][0], "scanner"), Refused(fault=Fault.ELSEWHERE, place="printer")),
    ],
)
def test_what_cannot_be_added_is_told_with_its_place(wrong: Lesson, refused: Refused) -> None:
    assert refusal(wrong, BASE) == refused


@pytest.mark.parametrize("entry", ["printer", None])
def test_new_words_can_be_added(entry: str | None) -> None:
    assert refusal(lesson("the box spits no paper", entry), BASE) is None


def test_lessons_stand_behind_what_the_files_hold_and_change_the_version() -> None:
    lessons = [lesson("the box spits no paper"), lesson("kaste klusē", language="lv"), lesson("who won", None)]
    base = extended(BASE, lessons)

    assert base.entries[PRINTER].questions["en"] == (*BASE.entries[PRINTER].questions["en"], "the box spits no paper")
    assert base.entries[PRINTER].questions["lv"][-1] == "kaste klusē"
    assert base.decoys["en"] == (*BASE.decoys["en"], "who won")
    assert base.entries[EntryId("scanner")] is BASE.entries[EntryId("scanner")]
    assert list(base.entries) == list(BASE.entries)
    assert base.version != BASE.version
    assert base.version == extended(BASE, reversed(lessons)).version
    assert base.version != extended(BASE, lessons[:2]).version


def test_the_files_win_over_lessons() -> None:
    stands = BASE.entries[PRINTER].questions["en"][0]
    lessons = [lesson("new words", "gone"), lesson(stands, "scanner"), lesson("Will it rain tomorrow", "printer")]

    assert effective(BASE, lessons) == ()
    assert extended(BASE, lessons) is BASE
    twice = [lesson("the box spits no paper"), lesson("The box spits no paper!", "scanner")]
    assert effective(BASE, twice) == (twice[0],)


def test_a_base_without_decoys_learns_its_first() -> None:
    assert extended(replace(BASE, decoys={}), [lesson("who won", None)]).decoys == {
        "lv": (),
        "ru": (),
        "en": ("who won",),
    }


def test_a_lesson_counts_before_it_is_learned() -> None:
    known = AtOnce(matcher(), [lesson("kas šeit par brīnumu", language="lv"), lesson("does the till need salt", None)])

    found = known.understand("Kas šeit par brīnumu?!")
    assert (found.outcome, found.best and found.best.entry, found.best and found.best.question) == (
        Outcome.ANSWERED,
        PRINTER,
        "kas šeit par brīnumu",
    )
    assert [match.entry for match in found.matches].count(PRINTER) == 1
    assert len(found.matches) <= 5
    assert found.why is not None
    assert (found.why.known, found.why.decided_by) == (True, "taught")
    before, after = matcher().understand("Does the till need salt"), known.understand("Does the till need salt")
    assert after == replace(before, outcome=Outcome.UNKNOWN, matches=(), others=(), why=after.why)


def test_a_matcher_that_tells_no_reasons_can_be_taught_too() -> None:
    assert (
        AtOnce(ScriptedMatcher(), [lesson("the box spits no paper")]).understand("The box spits no paper").why is None
    )


def test_everything_else_is_understood_as_before() -> None:
    scripted = ScriptedMatcher({"hours": means("hours")}, {"yes": "yes"})
    known = AtOnce(scripted, [lesson("the box spits no paper")])

    assert known.understand("hours") == means("hours")
    assert known.cue("yes") == "yes"


def test_what_was_learned_goes_beyond_its_words() -> None:
    lessons = [lesson("the slip contraption is sulking"), lesson("our goldfish is sulking", None)]
    learned = Matcher(extended(BASE, lessons))

    best = learned.understand("slip contraption sulking").best
    assert best is not None
    assert best.entry == PRINTER
    assert learned.understand("our goldfish is sulking").outcome is not Outcome.ANSWERED
