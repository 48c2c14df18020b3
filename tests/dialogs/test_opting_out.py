"""STOP and START as people write them in three languages, with the shipped knowledge."""

import pytest

from bot.knowledge.phrases import load_phrases
from handlers.model.actions import Say
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound
from handlers.model.session import Session
from handlers.router import decide
from kb.model import Language
from tests.doubles import NOW


@pytest.mark.parametrize(
    ("text", "language", "key"),
    [
        ("STOP", "en", "opted_out"),
        ("unsubscribe", "en", "opted_out"),
        ("atrakstīties", "lv", "opted_out"),
        ("nerakstiet man vairs", "lv", "opted_out"),
        ("stop rakstīt man", "lv", "opted_out"),
        ("отписаться", "ru", "opted_out"),
        ("отпишись", "ru", "opted_out"),
        ("otpisatsja", "ru", "opted_out"),
        ("START", "en", "opted_in"),
        ("atkal gribu saņemt ziņas", "lv", "opted_in"),
        ("подписаться", "ru", "opted_in"),
    ],
)
def test_stop_and_start_are_understood(shipped: KnowledgeBundle, text: str, language: Language, key: str) -> None:
    inbound = Inbound(channel="whatsapp", conversation="c", sender="c", message_id="m", sent_at=NOW, text=text)
    decision = decide(inbound, Session(language=language), shipped, NOW)
    assert decision.trace.handler in ("opted", "opted_out")
    assert Say(text=load_phrases()(language, key)) in decision.actions
