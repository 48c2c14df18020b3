"""Which act a message is taken for beside its topic, and how likely it says that trading has stopped now."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.input.dialogue_act import dialogue_act
from handlers.input.outage_probability import outage_probability
from handlers.model.context import HandlerContext
from handlers.model.details import NO_DETAILS, PersonDetails
from handlers.model.messages import Inbound
from handlers.model.session import CalledIn, Incident, Session, SessionTurn
from kb.model import DialogueAct, EntryId, LineId
from kb.understanding.result import ActCandidate, Explanation, Interpretation
from tests.doubles import NOW, Dialog, acts_as, means, vaguely

A = DialogueAct
URGENT = frozenset({"dead"})


def after(act: str | None, *, entry: str | None = None, incident: Incident = Incident.NONE) -> Session:
    """A session whose last turn did this; None: nothing was said yet."""
    turns = () if act is None else (SessionTurn(handler="topic", act=act, at=NOW),)
    return Session(turns=turns, entry=EntryId(entry) if entry else None, incident=incident)


def taken_for(
    meaning: Interpretation,
    *acts: tuple[DialogueAct, float],
    text: str = "so",
    session: Session | None = None,
    leans: bool = False,
    corrects: bool = False,
    said: PersonDetails = NO_DETAILS,
) -> DialogueAct | None:
    candidates = tuple(ActCandidate(act, confidence) for act, confidence in acts)
    interpretation = replace(meaning, acts=candidates, leans=leans, corrects=corrects)
    context = HandlerContext(
        inbound=Inbound(channel="t", conversation="c", sender="s", message_id="m", sent_at=NOW, text=text),
        session=session or after(None),
        knowledge=Dialog().knowledge,
        now=NOW + timedelta(minutes=1),
        text=text,
        language="en",
        interpretation=interpretation,
        said=said,
    )
    return dialogue_act(context)


def exactly(entry: str) -> Interpretation:
    """Word for word a known question of this entry."""
    return replace(means(entry), explanation=Explanation(answer_threshold=0.4, clarify_threshold=0.2, exact_match=True))


@pytest.mark.parametrize(
    ("meaning", "threshold"),
    [
        (means(), 0.36),
        (means("close", "hours", confidence=0.4), 0.5),
        (means("close"), 0.65),
        (means("close", confidence=0.96), 0.8),
        (means("hello"), 0.36),
        (means("person"), 0.36),
    ],
)
def test_the_surer_the_topic_the_likelier_an_act_must_be(meaning: Interpretation, threshold: float) -> None:
    assert taken_for(meaning, (A.ANGER, threshold)) is A.ANGER
    assert taken_for(meaning, (A.ANGER, threshold - 0.01)) is None


def test_a_topic_that_rests_on_the_turn_before_leaves_room_for_an_act() -> None:
    assert taken_for(means("close", confidence=0.89), (A.ANGER, 0.4), leans=True) is A.ANGER
    assert taken_for(means("close", confidence=0.91), (A.ANGER, 0.4), leans=True) is None
    assert taken_for(means("close", confidence=0.96), (A.ANGER, 0.5), leans=True) is A.ANGER
    assert taken_for(means("close", confidence=0.7), (A.SMALL_TALK, 0.4), leans=True) is A.SMALL_TALK
    assert taken_for(means("close", confidence=0.85), (A.SMALL_TALK, 0.6), leans=True) is None
    assert taken_for(means("close", confidence=0.85), (A.SMALL_TALK, 0.65), leans=True) is A.SMALL_TALK


def test_whoever_stands_before_a_dead_till_and_asks_when_is_heard_sooner() -> None:
    stopped = after("critical", entry="dead", incident=Incident.STOPPED)
    unclear = means("close", "hours", confidence=0.4)
    for act in (A.CHASING, A.ASK_TIME_FOLLOW):
        assert taken_for(unclear, (act, 0.4), session=stopped) is act
        assert taken_for(unclear, (act, 0.4), session=after("answer")) is None


def test_a_device_in_a_word_or_two_needs_less_beside_a_topic() -> None:
    assert taken_for(means("printer"), (A.DEVICE_ONLY, 0.5), text="the printer") is A.DEVICE_ONLY
    assert taken_for(means("printer"), (A.DEVICE_ONLY, 0.5), text="the printer there") is None


def test_a_line_that_is_named_in_a_conversation_leaves_room_for_whom_to_call() -> None:
    line = str(next(iter(Dialog().knowledge.base.directory.lines.values())).entry)
    assert taken_for(means(line), (A.ASK_NUMBER, 0.5), session=after("answer")) is A.ASK_NUMBER
    assert taken_for(means(line), (A.ASK_NUMBER, 0.5)) is None


@pytest.mark.parametrize(
    ("acts", "taken"),
    [
        (((A.GREETING, 0.3), (A.AGREE, 0.25)), A.GREETING),
        (((A.CANNOT_REACH, 0.3), (A.ASK_NUMBER, 0.28)), A.CANNOT_REACH),
        (((A.ASK_PASSED_ON, 0.3), (A.CHASING, 0.28)), A.ASK_PASSED_ON),
        (((A.GREETING, 0.3), (A.ASK_NUMBER, 0.28)), None),
        (((A.ANGER, 0.3), (A.THANKS, 0.25)), None),
    ],
)
def test_acts_that_are_answered_alike_count_together(
    acts: tuple[tuple[DialogueAct, float], ...], taken: DialogueAct | None
) -> None:
    assert taken_for(means(), *acts) is taken
    assert taken_for(means("close"), *acts) is None


@pytest.mark.parametrize("act", [A.NOT_HELPED, A.WORKS_AGAIN])
@pytest.mark.parametrize(
    ("text", "remedy_alone"),
    [
        ("restarted it", True),
        ("перезагрузили кассу", True),
        ("restarted it, not fixed", False),
        ("we restarted it and it hangs", False),
        ("the same", False),
    ],
)
def test_a_remedy_alone_says_neither_that_it_helped_nor_that_it_did_not(
    text: str, remedy_alone: bool, act: DialogueAct
) -> None:
    assert taken_for(means(), (act, 0.9), text=text, session=after("problem")) is (None if remedy_alone else act)
    assert taken_for(means(), (A.CHASING, 0.9), text=text, session=after("problem")) is A.CHASING


def test_a_first_message_that_asks_whether_anybody_is_there_is_a_call_for_people() -> None:
    acts = ((A.CHASING, 0.5), (A.ASK_PERSON, 0.3))
    assert taken_for(means(), *acts) is A.ASK_PERSON
    assert taken_for(means(), *acts, session=after("problem")) is A.CHASING
    assert taken_for(means(), (A.CHASING, 0.6), (A.ASK_PERSON, 0.2)) is A.CHASING


@pytest.mark.parametrize("act", [A.CALLING_NOW, A.ASK_NUMBER])
def test_whoever_speaks_of_a_call_and_gives_a_number_wants_to_be_called(act: DialogueAct) -> None:
    phone = PersonDetails(phone="+371 26123456")
    assert taken_for(means(), (act, 0.4), said=phone) is A.ASK_PERSON
    assert taken_for(means(), (act, 0.4)) is act


@pytest.mark.parametrize(("text", "act"), [("hi, how do i close it", None), ("hi, closing", A.GREETING)])
def test_a_courtesy_in_a_longer_message_about_something_must_be_surer(text: str, act: DialogueAct | None) -> None:
    assert taken_for(means("close"), (A.GREETING, 0.7), text=text) is act
    assert taken_for(means("close"), (A.GREETING, 0.8), text=text) is A.GREETING
    assert taken_for(means(), (A.GREETING, 0.4), text=text) is A.GREETING


@pytest.mark.parametrize("act", [A.OTHER, A.OUTAGE])
def test_a_topic_and_stopped_trading_are_no_acts(act: DialogueAct) -> None:
    assert taken_for(means(), (act, 0.9), (A.ANGER, 0.1)) is None


def test_where_no_act_is_told_there_is_none() -> None:
    assert taken_for(means("close")) is None


def test_a_known_question_is_its_topic_unless_it_is_small_talk_or_the_wish_for_a_person() -> None:
    assert taken_for(exactly("close"), (A.ANGER, 0.9)) is None
    assert taken_for(exactly("bye"), (A.THANKS, 0.9)) is A.THANKS
    assert taken_for(exactly("person"), (A.ASK_PERSON, 0.9)) is A.ASK_PERSON


@pytest.mark.parametrize("act", [A.NOT_HELPED, A.INSIST, A.CHOOSE_BOTH, A.WRONG_ANSWER])
def test_some_acts_need_a_turn_before(act: DialogueAct) -> None:
    assert taken_for(means(), (act, 0.9)) is None
    assert taken_for(means(), (act, 0.9), session=after("problem")) is act
    session = after("problem")
    long_ago = replace(session, turns=(replace(session.turns[0], at=NOW - timedelta(hours=1)),))
    assert taken_for(means(), (act, 0.9), session=long_ago) is None


@pytest.mark.parametrize("act", [A.WRONG_ANSWER, A.CONFUSION, A.DEVICE_ONLY, A.BARE_FAULT])
def test_a_correction_says_what_is_meant_and_does_nothing_beside(act: DialogueAct) -> None:
    session = after("answer")
    assert taken_for(means("close"), (act, 0.9), session=session) is act
    assert taken_for(means("close"), (act, 0.9), session=session, corrects=True) is None
    assert taken_for(means("close"), (A.ASK_NUMBER, 0.9), session=session, corrects=True) is A.ASK_NUMBER


@pytest.mark.parametrize("act", [A.THANKS, A.WORKS_AGAIN, A.PARTLY, A.AGREE, A.CALLING_NOW])
def test_a_question_is_no_statement(act: DialogueAct) -> None:
    assert taken_for(means(), (act, 0.9), text="works again") is act
    assert taken_for(means(), (act, 0.9), text="works again?") is None


@pytest.mark.parametrize("act", [A.WORKS_AGAIN, A.PARTLY])
def test_what_works_says_nothing_while_a_how_to_is_talked_about(act: DialogueAct) -> None:
    assert taken_for(means(), (act, 0.9), session=after("answer", entry="close")) is None
    assert taken_for(means(), (act, 0.9), session=after("problem", entry="printer")) is act
    for incident in (Incident.STOPPED, Incident.PARTLY):
        assert taken_for(means(), (act, 0.9), session=after("answer", entry="close", incident=incident)) is act
    assert taken_for(means(), (act, 0.97), session=after("answer", entry="close")) is act


# --- details


@pytest.mark.parametrize("act", [A.DETAIL, A.OTHER, A.OUTAGE, A.CHOOSE_BOTH])
def test_after_a_fault_little_makes_a_message_its_details(act: DialogueAct) -> None:
    likely = (act, 0.6), (A.DETAIL, 0.2)
    assert taken_for(means(), *likely, session=after("problem")) is A.DETAIL
    assert taken_for(means(), *likely, session=after("talk", incident=Incident.STOPPED)) is A.DETAIL


def test_what_does_something_else_is_no_detail_though_it_may_hold_one() -> None:
    assert taken_for(means(), (A.ANGER, 0.6), (A.DETAIL, 0.3), session=after("problem")) is A.ANGER
    assert taken_for(means(), (A.OTHER, 0.6), (A.DETAIL, 0.1), session=after("problem")) is None


def test_a_sure_topic_is_no_detail_unless_it_rests_on_the_turn_before() -> None:
    likely = (A.OTHER, 0.5), (A.DETAIL, 0.4)
    assert taken_for(means("close"), *likely, session=after("problem")) is None
    assert taken_for(means("close"), *likely, session=after("problem"), leans=True) is A.DETAIL


@pytest.mark.parametrize(
    ("meaning", "detail", "act"),
    [
        (means("close", confidence=0.6), 0.6, A.DETAIL),
        (means("close", confidence=0.6), 0.4, None),
        (means("close", confidence=0.85), 0.6, None),
        (means("printer", confidence=0.6), 0.6, None),
    ],
)
def test_details_are_none_of_a_topic_that_they_only_touch(
    meaning: Interpretation, detail: float, act: DialogueAct | None
) -> None:
    assert taken_for(meaning, (A.DETAIL, detail), (A.OTHER, 0.1), session=after("problem")) is act


@pytest.mark.parametrize("handler", ["which_fault", "bare_fault"])
def test_place_and_time_answer_the_question_which_fault_it_is(handler: str) -> None:
    asked = Session(turns=(SessionTurn(handler=handler, act="clarify", at=NOW),))
    assert taken_for(means(), (A.DETAIL, 0.6), session=asked) is A.DETAIL
    assert taken_for(means(), (A.DETAIL, 0.6), session=after("clarify")) is None


def test_a_part_of_a_message_that_says_that_nobody_answers_is_heard() -> None:
    likely = (A.OTHER, 0.7), (A.CANNOT_REACH, 0.6)
    for meaning in (means(), means("close", "hours", confidence=0.4)):
        assert taken_for(meaning, *likely) is A.CANNOT_REACH
    assert taken_for(means("close"), *likely) is None
    assert taken_for(means(), (A.OTHER, 0.7), (A.CANNOT_REACH, 0.5)) is None


def test_a_phone_number_is_a_detail_unless_it_comes_with_the_wish_for_a_person() -> None:
    fault, text = after("problem"), "2000 0002 Anna"
    assert taken_for(means(), (A.ANGER, 0.5), text=text, session=fault) is A.DETAIL
    assert taken_for(means(), (A.ASK_PERSON, 0.5), text=text, session=fault) is A.ASK_PERSON
    assert taken_for(means(), (A.CANNOT_REACH, 0.5), text=text, session=fault) is A.CANNOT_REACH
    assert taken_for(means(), text=text, session=fault) is None


def test_a_detail_that_nobody_asked_for_is_none_and_the_next_likeliest_act_counts() -> None:
    assert taken_for(means(), (A.DETAIL, 0.5), (A.ANGER, 0.4)) is A.ANGER
    assert taken_for(means(), (A.DETAIL, 0.9)) is None


# --- some fault


@pytest.mark.parametrize(("meaning", "act"), [(means(), A.DEVICE_FAULT), (means("close"), None)])
def test_what_is_not_understood_but_likely_a_fault_is_a_fault(meaning: Interpretation, act: DialogueAct | None) -> None:
    assert taken_for(meaning, (A.OTHER, 0.4), (A.DEVICE_FAULT, 0.2), (A.BARE_FAULT, 0.16)) is act
    assert taken_for(meaning, (A.OTHER, 0.6), (A.DEVICE_FAULT, 0.2), (A.BARE_FAULT, 0.1)) is None


# --- stopped trading


def outage(meaning: Interpretation, by_act: float | None = None, *signals: str) -> float:
    acts = () if by_act is None else acts_as(A.OUTAGE, by_act)
    return outage_probability(replace(meaning, acts=acts, signals=frozenset(signals)), URGENT)


def test_without_acts_the_topic_alone_tells() -> None:
    assert outage(means("dead", confidence=0.7)) == 0.7
    assert outage(vaguely("hours", 0.3, "dead")) == 0.3
    assert outage(means("hours")) == 0.0


def test_the_act_tells_and_an_urgent_topic_adds_to_it() -> None:
    assert outage(means("hours"), 0.4) == pytest.approx(0.4)
    assert outage(means("dead"), 0.4) > 0.5
    assert outage(means("dead", confidence=0.3), 0.4) == pytest.approx(0.4), "an unlikely topic takes nothing off"


@pytest.mark.parametrize("cue", ["past", "hypothetical", "one_device", "elsewhere"])
def test_another_time_or_place_makes_it_unlikely(cue: str) -> None:
    assert outage(means("dead"), 0.9, cue) < 0.5


def test_a_cry_for_everyone_makes_it_likelier() -> None:
    assert outage(means("hours"), 0.3, "emergency_everyone") > 0.5


def test_a_cry_for_everyone_makes_good_news_no_likelier_to_be_none() -> None:
    acts = (ActCandidate(A.WORKS_AGAIN, 0.6), ActCandidate(A.OUTAGE, 0.3))
    calm = replace(means("hours"), acts=acts)
    cry = replace(calm, signals=frozenset({"emergency_everyone"}))
    assert outage_probability(cry, URGENT) == outage_probability(calm, URGENT)


def test_what_is_surely_told_of_today_is_heard_though_another_day_is_told_of() -> None:
    assert outage(means("hours"), 0.9, "past", "today") > 0.5
    assert outage(means("hours"), 0.7, "past", "today") < 0.5
    assert outage(means("hours"), 0.9, "past", "today", "hypothetical") < 0.5
    assert outage(means("hours"), 0.9, "past") < 0.5


def test_an_act_that_is_certain_either_way_is_taken_at_its_word_unless_another_time_or_place_is_told_of() -> None:
    assert outage(means("hours"), 1.0) == pytest.approx(0.95)
    assert outage(means("hours"), 0.0) < 0.01
    assert outage(means("dead"), 1.0, "past") < 0.5


@pytest.mark.parametrize(
    ("text", "act"), [("E-102", A.DETAIL), ("till 2", A.DETAIL), ("till 2 it is", None), ("E", None)]
)
def test_a_figure_after_a_fault_is_a_detail_of_it(text: str, act: DialogueAct | None) -> None:
    assert taken_for(means(), (A.OTHER, 0.9), text=text, session=after("problem", entry="printer")) is act
    assert taken_for(means(), (A.OTHER, 0.9), text=text, session=after("answer", entry="close")) is None


@pytest.mark.parametrize(
    ("text", "acts", "called", "presses"),
    [
        ("NOW", ((A.WORKS_AGAIN, 0.4), (A.CHASING, 0.3)), True, True),
        ("NOW", ((A.WORKS_AGAIN, 0.4), (A.CHASING, 0.3)), False, False),
        ("NOW", ((A.WORKS_AGAIN, 0.7), (A.CHASING, 0.3)), True, False),
        ("NOW", ((A.THANKS, 0.4), (A.CHASING, 0.3)), True, False),
        ("NOW", ((A.ANGER, 0.4), (A.CHASING, 0.1)), True, False),
        ("NOW and at once", ((A.ANGER, 0.3), (A.CHASING, 0.3)), True, False),
        ("NOW", (), True, False),
    ],
)
def test_a_word_or_two_press_for_who_was_called_in(
    text: str, acts: tuple[tuple[DialogueAct, float], ...], called: bool, presses: bool
) -> None:
    call = CalledIn(line=LineId("workshop"), at=NOW) if called else None
    session = replace(after("handoff"), called_in=call)
    assert (taken_for(vaguely("hours", 0.1), *acts, text=text, session=session) is A.CHASING) is presses
