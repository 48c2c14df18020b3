"""Decides what to do about a message: the handlers in their order, the first that takes it; pure."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from handlers.dialogue.choice import choose_by_text, handle_tap
from handlers.dialogue.commands import cancel, handle_command, switch_language_by_text
from handlers.dialogue.fallback import clarify, fallback, unsupported_media
from handlers.dialogue.feedback import handle_feedback, with_feedback_options
from handlers.input.redaction import MASK, mask
from handlers.input.sanitize import sanitize, strip_media_markers
from handlers.intents.dispatch import answer_intents
from handlers.intents.small_talk import (
    acknowledge,
    handle_already_calling,
    handle_opt_in_out,
    handle_resolved,
    repeat_last,
)
from handlers.intents.ticket import insists_on_ticket
from handlers.model.context import Handler, HandlerContext, HandlerResult, KnowledgeBundle
from handlers.model.messages import Inbound, MessageKind
from handlers.model.session import Decision, Session, Trace
from kb.model import Language
from kb.understanding.result import Interpretation, Outcome

DEFAULT_LANGUAGE: Final[Language] = "lv"


def _cancel_by_text(context: HandlerContext) -> HandlerResult | None:
    return cancel(context) if context.cue == "cancel" else None


def _secret_only(context: HandlerContext) -> HandlerResult | None:
    rest = context.text.replace(MASK, "")
    if MASK not in context.text or sum(letter.isalpha() for letter in rest) > 1:
        return None
    return HandlerResult(actions=(), session=context.session, act="none", outcome=Outcome.UNKNOWN)


HANDLERS: Final[tuple[tuple[str, Handler], ...]] = (
    ("rated", handle_feedback),
    ("tapped", handle_tap),
    ("command", handle_command),
    ("secret", _secret_only),
    ("choice", choose_by_text),
    ("language", switch_language_by_text),
    ("cancel", _cancel_by_text),
    ("opted", handle_opt_in_out),
    ("resolved", handle_resolved),
    ("calling", handle_already_calling),
    ("again", repeat_last),
    ("ticket_pressed", insists_on_ticket),
    ("topic", answer_intents),
    ("acknowledged", acknowledge),
    ("clarify", clarify),
    ("unread", unsupported_media),
)
"""Tried in this order; each answers None to what is not its own. What nobody takes goes to the fallback."""


def decide(inbound: Inbound, session: Session, knowledge: KnowledgeBundle, now: datetime) -> Decision:
    """What to do about `inbound`, as pure as a table: the same arguments give the same decision.

    `now` is aware (UTC). Never raises for anything that a person can send.
    """
    session = _without_removed_entries(session, knowledge)
    stored_text, masked = mask(sanitize(inbound.text))
    text, has_media = strip_media_markers(stored_text, inbound.kind)
    cue, interpretation = _interpret(text, inbound, session, knowledge)
    language = _conversation_language(session, interpretation, short=cue is not None)
    context = HandlerContext(
        inbound=inbound,
        session=replace(session, language=language),
        knowledge=knowledge,
        now=now,
        text=text,
        language=language or inbound.language or DEFAULT_LANGUAGE,
        interpretation=interpretation,
        cue=cue,
        has_media=has_media,
    )
    name, result = _run_handlers(context)
    result = with_feedback_options(result, context)
    warning = (context.say("secret"),) if masked else ()
    return Decision(
        actions=(*result.actions, *warning),
        session=result.session,
        trace=_trace(name, result, context, masked),
        stored_text=stored_text,
    )


def _without_removed_entries(session: Session, knowledge: KnowledgeBundle) -> Session:
    """The session without what knowledge knew before it was changed. An open question stays: its choices answer so."""
    entry = session.entry if session.entry in knowledge.base.entries else None
    line = session.line if session.line in knowledge.base.directory.lines else None
    return session if (entry, line) == (session.entry, session.line) else replace(session, entry=entry, line=line)


def _interpret(
    text: str, inbound: Inbound, session: Session, knowledge: KnowledgeBundle
) -> tuple[str | None, Interpretation]:
    if not text or text.startswith("/") or inbound.kind is MessageKind.TAP:
        return None, Interpretation(outcome=Outcome.UNKNOWN)
    matcher = knowledge.interpreter
    return matcher.match_cue(text), matcher.understand(text, language=session.language, previous_entry=session.entry)


def _conversation_language(session: Session, interpretation: Interpretation, *, short: bool) -> Language | None:
    """The language of the talk: as chosen; else that of this message, unless it is too short to tell."""
    if session.language_chosen or (short and session.language is not None):
        return session.language
    return interpretation.language or session.language


def _run_handlers(context: HandlerContext) -> tuple[str, HandlerResult]:
    for name, handler in HANDLERS:
        result = handler(context)
        if result is not None:
            return name, result
    return "fallback", fallback(context)


def _trace(name: str, result: HandlerResult, context: HandlerContext, masked: tuple[str, ...]) -> Trace:
    understanding = context.interpretation
    known = {match.entry: match.confidence for match in (*understanding.secondary, *understanding.candidates)}
    return Trace(
        handler=name,
        outcome=result.outcome,
        act=result.act,
        entry=result.entry,
        line=result.line,
        confidence=known.get(result.entry, 1.0) if result.entry is not None else 0.0,
        candidates=understanding.candidates,
        language=result.session.language or context.language,
        signals=tuple(sorted(understanding.signals)),
        explanation=understanding.explanation,
        masked=masked,
    )
