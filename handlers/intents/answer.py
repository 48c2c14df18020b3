"""Facts and faults: says what the entry says, and never a repair step of its own; pure."""

from dataclasses import replace

from handlers.model.actions import Say
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.session import Session
from kb.model import Act, Entry, LineId


def answer(context: HandlerContext, entry: Entry) -> HandlerResult:
    """The entry's facts, or for a fault its line, and the e-mail if it can wait; nothing waits where trading stands."""
    noted = entry.act is Act.PROBLEM and context.session.outage_reported
    said = context.say_line("detail", context.line_of_conversation) if noted else context.say_entry(entry)
    return HandlerResult(
        actions=(said,),
        session=with_topic(context, entry),
        act=entry.act,
        entry=entry.id,
        line=entry.line,
    )


def with_topic(context: HandlerContext, entry: Entry) -> Session:
    """The session once the talk is about `entry`."""
    known = entry.line in context.knowledge.base.directory.lines
    return replace(context.resolved_session, entry=entry.id, line=entry.line if known else context.session.line)


def shared_problem(context: HandlerContext, line: LineId) -> Say:
    """What holds for every fault of a line."""
    directory = context.knowledge.base.directory
    if not directory.takes_tickets:
        return context.say_line("call_line", line)
    known = directory.lines[line]
    email = directory.ticket_channel.address.email
    return context.say("shared_problem", phone=known.formatted_phone, name=known.name[context.language], email=email)
