"""What a message means in its talk, and how likely it says that trading has stopped; pure."""

from datetime import datetime
from typing import Final

from handlers.incident.broken_part import broken_part, says_that_it_trades
from handlers.incident.cannot_sell import is_no_stop
from handlers.incident.stopped import ALARM_THRESHOLD, SURELY_STOPPED
from handlers.input.outage_probability import outage_probability
from handlers.model.context import QUESTION_TTL, KnowledgeBundle
from handlers.model.frozen import replace
from handlers.model.messages import Inbound, MessageKind
from handlers.model.session import Session
from kb.model import Act, EntryId
from kb.understanding.result import Interpretation, Outcome

SURELY_TOLD: Final = 0.9
"""What says so surely that trading has stopped says it, whatever it names: "can't sell a coffee"."""
NOT_ALL: Final = 0.25
"""How likely trading has stopped at most, where a dish cannot be sold or the till has its place: that may be asked."""
MIN_TOLD: Final = 0.03
"""A message that is less likely to tell of stopped trading is not taken apart for it."""


def interpret(
    text: str, inbound: Inbound, session: Session, knowledge: KnowledgeBundle, now: datetime
) -> tuple[str | None, Interpretation]:
    """The cue that the whole text is, or None, and what the text means after the turn before it."""
    if not text or text.startswith("/") or inbound.kind is MessageKind.TAP:
        return None, Interpretation(outcome=Outcome.UNKNOWN)
    last = session.turns[-1] if session.turns else None
    fresh = last is not None and now - last.at <= QUESTION_TTL
    entry, terms = (session.entry, last.terms) if last is not None and fresh else (None, ())
    tokens = last.tokens if last is not None and fresh else ()
    entry = entry if entry is not None and _goes_on(entry, knowledge) else None
    terms = terms if last is not None and (last.entry is None or _goes_on(last.entry, knowledge)) else ()
    interpretation = knowledge.interpreter.understand(
        text,
        language=session.language,
        previous_entry=entry,
        previous_terms=terms,
        previous_tokens=tokens,
    )
    return knowledge.interpreter.match_cue(text), interpretation


def told_outage(
    text: str, whole: Interpretation, inbound: Inbound, session: Session, knowledge: KnowledgeBundle, now: datetime
) -> tuple[float, Interpretation]:
    """How likely trading has stopped, and what is meant: by the part that tells what is broken, if that says so."""
    urgent = _urgent_entries(knowledge)
    told = outage_probability(whole, urgent)
    if told < MIN_TOLD or not whole.acts:
        return told, whole
    named = any(one.entry in urgent and one.confidence >= SURELY_STOPPED for one in whole.candidates)
    if says_that_it_trades(text) and not named:
        return 0.0, whole
    if told < SURELY_TOLD and is_no_stop(text):
        return min(told, NOT_ALL), whole
    if (left := broken_part(text, knowledge.interpreter.devices_in)) is None:
        return told, whole
    _, part = interpret(left, inbound, session, knowledge, now)
    part = replace(part, signals=whole.signals)
    told_in_part = outage_probability(part, urgent)
    return (told_in_part, part) if told_in_part >= max(told, ALARM_THRESHOLD) else (told, whole)


def _goes_on(entry: EntryId, knowledge: KnowledgeBundle) -> bool:
    """Whether the words after it may go on about an entry: after a greeting, or a call for people, they begin anew."""
    known = knowledge.base.entries.get(entry)
    return known is not None and known.act not in (Act.TALK, Act.HANDOFF)


def _urgent_entries(knowledge: KnowledgeBundle) -> frozenset[str]:
    return frozenset(entry.id for entry in knowledge.base.entries_of(Act.CRITICAL))
