"""Decides what to do about a message: the handlers in their order, the first that takes it; pure."""

from datetime import datetime
from typing import Final

from handlers.details.cause import named_cause
from handlers.details.extraction import extract_details
from handlers.dialogue.choice import choose_by_text, handle_tap
from handlers.dialogue.commands import cancel, handle_command, switch_language_by_text
from handlers.dialogue.contact_details import contact_details, with_contact_details
from handlers.dialogue.courtesy import anger, calling, confusion, courtesy, introduced, ticket_wish
from handlers.dialogue.doubt import doubt
from handlers.dialogue.fallback import (
    OUT_OF_SCOPE,
    clarify,
    fallback,
    media_to_come,
    out_of_scope,
    unsupported_media,
    which_fault,
)
from handlers.dialogue.fault import bare_fault, device_fault, device_only
from handlers.dialogue.feedback import handle_feedback, with_feedback_options
from handlers.dialogue.follow_up import follow_up
from handlers.dialogue.spoken_language import with_language
from handlers.incident.another_time import if_again, not_now, what_if
from handlers.incident.detail import detail
from handlers.incident.number_first import with_urgent_number
from handlers.incident.recovery import ask_whether_trading_goes_on, trading_answered, works_again
from handlers.incident.relapse import relapsed
from handlers.incident.status import partly, still_not
from handlers.incident.stopped import outage, stopped_once_more
from handlers.incident.taken_back import taken_back
from handlers.input.dialogue_act import dialogue_act
from handlers.input.picture_words import picture_words, with_picture
from handlers.input.redaction import MASK, mask, speaks_of_secrets
from handlers.input.sanitize import sanitize, strip_media_markers
from handlers.intents.dispatch import answer_intents, ticket_request
from handlers.intents.small_talk import acknowledge, handle_opt_in, handle_opt_out, repeat_last
from handlers.intents.ticket import insists_on_ticket
from handlers.model.actions import EraseUser, NotifyStaff, Say
from handlers.model.context import QUESTION_TTL, Handler, HandlerContext, HandlerResult, KnowledgeBundle
from handlers.model.details import NO_DETAILS, PersonDetails
from handlers.model.frozen import replace
from handlers.model.messages import Inbound, MessageKind
from handlers.model.reply_model import ReplyCandidate
from handlers.model.session import MAX_TURNS, OPTED_OUT, Decision, Session, SessionTurn, Trace
from handlers.people.contact import ask_number, ask_person
from handlers.people.passed_on import passed_on
from handlers.people.unreached import cannot_reach, reached_nobody
from handlers.people.waiting import chasing
from handlers.progress import end_loops
from handlers.reading.interpretation import interpret
from handlers.reading.thanks import matter_beside_thanks
from handlers.reading.told_outage import told_outage
from handlers.replies.choice import choose_reply
from handlers.service.known_outage import with_outage
from handlers.service.news import with_news
from handlers.service.venue import venue_by_text, with_venue
from kb.model import CueId, DialogueAct
from kb.understanding.result import Outcome

MIN_IN_VAIN: Final = 0.4
"""From this probability on "nothing" tells what an advice came to."""
_WARNING_ALONE: Final = "secret"
_RESTS_ON_WORDS: Final = frozenset({"outage", "topic"})
"""Handlers that answer what the words are about."""


def _cancel_by_text(context: HandlerContext) -> HandlerResult | None:
    # "Nothing" to a fault that is talked about is what the advice came to.
    in_vain = context.fault_lately and context.act_confidence(DialogueAct.NOT_HELPED) >= MIN_IN_VAIN
    if context.cue != CueId.CANCEL or in_vain:
        return None
    return ask_whether_trading_goes_on(context) if context.session.outage_reported else cancel(context)


def _secret_only(context: HandlerContext) -> HandlerResult | None:
    rest = context.text.replace(MASK, "")
    # Whoever types the mask has hidden nothing, and would get no reply.
    if MASK not in context.text or MASK in context.inbound.text or sum(letter.isalpha() for letter in rest) > 1:
        return None
    return HandlerResult(actions=(), session=context.session, act="none", outcome=Outcome.UNKNOWN)


_STILL_BROKEN: Final = frozenset({"still_not", "relapsed"})
"""The handlers of messages that say that it still does not work, or not any more."""

HANDLERS: Final[tuple[tuple[str, Handler], ...]] = (
    ("rated", handle_feedback),
    ("trading_answered", trading_answered),
    ("tapped", handle_tap),
    ("command", handle_command),
    (_WARNING_ALONE, _secret_only),
    ("language", switch_language_by_text),
    (OPTED_OUT, handle_opt_out),
    ("opted", handle_opt_in),
    ("venue", venue_by_text),
    ("ticket_request", ticket_request),
    ("relapsed", relapsed),
    ("taken_back", taken_back),
    ("outage", outage),
    ("contact_details", contact_details),
    ("choice", choose_by_text),
    ("doubt", doubt),
    ("cancel", _cancel_by_text),
    ("resolved", works_again),
    ("cannot_reach", cannot_reach),
    ("reached_nobody", reached_nobody),
    ("ask_person", ask_person),
    ("passed_on", passed_on),
    ("chasing", chasing),
    ("ask_number", ask_number),
    ("once_more", stopped_once_more),
    ("still_not", still_not),
    ("partly", partly),
    ("calling", calling),
    ("again", repeat_last),
    ("ticket_pressed", insists_on_ticket),
    ("ticket_wish", ticket_wish),
    ("if_again", if_again),
    ("what_if", what_if),
    ("detail", detail),
    ("introduced", introduced),
    ("which_fault", which_fault),
    ("device_only", device_only),
    ("device_fault", device_fault),
    ("follow_up", follow_up),
    ("courtesy", courtesy),
    ("anger", anger),
    ("bare_fault", bare_fault),
    ("not_now", not_now),
    ("topic", answer_intents),
    ("acknowledged", acknowledge),
    ("confusion", confusion),
    ("media_to_come", media_to_come),
    ("clarify", clarify),
    ("unread", unsupported_media),
    (OUT_OF_SCOPE, out_of_scope),
)
"""Tried in this order; each answers None to what is not its own. What nobody takes goes to the fallback."""


def decide(inbound: Inbound, session: Session, knowledge: KnowledgeBundle, now: datetime) -> Decision:
    """What to do about `inbound`, as pure as a table: the same arguments give the same decision.

    `now` is aware (UTC). Never raises for anything that a person can send.
    """
    session = _without_removed_entries(session, knowledge)
    stored_text, masked = mask(
        sanitize(inbound.text), code_expected=_bot_spoke_of_secrets(session, inbound, knowledge, now)
    )
    text, has_media = strip_media_markers(stored_text, inbound.kind)
    cue, interpretation = interpret(text, inbound, session, knowledge, now)
    interpretation = matter_beside_thanks(text, interpretation, inbound, session, knowledge, now)
    picture = picture_words(inbound.picture_text)
    if picture.text and interpretation.outcome is not Outcome.ANSWERED:
        _, whole = interpret(f"{text}\n{picture.text}".strip(), inbound, session, knowledge, now)
        interpretation, picture = with_picture(interpretation, whole), replace(picture, told=True)
    outage_told, interpretation = told_outage(text, interpretation, inbound, session, knowledge, now)
    said = _said_details(text, inbound, knowledge)
    context = HandlerContext(
        inbound=inbound,
        session=replace(session, details=session.details.updated(said)) if said else session,
        knowledge=knowledge,
        now=now,
        text=text,
        language=knowledge.base.spoken_language(session.language, inbound.language),
        interpretation=interpretation,
        cue=cue,
        outage=outage_told,
        has_media=has_media,
        picture=picture,
        said=said,
    )
    context = with_language(replace(context, act=dialogue_act(context)))
    name, result, replies = choose_reply(context, *_run_handlers(context))
    result = with_urgent_number(result, context)
    result = with_contact_details(with_feedback_options(result, context), context, name)
    result = with_venue(with_news(with_outage(result, context, name), context, name), context, name)
    warning = (context.say("secret"),) if masked or picture.masked else ()
    trace = _trace(name, result, context, tuple(dict.fromkeys((*masked, *picture.masked))), replies)
    calls = any(isinstance(action, NotifyStaff) for action in result.actions)
    decision = Decision(
        actions=(*_picture_read(context, name, result), *result.actions, *warning),
        session=_remember(name, result, context),
        trace=trace,
        stored_text=stored_text,
        stored_picture_text=picture.text,
        news=result.news,
        outage=result.outage,
        cause=named_cause(trace, text, knowledge) if calls else None,
        still_broken=name in _STILL_BROKEN,
    )
    return end_loops(decision, inbound, session, knowledge)


def _picture_read(context: HandlerContext, name: str, result: HandlerResult) -> tuple[Say, ...]:
    """Where the answer rests on a picture, the person is told so: it may have been misread."""
    rests = context.picture.told and name in _RESTS_ON_WORDS and bool(result.actions)
    return (context.say("picture_read"),) if rests else ()


def _said_details(text: str, inbound: Inbound, knowledge: KnowledgeBundle) -> PersonDetails:
    """What the message tells of the person; a tap and a command tell nothing."""
    if inbound.kind is MessageKind.TAP or text.startswith("/"):
        return NO_DETAILS
    return extract_details(text, {line.phone for line in knowledge.base.directory.lines.values()})


def _bot_spoke_of_secrets(session: Session, inbound: Inbound, knowledge: KnowledgeBundle, now: datetime) -> bool:
    """Whether the last reply was about PINs or passwords, or the warning about them: a bare code is an answer to it."""
    last = session.turns[-1] if session.turns else None
    if last is None or now - last.at > QUESTION_TTL:
        return False
    entry = knowledge.base.entries.get(last.entry) if last.entry is not None else None
    language = knowledge.base.spoken_language(session.language, inbound.language)
    return last.handler == _WARNING_ALONE or (entry is not None and speaks_of_secrets(entry.body[language]))


def _without_removed_entries(session: Session, knowledge: KnowledgeBundle) -> Session:
    """The session without what knowledge knew before it was changed. An open question stays: its choices answer so."""
    entry = session.entry if session.entry in knowledge.base.entries else None
    line = session.line if session.line in knowledge.base.directory.lines else None
    return session if (entry, line) == (session.entry, session.line) else replace(session, entry=entry, line=line)


def _remember(name: str, result: HandlerResult, context: HandlerContext) -> Session:
    """The session with this turn; nothing is remembered of who has just been erased."""
    if any(isinstance(action, EraseUser) for action in result.actions):
        return result.session
    # What no entry answers is nothing that the next words may go on about.
    leads_on = name != OUT_OF_SCOPE
    terms, tokens = (context.interpretation.terms, context.interpretation.tokens) if leads_on else ((), ())
    last = context.last_turn
    if last is not None:
        terms, tokens = terms or last.terms, tokens or last.tokens
    turn = SessionTurn(
        handler=name,
        act=str(result.act),
        entry=result.entry,
        line=result.line,
        terms=terms,
        tokens=tokens,
        at=context.now,
    )
    return replace(result.session, turns=(*result.session.turns, turn)[-MAX_TURNS:])


def _run_handlers(context: HandlerContext) -> tuple[str, HandlerResult]:
    for name, handler in HANDLERS:
        result = handler(context)
        if result is not None:
            return name, result
    return "fallback", fallback(context)


def _trace(
    name: str,
    result: HandlerResult,
    context: HandlerContext,
    masked: tuple[str, ...],
    replies: tuple[ReplyCandidate, ...],
) -> Trace:
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
        acts=understanding.acts,
        explanation=understanding.explanation,
        masked=masked,
        replies=replies,
    )
