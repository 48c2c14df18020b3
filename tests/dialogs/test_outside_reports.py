"""Inputs of public bug reports, with the shipped knowledge: a bare device alarms nobody, one thought in five messages
calls nobody in."""

from datetime import timedelta

import pytest

from handlers.model.actions import NotifyStaff
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound
from handlers.model.session import Decision, Session
from handlers.router import decide
from kb.model import Act
from kb.understanding.result import Outcome
from tests.doubles import NOW

BARE_DEVICES = (
    "kase",
    "kase?",
    "Kase",
    "kasē",
    "kasse",
    "kase 2",
    "iiko kase",
    "kase, lūdzu",
    "касса",
    "касса 1",
    "till",
)
OPENERS = ("man ir jautājums", "I have a question", "vai varat palīdzēt?", "ko darīt?", "что делать?", "срочно", "???")
ONE_THOUGHT = ("Labdien", "man ir jautājums", "kase nedrukā čeku", "ko darīt?", "???")


def said(knowledge: KnowledgeBundle, *texts: str) -> list[Decision]:
    """One person writes these, two seconds apart."""
    session, decisions = Session(), []
    for number, text in enumerate(texts):
        at = NOW + number * timedelta(seconds=2)
        inbound = Inbound(channel="t", conversation="c", sender="c", message_id=str(number), sent_at=at, text=text)
        decisions.append(decide(inbound, session, knowledge, at))
        session = decisions[-1].session
    return decisions


def calls(decisions: list[Decision]) -> list[NotifyStaff]:
    return [action for one in decisions for action in one.actions if isinstance(action, NotifyStaff)]


@pytest.mark.parametrize("text", BARE_DEVICES)
def test_a_device_without_a_fault_is_asked_about_and_calls_nobody(shipped: KnowledgeBundle, text: str) -> None:
    (decision,) = said(shipped, text)
    assert calls([decision]) == []
    assert decision.trace.act != Act.CRITICAL


def test_the_same_device_with_its_fault_calls_people(shipped: KnowledgeBundle) -> None:
    assert len(calls(said(shipped, "kase uzkārusies, nevaram neko pārdot"))) == 1


@pytest.mark.parametrize("text", OPENERS)
def test_an_opener_alone_calls_nobody(shipped: KnowledgeBundle, text: str) -> None:
    assert calls(said(shipped, text)) == []


def test_one_thought_in_five_messages_is_answered_and_calls_nobody(shipped: KnowledgeBundle) -> None:
    decisions = said(shipped, *ONE_THOUGHT)
    assert calls(decisions) == []
    assert decisions[2].trace.entry == "receipt-printer"
    assert [one.trace.outcome for one in decisions].count(Outcome.UNKNOWN) <= 1
