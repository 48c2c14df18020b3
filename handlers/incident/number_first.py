"""The number for stopped trading before a reply to what may tell of that: saying it costs less than an alarm; pure."""

from typing import Final

from handlers.model.actions import NotifyStaff
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.frozen import replace
from kb.model import Act

MIN_OUTAGE_TO_SAY: Final = 0.3
"""From this probability on the number stands first."""
_SAID_BEFORE: Final = frozenset({Act.ANSWER, Act.PROBLEM, "clarify", "none"})
"""Acts of the replies that it stands before."""


def with_urgent_number(result: HandlerResult, context: HandlerContext) -> HandlerResult:
    """The result, with "if trading has stopped, call ..." first where that is likely, and nobody was told of it yet."""
    called = context.session.outage_reported or any(isinstance(action, NotifyStaff) for action in result.actions)
    if context.outage < MIN_OUTAGE_TO_SAY or called or result.act not in _SAID_BEFORE:
        return result
    line = context.knowledge.base.directory.urgent_line
    number, asking = context.say_line("stopped_too", line), context.say_line("maybe_critical", line)
    rest = tuple(action for action in result.actions if action != number)
    return result if asking in rest else replace(result, actions=(number, *rest))
