"""Greetings, thanks, and short words about how it goes; pure."""

from dataclasses import replace

from handlers.model.actions import Action, Ask, CloseHandoffs, ShowLine
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.session import QuestionKind
from kb.model import Entry
from kb.understanding.result import Outcome


def small_talk(context: HandlerContext, entry: Entry) -> HandlerResult:
    """What a small-talk entry says; a greeting offers the topics. The topic of the talk stays what it was."""
    directory = context.knowledge.base.directory
    session = context.resolved_session
    action: Action = context.say_entry(entry)
    if entry.id == directory.greeting_entry:
        options = context.topic_options(directory.topics)
        action = Ask(text=entry.body[context.language], options=options)
        session = replace(session, question=context.new_question(QuestionKind.TOPIC, options))
    if entry.id == directory.resolved_entry:
        session = replace(session, outage_reported=False)
    # "Thank you" alone does not say that nobody is needed any more.
    works = entry.id == directory.resolved_entry and _says_it_works(context)
    actions = (action, CloseHandoffs()) if works else (action,)
    return HandlerResult(actions=actions, session=session, act=entry.act, entry=entry.id, line=entry.line)


def handle_resolved(context: HandlerContext) -> HandlerResult | None:
    """ "It works again": what was stopped is stopped no longer, and whoever was called in need not come."""
    if not context.mentions("resolved"):
        return None
    entry = context.knowledge.base.directory.resolved_entry
    if entry is not None:
        return small_talk(context, context.knowledge.base.entries[entry])
    said = _reply_with(context, "resolved", outage_reported=False)
    return replace(said, actions=(*said.actions, CloseHandoffs()))


def handle_already_calling(context: HandlerContext) -> HandlerResult | None:
    """ "I am calling already": nothing to add but what to have ready."""
    return (
        _reply_with(context, "calling", outage_reported=context.session.outage_reported)
        if context.mentions("calling")
        else None
    )


def repeat_last(context: HandlerContext) -> HandlerResult | None:
    """ "What number was it?": the last answer, or the last line."""
    if not context.mentions("again"):
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
    return _reply_with(context, "nothing_to_repeat", outage_reported=session.outage_reported)


def acknowledge(context: HandlerContext) -> HandlerResult | None:
    """ "Ok": needs no more than a nod, and an open question stays open."""
    if context.cue not in ("acknowledge", "yes", "no"):
        return None
    return HandlerResult(
        actions=(context.say("acknowledged"),), session=context.session, act="none", outcome=Outcome.UNKNOWN
    )


def handle_opt_in_out(context: HandlerContext) -> HandlerResult | None:
    """STOP and START, as messengers expect a bot to honour them."""
    if context.cue not in ("opt_out", "opt_in"):
        return None
    return _reply_with(
        context,
        "opted_out" if context.cue == "opt_out" else "opted_in",
        outage_reported=context.session.outage_reported,
    )


def _says_it_works(context: HandlerContext) -> bool:
    return context.cue == "resolved" or "resolved" in context.interpretation.signals


def _reply_with(context: HandlerContext, key: str, *, outage_reported: bool) -> HandlerResult:
    session = replace(context.resolved_session, outage_reported=outage_reported)
    return HandlerResult(actions=(context.say(key),), session=session, act="talk")
