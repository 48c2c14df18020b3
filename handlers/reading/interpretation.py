"""What a message means after the turn before it; pure."""

from collections.abc import Callable
from datetime import datetime

from handlers.model.context import QUESTION_TTL, KnowledgeBundle
from handlers.model.messages import Inbound, MessageKind
from handlers.model.session import Session
from kb.model import Act, EntryId
from kb.understanding.result import Interpretation, Outcome

Reader = Callable[[str], Interpretation]


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


def reader(inbound: Inbound, session: Session, knowledge: KnowledgeBundle, now: datetime) -> Reader:
    """What a part of the message means after the turn before it."""
    return lambda part: interpret(part, inbound, session, knowledge, now)[1]


def _goes_on(entry: EntryId, knowledge: KnowledgeBundle) -> bool:
    """Whether the words after it may go on about an entry: after a greeting, or a call for people, they begin anew."""
    known = knowledge.base.entries.get(entry)
    return known is not None and known.act not in (Act.TALK, Act.HANDOFF)
