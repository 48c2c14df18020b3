"""What the bot does about each kind of entry."""

from dataclasses import replace

import pytest

from handlers.model.actions import CloseHandoffs, HandoffReason, NotifyStaff, ShowTicketChannel
from handlers.model.session import Session
from kb.model import DialogueAct, LineId
from kb.understanding.result import ActCandidate, Explanation, Outcome
from tests.doubles import Dialog, acts_as, means, notices, vaguely


def test_a_stopped_till_gets_its_number_in_the_first_line() -> None:
    talk = Dialog({"kase stāv": means("dead", language="lv")})
    reply = talk.says("kase stāv")
    assert "+371 20000002" in reply.text.splitlines()[0]
    assert talk.decided.trace.act == "critical"
    assert NotifyStaff(line=LineId("workshop"), reason=HandoffReason.TRADING_STOPPED) in talk.decided.actions
    assert talk.session.outage_reported


def test_staff_is_told_once_of_a_message_that_calls_for_them_twice() -> None:
    said = "frozen? a live person please"
    may_be_stopped = (ActCandidate(DialogueAct.OUTAGE, 0.3),)
    talk = Dialog({said: means("dead", also=("person",), language="en")}, acts={said: may_be_stopped})
    talk.says(said)
    assert [action.reason for action in talk.decided.actions if isinstance(action, NotifyStaff)] == [
        HandoffReason.TRADING_STOPPED
    ]


def test_an_answer_ends_with_its_source() -> None:
    reply = Dialog({"как закрыть смену": means("close", language="ru")}).says("как закрыть смену")
    assert reply.text.splitlines()[-1] == "Источник: Руководство 7.1, https://paraugs.example/manual"


def test_a_fault_gets_its_line() -> None:
    talk = Dialog({"printer": means("printer", language="en")})
    assert "+371 20000002" in talk.says("printer").text
    assert talk.decided.trace.act == "problem"
    assert talk.session.line == "workshop"


def test_what_was_just_said_is_not_said_again_to_who_asks_on() -> None:
    said = {
        text: means("printer", language="en") for text in ("printer", "all of them", "the kitchen printer is dead too")
    }
    talk = Dialog({**said, "tills stand": means("dead", language="en"), "both": means("dead", language="en")})
    talk.says("printer")
    assert talk.says("all of them").text == "They can help with that: +371 20000002 (Workshop)."
    assert (talk.decided.trace.handler, talk.decided.trace.entry) == ("topic", "printer")
    assert (
        talk.says("the kitchen printer is dead too").text
        == "Thank you. Tell them that too at +371 20000002 (Workshop)."
    )
    assert "Source" in talk.says("tills stand").text
    assert talk.says("both").text == "Call now: +371 20000002 (Workshop)."


def test_who_wants_a_ticket_is_shown_the_email_and_a_draft() -> None:
    talk = Dialog({"open a ticket": means("ticket", language="en")})
    reply = talk.says("open a ticket")
    assert "tickets@paraugs.example" in reply.text
    assert "https://here/t/x" in reply.text
    assert reply.text.splitlines()[-1].startswith("Source:")
    assert ShowTicketChannel() in talk.decided.actions


@pytest.mark.parametrize(("decided_by", "handler"), [("ticket_request", "ticket_request"), ("rank", "topic")])
def test_a_ticket_that_is_ordered_in_so_many_words_comes_before_the_topics(decided_by: str, handler: str) -> None:
    explanation = Explanation(answer_threshold=0.5, clarify_threshold=0.3, decided_by=decided_by)
    talk = Dialog({"open a ticket": replace(means("ticket", language="en"), explanation=explanation)})
    assert "tickets@paraugs.example" in talk.says("open a ticket").text
    assert talk.decided.trace.handler == handler


def test_the_ticket_rule_holds_however_often_it_is_pressed() -> None:
    talk = Dialog({"ticket": means("ticket", language="en")}, cues={"just note it": "repeat_ticket"})
    first, second, third = talk.says("ticket").text, talk.says("just note it").text, talk.says("ticket").text
    assert len({first, second, third}) == 3
    assert all("tickets@paraugs.example" in text and "https://here/t/x" in text for text in (first, second, third))
    assert talk.session.ticket_requests == 3


def test_pressing_without_having_asked_for_a_ticket_is_no_ticket_request() -> None:
    talk = Dialog(cues={"just note it": "repeat_ticket"})
    talk.says("just note it")
    assert talk.decided.trace.act == "none"


def test_words_that_may_mean_a_ticket_are_taken_so_where_one_was_asked_for_or_they_press() -> None:
    vague = means("ticket", "close", language="en")
    pressing = replace(vague, signals=frozenset({"repeat_ticket"}))
    talk = Dialog({"send it": vague, "ticket": means("ticket", language="en"), "ignore the rules": pressing})
    talk.says("send it")
    assert talk.decided.trace.act == "clarify"
    for text in ("ignore the rules", "send it"):
        talk.says(text)
        assert talk.decided.trace.act == "ticket"


@pytest.mark.parametrize(("wish", "other", "topic", "act"), [(0.45, 0.4, 0.3, "ticket"), (0.35, 0.3, 0.3, "clarify"), (0.4, 0.45, 0.3, "clarify"), (0.45, 0.4, 0.2, "clarify")])  # fmt: skip
def test_a_likely_wish_for_a_ticket_is_one_where_tickets_are_the_likeliest_topic(
    wish: float, other: float, topic: float, act: str
) -> None:
    vague = replace(vaguely("ticket", topic, "close"), outcome=Outcome.CLARIFIED)
    acts = ActCandidate(DialogueAct.TICKET_PUSH, wish), ActCandidate(DialogueAct.OTHER, other)
    talk = Dialog({"note it": vague}, acts={"note it": acts if wish > other else acts[::-1]}).speaks("en")
    talk.says("note it")
    assert talk.decided.trace.act == act


def test_a_stopped_till_and_a_ticket_in_one_message_give_the_number_first() -> None:
    talk = Dialog({"both": means("ticket", language="en", also=("dead",))})
    reply = talk.says("both")
    assert "+371 20000002" in reply.text.splitlines()[0]
    assert "tickets@paraugs.example" in reply.text
    assert talk.decided.trace.entry == "dead"


def test_a_ticket_wanted_while_trading_is_stopped_still_gives_the_number_first() -> None:
    talk = Dialog({"dead": means("dead", language="en"), "ticket": means("ticket", language="en")})
    talk.says("dead")
    assert "+371 20000002" in talk.says("ticket").text.splitlines()[0]


def test_who_asks_for_a_person_gets_all_numbers_at_once_and_one_notice_and_may_choose_whose() -> None:
    talk = Dialog({"person": means("person", language="en")})
    reply = talk.says("person")
    assert reply.text.index("+371 20000002") < reply.text.index("+371 20000001"), "the urgent line first"
    assert [option.id for option in reply.options] == ["line:desk", "line:workshop"]
    assert notices(talk) == [NotifyStaff(line=LineId("desk"), reason=HandoffReason.ASKED_FOR_PERSON)]
    assert "+371 20000002" in talk.taps("line:workshop").text
    assert notices(talk) == [NotifyStaff(line=LineId("workshop"), reason=HandoffReason.ASKED_FOR_PERSON)]


def test_who_asks_for_a_person_after_a_topic_gets_the_line_of_the_topic_first() -> None:
    talk = Dialog({"hours": means("hours", language="en"), "person": means("person", language="en")})
    talk.says("hours")
    text = talk.says("person").text
    assert text.index("+371 20000001") < text.index("+371 20000002")
    assert notices(talk) == [NotifyStaff(line=LineId("desk"), reason=HandoffReason.ASKED_FOR_PERSON)]
    assert talk.decided.trace.line == "desk"


def test_who_asks_for_a_person_while_trading_is_stopped_is_told_to_call_first() -> None:
    talk = Dialog({"dead": means("dead", language="en"), "person": means("person", language="en")})
    talk.says("dead")
    assert talk.says("person").text.startswith("Call now: +371 20000002 (Workshop).")
    assert notices(talk) == [NotifyStaff(line=LineId("workshop"), reason=HandoffReason.ASKED_FOR_PERSON)]


def test_a_greeting_offers_the_topics() -> None:
    talk = Dialog({"hello": means("hello", language="en")})
    assert [option.id for option in talk.says("hello").options] == ["entry:dead", "entry:hours", "entry:close"]


def test_a_greeting_beside_a_matter_is_not_answered_for_itself() -> None:
    talk = Dialog({"hello, hours?": means("hello", language="en", also=("hours",))})
    reply = talk.says("hello, hours?")
    assert talk.decided.trace.entry == "hours"
    assert "Hello" not in reply.text


def test_two_matters_are_both_answered_the_most_urgent_first() -> None:
    talk = Dialog({"two": means("close", language="en", also=("printer", "hours"))})
    text = talk.says("two").text
    assert text.index("+371 20000002") < text.index("Z report")
    assert talk.decided.trace.entry == "printer"
    assert talk.session.entry == "printer"


def test_two_faults_need_one_call_only() -> None:
    talk = Dialog({"two": means("printer", language="en", also=("scanner",))})
    assert talk.says("two").text.count("+371 20000002") == 1


def test_it_works_again_drops_the_alarm_and_sends_staff_home() -> None:
    talk = Dialog({"dead": means("dead", language="en")}, cues={"ok again": "resolved"})
    talk.says("dead")
    assert "Good, it works again" in talk.says("ok again").text
    assert not talk.session.outage_reported
    assert (talk.decided.trace.handler, talk.decided.trace.act, talk.decided.trace.entry) == ("resolved", "talk", "bye")
    assert CloseHandoffs() in talk.decided.actions


def test_a_mere_thank_you_sends_nobody_home_and_trading_is_still_stopped() -> None:
    talk = Dialog({"dead": means("dead", language="en"), "thanks": means("bye", language="en")})
    talk.says("dead")
    assert talk.says("thanks").text == "You are welcome. If trading is still stopped, call +371 20000002 (Workshop)."
    assert talk.session.outage_reported
    assert CloseHandoffs() not in talk.decided.actions


def test_who_is_calling_already_is_told_what_to_have_ready() -> None:
    talk = Dialog({"dead": means("dead", language="en")}, cues={"calling": "calling"})
    talk.says("dead")
    assert "which till" in talk.says("calling").text
    assert talk.session.outage_reported


def test_the_number_is_said_again_on_request() -> None:
    talk = Dialog({"dead": means("dead", language="en")}, cues={"again?": "again"})
    assert "nothing to repeat" in Dialog(cues={"again?": "again"}).speaks("en").says("again?").text
    talk.says("dead")
    assert "+371 20000002" in talk.says("again?").text
    assert talk.decided.trace.act == "critical"


def test_a_line_without_an_entry_is_said_again_too() -> None:
    talk = Dialog(cues={"again?": "again"}, session=Session(language="en", line=LineId("desk")))
    assert "+371 20000001" in talk.says("again?").text


def test_words_of_good_news_inside_a_message_are_no_good_news_unless_the_message_is_that_act() -> None:
    news = means(language="en", signals=("resolved",))
    meanings = {"dead": means("dead", language="en"), "nothing is fixed": news, "it rose, all fixed": news}
    talk = Dialog(meanings, acts={"it rose, all fixed": acts_as(DialogueAct.WORKS_AGAIN, 0.4)})
    talk.says("dead")
    talk.says("nothing is fixed")
    assert (talk.decided.trace.handler, talk.session.outage_reported) == ("fallback", True)
    assert CloseHandoffs() not in talk.decided.actions
    talk.says("it rose, all fixed")
    assert (talk.decided.trace.handler, talk.session.outage_reported) == ("resolved", False)
    assert CloseHandoffs() in talk.decided.actions


def test_a_nod_needs_no_more_than_a_nod() -> None:
    talk = Dialog(cues={"ok": "acknowledge"}, session=Session(language="en", failed_turns=1))
    talk.says("ok")
    assert (talk.decided.trace.act, talk.decided.trace.outcome) == ("none", Outcome.UNKNOWN)
    assert talk.session.failed_turns == 1


@pytest.mark.parametrize("cue", ["opt_out", "opt_in"])
def test_stop_and_start_are_honoured(cue: str) -> None:
    talk = Dialog(cues={"STOP": cue}).speaks("en")
    assert "write" in talk.says("STOP").text.lower()


def test_who_orders_a_ticket_for_the_fourth_time_is_told_the_way_alone() -> None:
    talk = Dialog({"open a ticket": means("ticket", language="en")})
    replies = [talk.says("open a ticket") for _ in range(4)]
    assert "A draft in your own words" in replies[2].text
    assert "A draft in your own words" not in replies[3].text
    assert "tickets@paraugs.example" in replies[3].text
    assert talk.decided.trace.act == "ticket"
