"""Doubts about the reply before: "really?", "how do you know?"; where it stands, and who can confirm it; pure."""

from typing import Final

from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.frozen import replace
from handlers.model.past_replies import SAYING_ALL
from handlers.people.unreached import other_lines, tried_lately
from kb.model import Act, CueId, DialogueAct, Entry

QUESTION_MARK: Final = "?"
_MEANS_MORE: Final = frozenset(
    {
        DialogueAct.THANKS,
        DialogueAct.WORKS_AGAIN,
        DialogueAct.NOT_HELPED,
        DialogueAct.ANGER,
        DialogueAct.ASK_PERSON,
        DialogueAct.CANNOT_REACH,
    }
)
"""Acts of what stands after a doubt and matters more."""
_SAID_BY_A_SOURCE: Final = (Act.ANSWER, Act.PROBLEM)


def doubt(context: HandlerContext) -> HandlerResult | None:
    """The source of what was answered, and the line that can confirm it; the number alone where that was the reply."""
    line = context.line_of(context.topic_entry) or context.session.line
    if line is None or context.last_turn is None or not _doubts(context):
        return None
    topic, tried = context.topic_entry, tried_lately(context)
    if tried is not None and len(context.knowledge.base.directory.lines) > 1:
        return other_lines(context, tried)
    if context.session.outage_reported:
        line, entry = context.knowledge.base.directory.urgent_line, topic.id if topic is not None else None
        return context.result(Act.CRITICAL, context.say_line("call_urgent", line), entry=entry, line=line)
    if topic is None or not _has_just_said(context, topic) or not topic.citation[context.language]:
        known = context.knowledge.base.directory.lines[line]
        return context.result(Act.ANSWER, context.say_line("call_line", line), entry=known.entry, line=line)
    said = replace(context.say_line("doubt", line), source=topic.citation[context.language])
    return context.result(topic.act, said, entry=topic.id, line=line)


def _has_just_said(context: HandlerContext, topic: Entry) -> bool:
    """Whether the reply before was what a source says of the topic."""
    last = context.last_turn
    said = last is not None and last.entry == topic.id and last.handler in SAYING_ALL
    return said and topic.act in _SAID_BY_A_SOURCE


def _doubts(context: HandlerContext) -> bool:
    """Whether the message asks that and nothing else: one word does so by its question mark ("sure?", "точно?")."""
    first, mark, rest = context.text.partition(QUESTION_MARK)
    if mark and rest.strip() and context.cue is None:
        # "Are you sure? The manager says otherwise."
        leans = context.interpretation.leans or context.answered_entry is None
        leans = leans and context.said.phone is None and context.act not in _MEANS_MORE
        return leans and context.knowledge.interpreter.match_cue(f"{first}?") == CueId.DOUBT
    if context.cue == CueId.DOUBT:
        return QUESTION_MARK in context.text or len(context.text.split()) > 1
    return context.cue == CueId.YES and QUESTION_MARK in context.text and context.session.question is None
