"""What is said instead of an answer: too many messages, the same one again, something broke; pure."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from handlers.input.redaction import mask
from handlers.input.sanitize import sanitize
from handlers.model.actions import Action, EraseUser, HandoffReason, NotifyStaff, Say
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound
from handlers.model.session import Decision, Session, Trace
from kb.model import Act
from kb.understanding.result import Outcome

DecideFunction = Callable[[Inbound, Session, KnowledgeBundle, datetime], Decision]
"""As handlers.router.decide: whatever stands in for it must be as pure."""

_MAX_OFFERED: Final = 3
"""So many entries of an unclear message are offered (handlers.dialogue.fallback)."""


def too_fast(inbound: Inbound, session: Session, knowledge: KnowledgeBundle, _now: datetime) -> Decision:
    """More messages than a person can mean to be answered one by one; who stands still is told the number."""
    return _service_notice("too_fast", inbound, session, knowledge)


def repeating(inbound: Inbound, session: Session, knowledge: KnowledgeBundle, _now: datetime) -> Decision:
    """The same message again and again: whoever sends it would get the same answer again and again."""
    return _service_notice("repeating", inbound, session, knowledge)


def broken(inbound: Inbound, session: Session, knowledge: KnowledgeBundle, _now: datetime) -> Decision:
    """Every try to decide failed: all the phone lines. Keeps nothing of the message: to read it may be what fails."""
    language = knowledge.base.spoken_language(session.language, inbound.language)
    directory, phrases = knowledge.base.directory, knowledge.phrases
    urgent_first = sorted(directory.lines.values(), key=lambda line: line.id != directory.urgent_line)
    lines = "\n".join(
        phrases(language, "line", phone=line.formatted_phone, name=line.name[language], does=line.purpose[language])
        for line in urgent_first
    )
    said = Say(text=phrases(language, "broken", lines=lines))
    trace = Trace(handler="broken", outcome=Outcome.UNKNOWN, act="none", language=language)
    return Decision(actions=(said,), session=session, trace=trace, stored_text="")


def bypasses_flood_control(decision: Decision, knowledge: KnowledgeBundle) -> bool:
    """Whether a message is answered however many came before it: trading may have stopped, or it asks to be erased."""
    return any(_is_critical_action(action) for action in decision.actions) or _may_be_outage(decision.trace, knowledge)


def _is_critical_action(action: Action) -> bool:
    return isinstance(action, EraseUser) or (
        isinstance(action, NotifyStaff) and action.reason is HandoffReason.TRADING_STOPPED
    )


def _may_be_outage(trace: Trace, knowledge: KnowledgeBundle) -> bool:
    if trace.act == Act.CRITICAL:
        return True
    offered = trace.candidates[:_MAX_OFFERED] if trace.outcome is Outcome.CLARIFIED else ()
    return any(knowledge.base.entries[match.entry].act is Act.CRITICAL for match in offered)


def _service_notice(key: str, inbound: Inbound, session: Session, knowledge: KnowledgeBundle) -> Decision:
    language = knowledge.base.spoken_language(session.language, inbound.language)
    line = knowledge.base.directory.lines[knowledge.base.directory.urgent_line]
    stored_text, masked = mask(sanitize(inbound.text))
    text = knowledge.phrases(language, key, phone=line.formatted_phone, name=line.name[language])
    trace = Trace(handler=key, outcome=Outcome.ANSWERED, act=Act.TALK, language=language, masked=masked)
    return Decision(actions=(Say(text=text),), session=session, trace=trace, stored_text=stored_text)
