"""What is broken, as far as a message names it."""

from dataclasses import replace

import pytest

from handlers.details.cause import named_cause
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound
from handlers.model.session import Session
from handlers.router import decide
from kb.model import EntryId
from kb.understanding.result import Candidate
from tests.contract.talks import HELLO, NOW, TRACE


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ("nav savienojuma ar serveri, kases stāv", "no-connection"),
        ("не можем продавать, нет связи с сервером", "no-connection"),
        ("fiskālā kļūda, nevaram pārdot", "fiscal-error"),
        ("maiņa neatveras, nevaram sākt darbu", "shift-wont-open"),
        ("internet down, cannot sell", "no-connection"),
        ("till dead", None),
        ("kase nestrādā, nevaram pārdot", None),
        ("vajag cilvēku", None),
    ],
)
def test_a_cause_is_named_beside_what_it_means(shipped: KnowledgeBundle, words: str, cause: str | None) -> None:
    inbound: Inbound = replace(HELLO, text=words)
    assert decide(inbound, Session(), shipped, NOW).cause == cause


def test_what_is_unlikely_or_gone_is_no_cause(shipped: KnowledgeBundle) -> None:
    unlikely = replace(TRACE, entry=None, candidates=(Candidate(entry=EntryId("no-connection"), confidence=0.4),))
    gone = replace(TRACE, entry=EntryId("gone"), candidates=())
    assert named_cause(unlikely, "", shipped) is None
    assert named_cause(gone, "", shipped) is None
