"""What is left of a decision while an agent writes in the conversation: the bot is silent; pure."""

from typing import Final

from handlers.model.actions import CloseHandoffs, EraseUser, HandoffReason, NotifyStaff, RecordFeedback
from handlers.model.frozen import replace
from handlers.model.session import Decision
from kb.understanding.result import Outcome

_STILL_ANSWERED: Final = frozenset({"command", "opted", "tapped", "rated"})
"""Handlers of what is said to the bot itself: commands, STOP and START, buttons."""
_KEPT: Final = (NotifyStaff, CloseHandoffs, RecordFeedback)


def silenced(decision: Decision) -> Decision:
    """The decision without replies; what is said to the bot itself, and an erasure, stay as they are.

    Staff is still told when trading stops or somebody else is asked for. The session asks nothing that nobody read, and
    whoever reports a known outage was not told of it.
    """
    if decision.trace.handler in _STILL_ANSWERED or any(isinstance(one, EraseUser) for one in decision.actions):
        return decision
    kept = tuple(
        one
        for one in decision.actions
        if isinstance(one, _KEPT) and not (isinstance(one, NotifyStaff) and one.reason is HandoffReason.NOT_UNDERSTOOD)
    )
    return replace(
        decision,
        actions=kept,
        news=(),
        outage=None if decision.outage is None else replace(decision.outage, told=False),
        session=replace(decision.session, question=None, failed_turns=0),
        # Not a question to the bot: it is neither answered nor among the unanswered.
        trace=replace(decision.trace, handler="agent_chat", act="talk", outcome=Outcome.ANSWERED, entry=None),
    )
