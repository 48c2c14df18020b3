"""A question about what was just answered: the sentence of that answer that it asks for, or who knows more; pure."""

from typing import Final

from handlers.input.question_form import asks
from handlers.model.actions import Say
from handlers.model.context import HandlerContext
from handlers.model.frozen import replace
from handlers.model.past_replies import SAYING_ALL, SAYING_WHO_KNOWS
from kb.model import Act, DialogueAct, Entry, LineId

MIN_SHARE: Final = 0.3
"""From this share on a sentence is said again: of 330 questions after an answer (a third of them has none in it), 114
get a sentence, 88 of these the right one."""
_TELLS: Final = frozenset({DialogueAct.DETAIL, DialogueAct.PARTLY, DialogueAct.WORKS_AGAIN, DialogueAct.NOT_HELPED})
"""Acts of messages that tell something, and ask for no sentence."""


def passage(context: HandlerContext, entry: Entry) -> Say | None:
    """The sentence of the entry's answer that the message asks for, with its source, and the line for the rest; None
    where no sentence shares enough with it."""
    if entry.act is Act.CRITICAL or _only_tells(context):
        return None
    found = context.knowledge.interpreter.passage(context.text, entry.id, context.language)
    if found is None or found.share < MIN_SHARE:
        return None
    line = context.line_of(entry)
    text = found.text
    if line is not None and (phone := context.knowledge.base.directory.lines[line].formatted_phone) not in text:
        name = context.knowledge.base.directory.lines[line].name[context.language]
        text = context.phrase("passage", passage=text, phone=phone, name=name)
    return Say(text=text, source=entry.citation[context.language])


def _only_tells(context: HandlerContext) -> bool:
    """Whether it is a detail, which asks for no sentence: "for three people" is no question of how many."""
    likeliest = next(iter(context.interpretation.acts), None)
    return likeliest is not None and likeliest.act in _TELLS and not asks(context.text)


def tell_more(context: HandlerContext, entry: Entry, line: LineId) -> Say:
    """The sentence that is asked for, or that it is not known here, and who knows."""
    if (said := passage(context, entry)) is not None:
        return said
    known, last = context.knowledge.base.directory.lines[line], context.last_turn
    if last is not None and last.entry == entry.id and last.handler in SAYING_WHO_KNOWS:
        return context.say_line("no_more_known" if asks(context.text) else "line_helps", line)
    said_all = any(turn.entry == entry.id and turn.handler in SAYING_ALL for turn in context.session.turns)
    key = "more_about" if not asks(context.text) else "all_said" if said_all else "not_known_of"
    values = {"phone": known.formatted_phone, "name": known.name[context.language]}
    said = context.say(key, topic=entry.title[context.language], **values)
    return replace(said, source=entry.citation[context.language])
