"""Greetings, thanks, and short words about how it goes; pure."""

from handlers.model.actions import Action, Ask, Say, ShowLine
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.frozen import replace
from handlers.model.session import QuestionKind
from kb.model import CueId, Entry
from kb.understanding.result import Outcome


def small_talk(context: HandlerContext, entry: Entry) -> HandlerResult:
    """What a small-talk entry says; a greeting offers the topics. The topic of the talk stays what it was."""
    directory = context.knowledge.base.directory
    session = context.resolved_session
    action: Action = context.say_entry(entry)
    if entry.id == directory.resolved_entry and context.session.outage_reported:
        # "Thanks" while trading is stopped is no good news.
        action = context.say_line("welcome_stopped", directory.urgent_line)
    if entry.id == directory.greeting_entry and context.session.outage_reported and context.last_turn is not None:
        # "Hello?" of whoever waits before a dead till is no beginning.
        act, stopped = context.act_of_details
        urgent = context.say_line("call_urgent", directory.urgent_line)
        return context.result(act, urgent, entry=stopped, line=directory.urgent_line)
    if entry.id == directory.greeting_entry:
        options = context.topic_options(directory.topics)
        action = Ask(text=entry.body[context.language], options=options)
        session = replace(session, question=context.new_question(QuestionKind.TOPIC, options))
    return HandlerResult(actions=(action,), session=session, act=entry.act, entry=entry.id, line=entry.line)


def repeat_last(context: HandlerContext) -> HandlerResult | None:
    """ "What number was it?": the last answer, or the last line."""
    if context.cue != CueId.AGAIN:
        return None
    session, base = context.session, context.knowledge.base
    entry = base.entries.get(session.entry) if session.entry is not None else None
    if entry is not None:
        return HandlerResult(
            actions=(context.say_entry(entry),),
            session=context.resolved_session,
            act=entry.act,
            entry=entry.id,
            line=entry.line,
        )
    if session.line is not None:
        return HandlerResult(
            actions=(ShowLine(line=session.line),), session=context.resolved_session, act="answer", line=session.line
        )
    return _reply_with(context, "nothing_to_repeat")


def nod(context: HandlerContext) -> Say:
    """ "All right"; with the number while trading is stopped, or something else is broken."""
    if context.session.outage_reported:
        return context.say_line("acknowledged_stopped", context.knowledge.base.directory.urgent_line)
    line = context.line_of(context.topic_entry) if context.fault_lately else None
    return context.say_line("acknowledged_of", line) if line is not None else context.say("acknowledged")


def acknowledge(context: HandlerContext) -> HandlerResult | None:
    """ "Ok": needs no more than a nod, and an open question stays open."""
    if context.cue not in (CueId.ACKNOWLEDGE, CueId.YES, CueId.NO):
        return None
    return HandlerResult(actions=(nod(context),), session=context.session, act="none", outcome=Outcome.UNKNOWN)


def handle_opt_out(context: HandlerContext) -> HandlerResult | None:
    """STOP: until the person writes again, nothing is sent that they did not cause."""
    if context.cue != CueId.OPT_OUT:
        return None
    result = _reply_with(context, "opted_out")
    return replace(result, session=replace(result.session, wants_news=False))


def handle_opt_in(context: HandlerContext) -> HandlerResult | None:
    """START, as messengers expect a bot to honour it."""
    return _reply_with(context, "opted_in") if context.cue == CueId.OPT_IN else None


def _reply_with(context: HandlerContext, key: str) -> HandlerResult:
    return HandlerResult(actions=(context.say(key),), session=context.resolved_session, act="talk")
