"""Facts and faults: says what the entry says, and never a repair step of its own; pure."""

from typing import Final

from handlers.input.question_form import asks
from handlers.intents.asked_on import passage, tell_more
from handlers.model.actions import Say
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.frozen import replace
from handlers.model.messages import MessageKind
from handlers.model.past_replies import SAYING_ALL
from handlers.model.session import Session
from kb.model import Act, DialogueAct, Entry, LineId

MAX_WORDS_OF_ASKING_ON: Final = 3
"""So few words after an answer ask on, whatever they say."""
TURNS_IN_SIGHT: Final = 2


def answer(context: HandlerContext, entry: Entry) -> HandlerResult:
    """The entry's facts, or for a fault its line, and the e-mail if it can wait; nothing waits where trading stands."""
    if entry.act is Act.PROBLEM and context.session.outage_reported:
        said = context.thank_for_detail(context.line_of_conversation)
    elif said_just_now(context, entry) and entry.line in context.knowledge.base.directory.lines:
        key = "no_more_known" if asks(context.text) else "line_helps"
        said = passage(context, entry) or context.say_line(key, entry.line)
    elif _stands_above(context, entry) and entry.line in context.knowledge.base.directory.lines:
        told = entry.act is Act.PROBLEM and not asks(context.text)
        said = context.thank_for_detail(entry.line) if told else tell_more(context, entry, entry.line)
    else:
        said = context.say_entry(entry)
    return HandlerResult(
        actions=(said,),
        session=with_topic(context, entry),
        act=entry.act,
        entry=entry.id,
        line=entry.line,
    )


def said_just_now(context: HandlerContext, entry: Entry) -> bool:
    """Whether all of `entry` was said a moment ago, and the message only asks on: its words would tell nothing new."""
    # "And the other?", where nothing is open to choose from, asks on too.
    asks = context.act in (None, DialogueAct.CHOOSE_BOTH)
    typed = asks and context.inbound.kind is not MessageKind.TAP
    asks_on = context.interpretation.leans or len(context.text.split()) <= MAX_WORDS_OF_ASKING_ON
    seen = context.session.turns[-TURNS_IN_SIGHT:] if context.last_turn is not None else ()
    told = next((turn for turn in reversed(seen) if turn.entry is not None), None)
    return typed and asks_on and told is not None and told.entry == entry.id and told.handler in SAYING_ALL


def _stands_above(context: HandlerContext, entry: Entry) -> bool:
    """Whether the answer stands right above the message, word for word, in a talk about that."""
    typed = context.act is None and context.cue is None and entry.id == context.session.entry
    return typed and said_lately(context, entry) and entry.act in (Act.ANSWER, Act.PROBLEM)


def said_lately(context: HandlerContext, entry: Entry) -> bool:
    """Whether all of `entry` was said in one of the turns that are remembered, and nobody taps for it again."""
    typed = context.inbound.kind is not MessageKind.TAP
    seen = context.session.turns if context.last_turn is not None else ()
    return typed and any(turn.entry == entry.id and turn.handler in SAYING_ALL for turn in seen)


def with_topic(context: HandlerContext, entry: Entry) -> Session:
    """The session once the talk is about `entry`."""
    known = entry.line in context.knowledge.base.directory.lines
    return replace(context.resolved_session, entry=entry.id, line=entry.line if known else context.session.line)


def shared_problem(context: HandlerContext, line: LineId) -> Say:
    """What holds for every fault of a line."""
    directory = context.knowledge.base.directory
    if not directory.takes_tickets:
        return context.say_line("call_line", line)
    known = directory.lines[line]
    email = directory.ticket_channel.address.email
    return context.say("shared_problem", phone=known.formatted_phone, name=known.name[context.language], email=email)
