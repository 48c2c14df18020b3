"""Generated conversations break no promise; and the check would notice if one did."""

from dataclasses import replace

import pytest

from handlers.model.actions import Action, Ask, CloseHandoffs, HandoffReason, NotifyStaff
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound, MessageKind
from handlers.model.session import Session
from handlers.router import decide
from kb.model import LineId
from tests.doubles import NOW
from tests.fuzz.decide import FuzzCase, broken_promises, fuzz, main


@pytest.mark.timeout(300)
def test_no_promise_is_broken_by_a_few_hundred_messages(shipped: KnowledgeBundle) -> None:
    fuzz(shipped, 400)


def test_as_many_are_decided_as_is_asked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PALIGS_FUZZ", "20")
    assert main() == 0
    assert "20 of 20 decided" in capsys.readouterr().out


def noticed(knowledge: KnowledgeBundle, text: str, *actions: Action, choice: str | None = None) -> str:
    """What the check says of a message that were answered with these actions."""
    inbound = Inbound(
        channel="t", conversation="c", sender="s", message_id="m", sent_at=NOW, text=text, choice=choice,
        kind=MessageKind.TEXT if choice is None else MessageKind.TAP,
    )  # fmt: skip
    decision = replace(decide(inbound, Session(), knowledge, NOW), actions=actions)
    return "; ".join(broken_promises(FuzzCase(inbound=inbound, session=Session()), decision, knowledge))


def test_a_broken_promise_is_noticed(shipped: KnowledgeBundle) -> None:
    line = shipped.base.directory.urgent_line
    told = NotifyStaff(line=line, reason=HandoffReason.TRADING_STOPPED)
    assert noticed(shipped, "vai strādā?", CloseHandoffs()) == "handoffs are closed by a question"
    assert noticed(shipped, "kā atvērt maiņu", CloseHandoffs()) == "handoffs are closed by other words"
    assert noticed(shipped, "", CloseHandoffs(), choice="none") == "handoffs are closed by another tap"
    assert noticed(shipped, "kase stāv", told, told) == "staff is told twice of one message"
    assert "is for no line" in noticed(shipped, "kase stāv", replace(told, line=LineId("attic")))
    assert noticed(shipped, "kase", Ask(text="which?", options=())) == "a question without choices"


def test_what_is_allowed_is_not_complained_about(shipped: KnowledgeBundle) -> None:
    assert noticed(shipped, "atkal strādā", CloseHandoffs()) == ""
    assert noticed(shipped, "", CloseHandoffs(), choice="trading:yes") == ""
