"""Which replies are about stopped trading or a ticket, and which concern people, so that nothing is weighed; pure."""

from typing import Final

from handlers.model.actions import CloseHandoffs, NotifyStaff
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.session import Session
from kb.model import Act, KnowledgeBase
from kb.understanding.result import Outcome

_CONCERNS_PEOPLE: Final = (NotifyStaff, CloseHandoffs)
_GRAVE_ACTS: Final = (Act.CRITICAL, Act.TICKET)


def concerns_people(result: HandlerResult) -> bool:
    """Whether it raises an alarm, calls people in or sends them home."""
    return any(isinstance(action, _CONCERNS_PEOPLE) for action in result.actions)


def is_grave(context: HandlerContext, result: HandlerResult) -> bool:
    """Whether it is about stopped trading, asks about that, or is about a ticket."""
    return result.act in _GRAVE_ACTS or asks_whether_stopped(context.knowledge.base, result.outcome, result.session)


def asks_whether_stopped(base: KnowledgeBase, outcome: Outcome, session: Session) -> bool:
    """Whether stopped trading is among the choices: then its number stands before them."""
    question = session.question if outcome is Outcome.CLARIFIED else None
    stopped = base.entries_of(Act.CRITICAL)
    return question is not None and any(f"entry:{entry.id}" in question.ids for entry in stopped)
