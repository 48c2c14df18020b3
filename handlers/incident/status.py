"""How it stands with a fault: partly, or still not; pure."""

from typing import Final

from handlers.incident.another_till import TOO
from handlers.intents.dispatch import report_outage_first
from handlers.model.actions import Action, RecordFeedback, Say, ShowTicketChannel
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.frozen import replace
from handlers.model.session import Incident
from handlers.statements.cannot_sell import cannot_sell
from handlers.statements.still_trades import says_of_the_till_that_it_works, says_that_it_trades
from kb.model import Act, CueId, DialogueAct, LineId

SURELY_NAMED: Final = 0.6
"""From this confidence on a message names a fault."""


def partly(context: HandlerContext) -> HandlerResult | None:
    """Trading goes on, but not as it should: no alarm, the line all the same."""
    told = context.act is DialogueAct.PARTLY or _the_till_works(context)
    if not told or _names_another_fault(context):
        return None
    if context.session.outage_reported and (cannot_sell(context.text) or _another_till_too(context)):
        return still_broken(context)
    return trades_on(context)


def _the_till_works(context: HandlerContext) -> bool:
    """Whether of a fault that stops no trading it is told that the till works: "but the tills all work"."""
    topic = context.topic_entry
    fault = topic is not None and topic.act is Act.PROBLEM and context.session.incident is Incident.NONE
    good = context.act is DialogueAct.WORKS_AGAIN or context.cue == CueId.RESOLVED
    return fault and not good and says_of_the_till_that_it_works(context.text) and "?" not in context.text


def trades_on(context: HandlerContext) -> HandlerResult:
    """That one can go on, and the line for what does not work."""
    line = context.line_of_conversation
    incident = Incident.PARTLY if context.session.outage_reported else context.session.incident
    session = replace(context.resolved_session, incident=incident, line=line)
    return context.result(Act.PROBLEM, context.say_line("partly", line), session=session, line=line)


def _another_till_too(context: HandlerContext) -> bool:
    """Whether one more till has stopped: "wait, the second one died too"."""
    text = context.text.casefold()
    return TOO.search(text) is not None and not says_that_it_trades(text) and not _goes_on(context)


def _goes_on(context: HandlerContext) -> bool:
    """Whether words of good news stand in it."""
    return CueId.RESOLVED in context.interpretation.signals or CueId.ONE_DEVICE in context.interpretation.signals


def _names_another_fault(context: HandlerContext) -> bool:
    """Whether the message surely names a fault that was not talked about: its own answer says more."""
    answered, best = context.answered_entry, context.interpretation.best
    fault = answered is not None and answered.act is Act.PROBLEM and answered.id != context.session.entry
    return fault and best is not None and best.confidence >= SURELY_NAMED and not context.session.outage_reported


def still_not(context: HandlerContext) -> HandlerResult | None:
    """ "It did not help, the same again": as the button says it."""
    if context.act is not DialogueAct.NOT_HELPED:
        return None
    return still_broken(context)


def call_urgently(context: HandlerContext, line: LineId) -> Say:
    """The number while trading is stopped; with a word of regret to whom nothing helped."""
    return context.say_line("still_stopped" if context.act is DialogueAct.NOT_HELPED else "call_urgent", line)


def still_broken(context: HandlerContext) -> HandlerResult:
    """The number again, and the e-mail where the fault can wait; trading that stops once more is told "
    "of once more."""
    line, topic = context.line_of_conversation, context.topic_entry
    if topic is not None and topic.act is Act.CRITICAL and context.session.incident is Incident.WORKING:
        return report_outage_first(context, topic)
    session = replace(context.resolved_session, line=line)
    if context.session.outage_reported:
        act, entry = context.act_of_details
        return context.result(act, call_urgently(context, line), session=session, entry=entry, line=line)
    actions: tuple[Action, ...] = (context.say_line("sorry_not_helped", line),)
    if topic is not None and topic.act is Act.PROBLEM:
        actions = (*actions, ShowTicketChannel())
    if topic is not None:
        actions = (*actions, RecordFeedback(helped=False, turn=context.inbound.source_turn))
    fault = topic.id if topic is not None and topic.act is Act.PROBLEM else None
    return context.result(Act.PROBLEM, *actions, session=session, entry=fault, line=line)
