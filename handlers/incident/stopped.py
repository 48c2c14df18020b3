"""Trading has stopped: told of now, or once more; pure."""

from typing import Final

from handlers.incident.another_till import TOO, another_till_stops
from handlers.input.good_news import AGAIN
from handlers.input.outage_probability import NOT_STOPPED_CUES
from handlers.intents.dispatch import report_outage_first
from handlers.model.context import CALLED_IN_TTL, HandlerContext, HandlerResult
from handlers.model.past_replies import ASKING_WHAT_IF, PARTLY
from handlers.model.session import Incident
from handlers.statements.payments import names_cash
from handlers.statements.still_trades import says_that_it_trades
from kb.model import Act, CueId, DialogueAct, Entry
from kb.text.lazy_pattern import LazyPattern

ALARM_THRESHOLD: Final = 0.5
"""From this probability on the helpdesk is told that trading has stopped."""
ALARM_THRESHOLD_IN_TALK: Final = 0.66
"""As ALARM_THRESHOLD, in a talk, where words mean what was talked about as well; below it most replies begin with the
number (`number_first`)."""
ALARM_THRESHOLD_BESIDE_FAULT: Final = 0.75
"""As ALARM_THRESHOLD, where another topic is surely meant."""
ALARM_THRESHOLD_AS_FEARED: Final = 0.0
"""As ALARM_THRESHOLD, for words that say that it stopped, right after it was asked what to do if it does."""
ALARM_THRESHOLD_IN_HOW_TO: Final = 0.95
"""As ALARM_THRESHOLD, for few words after a how-to that do not name the stopped till."""
SURELY_STOPPED: Final = 0.5
"""From this confidence on the stopped till is named."""
SURELY_FAILING: Final = 0.6
MAX_WORDS_OF_COUNT: Final = 3
MIN_OUTAGE_TO_ASK: Final = 0.2
"""From this probability on it is asked whether trading has stopped."""
MIN_BARE_DEVICE: Final = 0.3
"""A message that is as likely as this a device and nothing of it raises no alarm."""
SURE_HOW_TO: Final = 0.85
MIN_TOPIC_TOLD_OF: Final = 0.2
MIN_STOPPED_BY_ITSELF: Final = 0.3
MAX_WORDS_OF_CORRECTION: Final = 5
MAX_WORDS_OF_TOO: Final = 6
_FAULTS: Final = frozenset({DialogueAct.BARE_FAULT, DialogueAct.DEVICE_FAULT, DialogueAct.NOT_HELPED})
_QUESTION_MARK: Final = "?"
_EVERYONE: Final = frozenset({CueId.EVERYONE, CueId.EMERGENCY_EVERYONE})
_NOT_ALL: Final = LazyPattern(r"\b(?:not|ne|не) (?:every|all|visi|vis[aā]|все|vse|у всех|u vseh)")
_HAS_STOPPED: Final = LazyPattern(
    r"^\W*(?:(?:nu|un|ak|now|and|it|the|till|kase|касса|kassa|ну|вот|и|теперь|she|he|has|is)\W+)*(?:stopped|frozen"
    r"|froze|died|dead|down|crashed|apst[aā]j[aā]s|uzk[aā]r[aā]s|nobruka|nomira|вста[лв]\w*|зависла|остановилась"
    r"|умерла|сдохла|vstala|zavisla|ostanovilas|umerla|sdohla)\b\W*(?:now|tagad|too|ari|arī|теперь|тоже)?\W*$"
)
"""Says in the past tense that it stopped, and nothing of another thing."""
_MAY_HIT_EVERYONE: Final = frozenset(
    {None, DialogueAct.OTHER, DialogueAct.DETAIL, DialogueAct.OUTAGE, DialogueAct.CHOOSE_BOTH, *_FAULTS}
)


def outage(context: HandlerContext) -> HandlerResult | None:
    """Trading has stopped, whatever else the message is about: the number first, the topic after it."""
    told = context.outage >= _alarm_threshold(context) and not _is_no_outage(context)
    entry = critical_entry(context)
    too = _stops_too(context) or _hits_everyone(context) or another_till_stops(context, entry)
    if not told and not too:
        return None
    return None if entry is None else report_outage_first(context, entry)


def _is_no_outage(context: HandlerContext) -> bool:
    """Whether it may as well be good news, or a device with nothing said of it."""
    if _sets_a_fault_right(context) or _counts_devices(context):
        return True
    stopped = context.act_confidence(DialogueAct.OUTAGE)
    works = context.act_confidence(DialogueAct.WORKS_AGAIN)
    return works > stopped or context.act_confidence(DialogueAct.DEVICE_ONLY) >= MIN_BARE_DEVICE


def _stops_too(context: HandlerContext) -> bool:
    """Whether a till is said to fail as well as the other device that is talked about: "and now the till too"."""
    topic, stopped, text = context.topic_entry, critical_entry(context), context.text
    if topic is None or topic.act is not Act.PROBLEM or stopped is None or len(text.split()) > MAX_WORDS_OF_TOO:
        return False
    known = context.knowledge.interpreter
    its = known.devices_in(text) and not known.names_another_device(text, stopped.id)
    another = bool(its) and known.names_another_device(text, topic.id) and context.fault_lately
    good = CueId.RESOLVED in context.interpretation.signals or says_that_it_trades(text) or _QUESTION_MARK in text
    return another and not good and TOO.search(text.casefold()) is not None


def _hits_everyone(context: HandlerContext) -> bool:
    """Whether a fault that one person or till may have is said to hit all: "the till won't let me in", "nobody"."""
    topic, text = context.topic_entry, context.text
    may_stop = topic is not None and topic.id in context.knowledge.base.directory.stopped_for_all
    signals = context.interpretation.signals
    everyone = not _EVERYONE.isdisjoint(signals) and _NOT_ALL.search(text.casefold()) is None
    few = len(text.split()) <= MAX_WORDS_OF_TOO and _QUESTION_MARK not in text and context.last_turn is not None
    elsewise = CueId.RESOLVED in signals or not signals.isdisjoint(NOT_STOPPED_CUES) or says_that_it_trades(text)
    likeliest = context.interpretation.acts[0].act if context.interpretation.acts else DialogueAct.DETAIL
    return may_stop and everyone and few and not elsewise and {context.act, likeliest} <= _MAY_HIT_EVERYONE


def _counts_devices(context: HandlerContext) -> bool:
    """Whether few words only tell where a fault is that was talked about: "all tills" have the wrong time."""
    topic = context.topic_entry
    fault = topic is not None and topic.act is Act.PROBLEM
    few = len(context.text.split()) <= MAX_WORDS_OF_COUNT and not names_cash(context.text)
    return context.act is DialogueAct.DETAIL and fault and few


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
    if _happens_as_feared(context):
        return ALARM_THRESHOLD_AS_FEARED
    if _refuses_in_how_to(context):
        return ALARM_THRESHOLD_IN_HOW_TO
    goes_on = last is not None and last.handler == PARTLY
    another = answered is not None and answered.act is not Act.CRITICAL and not _stopped_by_itself(context)
    elsewhere = goes_on or another
    asks = _QUESTION_MARK in context.text and elsewhere
    if asks or (elsewhere and not _alarming(context)):
        return ALARM_THRESHOLD_BESIDE_FAULT
    return ALARM_THRESHOLD_IN_TALK if context.has_talked else ALARM_THRESHOLD


def _happens_as_feared(context: HandlerContext) -> bool:
    """Whether few words tell, right after it was asked what to do if it stops, that it did: "it stopped"."""
    last, said = context.last_turn, context.text.casefold()
    few = len(said.split()) <= MAX_WORDS_OF_COUNT and _QUESTION_MARK not in said
    stopped = critical_entry(context)
    known = context.knowledge.interpreter
    of_a_till = stopped is not None and not known.names_another_device(said, stopped.id)
    topic = context.topic_entry
    of_a_till = of_a_till and (topic is None or topic.act is not Act.PROBLEM)
    return (
        last is not None
        and last.handler in ASKING_WHAT_IF
        and few
        and of_a_till
        and _HAS_STOPPED.search(said) is not None
    )


def _stopped_by_itself(context: HandlerContext) -> bool:
    """Whether the words alone tell of stopped trading first, and the other topic comes from the turns before."""
    answered = context.answered_entry
    leant = context.interpretation.leans and answered is not None and answered.act is Act.PROBLEM
    own = context.interpretation.by_itself if leant else ()
    return bool(own) and context.entry_of(own[0]).act is Act.CRITICAL and own[0].confidence >= MIN_STOPPED_BY_ITSELF


def _refuses_in_how_to(context: HandlerContext) -> bool:
    """Whether few words may say that what was just explained is refused: "the till does not let me"."""
    topic, last = context.topic_entry, context.last_turn
    explained = topic is not None and topic.act is Act.ANSWER and last is not None and last.entry == topic.id
    likely = [one for one in context.interpretation.by_itself if context.entry_of(one).act is Act.CRITICAL]
    stopped = any(one.confidence >= SURELY_STOPPED for one in likely)
    return explained and len(context.text.split()) <= MAX_WORDS_OF_COUNT and not stopped and not _alarming(context)


def _alarming(context: HandlerContext) -> bool:
    return CueId.EMERGENCY_EVERYONE in context.interpretation.signals


def stopped_once_more(context: HandlerContext) -> HandlerResult | None:
    """ "It hangs again!" after trading had stopped and went on: stopped once more, whatever was asked in between."""
    lately = context.session.turns and context.now - context.session.turns[-1].at <= CALLED_IN_TTL
    failing = context.act in _FAULTS or sum(map(context.act_confidence, _FAULTS)) >= SURELY_FAILING
    again = failing and AGAIN.search(context.text.casefold()) and _QUESTION_MARK not in context.text
    answered = context.answered_entry
    another = answered is not None and answered.act is Act.PROBLEM and not context.interpretation.leans
    till = critical_entry(context)
    another = another or (
        till is not None and context.knowledge.interpreter.names_another_device(context.text, till.id)
    )
    if context.session.incident is not Incident.WORKING or not lately or not again or another:
        return None
    entry = critical_entry(context)
    return None if entry is None else report_outage_first(context, entry)


def critical_entry(context: HandlerContext) -> Entry | None:
    """The entry of stopped trading: one that is likely, or the one that the directory names, or the first known."""
    base = context.knowledge.base
    likely = [context.entry_of(one) for one in context.interpretation.candidates if one.confidence >= MIN_TOPIC_TOLD_OF]
    named = base.directory.dialogue_entries.get(DialogueAct.OUTAGE)
    known = (*likely, *((base.entries[named],) if named is not None else ()), *base.entries.values())
    return next((entry for entry in known if entry.act is Act.CRITICAL), None)
