"""People: every phone line at once, one handoff, and buttons that only choose whose; pure."""

from handlers.model.actions import Action, Ask, HandoffReason, NotifyStaff, ShowLine
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.frozen import replace
from handlers.model.session import QuestionKind
from kb.model import Entry


def hand_off(context: HandlerContext, entry: Entry) -> HandlerResult:
    """Somebody asks for a person: all numbers, that of the conversation first."""
    directory = context.knowledge.base.directory
    line = directory.urgent_line if context.session.outage_reported else context.session.line
    lines = sorted(context.show_lines(), key=lambda action: action != ShowLine(line=line) if line else False)
    options = context.line_options()
    first: tuple[Action, ...] = (
        (context.say_line("call_urgent", line),) if context.session.outage_reported and line else ()
    )
    notify = NotifyStaff(line=line or directory.general_line, reason=HandoffReason.ASKED_FOR_PERSON)
    session = replace(context.resolved_session, question=context.new_question(QuestionKind.LINE, options))
    actions = (*first, context.say("people"), *lines, Ask(text=context.phrase("which_line"), options=options), notify)
    return HandlerResult(actions=actions, session=session, act=entry.act, entry=entry.id, line=line or entry.line)
