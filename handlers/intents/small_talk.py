"""Greetings, thanks, and short words about how it goes; pure."""

from dataclasses import replace

from handlers.model.actions import Action, Ask, CloseHandoffs, ShowLine
from handlers.model.context import Ruling, Situation
from handlers.model.session import Asked
from kb.model import Entry
from kb.understanding.result import Outcome


def talk(situation: Situation, entry: Entry) -> Ruling:
    """What a small-talk entry says; a greeting offers the topics. The topic of the talk stays what it was."""
    directory = situation.knowledge.base.directory
    session = situation.settled
    action: Action = situation.tell(entry)
    if entry.id == directory.greeting_entry:
        options = situation.topic_options(directory.topics)
        action = Ask(text=entry.body[situation.language], options=options)
        session = replace(session, question=situation.question(Asked.TOPIC, options))
    if entry.id == directory.resolved_entry:
        session = replace(session, stopped=False)
    # "Thank you" alone does not say that nobody is needed any more.
    works = entry.id == directory.resolved_entry and _works(situation)
    actions = (action, CloseHandoffs()) if works else (action,)
    return Ruling(actions=actions, session=session, act=entry.act, entry=entry.id, line=entry.line)


def resolved(situation: Situation) -> Ruling | None:
    """ "It works again": what was stopped is stopped no longer, and whoever was called in need not come."""
    if not situation.hints("resolved"):
        return None
    entry = situation.knowledge.base.directory.resolved_entry
    if entry is not None:
        return talk(situation, situation.knowledge.base.entries[entry])
    said = _said(situation, "resolved", stopped=False)
    return replace(said, actions=(*said.actions, CloseHandoffs()))


def calling(situation: Situation) -> Ruling | None:
    """ "I am calling already": nothing to add but what to have ready."""
    return _said(situation, "calling", stopped=situation.session.stopped) if situation.hints("calling") else None


def again(situation: Situation) -> Ruling | None:
    """ "What number was it?": the last answer, or the last line."""
    if not situation.hints("again"):
        return None
    session, base = situation.session, situation.knowledge.base
    entry = base.entries.get(session.entry) if session.entry is not None else None
    if entry is not None:
        return Ruling(
            actions=(situation.tell(entry),), session=situation.settled, act=entry.act, entry=entry.id, line=entry.line
        )
    if session.line is not None:
        return Ruling(
            actions=(ShowLine(line=session.line),), session=situation.settled, act="answer", line=session.line
        )
    return _said(situation, "nothing_to_repeat", stopped=session.stopped)


def acknowledged(situation: Situation) -> Ruling | None:
    """ "Ok": needs no more than a nod, and an open question stays open."""
    if situation.cue not in ("acknowledge", "yes", "no"):
        return None
    return Ruling(
        actions=(situation.say("acknowledged"),), session=situation.session, act="none", outcome=Outcome.UNKNOWN
    )


def opted(situation: Situation) -> Ruling | None:
    """STOP and START, as messengers expect a bot to honour them."""
    if situation.cue not in ("opt_out", "opt_in"):
        return None
    return _said(
        situation, "opted_out" if situation.cue == "opt_out" else "opted_in", stopped=situation.session.stopped
    )


def _works(situation: Situation) -> bool:
    return situation.cue == "resolved" or "resolved" in situation.understanding.signals


def _said(situation: Situation, key: str, *, stopped: bool) -> Ruling:
    session = replace(situation.settled, stopped=stopped)
    return Ruling(actions=(situation.say(key),), session=session, act="talk")
