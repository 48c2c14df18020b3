"""Trading has stopped: the number first, with nothing to read before it; pure."""

from dataclasses import replace

from handlers.intents.answer import about
from handlers.model.actions import NotifyStaff, Reason
from handlers.model.context import Ruling, Situation
from kb.model import Entry


def critical(situation: Situation, entry: Entry) -> Ruling:
    """The entry begins with the number (held by kb/loading/validation.py); the line is told that trading stopped."""
    return Ruling(
        actions=(situation.tell(entry), NotifyStaff(line=entry.line, reason=Reason.TRADING_STOPPED)),
        session=replace(about(situation, entry), stopped=True),
        act=entry.act,
        entry=entry.id,
        line=entry.line,
    )
