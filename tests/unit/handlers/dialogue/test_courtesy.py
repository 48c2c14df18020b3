"""Greetings, thanks, anger, confusion: answered calmly; they cost no strike and call nobody."""

from dataclasses import replace

import pytest

from handlers.model.actions import CloseHandoffs, Say, ShowTicketChannel
from handlers.model.session import QuestionKind
from kb.model import DialogueAct, EntryId, LineId
from kb.understanding.result import ActCandidate, Interpretation
from tests.doubles import Dialog, acts_as, company, means, notices, vaguely

DESK, WORKSHOP = "+371 20000001", "+371 20000002"
TOPICS = ["entry:dead", "entry:hours", "entry:close"]
MEANINGS = {name: means(name, language="en") for name in ("hours", "close", "printer", "dead", "ticket", "bye")} | {
    "see you, ok": means(language="en", signals=("acknowledge",))
}
ACTS = {
    "thanks a lot": DialogueAct.THANKS,
    "hello there": DialogueAct.GREETING,
    "see you, ok": DialogueAct.GREETING,
    "how are you": DialogueAct.SMALL_TALK,
    "understood": DialogueAct.AGREE,
    "what a joke": DialogueAct.ANGER,
    "what?": DialogueAct.CONFUSION,
    "not that": DialogueAct.WRONG_ANSWER,
    "do it anyway": DialogueAct.TICKET_PUSH,
    "which address?": DialogueAct.WHICH_EMAIL,
    "i am calling": DialogueAct.CALLING_NOW,
    "no need to call": DialogueAct.CALLING_NOW,
}


def talk(*said: str) -> Dialog:
    """A talk in English in which so much was said already."""
    one = Dialog(MEANINGS, cues={"yup": "acknowledge", "ringing": "calling"}, acts=ACTS).speaks("en")
    for text in said:
        one.says(text)
    return one


def handled(one: Dialog) -> tuple[str, str]:
    return one.decided.trace.handler, one.decided.trace.act


def test_thanks_are_answered_and_neither_end_the_topic_nor_send_anybody_home() -> None:
    one = talk("printer")
    assert one.says("thanks a lot").text == "You are welcome."
    assert one.session.entry == "printer"
    assert CloseHandoffs() not in one.decided.actions


def test_a_greeting_offers_the_topics() -> None:
    reply = talk().says("hello there")
    assert reply.text == "Hello! How can I help?"
    assert [option.id for option in reply.options] == TOPICS


def test_a_greeting_with_a_word_of_consent_within_a_talk_takes_leave() -> None:
    assert talk("hours").says("see you, ok").text == "You are welcome."
    assert talk().says("see you, ok").text == "Hello! How can I help?"


def test_how_are_you_opens_a_talk_like_a_greeting_and_within_one_it_is_answered_for_itself() -> None:
    assert talk().says("how are you").text == "Hello! How can I help?"
    one = talk("hours")
    reply = one.says("how are you")
    assert reply.text == "I'm the support bot, always here. What do you need?"
    assert [option.id for option in reply.options] == TOPICS
    assert handled(one) == ("courtesy", "talk")


def test_small_talk_that_an_entry_answers_is_answered_by_it() -> None:
    for text in ("hello there", "how are you", "understood"):
        one = talk("hours")
        one.interpreter.meanings = {text: means("bye", language="en")}
        assert one.says(text).text == "You are welcome."
        assert handled(one) == ("topic", "talk")


def test_where_no_entry_greets_or_thanks_these_words_are_not_understood() -> None:
    for text in ("thanks a lot", "hello there", "see you, ok"):
        one = Dialog(acts=ACTS, base=company(greeting_entry=None, resolved_entry=None))
        one.says(text)
        assert one.decided.trace.handler == "fallback"


def test_understood_gets_a_nod() -> None:
    one = talk("hours")
    assert one.says("understood").text == "All right. If you need anything else, write."
    assert handled(one) == ("courtesy", "talk")


def test_a_nod_while_a_question_is_open_answers_nothing_and_the_question_waits() -> None:
    one = talk()
    one.interpreter.meanings = {"hm": means("close", "hours", language="en")}
    one.interpreter.acts = {"yup": DialogueAct.AGREE}
    one.says("hm")
    one.says("yup")
    assert handled(one) == ("acknowledged", "none")
    assert one.session.question is not None


def test_anger_is_met_with_a_number_of_the_talk_and_calls_nobody() -> None:
    one = talk("hours")
    text = one.says("what a joke").text
    assert text.startswith("I understand. A person on the phone can help faster:")
    assert (DESK in text, WORKSHOP in text) == (True, False)
    assert notices(one) == []


def test_anger_out_of_the_blue_is_met_with_all_numbers() -> None:
    text = talk().says("what a joke").text
    assert (DESK in text, WORKSHOP in text) == (True, True)


def test_anger_while_trading_is_stopped_is_met_with_the_urgent_number_alone() -> None:
    assert talk("dead", "hours").says("what a joke").text == f"Call now: {WORKSHOP} (Workshop)."


@pytest.mark.parametrize(("said", "before", "number"), [("what?", (), WORKSHOP), ("not that", ("hours",), WORKSHOP)])
def test_confusion_asks_again_with_topics_and_a_number_and_is_no_strike(
    said: str, before: tuple[str, ...], number: str
) -> None:
    one = talk(*before)
    reply = one.says(said)
    assert [option.id for option in reply.options] == TOPICS
    assert f"If trading has stopped, call now: {number}" in reply.text
    assert handled(one) == ("confusion", "clarify")
    assert one.session.failed_turns == 0


@pytest.mark.parametrize("said", ["do it anyway", "which address?"])
def test_who_presses_for_a_ticket_or_asks_where_to_is_shown_the_way(said: str) -> None:
    one = talk("printer")
    assert "tickets@paraugs.example" in one.says(said).text
    assert handled(one) == ("ticket_wish", "ticket")
    assert ShowTicketChannel() in one.decided.actions


@pytest.mark.parametrize(("topic", "act", "handler"), [(0.9, 0.7, "topic"), (0.9, 0.9, "ticket_wish"), (0.7, 0.7, "ticket_wish")])  # fmt: skip
def test_a_sure_topic_wins_over_a_less_likely_wish_for_a_ticket(topic: float, act: float, handler: str) -> None:
    one = Dialog(
        {"that address": means("close", language="en", confidence=topic)},
        acts={"that address": acts_as(DialogueAct.WHICH_EMAIL, act)},
    )
    one.says("that address")
    assert one.decided.trace.handler == handler


@pytest.mark.parametrize(("meaning", "act", "handler"), [(means(), 0.45, "fallback"), (means(), 0.5, "ticket_wish"), (vaguely("ticket", 0.3), 0.38, "ticket_wish")])  # fmt: skip
def test_an_unsure_wish_for_a_ticket_counts_only_where_tickets_are_the_likeliest_topic(
    meaning: Interpretation, act: float, handler: str
) -> None:
    one = Dialog({"do it": meaning}, acts={"do it": acts_as(DialogueAct.TICKET_PUSH, act)}).speaks("en")
    one.says("do it")
    assert one.decided.trace.handler == handler


def test_where_no_entry_tells_of_tickets_the_wish_for_one_is_not_understood() -> None:
    base = company()
    entries = {name: entry for name, entry in base.entries.items() if name != "ticket"}
    one = Dialog(acts=ACTS, base=replace(base, entries=entries))
    one.says("do it anyway")
    assert one.decided.trace.handler == "fallback"


@pytest.mark.parametrize(
    ("said", "noted"),
    [
        ("Ilze, 29111222, cafe Ala", "Ala, Ilze, 29 111 222"),
        ("29111222", "29 111 222"),
        ("cafe Ala", "Ala"),
        ("my name is Ilze", "Ilze"),
    ],
)
def test_who_only_says_who_they_are_is_noted_and_asked_what_it_is_about(said: str, noted: str) -> None:
    one = talk()
    one.session = replace(one.session, failed_turns=1)
    reply = one.says(said)
    assert reply.text == f"Noted: {noted}. What do you need, or what isn't working?"
    assert [option.id for option in reply.options] == TOPICS
    assert (*handled(one), one.decided.trace.entry) == ("introduced", "talk", "hello")
    assert notices(one) == []
    assert one.session.question is not None
    assert one.session.question.about is QuestionKind.TOPIC
    assert one.session.failed_turns == 0
    assert one.session.details.tells_who
    assert one.taps("entry:hours").text == one.knowledge.base.entries[EntryId("hours")].body["en"]


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (("hours",), "Ilze, 29111222, cafe Ala"),
        (("when?",), "Ilze, 29111222, cafe Ala?"),
        ((), "Ilze, 29111222, the oven is on fire"),
        ((), "the oven"),
        ((), "and it is"),
    ],
)
def test_in_a_talk_or_beside_a_matter_who_it_is_is_no_introduction(before: tuple[str, ...], said: str) -> None:
    one = Dialog(MEANINGS, acts={"when?": DialogueAct.CHASING}).speaks("en")
    for text in (*before, said):
        one.says(text)
    assert one.decided.trace.handler != "introduced"


def office(*said: str, **directory: object) -> Dialog:
    """A talk with a company whose advisers are a line of their own, beside those for faults."""
    one = Dialog(MEANINGS, acts=ACTS, base=company(**{"general_line": LineId("workshop"), **directory})).speaks("en")
    for text in said:
        one.says(text)
    return one


def test_where_to_write_about_papers_is_the_office_and_no_ticket() -> None:
    one = office("hours")
    assert one.says("which address?").text == f"Write to:\noffice@paraugs.example\nBy phone: {DESK} (Advice desk)."
    trace = one.decided.trace
    assert (trace.handler, trace.act, trace.entry, trace.line) == ("ticket_wish", "answer", "desk", "desk")
    assert one.session.ticket_requests == 0
    assert one.session.entry == "hours", "that is talked about still"


@pytest.mark.parametrize(
    ("before", "said", "directory"),
    [
        (("printer",), "which address?", {}),
        ((), "which address?", {}),
        (("hours",), "do it anyway", {}),
        (("hours",), "which address?", {"office_email": ""}),
        (("hours",), "which address?", {"general_line": LineId("desk")}),
        (("hours",), "which address?", {"urgent_line": LineId("desk")}),
    ],
)
def test_a_fault_a_pressing_wish_and_the_line_for_all_else_get_the_way_to_a_ticket(
    before: tuple[str, ...], said: str, directory: dict[str, object]
) -> None:
    one = office(*before, **directory)
    assert "tickets@paraugs.example" in one.says(said).text
    assert handled(one) == ("ticket_wish", "ticket")


@pytest.mark.parametrize(("entry", "line"), [("hours", "any"), ("printer", "desk")])
def test_an_answer_of_no_line_and_a_fault_of_the_advisers_have_no_office_of_their_own(entry: str, line: str) -> None:
    base = company(general_line=LineId("workshop"))
    moved = replace(base.entries[EntryId(entry)], line=LineId(line))
    one = Dialog(MEANINGS, acts=ACTS, base=replace(base, entries={**base.entries, moved.id: moved})).speaks("en")
    one.says(entry)
    assert "tickets@paraugs.example" in one.says("which address?").text


@pytest.mark.parametrize(("before", "answer"), [("printer", "All right."), ("dead", "Call now: ")])
def test_who_says_that_nobody_need_call_is_nodded_at_unless_trading_has_stopped(before: str, answer: str) -> None:
    one = talk()
    one.says(before)
    assert one.says("no need to call").text.startswith(answer)
    assert one.decided.trace.handler == "calling"


@pytest.mark.parametrize("said", ["i am calling", "ringing"])
def test_who_is_calling_is_told_what_to_have_ready(said: str) -> None:
    one = talk("dead")
    assert "which till" in one.says(said).text
    assert one.session.outage_reported


def test_who_asks_where_to_write_after_a_refusal_is_not_refused_again() -> None:
    one = talk("ticket", "which address?")
    told, asked = one.decided.actions, one.session.ticket_requests
    assert ShowTicketChannel() in told
    assert asked == 1
    assert "Write to" in next(action.text for action in told if isinstance(action, Say))


@pytest.mark.parametrize(
    ("said", "noted"),
    [("te Ilze no Rozengrāla", True), ("te Ilze no Rozengrāla?", False), ("te ilze no rozengrāla", False)],
)
def test_names_alone_are_an_introduction(said: str, noted: bool) -> None:
    one = Dialog(MEANINGS).speaks("en")
    one.says(said)
    assert (one.decided.trace.handler == "introduced") is noted


@pytest.mark.parametrize("said", ["hello, i am the bookkeeper", "это официантка", "labdien, es no grāmatvedības"])
def test_who_only_says_who_writes_is_greeted(said: str) -> None:
    one = Dialog({said: vaguely("close", 0.1, language="en")}, acts={said: acts_as(DialogueAct.DETAIL, 0.3)})
    one.says(said)
    assert (one.decided.trace.handler, one.decided.trace.entry) == ("courtesy", "hello")


DETAIL = ActCandidate(DialogueAct.DETAIL, 0.35)


@pytest.mark.parametrize(
    ("said", "meaning", "acts"),
    [
        ("i am the bookkeeper?", vaguely("close", 0.1), (DETAIL,)),
        ("i am the bookkeeper of the place around the corner", vaguely("close", 0.1), (DETAIL,)),
        ("bookkeeper", vaguely("close", 0.1), (DETAIL,)),
        ("i am the bookkeeper", means("hours", language="en"), (DETAIL,)),
        ("we are away until monday", vaguely("close", 0.1), ()),
        ("i am stuck", vaguely("close", 0.1), (DETAIL, ActCandidate(DialogueAct.BARE_FAULT, 0.3))),
        ("i am alone, call me", vaguely("close", 0.1), (DETAIL, ActCandidate(DialogueAct.ASK_PERSON, 0.3))),
    ],
)
def test_who_tells_more_than_that_is_not_just_greeted(
    said: str, meaning: Interpretation, acts: tuple[ActCandidate, ...]
) -> None:
    one = Dialog({said: meaning}, acts={said: acts})
    one.says(said)
    assert one.decided.trace.entry != "hello"


def test_in_a_talk_who_writes_is_a_detail() -> None:
    one = Dialog({"printer": means("printer"), "i am the bookkeeper": vaguely("close", 0.1)})
    one.says("printer")
    one.says("i am the bookkeeper")
    assert one.decided.trace.handler != "courtesy"


def test_who_does_not_understand_an_answer_is_told_who_explains_it_and_it_is_not_said_again() -> None:
    for topic, line in (("close", DESK), ("printer", WORKSHOP)):
        one = talk(topic)
        reply = one.says("what?")
        assert (
            reply.text
            == f"I can't put it more simply. A person can explain it: {line} ({'Advice desk' if line == DESK else 'Workshop'})."
        )
        assert reply.options == ()
        assert handled(one) == ("confusion", "clarify")
        assert one.session.entry == topic
        assert [option.id for option in one.says("what?").options] == TOPICS, "the second time it is asked otherwise"


def test_words_that_may_mean_the_answer_above_do_not_bring_it_back_where_it_was_not_understood() -> None:
    one = talk("close")
    one.interpreter.meanings = {**MEANINGS, "what?": means("close", language="en")}
    assert one.says("what?").text.startswith("I can't put it more simply.")


def test_while_trading_is_stopped_nobody_is_sent_to_have_an_answer_explained() -> None:
    one = talk("dead")
    one.says("what?")
    assert "explain" not in one.says("what?").text
