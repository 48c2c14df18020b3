"""People: the right phone line by what was said before, or the lines as choices; pure."""

from dataclasses import replace

from handlers.model.actions import Action, Ask, HandoffReason, NotifyStaff
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.session import QuestionKind
from kb.model import Entry


def hand_off(context: HandlerContext, entry: Entry) -> HandlerResult:
    """Somebody asks for a person."""
    line = context.session.line
    if line is None:
        options = context.line_options()
        text = f"{entry.body[context.language]}\n\n{context.phrase('which_line')}"
        session = replace(context.resolved_session, question=context.new_question(QuestionKind.LINE, options))
        actions: tuple[Action, ...] = (Ask(text=text, options=options, source=entry.citation[context.language]),)
    else:
        session = context.resolved_session
        said = replace(context.say_line("person_line", line), source=entry.citation[context.language])
        actions = (said, NotifyStaff(line=line, reason=HandoffReason.ASKED_FOR_PERSON))
    return HandlerResult(actions=actions, session=session, act=entry.act, entry=entry.id, line=entry.line)
