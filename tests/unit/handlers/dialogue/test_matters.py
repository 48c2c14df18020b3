"""Two matters in one message, and "the second one" after it."""

from dataclasses import replace

import pytest

from handlers.model.session import QuestionKind
from kb.model import CueId, DialogueAct, EntryId
from kb.understanding.result import Interpretation, Outcome
from tests.doubles import Dialog, acts_as, means, vaguely

BOTH = replace(means("close", also=("hours",), language="en"), matters=(EntryId("close"), EntryId("hours")))
SECOND = replace(vaguely("scanner", 0.2, language="en"), signals=frozenset({CueId.FIRST, CueId.SECOND}))
HINTS = {"two things": BOTH, "the second one": SECOND, "only the second": SECOND}


def talk(**meanings: Interpretation) -> Dialog:
    scripted = HINTS | {text.replace("_", " "): meant for text, meant in meanings.items()}
    one = Dialog(scripted, cues={"2": "second", "last": "last", "third": "third"}).speaks("en")
    one.says("two things")
    return one


def about(one: Dialog) -> tuple[str, str | None]:
    return one.decided.trace.handler, one.decided.trace.entry


@pytest.mark.parametrize("text", ["the second one", "only the second", "2", "last"])
def test_the_second_is_the_second_matter_of_the_message_before(text: str) -> None:
    one = talk()
    assert one.decided.session.question is not None
    assert one.decided.session.question.about is QuestionKind.MATTERS
    one.says(text)
    assert about(one) == ("choice", "hours")


@pytest.mark.parametrize("text", ["now the first", "tagad par pirmo", "сначала первое"])
def test_the_first_is_found_again_after_the_second(text: str) -> None:
    one = talk()
    one.says("the second one")
    one.says(text)
    assert about(one) == ("choice", "close")


def test_matters_are_remembered_while_one_of_them_is_talked_about() -> None:
    one = talk(on_sundays=means("hours", language="en"))
    one.says("on sundays")
    assert about(one) == ("topic", "hours")
    one.says("now the first")
    assert about(one) == ("choice", "close")


def test_another_topic_ends_them() -> None:
    one = talk(scanner=means("scanner", language="en"))
    one.says("scanner")
    one.says("the second one")
    assert about(one)[1] != "hours"


@pytest.mark.parametrize("text", ["third", "and how long would all of that take in the end"])
def test_what_names_no_matter_chooses_none(text: str) -> None:
    one = talk()
    one.says(text)
    assert about(one)[0] != "choice"


def test_what_names_something_itself_chooses_none() -> None:
    one = talk(second_scanner=replace(means("scanner", language="en"), signals=frozenset({CueId.SECOND})))
    one.says("second scanner")
    assert about(one) == ("topic", "scanner")


def test_a_matter_that_was_removed_is_not_chosen() -> None:
    one = talk()
    question = one.decided.session.question
    assert question is not None
    gone = replace(question, options=(question.options[0], replace(question.options[1], id="entry:gone")))
    one.session = replace(one.decided.session, question=gone)
    one.says("the second one")
    assert about(one)[0] != "choice"


def test_ok_after_two_matters_answers_no_question() -> None:
    one = Dialog(HINTS, acts={"ok": acts_as(DialogueAct.AGREE)}).speaks("en")
    one.says("two things")
    one.says("ok")
    assert one.decided.trace.outcome is Outcome.ANSWERED
    assert about(one)[0] != "choice"
