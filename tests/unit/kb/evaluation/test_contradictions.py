"""Which known questions new ones contradict."""

import pytest

from kb.evaluation.contradictions import FlippedQuestion, flipped_questions
from kb.lessons import Lesson, extend
from kb.model import EntryId
from tests.doubles import small_base

PRINTER, SCANNER = EntryId("printer"), EntryId("scanner")
PRINTS_NOT = "the printer does not print"


def lessons(entry: EntryId | None, *texts: str) -> tuple[Lesson, ...]:
    return tuple(Lesson(entry=entry, language="en", text=text) for text in texts)


@pytest.mark.parametrize("entry", [SCANNER, None])
def test_a_question_that_is_nearest_to_the_new_words_is_flipped(entry: EntryId | None) -> None:
    found = flipped_questions(small_base(), lessons(entry, "today the printer does not print", "printers do not print"))
    assert found == (FlippedQuestion(entry=PRINTER, question=PRINTS_NOT, becomes=entry),)


def test_the_nearest_come_first() -> None:
    found = flipped_questions(
        small_base(), lessons(SCANNER, "no receipts come out today", "print the printer does not")
    )
    assert [one.question for one in found] == [PRINTS_NOT, "no receipts come out"]


def test_nothing_is_flipped_by_words_of_its_own_nor_by_words_for_the_same_entry() -> None:
    assert flipped_questions(small_base(), lessons(SCANNER, "the beeper keeps silent")) == ()
    assert flipped_questions(small_base(), lessons(PRINTER, "today the printer does not print")) == ()
    assert flipped_questions(small_base(), ()) == ()


def test_a_question_that_its_own_entry_holds_more_alike_stays() -> None:
    base = extend(small_base(), lessons(PRINTER, "the printer does not print the"))
    assert flipped_questions(base, lessons(SCANNER, "goldfish the printer does not print")) == ()
