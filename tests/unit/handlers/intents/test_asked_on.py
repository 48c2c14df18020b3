"""What is asked on after an answer: the sentence of it that is meant, or who knows more."""

from dataclasses import replace

import pytest

from handlers.intents.asked_on import MIN_SHARE
from handlers.model.reply_model import ReplyKind
from kb.model import DialogueAct, EntryId, KnowledgeBase
from kb.understanding.result import Passage
from tests.doubles import Dialog, PreferredReply, ScriptedActs, acts_as, company, means, small_phrases

DESK, WORKSHOP = "+371 20000001", "+371 20000002"
SENTENCE = "The Z report closes it."
MEANINGS = {name: means(name, language="en") for name in ("hours", "close", "printer", "dead", "ticket")} | {
    **dict.fromkeys(("all of them", "and all?"), means("printer", language="en")),
    "either": means("close", "hours", language="en", confidence=0.4),
}
ACTS: ScriptedActs = {
    "why?": DialogueAct.ELABORATE,
    "in detail": DialogueAct.ELABORATE,
    "how much?": DialogueAct.ASK_PRICE_FOLLOW,
    "how long?": DialogueAct.ASK_TIME_FOLLOW,
}


def talk(*said: str, base: KnowledgeBase | None = None, found: Passage | str | None = None) -> Dialog:
    """A talk in English in which so much was said; `found` is the sentence that every question asks for."""
    one = Dialog(MEANINGS, acts=ACTS, base=base).speaks("en")
    if found is not None:
        one.interpreter.passages = dict.fromkeys((*ACTS, "all of them", "and all?"), found)
    for text in said:
        one.says(text)
    return one


def told(key: str, number: str, **values: str) -> str:
    """One of the bot's own sentences, with the line of a number."""
    name = {DESK: "Advice desk", WORKSHOP: "Workshop"}[number]
    return small_phrases()("en", key, phone=number, name=name, **values)


def handled(one: Dialog) -> tuple[str, str, str | None, str | None]:
    trace = one.decided.trace
    return trace.handler, trace.act, trace.entry, trace.line


def test_the_sentence_that_is_asked_for_is_said_with_its_source_and_the_line_for_the_rest() -> None:
    one = talk("close", found=SENTENCE)
    source = "Source: Manual 7.1, https://paraugs.example/manual"
    assert one.says("why?").text == f"{told('passage', DESK, passage=SENTENCE)}\n\n{source}"
    assert handled(one) == ("follow_up", "answer", "close", "desk")


def test_a_sentence_that_holds_the_number_is_said_alone() -> None:
    one = talk("hours", found=f"Ring {DESK} for that.")
    assert one.says("why?").text == f"Ring {DESK} for that."


def test_a_sentence_of_what_no_line_knows_is_said_alone() -> None:
    text = talk("hours", "ticket", found=SENTENCE).says("why?").text
    assert text.startswith(SENTENCE)
    assert DESK not in text


def test_a_topic_without_a_line_of_which_none_was_given_is_not_asked_on() -> None:
    one = talk("ticket", found=SENTENCE)
    one.says("why?")
    assert one.decided.trace.handler == "fallback"


@pytest.mark.parametrize(("share", "said"), [(MIN_SHARE, True), (MIN_SHARE - 0.01, False)])
def test_a_sentence_that_shares_too_little_is_not_said(share: float, said: bool) -> None:
    text = talk("close", found=Passage(text=SENTENCE, share=share)).says("why?").text
    assert (SENTENCE in text) is said
    assert text.startswith(told("all_said", DESK, topic="Close the shift")) is not said


def test_of_stopped_trading_no_sentence_is_said_but_the_number() -> None:
    assert talk("dead", found=SENTENCE).says("why?").text == f"Call {WORKSHOP} (Workshop)."


def test_a_question_for_days_is_answered_by_the_sentence_alone_where_the_topic_tells_them() -> None:
    one = talk("close", found=SENTENCE)
    assert one.says("how long?").text.startswith(SENTENCE)
    assert "manual 7.1" in talk("close").says("how long?").text, "else by all of it"


def test_what_another_entry_answers_is_not_looked_for_in_the_topic() -> None:
    one = talk("printer", base=company(follow_ups={DialogueAct.ASK_PRICE_FOLLOW: EntryId("desk")}), found=SENTENCE)
    assert one.says("how much?").text.startswith(f"Advice desk: {DESK}")
    assert handled(one) == ("follow_up", "answer", "desk", "desk")


def test_what_is_not_known_is_said_so_to_a_question_and_else_the_line_is_named() -> None:
    assert talk("close").says("why?").text.startswith(told("all_said", DESK, topic="Close the shift"))
    assert talk("close").says("in detail").text.startswith(told("more_about", DESK, topic="Close the shift"))


@pytest.mark.parametrize(("said", "key"), [("why?", "no_more_known"), ("in detail", "line_helps")])
def test_the_topic_is_not_named_twice_in_a_row(said: str, key: str) -> None:
    one = talk("close", "why?")
    assert one.says(said).text == told(key, DESK)
    assert handled(one) == ("follow_up", "answer", "close", "desk")


def test_even_the_second_time_the_sentence_that_is_asked_for_is_said() -> None:
    one = talk("close", "why?")
    one.interpreter.passages = {"in detail": SENTENCE}
    assert one.says("in detail").text.startswith(SENTENCE)


@pytest.mark.parametrize("kind", [ReplyKind.TOPIC, ReplyKind.OWN])
def test_nor_after_another_reply_than_the_decided_one_that_named_it(kind: ReplyKind) -> None:
    one = talk("close")
    one.knowledge = replace(one.knowledge, replies=PreferredReply(kind))
    assert one.says("either").text.startswith(told("more_about", DESK, topic="Close the shift"))
    assert one.decided.trace.handler == f"likelier_{kind}"
    assert one.says("either").text == told("line_helps", DESK)


def test_a_reply_that_is_likelier_right_is_the_sentence_too_where_one_is_asked_for() -> None:
    one = talk("close")
    one.knowledge = replace(one.knowledge, replies=PreferredReply(ReplyKind.TOPIC))
    one.interpreter.passages = {"either": SENTENCE}
    assert one.says("either").text.startswith(SENTENCE)
    assert handled(one) == ("likelier_topic", "answer", "close", "desk")


def test_of_another_topic_it_is_told_again() -> None:
    one = talk("printer", base=company(follow_ups={DialogueAct.ASK_PRICE_FOLLOW: EntryId("desk")}))
    one.says("how much?")
    assert handled(one)[:3] == ("follow_up", "answer", "desk")
    assert one.says("why?").text.startswith(told("all_said", WORKSHOP, topic="Printer"))


@pytest.mark.parametrize(("said", "key"), [("all of them", "line_helps"), ("and all?", "no_more_known")])
def test_who_asks_on_with_the_words_of_the_topic_gets_the_sentence_too(said: str, key: str) -> None:
    one = talk("printer", found=SENTENCE)
    assert one.says(said).text.startswith(f"{SENTENCE}\n\n{told('passage', WORKSHOP, passage='').strip()}")
    assert handled(one) == ("topic", "problem", "printer", "workshop")
    assert talk("printer").says(said).text == told(key, WORKSHOP), "where there is none, the line"


@pytest.mark.parametrize(("act", "said"), [(DialogueAct.DETAIL, False), (DialogueAct.ELABORATE, True)])
def test_a_detail_asks_for_no_sentence(act: DialogueAct, said: bool) -> None:
    one = talk("close")
    one.knowledge = replace(one.knowledge, replies=PreferredReply(ReplyKind.TOPIC))
    one.interpreter.passages = {"either": SENTENCE}
    one.interpreter.acts = {"either": acts_as(act, 0.3)}
    assert (SENTENCE in one.says("either").text) is said


def test_an_answer_that_stands_some_turns_above_is_not_said_again() -> None:
    one = talk("close", "why?", "why?")
    one.interpreter.acts = {}
    assert "manual 7.1" not in one.says("close").text
    assert handled(one)[:3] == ("topic", "answer", "close")
