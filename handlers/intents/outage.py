"""Trading has stopped: the number first, with nothing to read before it; pure."""

from handlers.intents.answer import said_lately, with_topic
from handlers.model.actions import HandoffReason, NotifyStaff
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.frozen import replace
from handlers.model.session import Incident
from kb.model import Entry


def report_outage(context: HandlerContext, entry: Entry) -> HandlerResult:
    """The entry begins with the number (held by kb/loading/validation.py); the line is told that trading stopped.

    Whoever has read all of it gets the number alone.
    """
    read = context.session.outage_reported and said_lately(context, entry)
    said = context.say_line("call_urgent", entry.line) if read else context.say_entry(entry)
    return HandlerResult(
        actions=(said, NotifyStaff(line=entry.line, reason=HandoffReason.TRADING_STOPPED)),
        session=replace(with_topic(context, entry), incident=Incident.STOPPED),
        act=entry.act,
        entry=entry.id,
        line=entry.line,
    )
