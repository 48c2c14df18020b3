"""What stands beside thanks: a question or a trouble is not lost, and thanks alone stay thanks."""

from dataclasses import replace

import pytest

from handlers.model.messages import Inbound
from handlers.model.session import CalledIn, Session, SessionTurn
from handlers.reading.thanks import matter_beside_thanks
from kb.model import DialogueAct, EntryId, LineId
from kb.understanding.result import ActCandidate, Interpretation
from tests.doubles import NOW, Dialog, ScriptedActs, acts_as, means, vaguely

A = DialogueAct
SESSION = Session(
    language="en",
    entry=EntryId("printer"),
    turns=(SessionTurn(handler="topic", act="problem", entry=EntryId("printer"), at=NOW),),
)


def is_about_the_rest(
    text: str,
    rest: str,
    meaning: Interpretation | None = None,
    *,
    acts: ScriptedActs | None = None,
    whole: Interpretation | None = None,
) -> bool:
    """Whether a message that as a whole is thanks, or `whole`, is taken for what its rest means instead.

    "thanks" is thanks; the rest surely means `meaning` (how to close the shift), and is the act that `acts` say.
    """
    one = Dialog(
        {rest: means("close", language="en") if meaning is None else meaning},
        acts={"thanks": A.THANKS, **(acts or {})},
        session=SESSION,
    )
    known = one.knowledge.interpreter
    taken = means("bye", language="en") if whole is None else whole
    inbound = Inbound(channel="t", conversation="c", sender="s", message_id="m", sent_at=NOW, text=text)
    found = matter_beside_thanks(text, taken, inbound, SESSION, one.knowledge, NOW)
    assert found in (taken, known.understand(rest))
    return found is not taken


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Thanks, but how is it printed", "but how is it printed"),
        ("Thanks, printing it?", "printing it?"),
        ("How is it printed. Thanks!", "how is it printed"),
        ("well, Thanks, how is it printed", "well, how is it printed"),
    ],
)
def test_a_question_beside_thanks_is_what_the_message_is_about(text: str, rest: str) -> None:
    assert is_about_the_rest(text, rest)


def test_it_is_understood_after_the_turn_before_as_any_message_is() -> None:
    one = Dialog({"how is it": means("close")}, acts={"thanks": A.THANKS}, session=SESSION)
    inbound = Inbound(channel="t", conversation="c", sender="s", message_id="m", sent_at=NOW, text="")
    matter_beside_thanks("thanks, how is it", means("bye"), inbound, SESSION, one.knowledge, NOW)
    assert one.interpreter.leant_on[-1] == ("printer", ())
    assert {leant for leant, _ in one.interpreter.leant_on[:-1]} == {None}, "what is thanks is thanks by itself"


@pytest.mark.parametrize(
    "meaning",
    [vaguely("close", 0.4), means("close", "hours"), means()],
)
def test_a_question_beside_thanks_is_never_taken_for_thanks_alone(meaning: Interpretation) -> None:
    assert is_about_the_rest("thanks, how is it", "how is it", meaning)


def test_small_talk_beside_thanks_is_no_matter() -> None:
    assert not is_about_the_rest("thanks, how is it", "how is it", means("hello"))


@pytest.mark.parametrize(
    ("text", "rest"), [("thanks, printing it", "printing it"), ("thanks - printing it", "printing it")]
)
def test_a_statement_beside_thanks_is_not_looked_into(text: str, rest: str) -> None:
    assert not is_about_the_rest(text, rest)
    assert not is_about_the_rest(text, rest, acts={rest: A.NOT_HELPED})


@pytest.mark.parametrize("act", [A.NOT_HELPED, A.OUTAGE, A.DEVICE_FAULT, A.CANNOT_REACH])
@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("thanks, but it hangs", "but it hangs"),
        ("Thanks, STILL hangs", "still hangs"),
        ("thanks, bet karājas", "bet karājas"),
        ("thanks, всё равно висит", "всё равно висит"),
    ],
)
def test_trouble_that_stands_against_the_thanks_is_what_the_message_is_about(
    text: str, rest: str, act: DialogueAct
) -> None:
    assert is_about_the_rest(text, rest, means(), acts={rest: acts_as(act, 0.6)})


@pytest.mark.parametrize(
    "acts",
    [
        acts_as(A.NOT_HELPED, 0.59),
        acts_as(A.DETAIL, 0.9),
        (ActCandidate(A.OTHER, 0.7), ActCandidate(A.NOT_HELPED, 0.6)),
        (),
    ],
)
def test_against_the_thanks_only_sure_trouble_counts(acts: tuple[ActCandidate, ...]) -> None:
    rest = "but the report is long"
    assert not is_about_the_rest(f"thanks, {rest}", rest, acts={rest: acts})


def test_a_question_may_tell_of_trouble_too() -> None:
    rest = "how come it hangs"
    assert is_about_the_rest(f"thanks, {rest}", rest, means(), acts={rest: A.NOT_HELPED})


@pytest.mark.parametrize(
    ("whole", "courteous"),
    [
        (means("bye"), True),
        (means("hours"), False),
        (vaguely("bye", 0.4), False),
        (means(), False),
    ],
)
def test_only_a_message_that_is_taken_for_small_talk_is_looked_into(whole: Interpretation, courteous: bool) -> None:
    assert is_about_the_rest("thanks, hours, how is it", "hours, how is it", whole=whole) is courteous
    assert is_about_the_rest("fine so, how is it", "how is it", whole=whole, acts={"fine so": A.THANKS}) is courteous


@pytest.mark.parametrize("text", ["thanks how is it", "ok, many thanks! and how is it", "Thx: how is it"])
@pytest.mark.parametrize(
    "whole", [means("bye"), vaguely("bye", 0.4), means(), replace(means("printer"), leans=True)], ids=str
)
def test_a_question_that_opens_with_thanks_is_read_without_them(text: str, whole: Interpretation) -> None:
    assert is_about_the_rest(text, "how is it", whole=whole)
    assert not is_about_the_rest(text, "how is it", means("hello"), whole=whole), "small talk is no matter"
    assert not is_about_the_rest(text, "how is it", whole=means("hours")), "that is surely meant"


@pytest.mark.parametrize("text", ["thanks how", "spasibo pochemu", "thanks, it prints"])
def test_without_a_whole_question_thanks_are_thanks(text: str) -> None:
    assert not is_about_the_rest(text, "how")


@pytest.mark.parametrize(
    ("acts", "courteous"),
    [
        (acts_as(A.THANKS), True),
        (acts_as(A.AGREE), True),
        (acts_as(A.ANGER), False),
        (acts_as(A.THANKS, 0.4)[::-1], False),
    ],
)
def test_or_for_thanks_or_consent(acts: tuple[ActCandidate, ...], courteous: bool) -> None:
    whole = Dialog({"x": means("hours")}, acts={"x": acts}).knowledge.interpreter.understand("x")
    assert is_about_the_rest("thanks, how is it", "how is it", whole=whole) is courteous


@pytest.mark.parametrize(
    ("acts", "thanks"),
    [
        (acts_as(A.AGREE, 0.6), True),
        (acts_as(A.THANKS, 0.6), True),
        (acts_as(A.THANKS, 0.59), False),
        (acts_as(A.GREETING), False),
        ((), False),
    ],
)
def test_a_part_of_the_message_must_surely_be_thanks_or_consent(acts: tuple[ActCandidate, ...], thanks: bool) -> None:
    assert is_about_the_rest("fine so, how is it", "how is it", acts={"fine so": acts}) is thanks


def test_a_message_that_holds_no_thanks_is_left_as_it_is() -> None:
    assert not is_about_the_rest("fine so, how is it", "fine so, how is it")


def test_a_word_beside_thanks_is_no_matter() -> None:
    assert not is_about_the_rest("thanks, printing?", "printing?")


@pytest.mark.parametrize(
    ("text", "looked_into"),
    [
        ("fine how is it", False),
        ("thanks, one, two, how is it", True),
        ("thanks, one, two, three, how is it", False),
    ],
)
def test_one_clause_or_many_are_left_whole(text: str, looked_into: bool) -> None:
    rest = text.removeprefix("thanks, ")
    assert is_about_the_rest(text, rest) is looked_into


def test_in_a_conversation_the_matter_is_answered() -> None:
    said = "Thanks, but how is the day ended?"
    one = Dialog(
        {
            "printer": means("printer", language="en"),
            said: means("bye", language="en"),
            "but how is the day ended?": means("close", language="en"),
        },
        acts={said: A.THANKS, "thanks": A.THANKS},
    )
    one.says("printer")
    one.says(said)
    assert (one.decided.trace.handler, one.decided.trace.entry) == ("topic", "close")


def test_good_news_beside_a_question_is_as_thanks_unless_people_were_called_in() -> None:
    one = Dialog({"how is it": means("close", language="en")}, acts={"it runs": A.WORKS_AGAIN}, session=SESSION)
    inbound = Inbound(channel="t", conversation="c", sender="s", message_id="m", sent_at=NOW, text="")
    whole = replace(means(), acts=acts_as(A.WORKS_AGAIN))
    called = replace(SESSION, called_in=CalledIn(line=LineId("workshop"), at=NOW))
    found = matter_beside_thanks("it runs, how is it", whole, inbound, SESSION, one.knowledge, NOW)
    assert found == one.interpreter.understand("how is it")
    assert matter_beside_thanks("it runs, how is it", whole, inbound, called, one.knowledge, NOW) is whole
