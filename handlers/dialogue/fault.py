"""Faults by what is told of them: one without a device, a device with nothing said of it, a device's own; pure."""

from typing import Final

from handlers.incident.detail import SURE_OF_ANOTHER_FAULT, note_detail
from handlers.incident.status import still_broken
from handlers.incident.stopped import SURE_HOW_TO
from handlers.input.question_form import asks
from handlers.intents.dispatch import MIN_OUTAGE_TO_ANSWER
from handlers.model.actions import Ask, Say
from handlers.model.context import NONE_OF_THESE, HandlerContext, HandlerResult
from handlers.model.frozen import replace
from handlers.model.messages import Option
from handlers.model.session import QuestionKind
from kb.model import Act, DialogueAct, Entry, LineId
from kb.understanding.result import Outcome

MAX_OFFERED: Final = 3
MAX_WORDS_OF_DEVICE: Final = 4
SURE_FAULT: Final = 0.9
MAX_WORDS_OF_HOW_TO: Final = 3
SURELY_BARE: Final = 0.9


def bare_fault(context: HandlerContext) -> HandlerResult | None:
    """A fault without a device: asks which, the number first; where one is talked about it is that one still."""
    if context.act is not DialogueAct.BARE_FAULT:
        return None
    if _means_a_fault(context):
        return still_broken(context) if _is_told_again(context) else None
    if context.last_turn is not None and context.session.outage_reported:
        return still_broken(context)
    directory = context.knowledge.base.directory
    options = context.topic_options(directory.fault_topics)
    if not options:
        return None
    ask = Ask(text=context.phrase("what_is_broken"), options=options)
    session = replace(context.resolved_session, question=context.new_question(QuestionKind.TOPIC, options))
    number = context.say_line("stopped_too", directory.urgent_line)
    return context.result("clarify", ask, number, session=session, outcome=Outcome.CLARIFIED)


def _is_told_again(context: HandlerContext) -> bool:
    """Whether it is the fault whose answer was read a moment ago."""
    answered = context.answered_entry
    fault = answered is not None and answered.act is Act.PROBLEM and answered.id == context.session.entry
    return fault and context.last_turn is not None


def _means_a_fault(context: HandlerContext) -> bool:
    """Whether a fault that names no device is one that is known all the same, or a matter for people."""
    answered, best = context.answered_entry, context.interpretation.best
    if answered is None or best is None or answered.act is Act.ANSWER:
        return False
    bare = context.act_confidence(DialogueAct.BARE_FAULT) >= SURELY_BARE and best.confidence < SURE_OF_ANOTHER_FAULT
    return not (answered.act is Act.PROBLEM and bare)


def device_only(context: HandlerContext) -> HandlerResult | None:
    """A device and nothing of it: asks what about it, offering its faults first."""
    completes = context.interpretation.leans or len(context.text.split()) > MAX_WORDS_OF_DEVICE
    told = context.answered_entry is not None and completes
    if context.act is not DialogueAct.DEVICE_ONLY or told:
        return None
    if context.session.outage_reported and context.last_turn is not None and not asks(context.text):
        # "The till!", of trading that was just told to have stopped.
        return note_detail(context)
    directory = context.knowledge.base.directory
    likely = [context.entry_of(one) for one in context.interpretation.candidates]
    faults = [entry.id for entry in likely if entry.act in (Act.PROBLEM, Act.CRITICAL)]
    offered = tuple(dict.fromkeys((*faults, *(entry.id for entry in likely if entry.act is Act.ANSWER))))[:MAX_OFFERED]
    if not offered:
        return None
    options = (*context.topic_options(offered), Option(id=NONE_OF_THESE, title=context.phrase("none_of_these")))
    ask = Ask(text=context.phrase("what_about_it"), options=options)
    session = replace(context.resolved_session, question=context.new_question(QuestionKind.TOPIC, options))
    number = context.say_line("stopped_too", directory.urgent_line)
    return context.result("clarify", ask, number, session=session, outcome=Outcome.CLARIFIED)


def device_fault(context: HandlerContext) -> HandlerResult | None:
    """A fault of a device, or of what a how-to told, that no entry knows: the line, and what to tell it."""
    if context.act is not DialogueAct.DEVICE_FAULT and not context.fault_in_how_to:
        return None
    answered = context.answered_entry
    if _surely_asks_how_to(context, answered):
        return None
    stopped = context.outage >= MIN_OUTAGE_TO_ANSWER or context.act is DialogueAct.BARE_FAULT
    if answered is not None and (
        answered.act in (Act.PROBLEM, Act.TICKET) or (stopped and answered.act is Act.CRITICAL)
    ):
        return None
    line = context.knowledge.base.directory.urgent_line
    session = replace(context.resolved_session, line=line, entry=None)
    said = _say_device_fault(context, line)
    return context.result(Act.PROBLEM, said, session=session, line=line)


def _surely_asks_how_to(context: HandlerContext, answered: Entry | None) -> bool:
    """Whether few words name what is to be done, and hardly say that it fails: "split bill"."""
    best = context.interpretation.best
    sure = best is not None and best.confidence >= SURE_HOW_TO and not context.fault_in_how_to
    fails = context.act_confidence(DialogueAct.DEVICE_FAULT) >= SURE_FAULT
    few = len(context.text.split()) <= MAX_WORDS_OF_HOW_TO
    return sure and few and not fails and answered is not None and answered.act is Act.ANSWER


def _say_device_fault(context: HandlerContext, line: LineId) -> Say:
    directory = context.knowledge.base.directory
    if not directory.takes_tickets:
        return context.say_line("call_line", line)
    known, email = directory.lines[line], directory.ticket_channel.address.email
    return context.say("device_fault", phone=known.formatted_phone, name=known.name[context.language], email=email)
