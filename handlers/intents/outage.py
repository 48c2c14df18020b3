"""Trading has stopped: the number first, with nothing to read before it; pure."""

from dataclasses import replace

from handlers.intents.answer import with_topic
from handlers.model.actions import HandoffReason, NotifyStaff
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.session import Incident
from kb.model import Entry


def report_outage(context: HandlerContext, entry: Entry) -> HandlerResult:
    """The entry begins with the number (held by kb/loading/validation.py); the line is told that trading stopped."""
    return HandlerResult(
        actions=(context.say_entry(entry), NotifyStaff(line=entry.line, reason=HandoffReason.TRADING_STOPPED)),
        session=replace(with_topic(context, entry), incident=Incident.STOPPED),
        act=entry.act,
        entry=entry.id,
        line=entry.line,
    )
