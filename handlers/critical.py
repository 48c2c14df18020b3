"""Trading has stopped: the number first, with nothing to read before it; pure."""

from dataclasses import replace

from handlers.actions import NotifyStaff, Reason
from handlers.answer import about
from handlers.situation import Ruling, Situation
from kb.model import Entry


def critical(situation: Situation, entry: Entry) -> Ruling:
    """The entry begins with the number (kb/check.py holds it to that); the line is told that somebody stands still."""
    return Ruling(
        actions=(situation.tell(entry), NotifyStaff(line=entry.line, reason=Reason.TRADING_STOPPED)),
        session=replace(about(situation, entry), stopped=True),
        act=entry.act,
        entry=entry.id,
        line=entry.line,
    )
