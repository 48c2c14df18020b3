"""Answers to "which of these?" in words of one's own: both, any, I do not know, the kitchen one."""

from dataclasses import replace

import pytest

from handlers.model.actions import HandoffReason, NotifyStaff
from handlers.model.messages import Option
from handlers.model.session import OpenQuestion, QuestionKind
from kb.model import DialogueAct, EntryId, KnowledgeBase, LineId
from kb.understanding.result import Candidate, Interpretation, Outcome
from tests.doubles import NOW, Dialog, ScriptedActs, acts_as, company, means, notices, vaguely

DESK, WORKSHOP = "+371 20000001", "+371 20000002"
ACTS: ScriptedActs = {
    "both": DialogueAct.CHOOSE_BOTH,
    "no idea": DialogueAct.DONT_KNOW,
    "any of them": DialogueAct.ANY_OF_THEM,
    "thanks, the scanner": DialogueAct.THANKS,
    "it works again, the scanner": DialogueAct.WORKS_AGAIN,
    "the scanner perhaps works": acts_as(DialogueAct.WORKS_AGAIN, 0.4),
}
CHOSEN = dict.fromkeys(
    ("the scanner", "thanks, the scanner", "it works again, the scanner", "the scanner perhaps works"), "scanner"
)


def asked(*offered: str, base: KnowledgeBase | None = None) -> Dialog:
    """A talk in which the bot has just asked which of these it is about."""
    meanings = {"hm": means(*offered, language="en"), "person": means("person", language="en")}
    meanings |= {"hours?": means("hours", language="en"), "hello": means("hello", language="en")}
    one = Dialog(meanings, cues={"yes": "yes"}, acts=ACTS, chosen=CHOSEN, base=base).speaks("en")
    one.says("hm")
    return one


def about(one: Dialog) -> tuple[str, str, str | None]:
    return one.decided.trace.handler, one.decided.trace.act, one.decided.trace.entry


def test_both_are_answered_one_after_the_other() -> None:
    one = asked("close", "hours")
    text = one.says("both").text
    assert text.index("Z report") < text.index("confirmed hours")
    assert about(one) == ("choice", "answer", "close")


def test_both_of_two_faults_of_one_line_is_that_line() -> None:
    one = asked("printer", "scanner")
    assert one.says("both").text.count(WORKSHOP) == 1
    assert about(one) == ("choice", "problem", "printer")


def test_both_of_a_menu_says_nothing() -> None:
    one = asked(base=company(topics=tuple(map(EntryId, ("dead", "hours", "close", "printer")))))
    one.says("hello")
    one.says("both")
    assert about(one) == ("fallback", "none", None)


def test_both_lines_is_no_choice_and_the_one_that_knows_is_told() -> None:
    one = asked()
    one.says("person")
    assert DESK in one.says("both").text
    assert notices(one) == [NotifyStaff(line=LineId("desk"), reason=HandoffReason.ASKED_FOR_PERSON)]


def test_yes_to_both_lines_is_only_a_nod() -> None:
    one = asked()
    one.says("person")
    one.says("yes")
    assert about(one)[0] == "acknowledged"
    assert one.session.question is not None


@pytest.mark.parametrize("said", ["no idea", "any of them"])
def test_no_idea_which_fault_of_one_line_connects_that_line(said: str) -> None:
    one = asked("printer", "scanner")
    assert WORKSHOP in one.says(said).text
    assert notices(one) == [NotifyStaff(line=LineId("workshop"), reason=HandoffReason.ASKED_FOR_PERSON)]


def test_no_idea_between_topics_of_two_lines_shows_all_numbers_and_calls_nobody() -> None:
    one = asked()
    options = tuple(Option(id=f"entry:{entry}", title=entry) for entry in ("printer", "close"))
    one.session = replace(
        one.session, question=OpenQuestion(about=QuestionKind.TOPIC, options=options, asked_at=one.now)
    )
    text = one.says("no idea").text
    assert DESK in text
    assert WORKSHOP in text
    assert about(one) == ("choice", "handoff", None)
    assert notices(one) == []


@pytest.mark.parametrize("said", ["no idea", "any of them"])
def test_any_line_is_that_of_the_talk_or_else_the_general_one(said: str) -> None:
    one = asked()
    one.says("person")
    one.says(said)
    assert notices(one) == [NotifyStaff(line=LineId("desk"), reason=HandoffReason.ASKED_FOR_PERSON)]
    one.session = replace(one.session, line=LineId("workshop"))
    one.says("person")
    one.says(said)
    assert notices(one) == [NotifyStaff(line=LineId("workshop"), reason=HandoffReason.ASKED_FOR_PERSON)]


def test_words_that_mean_one_of_the_offered_choose_it() -> None:
    one = asked("printer", "scanner")
    one.says("the scanner")
    assert about(one) == ("choice", "problem", "scanner")


def test_words_that_surely_mean_an_offered_topic_choose_it_and_another_topic_is_answered_for_itself() -> None:
    one = asked("close", "hours")
    one.says("hours?")
    assert about(one) == ("choice", "answer", "hours")
    one = asked("close", "desk")
    one.says("hours?")
    assert about(one) == ("topic", "answer", "hours")


@pytest.mark.parametrize(
    ("said", "chooses"),
    [("thanks, the scanner", False), ("it works again, the scanner", False), ("the scanner perhaps works", True)],
)
def test_thanks_and_good_news_are_no_choice_unless_they_are_doubtful(said: str, chooses: bool) -> None:
    one = asked("printer", "scanner")
    one.says(said)
    assert (one.decided.trace.handler == "choice") is chooses


def test_an_offered_topic_that_is_surely_meant_is_chosen_though_it_sounds_like_good_news() -> None:
    one = asked("scanner", "close")
    said = "it works again, the scanner"
    one.interpreter.meanings = {said: means("scanner", language="en")}
    one.says(said)
    assert about(one) == ("choice", "problem", "scanner")


@pytest.mark.parametrize(("said", "entry"), [("the till", "dead"), ("at the third till there", None)])
def test_a_till_that_is_named_in_passing_chooses_no_alarm(said: str, entry: str | None) -> None:
    one = asked(base=company(topics=(EntryId("scanner"), EntryId("dead"))))
    one.says("hello")
    one.interpreter.chosen = {said: "dead"}
    one.says(said)
    assert one.decided.trace.entry == entry


def test_words_choose_no_line() -> None:
    one = asked()
    one.says("person")
    one.says("the scanner")
    assert one.decided.trace.handler == "fallback"


@pytest.mark.parametrize(
    ("said", "likely", "line"),
    [
        ("about printing", ("printer", "scanner"), "workshop"),
        ("about printing", ("printer", "hours"), None),
        ("about the thing that prints things", ("printer", "scanner"), None),
        ("about printing", ("printer",), None),
    ],
)
def test_the_line_of_what_a_few_words_are_likeliest_about_is_chosen(
    said: str, likely: tuple[str, ...], line: str | None
) -> None:
    one = asked()
    one.says("person")
    candidates = tuple(Candidate(entry=EntryId(entry), confidence=0.2) for entry in likely)
    one.interpreter.meanings = {said: Interpretation(outcome=Outcome.UNKNOWN, candidates=candidates, language="en")}
    one.says(said)
    assert (one.decided.trace.handler == "choice", one.session.line) == (line is not None, line)


def test_none_of_these_is_never_chosen_by_words() -> None:
    one = asked("printer", "scanner")
    one.interpreter.chosen = {"something": "none"}
    one.says("something")
    assert one.decided.trace.handler == "fallback"


def menu(**meanings: Interpretation) -> Dialog:
    """A talk in which a greeting has just offered four topics."""
    base = company(topics=tuple(map(EntryId, ("dead", "hours", "close", "printer"))))
    one = asked(base=base)
    one.interpreter.meanings = {**one.interpreter.meanings, **meanings}
    one.interpreter.chosen = dict.fromkeys(meanings, "close")
    one.interpreter.acts = {
        **ACTS,
        "off_and_on": acts_as(DialogueAct.OTHER),
        "a till": acts_as(DialogueAct.DEVICE_ONLY),
    }
    one.says("hello")
    return one


@pytest.mark.parametrize(
    ("said", "meaning", "handler"),
    [
        ("closing", vaguely("close", 0.4, "hours", language="en"), "choice"),
        ("closing", vaguely("close", 0.2, "hours", language="en"), "fallback"),
        ("closing", vaguely("hours", 0.4, "close", language="en"), "fallback"),
        ("closing", Interpretation(outcome=Outcome.UNKNOWN), "fallback"),
        ("closing it does not go", vaguely("close", 0.4, "hours", language="en"), "fallback"),
        ("a till", vaguely("close", 0.4, "hours", language="en"), "device_only"),
        ("off_and_on", means("dead", language="en", confidence=0.3), "clarify"),
    ],
)
def test_under_a_menu_only_a_few_words_that_likely_mean_a_topic_choose_it(
    said: str, meaning: Interpretation, handler: str
) -> None:
    one = menu(**{said: meaning})
    one.says(said)
    assert one.decided.trace.handler == handler


@pytest.mark.parametrize(
    ("said", "sure", "beside", "taken"),
    [
        ("what takes cards", 0.5, "printer", True),
        ("what takes cards?", 0.5, "printer", False),
        ("what takes cards", 0.9, "printer", False),
        ("what takes cards", 0.5, "hours", False),
        ("grmpf", 0.5, "printer", False),
    ],
)
def test_what_is_named_after_the_question_what_is_broken_is_its_fault(
    said: str, sure: float, beside: str, taken: bool
) -> None:
    meaning = means() if said == "grmpf" else means("close", beside, language="en", confidence=sure)
    one = Dialog(
        {said: meaning},
        acts={"does not work": DialogueAct.BARE_FAULT},
        base=company(fault_topics=(EntryId("dead"), EntryId("scanner"))),
    ).speaks("en")
    one.says("does not work")
    one.says(said)
    assert (about(one) == ("choice", "problem", "printer")) is taken


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("the second one", ("choice", "problem", None)),
        ("both of them", ("choice", "problem", None)),
        ("2", ("choice", "problem", "printer")),
    ],
)
def test_the_second_one_after_a_device_alone_is_that_device(said: str, expected: tuple[str, str, str | None]) -> None:
    one = Dialog(
        {"a till": means("dead", "printer", language="en", confidence=0.1)},
        cues={"the second one": "second", "2": "second"},
        acts={"a till": DialogueAct.DEVICE_ONLY, "both of them": DialogueAct.CHOOSE_BOTH},
    ).speaks("en")
    one.says("a till")
    one.says(said)
    assert about(one) == expected


@pytest.mark.parametrize("act", [DialogueAct.NOT_HELPED, DialogueAct.AGREE])
def test_what_did_not_help_and_a_nod_choose_nothing_though_they_lean_on_the_question(act: DialogueAct) -> None:
    said = "whatever"
    one = Dialog(
        {"hm": means("printer", "scanner", language="en"), said: means("printer", language="en", confidence=0.4)},
        acts={said: act},
        leaning=(said,),
    ).speaks("en")
    one.says("hm")
    one.says(said)
    assert one.decided.trace.handler != "choice"


@pytest.mark.parametrize(("act", "chosen"), [(DialogueAct.DETAIL, False), (DialogueAct.OTHER, True)])
def test_a_detail_of_a_fault_chooses_no_ticket(act: DialogueAct, chosen: bool) -> None:
    said = "the one in the bar"
    one = Dialog({"hm": means("printer", "scanner", language="en")}, acts={said: act}, chosen={said: "ticket"})
    one.speaks("en").says("hm")
    options = tuple(Option(id=f"entry:{entry}", title=entry) for entry in ("printer", "ticket"))
    question = OpenQuestion(about=QuestionKind.TOPIC, options=options, asked_at=NOW)
    one.session = replace(one.session, question=question)
    one.says(said)
    assert (about(one) == ("choice", "ticket", "ticket")) is chosen


@pytest.mark.parametrize(("said", "chosen"), [("the desk one", True), ("is it the desk one?", False), ("hours", False)])
def test_a_line_is_chosen_by_the_words_for_it(said: str, chosen: bool) -> None:
    meanings = {"the desk one": means("desk", language="en"), "is it the desk one?": means("desk", language="en")}
    one = Dialog({**meanings, "hours": means("hours", language="en")}, acts={"a human": DialogueAct.ASK_PERSON})
    one.speaks("en").says("a human")
    one.interpreter.acts = dict.fromkeys(meanings, DialogueAct.CANNOT_REACH)
    one.says(said)
    assert (one.decided.trace.handler == "choice") is chosen
