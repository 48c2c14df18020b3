""" "When will somebody come?": the bot does not know; the line does, and hears of it; pure."""

from typing import Final

from handlers.model.actions import HandoffReason, NotifyStaff
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.frozen import replace
from handlers.people.passed_on import no_ticket_yet
from handlers.people.unreached import lines_beside, tried_lately
from kb.model import Act, DialogueAct, EntryId
from kb.text.lazy_pattern import LazyPattern

_WAIT: Final = LazyPattern(
    r"\W*(?:please |pls |lūdzu |ludzu )?"
    r"(?:wait|hold on|hang on|pag\w*|погод\w*|подожд\w*|pogod\w*|podozhd\w*)\W*"
)
"""Asks for a moment: who says it is waited for."""
SURELY_IN_GENERAL: Final = 0.9
"""From this confidence on it is asked how long such a thing takes."""


def chasing(context: HandlerContext) -> HandlerResult | None:
    """ "When will it be mended, where is your man?": the bot does not know; the line does, and hears of it."""
    answered = context.answered_entry
    about_time = context.knowledge.base.directory.follow_ups.get(DialogueAct.ASK_TIME_FOLLOW)
    asks_when = (
        context.act is DialogueAct.ASK_TIME_FOLLOW
        or _insists_on_time(context)
        or (answered is not None and answered.id == about_time)
    )
    if _asks_how_long_in_general(context, about_time) or _WAIT.fullmatch(context.text.casefold()) is not None:
        return None
    if context.act is not DialogueAct.CHASING and not (context.session.outage_reported and asks_when):
        return None
    call = context.called_in
    line = context.line_of_conversation if call is None or context.session.outage_reported else call.line
    session = replace(context.resolved_session, line=line)
    notify = NotifyStaff(line=line, reason=HandoffReason.STILL_WAITING)
    entry = context.knowledge.base.directory.dialogue_entries.get(DialogueAct.CHASING)
    no_ticket = no_ticket_yet(context, "chasing_no_ticket") if call is None else None
    last = context.last_turn
    again = last is not None and last.act == Act.HANDOFF and last.entry == entry and last.line == line
    said = no_ticket or context.say_line("chasing_again" if again else "chasing", line)
    tried = tried_lately(context)
    # Nobody is sent back to the number that was rung in vain.
    ways = (context.say("chasing_in_vain"), *lines_beside(context, tried)) if tried is not None else (said,)
    return context.result(Act.HANDOFF, *ways, notify, session=session, entry=entry, line=line)


def _insists_on_time(context: HandlerContext) -> bool:
    """ "Roughly?", after it was said that it is not known when."""
    last, entry = context.last_turn, context.knowledge.base.directory.dialogue_entries.get(DialogueAct.CHASING)
    return context.act is DialogueAct.INSIST and last is not None and last.entry is not None and last.entry == entry


def _asks_how_long_in_general(context: HandlerContext, about_time: EntryId | None) -> bool:
    """Whether it surely is the question how long answers take, while nobody was called in: the entry says it."""
    best, answered = context.interpretation.best, context.answered_entry
    waits = context.called_in is not None or context.session.outage_reported or tried_lately(context) is not None
    surely = best is not None and best.confidence >= SURELY_IN_GENERAL
    return not waits and surely and answered is not None and answered.id == about_time
