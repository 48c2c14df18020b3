"""Who, where and which number: asked once after the phone number, taken from plain words, confirmed; pure."""

from typing import Final

from handlers.details.extraction import is_introduction, only_tells_who, read_answer
from handlers.details.phone_extraction import readable_phones
from handlers.input.dialogue_act import TALK_ACTS
from handlers.model.actions import CloseHandoffs, EraseUser, NotifyStaff, Say, ShowTicketChannel
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.details import PersonDetails
from handlers.model.frozen import replace
from handlers.model.messages import MessageKind
from handlers.model.session import CalledIn, Incident, QuestionKind, Session
from handlers.service.venue import ask_till
from kb.model import Act, DialogueAct, LineId
from kb.text.tokenize import phonetic_tokens

_HANDLER: Final = "contact_details"
_ANSWERS_BY: Final = frozenset({None, DialogueAct.DETAIL, DialogueAct.GREETING})
"""Acts that an answer to the question is taken for."""
_QUESTION_MARK: Final = "?"
MAX_TOPIC_CONFIDENCE: Final = 0.15
"""A message that may be about a topic with more than this is no answer to "which restaurant?"."""
MAX_TOPIC_OF_A_NAME: Final = 0.6
"""As MAX_TOPIC_CONFIDENCE, where words with a capital make a name: "Alus Darbnīca" is no question about alcohol."""
SURE_BESIDE_NUMBER: Final = 0.4
"""From this confidence on words beside a number that was asked for tell of a matter, and no place."""
SURELY_DETAIL: Final = 0.6
"""A message that is a detail with this likelihood tells where it is, whatever topic has such words."""
MIN_COURTESY: Final = 0.3
MIN_CAPITALS: Final = 2
"""So many words with a capital are a name."""
MIN_NAME_LETTERS: Final = 4
TURNS_TO_ANSWER: Final = 2
"""A name beside a phone number is an answer so many turns after the question."""


def contact_details(context: HandlerContext) -> HandlerResult | None:
    """A message under a fault that only tells who, where, and which number: noted, and passed on to who was called."""
    call = context.called_in
    expected = call is not None or (context.fault_lately and context.last_turn is not None) or _drafts(context)
    if not expected or context.inbound.kind is MessageKind.TAP or _QUESTION_MARK in context.text:
        return None
    details = _told(context)
    if details is None:
        return None
    known = context.session.details.updated(details)
    session = replace(context.resolved_session, details=known)
    if call is None and _drafts(context):
        return _in_draft(context, session)
    line = call.line if call is not None else context.line_of_conversation
    # After a stop that was told of, somebody may have been told before.
    alone = "details_kept" if context.session.incident is Incident.NONE else "details_noted_only"
    said = _noted(context, known, line, key="details_noted_call" if call is not None else alone)
    act, entry = context.act_of_details
    return context.result(act, said, session=session, entry=entry, line=line)


def _drafts(context: HandlerContext) -> bool:
    """Whether the draft of a ticket was shown just now: what is told fills its fields."""
    return context.last_turn is not None and context.last_turn.act == Act.TICKET


def _in_draft(context: HandlerContext, session: Session) -> HandlerResult:
    """The draft with what was told, and nothing else of the way to a ticket."""
    entry = context.knowledge.base.first_entry_of(Act.TICKET)
    actions = (context.say("details_in_draft"), ShowTicketChannel())
    return context.result(Act.TICKET, *actions, session=session, entry=entry.id if entry is not None else None)


def with_contact_details(result: HandlerResult, context: HandlerContext, handler: str) -> HandlerResult:
    """The result, with what was told confirmed while people are called in, and with the one question if it is due."""
    if any(isinstance(action, EraseUser) for action in result.actions):
        return result
    call = _call_after(result, context)
    if call is None and result.session.called_in is None:
        return result
    session = replace(result.session, called_in=call)
    if call is None:
        return replace(result, session=session)
    actions = result.actions
    if context.said.tells_who and handler != _HANDLER:
        whom = result.session.question is not None and result.session.question.about is QuestionKind.LINE
        key = "details_noted_only" if whom else "details_noted"
        actions = (*actions, _noted(context, session.details, call.line, key=key))
    question = _question(context, session.details) if _is_new(call, context) and call.asked_at is None else None
    if question is not None:
        actions = (*actions, context.say(question))
        session = replace(session, called_in=replace(call, asked_at=context.now))
        return replace(result, actions=actions, session=session)
    return ask_till(context, replace(result, actions=actions, session=session), call)


def only_tells_details(context: HandlerContext) -> bool:
    """Whether a message tells who and where and nothing else: its words, mostly names, say nothing of its language."""
    return _told(context) is not None


def _told(context: HandlerContext) -> PersonDetails | None:
    """What a message tells that is nothing but that: plainly, or as the answer to "which restaurant?"."""
    if context.said.tells_who and only_tells_who(context.text, context.said):
        return context.said
    told_late = context.said.phone is not None or context.said.name is not None or _is_all_names(context.text)
    told_for_draft = _drafts(context) and (told_late or context.said.place is not None)
    asked = context.asked_who or (_asked_lately(context) and told_late) or told_for_draft
    answers = context.cue is None and context.act in _ANSWERS_BY
    best = context.interpretation.best
    sure = best is not None and best.confidence >= SURE_BESIDE_NUMBER
    gives_number = context.asked_who and context.said.phone is not None and not sure
    gives_address = told_for_draft and context.act_confidence(DialogueAct.DETAIL) >= SURELY_DETAIL
    own_topic = context.answered_entry is not None and not context.interpretation.leans
    means_something = own_topic and not gives_number and not gives_address
    if not answers or means_something or _is_courtesy(context):
        return None
    answer = read_answer(context.text, context.said)
    if answer is None or not answer.tells_who or not (asked or is_introduction(answer)):
        return None
    known = answer.place in (None, context.said.place)
    return answer if known or _is_new_to_us(answer.place or "", context) else None


def _is_all_names(text: str) -> bool:
    """Whether every word has a capital, as names of people and places have: "Marta, Lido Barona"."""
    words = [word for word in text.replace(",", " ").split() if len(word) >= MIN_NAME_LETTERS]
    return len(words) >= MIN_CAPITALS and all(word[0].isupper() and not word.isupper() for word in words)


def _asked_lately(context: HandlerContext) -> bool:
    """Whether who it is was asked two turns ago: "both tills" may come first, and "Rozengrāls, 29 111 222" then."""
    call = context.called_in
    return call is not None and call.asked_at in [turn.at for turn in context.session.turns[-TURNS_TO_ANSWER:]]


def _is_courtesy(context: HandlerContext) -> bool:
    """Whether the words are likelier consent or thanks than details: "all right, no hurry" is no restaurant."""
    likeliest = next(iter(context.interpretation.acts), None)
    return likeliest is not None and likeliest.act in TALK_ACTS and likeliest.confidence >= MIN_COURTESY


def _is_new_to_us(words: str, context: HandlerContext) -> bool:
    """Whether words are those of a name, not of a matter: hardly any topic has them, and some are not known at all."""
    best = next(iter(context.interpretation.by_itself), None)
    if best is None:
        return False
    capitals = sum(word[0].isupper() for word in words.split())
    # A capital within a sentence is that of a name: "we are Lido branch".
    within = words[:1].isupper() and not context.text.lstrip().startswith(words)
    if (within or capitals >= MIN_CAPITALS) and best.confidence <= MAX_TOPIC_OF_A_NAME:
        return True
    if best.confidence > MAX_TOPIC_CONFIDENCE:
        return False
    long = {key for key in phonetic_tokens(words) if len(key) >= MIN_NAME_LETTERS}
    return not long <= set(context.interpretation.terms)


def _call_after(result: HandlerResult, context: HandlerContext) -> CalledIn | None:
    """The call for people as this turn leaves it."""
    if any(isinstance(action, CloseHandoffs) for action in result.actions):
        return None
    notify = next((action for action in result.actions if isinstance(action, NotifyStaff)), None)
    call = context.called_in
    if notify is None:
        return call
    if call is None:
        return CalledIn(line=notify.line, at=context.now)
    return replace(call, line=notify.line, at=context.now)


def _is_new(call: CalledIn, context: HandlerContext) -> bool:
    return call.at == context.now


def _question(context: HandlerContext, details: PersonDetails) -> str | None:
    """What is not known yet."""
    inbound = context.inbound
    knows_place = details.place is not None or inbound.location is not None or inbound.venue is not None
    knows_phone = details.phone is not None or context.inbound.phone is not None
    if knows_place:
        return None if knows_phone else "ask_phone"
    return "ask_place" if knows_phone else "ask_place_and_phone"


def _noted(context: HandlerContext, details: PersonDetails, line: LineId, *, key: str = "details_noted") -> Say:
    told = (details.place, details.name, readable_phones(details.phone) if details.phone else None)
    known = context.knowledge.base.directory.lines[line]
    noted = ", ".join(part for part in told if part)
    return context.say(key, details=noted, name=known.name[context.language], phone=known.formatted_phone)
