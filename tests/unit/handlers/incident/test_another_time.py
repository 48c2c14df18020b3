"""What is surely of another time or case, or trades, is no alarm; what may be now is asked about."""

import pytest

from handlers.model.actions import Say
from kb.model import CueId, DialogueAct
from tests.doubles import Dialog, means, notices

LINE = "+371 20000002"


def about_a_till(text: str, *cues: CueId, act: DialogueAct = DialogueAct.OTHER, confidence: float = 0.5) -> Dialog:
    """A first message in English that may be about a stopped till, with these cues heard in it."""
    meaning = means("dead", language="en", confidence=confidence, signals=cues)
    one = Dialog({text: meaning}, acts={text: act}).speaks("en")
    one.says(text)
    assert notices(one) == []
    return one


@pytest.mark.parametrize("cue", [CueId.PAST, CueId.HYPOTHETICAL, CueId.ONE_DEVICE, CueId.ELSEWHERE])
def test_what_is_of_another_time_till_or_place_gets_the_line_for_then(cue: CueId) -> None:
    one = about_a_till("the till in the bar", cue)
    assert (one.decided.trace.handler, one.decided.trace.act, one.decided.trace.line) == (
        "not_now",
        "answer",
        "workshop",
    )
    assert any(LINE in getattr(action, "text", "") for action in one.decided.actions)


@pytest.mark.parametrize(
    ("cue", "answer"), [(CueId.PAST, "If trading stops, call "), (CueId.ONE_DEVICE, "Good that you can work.")]
)
def test_one_till_of_several_is_no_other_time(cue: CueId, answer: str) -> None:
    (said, *_) = about_a_till("the till in the bar", cue).decided.actions
    assert isinstance(said, Say)
    assert said.text.startswith(answer)


@pytest.mark.parametrize("text", ["the till works as always", "tills sell, all of them"])
def test_so_does_what_is_said_to_trade(text: str) -> None:
    assert about_a_till(text, confidence=0.45).decided.trace.handler == "not_now"


@pytest.mark.parametrize("act", [DialogueAct.OTHER, DialogueAct.BARE_FAULT])
@pytest.mark.parametrize(
    ("text", "cues"),
    [("the till in the bar", ()), ("the till in the bar", (CueId.TODAY,)), ("the till never works as always", ())],
)
def test_what_may_be_now_is_asked_about(text: str, cues: tuple[CueId, ...], act: DialogueAct) -> None:
    assert about_a_till(text, *cues, act=act).decided.trace.act == "clarify"


def test_a_device_that_fails_is_told_of_now() -> None:
    one = about_a_till("the till in the bar", CueId.ONE_DEVICE, act=DialogueAct.DEVICE_FAULT)
    assert one.decided.trace.handler == "device_fault"


@pytest.mark.parametrize(("text", "confidence"), [("the old till", 0.5), ("the till in the bar", 0.19)])
def test_few_words_and_a_slight_likeness_are_asked_about(text: str, confidence: float) -> None:
    assert about_a_till(text, CueId.ONE_DEVICE, confidence=confidence).decided.trace.handler == "clarify"
