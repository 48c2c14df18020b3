"""People: every phone line at once, one handoff, and buttons that only choose whose; pure."""

from handlers.intents.answer import with_topic
from handlers.model.actions import Action, Ask, HandoffReason, NotifyStaff, ShowLine
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.frozen import replace
from handlers.model.session import QuestionKind
from kb.model import Entry


def hand_off(context: HandlerContext, entry: Entry) -> HandlerResult:
    """Somebody asks for a person: all numbers, that of the conversation first; a complaint has an answer of its own."""
    directory = context.knowledge.base.directory
    if _has_its_own_line(context, entry):
        return _with_its_answer(context, entry)
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


def _has_its_own_line(context: HandlerContext, entry: Entry) -> bool:
    """Whether one line alone is for it, which is neither for faults nor for advice: a complaint."""
    directory = context.knowledge.base.directory
    line = context.line_of(entry)
    return line not in (None, directory.urgent_line, directory.general_line) and not context.session.outage_reported


def _with_its_answer(context: HandlerContext, entry: Entry) -> HandlerResult:
    """What its answer says, and its line is told; whoever has just read it gets the number."""
    line = context.line_of(entry) or context.knowledge.base.directory.general_line
    last = context.last_turn
    again = last is not None and last.entry == entry.id
    said = context.say_line("sorry_line", line) if again else context.say_entry(entry)
    notify = NotifyStaff(line=line, reason=HandoffReason.ASKED_FOR_PERSON)
    session = replace(with_topic(context, entry), line=line)
    return HandlerResult(actions=(said, notify), session=session, act=entry.act, entry=entry.id, line=line)
