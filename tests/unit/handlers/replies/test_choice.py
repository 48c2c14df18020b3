"""Which reply a later turn gets where another than the decided one is likelier right, and what is never weighed."""

from dataclasses import replace

import pytest

from handlers.model.messages import MessageKind
from handlers.model.reply_model import ReplyKind
from handlers.model.session import Incident
from handlers.replies.choice import ASKED_BACK_COST, GRAVE_WORTH, KEEP_MARGIN, WRONG_COST, worth
from kb.model import DialogueAct, EntryId
from kb.understanding.result import ActCandidate, Interpretation, Outcome
from tests.doubles import Dialog, PreferredReply, ScriptedActs, acts_as, company, means, notices, vaguely

DESK, WORKSHOP = "+371 20000001", "+371 20000002"
MEANINGS: dict[str, Interpretation] = {
    **{name: means(name, language="en") for name in ("hours", "close", "printer", "dead", "ticket", "hello", "bye")},
    "hm": replace(vaguely("close", 0.1, "hours", language="en"), tokens=("hm",)),
    **dict.fromkeys(("hm hm", "hm?"), vaguely("close", 0.1, "hours", language="en")),
    "either": replace(
        means("close", "hours", language="en", confidence=0.4), outcome=Outcome.CLARIFIED, tokens=("either",)
    ),
    "closed or dead": replace(means("close", "dead", language="en", confidence=0.4), outcome=Outcome.CLARIFIED),
    "hours or so": vaguely("hours", 0.1, language="en"),
    "ticket?": vaguely("ticket", 0.1, language="en"),
    "may be broken": vaguely("printer", 0.6, language="en"),
    "bravo, thanks": means("bye", language="en"),
}
ACTS: ScriptedActs = {
    "thanks": DialogueAct.THANKS,
    "it is late": DialogueAct.DETAIL,
    "bravo, thanks": (ActCandidate(DialogueAct.ANGER, 0.6), ActCandidate(DialogueAct.THANKS, 0.3)),
    "sounds broken": (ActCandidate(DialogueAct.OTHER, 0.4), ActCandidate(DialogueAct.DEVICE_FAULT, 0.35)),
    "that did not help": DialogueAct.NOT_HELPED,
    "a person please": DialogueAct.ASK_PERSON,
    "again not": acts_as(DialogueAct.OUTAGE, 0.4),
}


def talk(kind: ReplyKind, *said: str, resolves: bool = True) -> Dialog:
    """A talk in English that finds this kind of reply right, and in which so much was said."""
    base = company() if resolves else company(resolved_entry=None)
    one = Dialog(MEANINGS, acts=ACTS, base=base, replies=PreferredReply(kind)).speaks("en")
    for text in said:
        one.says(text)
    return one


def handled(one: Dialog) -> tuple[str, str, str | None]:
    return one.decided.trace.handler, one.decided.trace.act, one.decided.trace.entry


# --- the replies


def test_what_the_words_alone_mean_is_said() -> None:
    one = talk(ReplyKind.OWN, "hours", "hm")
    assert handled(one) == ("likelier_own", "answer", "close")
    assert one.session.entry == "close"


def test_what_was_just_said_is_not_said_all_over_again() -> None:
    one = talk(ReplyKind.OWN, "hours")
    assert one.says("hours or so").text.startswith(f"For more about “Working hours” call {DESK}")
    assert handled(one) == ("likelier_own", "answer", "hours")


def test_more_about_an_answer_is_its_line_named_and_its_source() -> None:
    one = talk(ReplyKind.TOPIC, "hours", "hm")
    assert handled(one) == ("likelier_topic", "answer", "hours")
    assert one.decided.trace.line == "desk"


def test_more_of_a_fault_is_noted_and_the_second_time_in_few_words() -> None:
    one = talk(ReplyKind.TOPIC, "printer")
    first, second = one.says("either").text, one.says("either").text
    assert first == f"Thank you. Tell them that too at {WORKSHOP} (Workshop)."
    assert len(second) < len(first)
    assert handled(one) == ("likelier_topic", "problem", "printer")


@pytest.mark.parametrize("kind", [ReplyKind.TOPIC, ReplyKind.LINE])
def test_a_complaint_is_not_thanked_for(kind: ReplyKind) -> None:
    one = talk(kind, "printer")
    complaint = (
        ActCandidate(DialogueAct.OTHER, 0.5),
        ActCandidate(DialogueAct.ANGER, 0.2),
        ActCandidate(DialogueAct.WRONG_ANSWER, 0.2),
    )
    one.interpreter.acts = {**ACTS, "either": complaint}
    assert one.says("either").text.startswith(f"I'm sorry. A person can help faster: {WORKSHOP}")


@pytest.mark.parametrize("said", ["what now?", "how do i see it"])
def test_a_question_about_a_fault_is_not_noted_but_goes_to_the_line(said: str) -> None:
    one = talk(ReplyKind.TOPIC, "printer")
    assert "is in my answer above" in one.says(said).text


def test_after_stopped_trading_more_of_it_is_the_urgent_number() -> None:
    one = talk(ReplyKind.TOPIC, "dead", "hours")
    assert one.says("hm").text.startswith(f"Call now: {WORKSHOP}")
    one.session = replace(one.session, incident=Incident.WORKING, entry=EntryId("dead"), failed_turns=0)
    assert one.says("either").text.startswith(f"Then call at once: {WORKSHOP}"), "it works, as far as is known"
    assert handled(one) == ("likelier_topic", "critical", "dead")
    one.session = replace(one.session, incident=Incident.NONE)
    assert one.says("either").text.startswith(f"Call now: {WORKSHOP}")
    one.interpreter.acts = {"one of two sells": DialogueAct.PARTLY}
    assert one.says("one of two sells").text.startswith("Good that you can work.")
    assert handled(one)[0] == "likelier_topic"


def test_the_line_of_what_is_talked_about_is_given() -> None:
    one = talk(ReplyKind.LINE, "hours")
    assert DESK in one.says("hm").text
    assert handled(one) == ("likelier_line", "answer", "desk")


def test_who_asks_for_a_number_is_given_it_and_not_told_that_the_bot_cannot_tell() -> None:
    one = talk(ReplyKind.LINE, "hours")
    one.interpreter.acts = {**ACTS, "who do i call?": DialogueAct.ASK_NUMBER}
    assert one.says("who do i call?").text == f"Call {DESK} (Advice desk)."
    assert handled(one)[0] == "ask_number"


def test_a_nod_asks_nothing_and_keeps_the_topic() -> None:
    one = talk(ReplyKind.TALK, "hours")
    assert one.says("hm").text == f"All right. If you need help, call {DESK} (Advice desk)."
    assert handled(one) == ("likelier_talk", "talk", "bye")
    assert one.session.entry == "hours"


@pytest.mark.parametrize(("act", "cue"), [(DialogueAct.AGREE, None), (None, "last")])
def test_a_nod_to_what_closes_the_matter_is_no_more_than_that(act: DialogueAct | None, cue: str | None) -> None:
    one = talk(ReplyKind.TALK, "hours")
    one.interpreter.acts = {**ACTS, **({"hm": act} if act is not None else {})}
    one.interpreter.cues = {"hm": cue} if cue is not None else {}
    assert one.says("hm").text == "All right. If you need anything else, write."
    assert handled(one)[0] == "likelier_talk"


def test_what_is_asked_of_a_line_is_not_known_here() -> None:
    assert talk(ReplyKind.LINE, "hours").says("hm?").text == f"That I can't tell you. Call {DESK} (Advice desk)."


def test_a_detail_of_a_fault_is_thanked_for_by_its_line() -> None:
    one = talk(ReplyKind.LINE, "printer")
    assert one.says("hm").text == f"Thank you. Tell them that too at {WORKSHOP} (Workshop)."
    assert handled(one)[0] == "likelier_line"


def test_what_did_not_help_with_a_fault_is_no_detail_of_it() -> None:
    one = talk(ReplyKind.LINE, "printer")
    one.interpreter.acts = {**ACTS, "hm": DialogueAct.NOT_HELPED}
    assert one.says("hm").text.startswith("Sorry")
    assert handled(one)[0] == "likelier_line"


def test_while_trading_is_stopped_a_nod_holds_the_number() -> None:
    one = talk(ReplyKind.TALK, "dead", "hours")
    one.session = replace(one.session, line=None, entry=EntryId("hours"))
    assert WORKSHOP in one.says("either").text
    assert handled(one) == ("likelier_talk", "talk", "bye")


def test_a_doubtful_answer_becomes_a_question() -> None:
    one = talk(ReplyKind.ASK, "hours")
    one.says("close")
    assert handled(one)[:2] == ("likelier_ask", "clarify")


def test_where_the_decided_reply_is_likeliest_it_stands() -> None:
    assert handled(talk(ReplyKind.KEEP, "hours", "close"))[0] == "topic"
    assert talk(ReplyKind.KEEP, "hours", "close").decided.trace.replies[0] == (ReplyKind.KEEP, 1.0)


# --- what is not possible


@pytest.mark.parametrize("text", ["hm?", "sounds broken", "may be broken"])
def test_no_nod_for_a_question_or_for_what_may_tell_of_trouble(text: str) -> None:
    assert handled(talk(ReplyKind.TALK, "hours", text))[0] != "likelier_talk"


@pytest.mark.parametrize("kind", [ReplyKind.TALK, ReplyKind.OWN])
def test_no_small_talk_with_the_angry(kind: ReplyKind) -> None:
    assert handled(talk(kind, "printer", "bravo, thanks"))[0] not in ("likelier_talk", "likelier_own")


def test_no_nod_for_words_that_nobody_knows() -> None:
    assert handled(talk(ReplyKind.TALK, "hours", "hm hm"))[0] == "fallback"


def test_no_nod_for_a_question_without_a_mark() -> None:
    assert handled(talk(ReplyKind.TALK, "hours", "what of it"))[0] != "likelier_talk"


def test_a_company_without_a_word_for_thanks_nods_at_nothing() -> None:
    assert handled(talk(ReplyKind.TALK, "hours", "hm", resolves=False))[0] != "likelier_talk"


def test_nothing_is_offered_to_choose_from_where_nothing_was_understood() -> None:
    assert handled(talk(ReplyKind.ASK, "hours", "hm"))[0] == "fallback"


@pytest.mark.parametrize("said", [("hours", "either", "close"), ("printer", "hours")])
def test_whoever_answers_a_question_is_not_asked_once_more(said: tuple[str, ...]) -> None:
    """Which of these? And after a fault: which device, since when?"""
    assert handled(talk(ReplyKind.ASK, *said))[0] != "likelier_ask"


def test_whoever_sets_an_answer_right_is_not_asked_back() -> None:
    one = talk(ReplyKind.ASK, "hours")
    one.interpreter.corrections = ("close",)
    one.says("close")
    assert handled(one)[0] == "topic"


def test_whoever_sets_an_answer_right_is_not_told_more_of_it() -> None:
    one = talk(ReplyKind.TOPIC, "hours")
    one.interpreter.corrections = ("close",)
    one.says("close")
    assert handled(one) == ("topic", "answer", "close")


def test_a_ticket_that_is_hardly_meant_is_not_what_the_words_mean() -> None:
    assert handled(talk(ReplyKind.OWN, "hours", "ticket?"))[0] == "fallback"


def test_what_the_words_may_mean_as_well_is_said() -> None:
    assert handled(talk(ReplyKind.NEXT, "printer", "hm")) == ("likelier_next", "answer", "hours")


@pytest.mark.parametrize("said", [("hours", "hm"), ("close", "hours or so")])
def test_what_was_just_said_or_is_hardly_likely_is_not_what_they_mean_as_well(said: tuple[str, ...]) -> None:
    assert handled(talk(ReplyKind.NEXT, *said))[0] == "fallback"


def test_words_that_mean_nothing_have_no_meaning_of_their_own() -> None:
    assert handled(talk(ReplyKind.OWN, "hours", "xyz"))[0] == "fallback"


# --- what is weighed against nothing


def test_the_first_message_and_one_after_a_mere_greeting_get_what_was_decided() -> None:
    assert talk(ReplyKind.LINE, "hours").decided.trace.replies == ()
    assert talk(ReplyKind.LINE, "hello", "close").decided.trace.replies == ()
    assert talk(ReplyKind.LINE, "xyz", "close").decided.trace.replies == ()


def test_long_after_the_turn_before_a_message_is_the_first_again() -> None:
    one = talk(ReplyKind.LINE, "hours")
    one.now = one.now.replace(year=one.now.year + 1)
    one.says("close")
    assert one.decided.trace.replies == ()


@pytest.mark.parametrize("text", ["dead", "a person please"])
def test_alarms_and_people_stay_as_decided(text: str) -> None:
    assert talk(ReplyKind.LINE, "hours", text).decided.trace.replies == ()


@pytest.mark.parametrize("text", ["ticket", "closed or dead"])
def test_tickets_and_questions_whether_trading_stopped_are_weighed_but_get_no_nod(text: str) -> None:
    assert handled(talk(ReplyKind.TOPIC, "hours", text))[0] == "likelier_topic"
    nodding = talk(ReplyKind.TALK, "hours", text)
    assert ReplyKind.TALK not in dict(nodding.decided.trace.replies)


def test_media_taps_and_commands_stay_as_decided() -> None:
    one = talk(ReplyKind.LINE, "hours")
    one.says("close", kind=MessageKind.PHOTO)
    assert one.decided.trace.replies == ()
    one.taps("entry:close")
    assert one.decided.trace.replies == ()
    one.says("/help")
    assert one.decided.trace.replies == ()


def test_whoever_was_not_understood_twice_is_called_back_whatever_is_likelier() -> None:
    one = talk(ReplyKind.LINE, "hours", "xyz")
    assert handled(one)[0] == "likelier_line"
    assert one.session.failed_turns == 1
    one.says("zyx")
    assert handled(one)[0] == "fallback"
    assert notices(one)


def test_without_a_model_the_handlers_decide() -> None:
    one = Dialog(MEANINGS).speaks("en")
    one.says("hours")
    one.says("hm")
    assert handled(one)[0] == "fallback"
    assert one.decided.trace.replies == ()


# --- what a reply is worth


def test_a_wrong_answer_costs_more_than_a_question_back() -> None:
    assert worth(ReplyKind.TOPIC, 0.5, answered=True, grave=False) == pytest.approx(0.5 - 0.5 * WRONG_COST)
    assert worth(ReplyKind.ASK, 0.5, answered=True, grave=False) == pytest.approx(0.5 - ASKED_BACK_COST)


def test_what_is_grave_stands_unless_another_is_twice_as_likely() -> None:
    grave = worth(ReplyKind.KEEP, 0.3, answered=False, grave=True)
    assert grave == pytest.approx(0.3 * GRAVE_WORTH - ASKED_BACK_COST + KEEP_MARGIN)
    assert worth(ReplyKind.OWN, 0.7, answered=False, grave=True) < grave
    assert worth(ReplyKind.ASK, 0.65, answered=False, grave=True) > grave


def test_what_was_decided_stands_where_another_is_hardly_worth_more() -> None:
    assert worth(ReplyKind.KEEP, 0.5, answered=True, grave=False) == pytest.approx(
        worth(ReplyKind.OWN, 0.5, answered=True, grave=False) + KEEP_MARGIN
    )
    assert worth(ReplyKind.KEEP, 0.5, answered=False, grave=False) == pytest.approx(0.5 - ASKED_BACK_COST + KEEP_MARGIN)
