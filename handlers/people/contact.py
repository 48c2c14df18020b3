"""Which number to call, and a person who is wanted; a number in every reply; pure."""

from typing import Final

from handlers.input.question_form import asks
from handlers.intents.handoff import hand_off
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.frozen import replace
from handlers.people.unreached import asks_for_another_number, other_lines, tried_just_now, tried_lately
from kb.model import Act, DialogueAct, Entry, LineId
from kb.text.lazy_pattern import LazyPattern

NAMED_TOPIC_CONFIDENCE: Final = 0.5
"""From this confidence on the message itself names the topic whose line is asked for."""
_WANTS_NOBODY: Final = LazyPattern(
    r"\b(?:(?:don'?t|do not|no) need|(?:don'?t|do not|stop) call\w*|ne ?vajag|nezvani\w*"
    r"|(?:не|ne) (?:надо|нужно|звоните|звони|nado|nuzhno|zvonite))\b"
)
NAMED_LINE_CONFIDENCE: Final = 0.75
"""As NAMED_TOPIC_CONFIDENCE, where it is a line itself and another line is talked about."""


def ask_number(context: HandlerContext) -> HandlerResult | None:
    """ "Who do I call about that?": the line of the topic, of this message or else of the conversation; else all."""
    another = asks_for_another_number(context) and tried_lately(context) is not None and _says_nothing_else(context)
    if context.act is not DialogueAct.ASK_NUMBER and not another:
        return None
    tried = tried_lately(context) if asks_for_another_number(context) else tried_just_now(context)
    if tried is not None and len(context.knowledge.base.directory.lines) > 1 and not _names_a_topic(context):
        return other_lines(context, tried)
    line = _line_asked_for(context)
    if line is None:
        entry = context.knowledge.base.directory.contacts_entry
        return context.result(Act.ANSWER, context.say("lines"), *context.show_lines(), entry=entry)
    known = context.knowledge.base.directory.lines[line]
    session = replace(context.resolved_session, line=line)
    said = context.say_line("call_line", line)
    return context.result(Act.ANSWER, said, session=session, entry=known.entry, line=line)


def _says_nothing_else(context: HandlerContext) -> bool:
    """Whether the message gives no number, and is surely about no entry and no fault."""
    fault = context.act in (DialogueAct.BARE_FAULT, DialogueAct.DEVICE_FAULT, DialogueAct.OUTAGE)
    asks_on = context.act is DialogueAct.ASK_NUMBER or asks(context.text)
    return asks_on and context.said.phone is None and context.answered_entry is None and not fault


def _names_a_topic(context: HandlerContext) -> bool:
    """Whether the message itself names what the number is asked for."""
    best = context.interpretation.best
    directory = context.knowledge.base.directory
    numbers = {directory.contacts_entry, *(line.entry for line in directory.lines.values())}
    named = best is not None and best.confidence >= NAMED_TOPIC_CONFIDENCE and best.entry not in numbers
    return named and best is not None and context.entry_of(best).act in (Act.PROBLEM, Act.ANSWER)


def ask_person(context: HandlerContext) -> HandlerResult | None:
    """A person, a call back, a boss, is anybody there."""
    entry = _people_entry(context)
    if context.act is not DialogueAct.ASK_PERSON or entry is None or wants_nobody(context.text):
        return None
    return hand_off(context, entry)


def wants_nobody(text: str) -> bool:
    """Whether it says that nobody need call or come."""
    return _WANTS_NOBODY.search(text.casefold()) is not None


def _people_entry(context: HandlerContext) -> Entry | None:
    base = context.knowledge.base
    named = base.directory.dialogue_entries.get(DialogueAct.ASK_PERSON)
    return base.entries[named] if named is not None else base.first_entry_of(Act.HANDOFF)


def _line_asked_for(context: HandlerContext) -> LineId | None:
    best = context.interpretation.best
    named = context.entry_of(best) if best is not None and best.confidence >= NAMED_TOPIC_CONFIDENCE else None
    if named is not None and named.id == context.knowledge.base.directory.contacts_entry:
        named = None
    topic = context.topic_entry
    # Tickets are made by phone at the line for faults, never at the one that was talked about.
    if topic is not None and topic.act is Act.TICKET and context.line_of(named) is None:
        return context.knowledge.base.directory.urgent_line
    if context.session.outage_reported and (named is None or named.act is Act.CRITICAL):
        return context.knowledge.base.directory.urgent_line
    lines = {line.entry for line in context.knowledge.base.directory.lines.values()}
    if named is not None and named.id in lines and best is not None and best.confidence < NAMED_LINE_CONFIDENCE:
        return context.session.line or context.line_of(named)
    return context.line_of(named) or context.session.line
