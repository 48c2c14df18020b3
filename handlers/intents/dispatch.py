"""What the message is about, the most urgent first; hands each entry to the handler of its act; pure."""

from collections.abc import Callable, Mapping
from typing import Final

from handlers.intents.answer import answer
from handlers.intents.handoff import hand_off
from handlers.intents.outage import report_outage
from handlers.intents.small_talk import small_talk
from handlers.intents.ticket import show_ticket_channel
from handlers.model.actions import NotifyStaff
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.frozen import replace
from handlers.model.past_replies import OF_ANOTHER_TIME, TELLING_OF_ONE
from handlers.model.session import QuestionKind
from kb.model import Act, DialogueAct, Entry
from kb.understanding.result import Candidate, Outcome

_HANDLER_BY_ACT: Final[Mapping[Act, Callable[[HandlerContext, Entry], HandlerResult]]] = {
    Act.CRITICAL: report_outage,
    Act.TICKET: show_ticket_channel,
    Act.HANDOFF: hand_off,
    Act.PROBLEM: answer,
    Act.ANSWER: answer,
    Act.TALK: small_talk,
}
MIN_OUTAGE_TO_ANSWER: Final = 0.3
"""A message that is less likely to say that trading has stopped is asked back about."""
SURELY_NAMED: Final = 0.5
MIN_OUTAGE_UNNAMED: Final = 0.45
"""As MIN_OUTAGE_TO_ANSWER, where the entry of stopped trading is less likely than SURELY_NAMED."""
MIN_BY_ITSELF: Final = 0.4
"""So sure of another entry, words are not taken for what was just said."""
_OF_ONE_OR_ANOTHER_TIME: Final = TELLING_OF_ONE | OF_ANOTHER_TIME
_MAY_FOLLOW: Final = frozenset({Act.TICKET})
_ACTS_BY_URGENCY: Final = tuple(_HANDLER_BY_ACT)
"""Acts in the order of _BY_ACT: what a message is answered with first."""


def answer_intents(context: HandlerContext) -> HandlerResult | None:
    """One or two entries that the message surely means."""
    understanding = context.interpretation
    if understanding.outcome is not Outcome.ANSWERED:
        return None
    best = _by_its_own_words(context) or understanding.candidates[0]
    not_again = context.act in (DialogueAct.WRONG_ANSWER, DialogueAct.CONFUSION)
    if not_again and best.entry == context.session.entry:
        # What was not asked, or not understood, is not said again.
        return None
    if context.entry_of(best).act is Act.CRITICAL and _describes_another_time(context):
        return None
    enough = MIN_OUTAGE_TO_ANSWER if best.confidence >= SURELY_NAMED else MIN_OUTAGE_UNNAMED
    if context.entry_of(best).act is Act.CRITICAL and context.outage < enough:
        return None
    found = {best.entry: context.entry_of(best)}
    beside = {match.entry: context.entry_of(match) for match in understanding.secondary}
    stops = context.outage >= MIN_OUTAGE_TO_ANSWER or not understanding.acts
    found |= {entry: known for entry, known in beside.items() if stops or known.act is not Act.CRITICAL}
    entries = sorted(found.values(), key=lambda entry: _ACTS_BY_URGENCY.index(entry.act))
    return _with_matters(answer_entries(context, *_select_entries(entries)), context)


def _describes_another_time(context: HandlerContext) -> bool:
    """Whether words that lean on the turn before describe a till of several, or of yesterday."""
    last = context.last_turn
    return context.interpretation.leans and last is not None and last.handler in _OF_ONE_OR_ANOTHER_TIME


def _by_its_own_words(context: HandlerContext) -> Candidate | None:
    """What the words mean by themselves, where the turn before makes of them what was just said: "where to, then?"."""
    best, own, last = context.interpretation.best, context.interpretation.own[:1], context.last_turn
    repeated = best is not None and last is not None and last.entry == best.entry == context.session.entry
    other = [one for one in own if best is not None and one.entry != best.entry and one.confidence >= MIN_BY_ITSELF]
    return other[0] if repeated and other and context.entry_of(other[0]).act in _MAY_FOLLOW else None


def _with_matters(result: HandlerResult, context: HandlerContext) -> HandlerResult:
    """The result, with the matters of a message of several remembered: "and the second one?" means one of them."""
    matters, before = context.interpretation.matters, context.open_question()
    if result.session.question is not None:
        return result
    if matters:
        question = context.new_question(QuestionKind.MATTERS, context.topic_options(matters))
        return replace(result, session=replace(result.session, question=question))
    talked_on = before is not None and not before.was_asked and f"entry:{result.entry}" in before.ids
    return replace(result, session=replace(result.session, question=before)) if talked_on else result


def answer_entries(context: HandlerContext, first: Entry, second: Entry | None = None) -> HandlerResult:
    """What is said about `first`, then about `second`; the talk is about `first` from now on. Staff is told once."""
    result = _HANDLER_BY_ACT[first.act](context, first)
    if second is None:
        return result
    also = _HANDLER_BY_ACT[second.act](replace(context, session=result.session), second)
    session = replace(also.session, entry=result.session.entry, line=result.session.line)
    told = any(isinstance(action, NotifyStaff) for action in result.actions)
    beside = (action for action in also.actions if not (told and isinstance(action, NotifyStaff)))
    return replace(result, actions=(*result.actions, *beside), session=session)


def ticket_request(context: HandlerContext) -> HandlerResult | None:
    """A ticket that is ordered in so many words, whatever else the message says."""
    answered = context.answered_entry
    explanation = context.interpretation.explanation
    if answered is None or answered.act is not Act.TICKET or explanation is None:
        return None
    return answer_intents(context) if explanation.decided_by == "ticket_request" else None


def report_outage_first(context: HandlerContext, entry: Entry) -> HandlerResult:
    """Trading has stopped: its entry first, then what else the message surely is about, if that is no small talk."""
    beside = context.answered_entry
    if beside is None or beside.act is not Act.ANSWER or beside.id == entry.id:
        return report_outage(context, entry)
    return answer_entries(context, entry, beside)


def _select_entries(entries: list[Entry]) -> list[Entry]:
    """Two at most; no small talk beside a matter, and no two faults that end in the same call."""
    matters = [entry for entry in entries if entry.act is not Act.TALK] or entries
    first, rest = matters[0], matters[1:]
    faults = (Act.CRITICAL, Act.PROBLEM)
    return [first, *(entry for entry in rest if not (first.act in faults and entry.act in faults))][:2]
