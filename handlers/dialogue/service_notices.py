"""What is said instead of an answer: too many messages, the same one again, something broke; pure."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from handlers.input.redaction import mask
from handlers.input.sanitize import readable
from handlers.model.actions import Action, Forget, NotifyStaff, Reason, Say
from handlers.model.context import Knowledge
from handlers.model.messages import Inbound
from handlers.model.session import Decision, Session, Trace
from handlers.router import DEFAULT_LANGUAGE
from kb.model import Act, Language
from kb.understanding.result import Outcome

Decide = Callable[[Inbound, Session, Knowledge, datetime], Decision]
"""As handlers.router.decide: whatever stands in for it must be as pure."""

_OFFERED: Final = 3
"""So many entries of an unclear message are offered (handlers.dialogue.fallback)."""


def too_fast(inbound: Inbound, session: Session, knowledge: Knowledge, _now: datetime) -> Decision:
    """More messages than a person can mean to be answered one by one; who stands still is told the number."""
    return _notice("too_fast", inbound, session, knowledge)


def repeating(inbound: Inbound, session: Session, knowledge: Knowledge, _now: datetime) -> Decision:
    """The same message again and again: whoever sends it would get the same answer again and again."""
    return _notice("repeating", inbound, session, knowledge)


def broken(inbound: Inbound, session: Session, knowledge: Knowledge, _now: datetime) -> Decision:
    """Every try to decide failed: all the phone lines. Keeps nothing of the message: to read it may be what fails."""
    language = _language(inbound, session)
    directory, phrases = knowledge.base.directory, knowledge.phrases
    urgent_first = sorted(directory.lines.values(), key=lambda line: line.id != directory.urgent_line)
    lines = "\n".join(
        phrases(language, "line", phone=line.display, name=line.name[language], does=line.does[language])
        for line in urgent_first
    )
    said = Say(text=phrases(language, "broken", lines=lines))
    trace = Trace(handler="broken", outcome=Outcome.UNKNOWN, act="none", language=language)
    return Decision(actions=(said,), session=session, trace=trace, heard="")


def never_silenced(decision: Decision, knowledge: Knowledge) -> bool:
    """Whether a message is answered however many came before it: trading may have stopped, or it asks to be erased."""
    return any(_weighty(action) for action in decision.actions) or _may_stand_still(decision.trace, knowledge)


def _weighty(action: Action) -> bool:
    return isinstance(action, Forget) or (isinstance(action, NotifyStaff) and action.reason is Reason.TRADING_STOPPED)


def _may_stand_still(trace: Trace, knowledge: Knowledge) -> bool:
    if trace.act == Act.CRITICAL:
        return True
    offered = trace.matches[:_OFFERED] if trace.outcome is Outcome.CLARIFIED else ()
    return any(knowledge.base.entries[match.entry].act is Act.CRITICAL for match in offered)


def _notice(key: str, inbound: Inbound, session: Session, knowledge: Knowledge) -> Decision:
    language = _language(inbound, session)
    line = knowledge.base.directory.lines[knowledge.base.directory.urgent_line]
    heard, masked = mask(readable(inbound.text))
    text = knowledge.phrases(language, key, phone=line.display, name=line.name[language])
    trace = Trace(handler=key, outcome=Outcome.ANSWERED, act=Act.TALK, language=language, masked=masked)
    return Decision(actions=(Say(text=text),), session=session, trace=trace, heard=heard)


def _language(inbound: Inbound, session: Session) -> Language:
    return session.language or inbound.language or DEFAULT_LANGUAGE
