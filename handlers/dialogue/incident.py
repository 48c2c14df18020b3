"""How it stands with a fault or stopped trading: it works again, partly, still not, and details of it; pure."""

from typing import Final

from handlers.input.good_news import denies_or_waits, good_news_probability, is_doubtful, says_it_works, waits
from handlers.intents.dispatch import report_outage_first
from handlers.model.actions import (
    Action,
    Ask,
    CloseHandoffs,
    RecordFeedback,
    Say,
    ShowTicketChannel,
)
from handlers.model.context import CALLED_IN_TTL, HandlerContext, HandlerResult
from handlers.model.frozen import replace
from handlers.model.messages import MessageKind, Option
from handlers.model.session import Incident, QuestionKind
from kb.model import Act, CueId, DialogueAct, Entry
from kb.text.lazy_pattern import LazyPattern
from kb.understanding.result import Outcome

ALARM_THRESHOLD: Final = 0.5
"""From this probability on the helpdesk is told that trading has stopped."""
ALARM_THRESHOLD_BESIDE_FAULT: Final = 0.75
"""As ALARM_THRESHOLD, where another topic is surely meant."""
PLAINLY_WORKS: Final = 0.6
"""From this probability on "it works again" is a plain statement."""
MIN_OUTAGE_TO_ASK: Final = 0.2
"""From this probability on it is asked whether trading has stopped."""
MIN_BARE_DEVICE: Final = 0.3
"""A message that is as likely as this a device and nothing of it raises no alarm."""
SURE_FAULT_OPENS: Final = 0.8
"""A fault as likely as this is no good news, where none was talked about."""
SURE_HOW_TO: Final = 0.85
MIN_WORKS_OF_STOPPED: Final = 0.25
"""While trading is stopped, words of good news that are as likely as this are good news, or asked about."""
MIN_TOPIC_TOLD_OF: Final = 0.2
SURELY_WORKS: Final = 0.85
"""As PLAINLY_WORKS, where a word denies or waits for something."""
SURE_OF_ANOTHER_FAULT: Final = 0.6
MAX_WORDS_OF_CORRECTION: Final = 5
_AGAIN: Final = LazyPattern(r"\b(?:atkal|опять|снова|opjat|opyat|opiat|snova|again)\b")
_FAULTS: Final = frozenset({DialogueAct.BARE_FAULT, DialogueAct.DEVICE_FAULT, DialogueAct.NOT_HELPED})
TRADING_GOES_ON: Final = "trading:yes"
TRADING_STOPPED: Final = "trading:no"
_QUESTION_MARK: Final = "?"


def outage(context: HandlerContext) -> HandlerResult | None:
    """Trading has stopped, whatever else the message is about: the number first, the topic after it."""
    if context.outage < _alarm_threshold(context) or _is_no_outage(context):
        return None
    entry = critical_entry(context)
    return None if entry is None else report_outage_first(context, entry)


def _is_no_outage(context: HandlerContext) -> bool:
    """Whether it may as well be good news, or a device with nothing said of it."""
    if _sets_a_fault_right(context):
        return True
    stopped = context.act_confidence(DialogueAct.OUTAGE)
    works = context.act_confidence(DialogueAct.WORKS_AGAIN)
    return works > stopped or context.act_confidence(DialogueAct.DEVICE_ONLY) >= MIN_BARE_DEVICE


def _sets_a_fault_right(context: HandlerContext) -> bool:
    """Whether few words only set right which fault it is: "not the PIN, the card"."""
    answered, best = context.answered_entry, context.interpretation.best
    fault = answered is not None and answered.act is Act.PROBLEM and best is not None and best.confidence >= SURE_HOW_TO
    few = len(context.text.split()) <= MAX_WORDS_OF_CORRECTION
    return context.interpretation.corrects and few and fault and not _alarming(context)


def _alarm_threshold(context: HandlerContext) -> float:
    """Higher where the message surely tells another fault, or asks something that is not about stopped trading, or
    where it was just told that trading goes on in part."""
    answered, last = context.answered_entry, context.last_turn
    goes_on = last is not None and last.handler == "partly"
    elsewhere = goes_on or (answered is not None and answered.act is not Act.CRITICAL)
    asks = _QUESTION_MARK in context.text and elsewhere
    return ALARM_THRESHOLD_BESIDE_FAULT if asks or (elsewhere and not _alarming(context)) else ALARM_THRESHOLD


def _alarming(context: HandlerContext) -> bool:
    return CueId.EMERGENCY_EVERYONE in context.interpretation.signals


def works_again(context: HandlerContext) -> HandlerResult | None:
    """ "It works again": who was called in need not come; where that is not plain it is asked."""
    answered = context.answered_entry
    if answered is not None and answered.act is Act.TICKET:
        # "It runs again, but I want a ticket for it": what is asked for is answered.
        return None
    told = context.act is DialogueAct.WORKS_AGAIN or context.cue == CueId.RESOLVED
    if not told and not _thanks_for_it(context) and not _good_news_of_stopped(context):
        return None
    enough = SURELY_WORKS if denies_or_waits(context) else PLAINLY_WORKS
    sure = good_news_probability(context) >= enough
    plain = sure or context.cue == CueId.RESOLVED or says_it_works(context)
    if context.session.outage_reported and (not plain or is_doubtful(context)):
        return ask_whether_trading_goes_on(context)
    if _QUESTION_MARK in context.text or _opens_with_fault(context):
        return None
    return mended(context, surely=plain)


def _opens_with_fault(context: HandlerContext) -> bool:
    """Whether a fault is told of, of which there was no talk yet: "oh wonderful, receipts come out blank"."""
    answered, best = context.answered_entry, context.interpretation.best
    fault = answered is not None and answered.act is Act.PROBLEM
    known = context.fault_lately or context.called_in is not None or context.cue == CueId.RESOLVED
    return fault and best is not None and best.confidence >= SURE_FAULT_OPENS and not known


def _thanks_for_it(context: HandlerContext) -> bool:
    """ "Works again, thanks": good news in a message of thanks."""
    answered, resolved = context.answered_entry, context.knowledge.base.directory.resolved_entry
    thanks = context.act is DialogueAct.THANKS or (answered is not None and answered.id == resolved)
    return thanks and says_it_works(context) and _QUESTION_MARK not in context.text


def _good_news_of_stopped(context: HandlerContext) -> bool:
    """Words of good news while trading is stopped, though something else is as likely."""
    likely = context.act_confidence(DialogueAct.WORKS_AGAIN) >= MIN_WORKS_OF_STOPPED
    acts = context.interpretation.acts
    likeliest = bool(acts) and acts[0].act is DialogueAct.WORKS_AGAIN and _QUESTION_MARK not in context.text
    said = CueId.RESOLVED in context.interpretation.signals or likeliest
    return context.session.outage_reported and likely and said and not waits(context)


def trading_answered(context: HandlerContext) -> HandlerResult | None:
    """A tap, or "yes" and "no", after "does trading go on again?"."""
    question = context.open_question()
    choice = context.inbound.choice if context.inbound.kind is MessageKind.TAP else None
    if choice is None and (question is None or question.about is not QuestionKind.TRADING):
        return None
    if choice == TRADING_GOES_ON or (choice is None and context.cue in (CueId.YES, CueId.FIRST)):
        asks_back = choice is None and _QUESTION_MARK in context.text
        return ask_whether_trading_goes_on(context) if asks_back else mended(context)
    if choice == TRADING_STOPPED or (choice is None and context.cue in (CueId.NO, CueId.SECOND)):
        return still_broken(context)
    return None


def ask_whether_trading_goes_on(context: HandlerContext) -> HandlerResult:
    """The question before anybody is called off."""
    options = (
        Option(id=TRADING_GOES_ON, title=context.phrase("trading_goes_on")),
        Option(id=TRADING_STOPPED, title=context.phrase("trading_stopped")),
    )
    ask = Ask(text=context.phrase("does_trading_go_on"), options=options)
    number = context.say_line("call_urgent", context.knowledge.base.directory.urgent_line)
    session = replace(context.session, question=context.new_question(QuestionKind.TRADING, options))
    return context.result("clarify", ask, number, session=session, outcome=Outcome.CLARIFIED)


def mended(context: HandlerContext, *, surely: bool = True) -> HandlerResult:
    """It works: nobody needs to come any more; who was called is sent home only where that is sure."""
    session = replace(context.resolved_session, incident=Incident.WORKING)
    base = context.knowledge.base
    entry = base.directory.resolved_entry
    line = base.entries[entry].line if entry is not None else None
    actions: tuple[Action, ...] = (context.say("resolved"), CloseHandoffs()) if surely else (context.say("resolved"),)
    return context.result(Act.TALK, *actions, session=session, entry=entry, line=line)


def partly(context: HandlerContext) -> HandlerResult | None:
    """Trading goes on, but not as it should: no alarm, the line all the same."""
    if context.act is not DialogueAct.PARTLY:
        return None
    line = context.line_of_conversation
    incident = Incident.PARTLY if context.session.outage_reported else context.session.incident
    session = replace(context.resolved_session, incident=incident, line=line)
    return context.result(Act.PROBLEM, context.say_line("partly", line), session=session, line=line)


def still_not(context: HandlerContext) -> HandlerResult | None:
    """ "It did not help, the same again": as the button says it."""
    if context.act is not DialogueAct.NOT_HELPED:
        return None
    return still_broken(context)


def still_broken(context: HandlerContext) -> HandlerResult:
    """The number again, and the e-mail where the fault can wait; trading that stops once more is told of once more."""
    line, topic = context.line_of_conversation, context.topic_entry
    if topic is not None and topic.act is Act.CRITICAL and context.session.incident is Incident.WORKING:
        return report_outage_first(context, topic)
    session = replace(context.resolved_session, line=line)
    if context.session.outage_reported:
        act, entry = context.act_of_details
        return context.result(act, context.say_line("call_urgent", line), session=session, entry=entry, line=line)
    actions: tuple[Action, ...] = (context.say_line("sorry_not_helped", line),)
    if topic is not None and topic.act is Act.PROBLEM:
        actions = (*actions, ShowTicketChannel())
    if topic is not None:
        actions = (*actions, RecordFeedback(helped=False, turn=context.inbound.source_turn))
    fault = topic.id if topic is not None and topic.act is Act.PROBLEM else None
    return context.result(Act.PROBLEM, *actions, session=session, entry=fault, line=line)


def stopped_once_more(context: HandlerContext) -> HandlerResult | None:
    """ "It hangs again!" after trading had stopped and went on: stopped once more, whatever was asked in between."""
    lately = context.session.turns and context.now - context.session.turns[-1].at <= CALLED_IN_TTL
    again = context.act in _FAULTS and _AGAIN.search(context.text.casefold()) and _QUESTION_MARK not in context.text
    answered = context.answered_entry
    another = answered is not None and answered.act is Act.PROBLEM
    if context.session.incident is not Incident.WORKING or not lately or not again or another:
        return None
    entry = critical_entry(context)
    return None if entry is None else report_outage_first(context, entry)


def detail(context: HandlerContext) -> HandlerResult | None:
    """Which till, since when, which error, who and where: taken as an answer, and thanked for once."""
    if context.act is not DialogueAct.DETAIL or _tells_which_fault(context):
        return None
    return note_detail(context)


def note_detail(context: HandlerContext) -> HandlerResult:
    """Thanks for a detail, and the line that is to be told the same."""
    line = context.line_of_conversation
    last = context.last_turn
    repeated = last is not None and last.handler == "detail"
    said: Say = context.say_line("detail_again" if repeated else "detail", line)
    session = replace(context.resolved_session, line=line)
    act, entry = context.act_of_details
    return context.result(act, said, session=session, entry=entry, line=line)


def _tells_which_fault(context: HandlerContext) -> bool:
    """Whether the message tells what a fault is about, of which that was not known yet."""
    last, answered = context.last_turn, context.answered_entry
    known = last is not None and last.entry is not None
    fault = answered is not None and answered.act is Act.PROBLEM and not context.session.outage_reported
    return last is not None and fault and not (known and _is_talked_about(context, answered))


def _is_talked_about(context: HandlerContext, answered: Entry | None) -> bool:
    """Whether it is the fault that is talked about, or hardly surer another: "which one? the kitchen one"."""
    best = context.interpretation.best
    another = answered is not None and answered.id != context.session.entry
    return not another or best is None or best.confidence < SURE_OF_ANOTHER_FAULT


def critical_entry(context: HandlerContext) -> Entry | None:
    """The entry of stopped trading: one that is likely, or the one that the directory names, or the first known."""
    base = context.knowledge.base
    likely = [context.entry_of(one) for one in context.interpretation.candidates if one.confidence >= MIN_TOPIC_TOLD_OF]
    named = base.directory.dialogue_entries.get(DialogueAct.OUTAGE)
    known = (*likely, *((base.entries[named],) if named is not None else ()), *base.entries.values())
    return next((entry for entry in known if entry.act is Act.CRITICAL), None)
