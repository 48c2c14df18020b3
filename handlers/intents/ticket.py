"""The ticket rule: says where tickets are taken and shows the draft; nothing here could make one; pure."""

from typing import Final

from handlers.intents.answer import with_topic
from handlers.model.actions import Action, Say, ShowTicketChannel
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.frozen import replace
from kb.model import Act, CueId, DialogueAct, Entry
from kb.understanding.result import Outcome

MIN_WISH: Final = 0.4
"""From this probability on a ticket is wished for, where that is the likeliest act, and tickets the likeliest topic."""
REQUESTS_TO_STAND_BY: Final = 4
"""Who asks so often in a row is told the way alone."""
MIN_TICKET_TOPIC: Final = 0.25
"""So likely the likeliest topic must be tickets, beside a wish for one that is not sure."""


def show_ticket_channel(context: HandlerContext, entry: Entry) -> HandlerResult:
    """The e-mail and a draft, kindly; the same again, shorter and firmer, for who keeps asking."""
    asked = context.session.ticket_requests + 1
    actions: tuple[Action, ...] = (_refuse(context, entry, asked),)
    if asked < REQUESTS_TO_STAND_BY or not _refused_just_now(context):
        # Later on the draft stands above.
        actions = (*actions, ShowTicketChannel())
    if context.session.outage_reported:
        actions = (context.say_line("call_urgent", context.knowledge.base.directory.urgent_line), *actions)
    return HandlerResult(
        actions=actions,
        session=replace(with_topic(context, entry), ticket_requests=asked),
        act=entry.act,
        entry=entry.id,
        line=entry.line,
    )


def show_where_to_write(context: HandlerContext, entry: Entry) -> HandlerResult:
    """The address and the draft, for who asks for them after having been told: no order, and no refusal."""
    directory = context.knowledge.base.directory
    line, email = directory.lines[directory.urgent_line], directory.ticket_channel.address.email
    said = context.say("write_ticket", email=email, phone=line.formatted_phone, name=line.name[context.language])
    said = replace(said, source=entry.citation[context.language])
    session = with_topic(context, entry)
    return HandlerResult(
        actions=(said, ShowTicketChannel()), session=session, act=entry.act, entry=entry.id, line=entry.line
    )


def _refused_just_now(context: HandlerContext) -> bool:
    last = context.last_turn
    return last is not None and last.act == Act.TICKET


def insists_on_ticket(context: HandlerContext) -> HandlerResult | None:
    """ "Just note it anyway", said after a refusal; or words that may well mean a ticket, and press for it."""
    entry = context.knowledge.base.first_entry_of(Act.TICKET)
    if entry is None:
        return None
    asked_before = context.session.ticket_requests > 0
    presses = context.cue == CueId.REPEAT_TICKET or CueId.REPEAT_TICKET in context.interpretation.signals
    unclear = context.interpretation.outcome is not Outcome.ANSWERED
    places = [match.entry for match in context.interpretation.candidates[: 2 if presses else 1]]
    likely = entry.id in places and (presses or asked_before)
    wished = is_likely_topic(context, entry) and _is_wished_for(context)
    orders = CueId.TICKET_ORDER in context.interpretation.signals
    repeats = (context.cue == CueId.REPEAT_TICKET or (orders and unclear)) and asked_before
    if repeats or (unclear and (likely or wished)):
        return show_ticket_channel(context, entry)
    return None


def is_likely_topic(context: HandlerContext, entry: Entry) -> bool:
    """Whether `entry` is the likeliest topic, and likely enough beside a wish that is not sure."""
    best = context.interpretation.best
    return best is not None and best.entry == entry.id and best.confidence >= MIN_TICKET_TOPIC


def _is_wished_for(context: HandlerContext) -> bool:
    likeliest = next(iter(context.interpretation.acts), None)
    return likeliest is not None and likeliest.act is DialogueAct.TICKET_PUSH and likeliest.confidence >= MIN_WISH


def _refuse(context: HandlerContext, entry: Entry, request_count: int) -> Say:
    if request_count == 1:
        return context.say_entry(entry)
    directory = context.knowledge.base.directory
    # By phone staff makes a ticket, also for who has no e-mail.
    line, email = directory.lines[directory.urgent_line], directory.ticket_channel.address.email
    key = "ticket_again" if request_count == 2 else "ticket_firm"
    if request_count >= REQUESTS_TO_STAND_BY and _refused_just_now(context):
        key = "ticket_still"
    said = context.say(key, phone=line.formatted_phone, name=line.name[context.language], email=email)
    return replace(said, source=entry.citation[context.language])
