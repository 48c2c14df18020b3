"""Bare questions about the answer before: roughly?, why?, how much?, by when?; says who knows, never guesses; pure."""

from typing import Final

from handlers.intents.asked_on import passage, tell_more
from handlers.intents.dispatch import answer_entries
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.frozen import replace
from kb.model import Act, DialogueAct, Entry

TOPIC_WINS_FROM: Final = 0.6
"""A topic of the message itself that is as likely as this wins."""
SURE_FOLLOW_UP: Final = 0.75
"""A bare question for a price or a time that is as likely as this is about what was said before."""
MIN_WORDS_WHOLE: Final = 6
"""So many words may be a whole question."""
SURELY_WHOLE: Final = 0.95
MIN_WORDS_SURELY_WHOLE: Final = 4
"""So many words are one, where they mean such an entry as surely as SURELY_WHOLE."""
_NAMED: Final = frozenset({DialogueAct.ASK_PRICE_FOLLOW, DialogueAct.ASK_TIME_FOLLOW})
_FOLLOW_UPS: Final = frozenset(
    {DialogueAct.INSIST, DialogueAct.ELABORATE, DialogueAct.ASK_PRICE_FOLLOW, DialogueAct.ASK_TIME_FOLLOW}
)


def follow_up(context: HandlerContext) -> HandlerResult | None:
    """The line of the topic, named; the entry about prices or deadlines where that is asked."""
    act = context.act
    if act is None or act not in _FOLLOW_UPS or context.last_turn is None:
        return None
    sure = context.act_confidence(act) >= SURE_FOLLOW_UP and act in _NAMED
    if not sure and _own_topic_wins(context):
        return None
    return _of_entry(context, act) or _of_line(context)


def _of_entry(context: HandlerContext, act: DialogueAct) -> HandlerResult | None:
    """The sentence of the topic that is asked for, or the entry that answers such a question."""
    topic, whole = context.topic_entry, _whole_question(context, act)
    line, about = context.line_of(topic) or context.session.line, whole or _about(context, act, topic)
    said = passage(context, topic) if topic is not None and about in (None, topic) and line is not None else None
    if topic is not None and said is not None:
        return context.result(_act_of(topic), said, entry=topic.id, line=line)
    if about is None:
        return None
    told = answer_entries(context, about)
    # What it costs is asked of something, and that is talked about still, unless it was a question by itself.
    kept = None if whole is not None else topic
    if kept is None:
        return told
    line = context.line_of(kept) or told.session.line
    return replace(told, session=replace(told.session, entry=kept.id, line=line))


def _of_line(context: HandlerContext) -> HandlerResult | None:
    """Who knows, where the bot does not."""
    topic = context.topic_entry
    line = context.line_of(topic) or context.session.line
    if line is None:
        return None
    if topic is None or topic.act is Act.CRITICAL:
        known = context.knowledge.base.directory.lines[line]
        return context.result(Act.ANSWER, context.say_line("call_line", line), entry=known.entry, line=line)
    return context.result(_act_of(topic), tell_more(context, topic, line), entry=topic.id, line=line)


def _act_of(topic: Entry) -> Act:
    """The act of a reply that goes on about a topic."""
    return topic.act if topic.act in (Act.PROBLEM, Act.ANSWER) else Act.ANSWER


def _whole_question(context: HandlerContext, act: DialogueAct) -> Entry | None:
    """The entry for such questions where the message by itself asks for it: "how long do you take to react"."""
    best, answered = context.interpretation.best, context.answered_entry
    if best is None or context.interpretation.leans:
        return None
    words = len(context.text.split())
    surely = best.confidence >= SURE_FOLLOW_UP and words >= MIN_WORDS_WHOLE
    if not surely and (best.confidence < SURELY_WHOLE or words < MIN_WORDS_SURELY_WHOLE):
        return None
    return answered if answered == _named(context, act) else None


def _own_topic_wins(context: HandlerContext) -> bool:
    """Whether the message surely means a topic; a till that stops is none here: it would have raised the alarm."""
    best, answered = context.interpretation.best, context.answered_entry
    if best is None or answered is None or answered.act in (Act.CRITICAL, Act.TALK):
        return False
    if answered.id in context.knowledge.base.directory.follow_ups.values():
        return False
    return best.confidence >= TOPIC_WINS_FROM


def _about(context: HandlerContext, act: DialogueAct, topic: Entry | None) -> Entry | None:
    """The entry that answers the question whatever the topic; the topic itself where it tells of days."""
    if act not in _NAMED:
        # Why no chat takes a ticket is asked by many.
        asks_why = act is DialogueAct.ELABORATE and topic is not None and topic.act is Act.TICKET
        return _named(context, act) if asks_why else None
    if act is DialogueAct.ASK_TIME_FOLLOW and topic is not None and topic.act is Act.ANSWER:
        return topic if any(sign.isdigit() for sign in _facts(topic, context)) else None
    return _named(context, act)


def _named(context: HandlerContext, act: DialogueAct) -> Entry | None:
    """The entry that the directory names for such a question."""
    named = context.knowledge.base.directory.follow_ups.get(act)
    return context.knowledge.base.entries.get(named) if named is not None else None


def _facts(topic: Entry, context: HandlerContext) -> str:
    """What the topic says, without phone numbers."""
    lines = context.knowledge.base.directory.lines.values()
    text = topic.body[context.language]
    for line in lines:
        text = text.replace(line.formatted_phone, "")
    return text
