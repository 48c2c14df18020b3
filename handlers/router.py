"""Decides what to do about a message: the handlers in their order, the first that takes it; pure."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from handlers.dialogue.choice import chosen_in_words, tapped
from handlers.dialogue.commands import cancel, commands, language_wish
from handlers.dialogue.fallback import clarify, fallback, unread
from handlers.dialogue.feedback import asks, rated
from handlers.input.redaction import MASK, mask
from handlers.input.sanitize import readable, words
from handlers.intents.dispatch import topics
from handlers.intents.small_talk import acknowledged, again, calling, opted, resolved
from handlers.intents.ticket import pressed
from handlers.model.context import Handler, Knowledge, Ruling, Situation
from handlers.model.messages import Inbound, Kind
from handlers.model.session import Decision, Session, Trace
from kb.model import Language
from kb.understanding.result import Outcome, Understanding

DEFAULT_LANGUAGE: Final[Language] = "lv"


def _cancel_wish(situation: Situation) -> Ruling | None:
    return cancel(situation) if situation.cue == "cancel" else None


def _only_secret(situation: Situation) -> Ruling | None:
    rest = situation.text.replace(MASK, "")
    if MASK not in situation.text or sum(letter.isalpha() for letter in rest) > 1:
        return None
    return Ruling(actions=(), session=situation.session, act="none", outcome=Outcome.UNKNOWN)


HANDLERS: Final[tuple[tuple[str, Handler], ...]] = (
    ("rated", rated),
    ("tapped", tapped),
    ("command", commands),
    ("secret", _only_secret),
    ("choice", chosen_in_words),
    ("language", language_wish),
    ("cancel", _cancel_wish),
    ("opted", opted),
    ("resolved", resolved),
    ("calling", calling),
    ("again", again),
    ("ticket_pressed", pressed),
    ("topic", topics),
    ("acknowledged", acknowledged),
    ("clarify", clarify),
    ("unread", unread),
)
"""Tried in this order; each answers None to what is not its own. What nobody takes goes to the fallback."""


def decide(inbound: Inbound, session: Session, knowledge: Knowledge, now: datetime) -> Decision:
    """What to do about `inbound`, as pure as a table: the same arguments give the same decision.

    `now` is aware (UTC). Never raises for anything that a person can send.
    """
    session = _as_known(session, knowledge)
    heard, masked = mask(readable(inbound.text))
    text, medium = words(heard, inbound.kind)
    cue, understanding = _understood(text, inbound, session, knowledge)
    spoken = _spoken(session, understanding, short=cue is not None)
    situation = Situation(
        inbound=inbound,
        session=replace(session, language=spoken),
        knowledge=knowledge,
        now=now,
        text=text,
        language=spoken or inbound.language or DEFAULT_LANGUAGE,
        understanding=understanding,
        cue=cue,
        medium=medium,
    )
    name, ruling = _first(situation)
    ruling = asks(ruling, situation)
    warning = (situation.say("secret"),) if masked else ()
    return Decision(
        actions=(*ruling.actions, *warning),
        session=ruling.session,
        trace=_trace(name, ruling, situation, masked),
        heard=heard,
    )


def _as_known(session: Session, knowledge: Knowledge) -> Session:
    """The session without what knowledge knew before it was changed. An open question stays: its choices answer so."""
    entry = session.entry if session.entry in knowledge.base.entries else None
    line = session.line if session.line in knowledge.base.directory.lines else None
    return session if (entry, line) == (session.entry, session.line) else replace(session, entry=entry, line=line)


def _understood(
    text: str, inbound: Inbound, session: Session, knowledge: Knowledge
) -> tuple[str | None, Understanding]:
    if not text or text.startswith("/") or inbound.kind is Kind.TAP:
        return None, Understanding(outcome=Outcome.UNKNOWN)
    matcher = knowledge.matcher
    return matcher.cue(text), matcher.understand(text, language=session.language, after=session.entry)


def _spoken(session: Session, understanding: Understanding, *, short: bool) -> Language | None:
    """The language of the talk: as chosen; else that of this message, unless it is too short to tell."""
    if session.language_chosen or (short and session.language is not None):
        return session.language
    return understanding.language or session.language


def _first(situation: Situation) -> tuple[str, Ruling]:
    for name, handler in HANDLERS:
        ruling = handler(situation)
        if ruling is not None:
            return name, ruling
    return "fallback", fallback(situation)


def _trace(name: str, ruling: Ruling, situation: Situation, masked: tuple[str, ...]) -> Trace:
    understanding = situation.understanding
    known = {match.entry: match.score for match in (*understanding.others, *understanding.matches)}
    return Trace(
        handler=name,
        outcome=ruling.outcome,
        act=ruling.act,
        entry=ruling.entry,
        line=ruling.line,
        score=known.get(ruling.entry, 1.0) if ruling.entry is not None else 0.0,
        matches=understanding.matches,
        language=ruling.session.language or situation.language,
        signals=tuple(sorted(understanding.signals)),
        why=understanding.why,
        masked=masked,
    )
