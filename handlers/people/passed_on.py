"""Whether anything was passed on, written down or sent: told as it is, so that nobody waits in vain; pure."""

from typing import Final

from handlers.model.actions import Say
from handlers.model.context import HandlerContext, HandlerResult
from kb.model import Act, DialogueAct

TICKET_TURNS: Final = 3
"""So many turns after a ticket was asked for, "is it sent?" means that."""


def passed_on(context: HandlerContext) -> HandlerResult | None:
    """ "Did you tell them?", "is it sent?": who was told; that no ticket is there; or that nobody knows of it yet."""
    if context.act is not DialogueAct.ASK_PASSED_ON:
        return None
    base, call = context.knowledge.base, context.called_in
    if call is not None:
        waiting = base.directory.dialogue_entries.get(DialogueAct.CHASING)
        return context.result(Act.HANDOFF, context.say_line("was_passed_on", call.line), entry=waiting, line=call.line)
    if (said := no_ticket_yet(context)) is not None:
        ticket = base.first_entry_of(Act.TICKET)
        entry = ticket.id if ticket is not None else None
        return context.result(Act.TICKET, said, entry=entry, line=base.directory.urgent_line)
    line = context.line_of_conversation
    known = base.directory.lines[line]
    return context.result(Act.ANSWER, context.say_line("not_passed_on", line), entry=known.entry, line=line)


def no_ticket_yet(context: HandlerContext, key: str = "no_ticket_yet") -> Say | None:
    """That no ticket is there until the person sends the e-mail or calls; None where none was asked for lately."""
    directory = context.knowledge.base.directory
    lately = any(turn.act == Act.TICKET for turn in context.session.turns[-TICKET_TURNS:])
    if not lately or not directory.takes_tickets:
        return None
    line, email = directory.lines[directory.urgent_line], directory.ticket_channel.address.email
    return context.say(key, email=email, phone=line.formatted_phone, name=line.name[context.language])
