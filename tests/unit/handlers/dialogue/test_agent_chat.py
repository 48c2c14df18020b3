"""While an agent writes, the bot is silent: what is left of a decision."""

from dataclasses import replace

import pytest

from handlers.model.actions import CloseHandoffs, EraseUser, HandoffReason, NotifyStaff, RecordFeedback, Say, ShowLine
from handlers.model.messages import Option
from handlers.model.session import OpenQuestion, QuestionKind, Session
from handlers.service.agent_chat import silenced
from kb.model import LineId
from tests.contract.talks import NOW, TRACE, decision

LINE = LineId("technical")
STOPPED = NotifyStaff(line=LINE, reason=HandoffReason.TRADING_STOPPED)
LOST = NotifyStaff(line=LINE, reason=HandoffReason.NOT_UNDERSTOOD)
ASKS = Session(
    question=OpenQuestion(about=QuestionKind.LINE, options=(Option(id="line:technical", title="T"),), asked_at=NOW),
    failed_turns=2,
    language="ru",
)


def test_nothing_is_said_and_staff_still_hears_what_matters() -> None:
    said = replace(
        decision("Stāv", session=ASKS),
        actions=(
            Say(text="Zvaniet"),
            STOPPED,
            LOST,
            ShowLine(line=LINE),
            CloseHandoffs(),
            RecordFeedback(helped=True, turn="1"),
        ),
    )
    left = silenced(said)
    assert left.actions == (STOPPED, CloseHandoffs(), RecordFeedback(helped=True, turn="1"))
    assert left.session == Session(language="ru")
    assert (left.trace.handler, left.trace.act, left.trace.entry) == ("agent_chat", "talk", None)
    assert left.stored_text == "Stāv"


def test_what_still_does_not_work_is_not_lost_on_a_silent_bot() -> None:
    said = replace(decision("joprojām nestrādā"), still_broken=True)
    assert silenced(said).still_broken


@pytest.mark.parametrize("handler", ["command", "opted", "tapped", "rated"])
def test_what_is_said_to_the_bot_itself_is_answered(handler: str) -> None:
    said = replace(decision("/help", trace=replace(TRACE, handler=handler)), actions=(Say(text="Palīdzu"),))
    assert silenced(said) == said


def test_an_erasure_is_confirmed() -> None:
    said = replace(decision("Aizmirsti mani"), actions=(EraseUser(), Say(text="Izdzēsts")))
    assert silenced(said) == said
