"""Facts and faults: says what the entry says, and never a repair step of its own; pure."""

from dataclasses import replace

from handlers.model.actions import Say
from handlers.model.context import Ruling, Situation
from handlers.model.session import Session
from kb.model import Entry, LineId


def answer(situation: Situation, entry: Entry) -> Ruling:
    """The entry's facts, or for a fault its line, and the e-mail if it can wait."""
    return Ruling(
        actions=(situation.tell(entry),),
        session=about(situation, entry),
        act=entry.act,
        entry=entry.id,
        line=entry.line,
    )


def about(situation: Situation, entry: Entry) -> Session:
    """The session once the talk is about `entry`."""
    known = entry.line in situation.knowledge.base.directory.lines
    return replace(situation.settled, entry=entry.id, line=entry.line if known else situation.session.line)


def shared_problem(situation: Situation, line: LineId) -> Say:
    """What holds for every fault of a line."""
    directory = situation.knowledge.base.directory
    known = directory.lines[line]
    email = directory.ticket_channel.address.email
    return situation.say("shared_problem", phone=known.display, name=known.name[situation.language], email=email)
