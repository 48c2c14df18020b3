"""Details of a fault: which till, since when, which error, who and where; pure."""

from typing import Final

from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.frozen import replace
from kb.model import Act, DialogueAct, Entry

SURE_OF_ANOTHER_FAULT: Final = 0.6


def detail(context: HandlerContext) -> HandlerResult | None:
    """Which till, since when, which error, who and where: taken as an answer, and thanked for once."""
    if context.act is not DialogueAct.DETAIL or _tells_which_fault(context):
        return None
    return note_detail(context)


def note_detail(context: HandlerContext) -> HandlerResult:
    """Thanks for a detail, and the line that is to be told the same."""
    line = context.line_of_conversation
    said = context.thank_for_detail(line, again=context.noted_just_now)
    session = replace(context.resolved_session, line=line)
    act, entry = context.act_of_details
    return context.result(act, said, session=session, entry=entry, line=line)


def _tells_which_fault(context: HandlerContext) -> bool:
    """Whether the message tells what a fault is about, of which that was not known yet."""
    last, answered = context.last_turn, context.answered_entry
    known = last is not None and last.entry is not None
    fault = answered is not None and answered.act is Act.PROBLEM and not context.session.outage_reported
    return last is not None and fault and not (known and _is_talked_about(context, answered))


def _is_talked_about(context: HandlerContext, answered: Entry | None) -> bool:
    """Whether it is the fault that is talked about, or hardly surer another: "which one? the kitchen one"."""
    best = context.interpretation.best
    another = answered is not None and answered.id != context.session.entry
    return not another or best is None or best.confidence < SURE_OF_ANOTHER_FAULT
