"""Stopped trading in the very words of the content is reported, whatever act it may look like."""

from handlers.model.actions import HandoffReason, NotifyStaff
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound
from handlers.model.session import Decision, Session
from handlers.router import decide
from kb.model import Act
from tests.doubles import NOW


def decided(knowledge: KnowledgeBundle, text: str) -> Decision:
    inbound = Inbound(channel="t", conversation="c", sender="c", message_id="1", sent_at=NOW, text=text)
    return decide(inbound, Session(), knowledge, NOW)


def test_every_known_question_of_stopped_trading_is_an_alarm(shipped: KnowledgeBundle) -> None:
    asked = [text for entry, _, text in shipped.base.questions() if entry.act is Act.CRITICAL]
    line = shipped.base.directory.urgent_line
    alarm = NotifyStaff(line=line, reason=HandoffReason.TRADING_STOPPED)
    missed = [text for text in asked if alarm not in decided(shipped, text).actions]
    assert len(asked) > 300, "nothing was looked at"
    assert missed == []
