"""A fault that is not there now: of yesterday, of one till of several, of one day, or one that may come again; pure."""

from typing import Final

from handlers.incident.status import still_broken
from handlers.incident.stopped import MIN_OUTAGE_TO_ASK, MIN_TOPIC_TOLD_OF, SURE_HOW_TO, critical_entry
from handlers.input.outage_probability import NOT_STOPPED_CUES
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.frozen import replace
from handlers.statements.still_trades import says_that_it_trades
from handlers.statements.what_if import is_what_if
from kb.model import Act, CueId, DialogueAct
from kb.text.lazy_pattern import LazyPattern
from kb.understanding.result import Outcome

MIN_TOPIC_OF_ANOTHER_TIME: Final = 0.03
MIN_WORDS_TOLD_OF: Final = 4
SURELY_ELSE: Final = 0.9
MIN_STOP_FEARED: Final = 0.05
MIN_FAULT_AGAIN: Final = 0.3
"""What may happen again is a fault from this probability on."""
_STOOD: Final = LazyPattern(
    r"\b(?:st[aā]v[eē]ja|apst[aā]j\w*|uzk[aā]r\w*|nok[aā]r\w*|nestr[aā]d\w*|nobruk\w*|стоял\w*|висел\w*|завис\w*"
    r"|встал\w*|не работал\w*|stojal\w*|visel\w*|zavis\w*|vstal\w*|ne rabotal\w*|stood|stop\w*|froze\w*|hung"
    r"|was (?:down|dead|off))\b"
)
"""Says that something stood."""
_IF: Final = frozenset({CueId.CONDITIONAL, CueId.HYPOTHETICAL})
_FAULT_ACTS: Final = (DialogueAct.BARE_FAULT, DialogueAct.DEVICE_FAULT, DialogueAct.OUTAGE, DialogueAct.NOT_HELPED)


def not_now(context: HandlerContext) -> HandlerResult | None:
    """A till that stopped yesterday, may stop one day, or is one of several: no alarm, but the line that knows."""
    best = context.interpretation.best
    if best is None or context.outage >= MIN_OUTAGE_TO_ASK or context.act is DialogueAct.DEVICE_FAULT:
        return None
    now = context.interpretation.signals.isdisjoint(NOT_STOPPED_CUES) and not says_that_it_trades(context.text)
    if now:
        # What is not surely of another time or case may be now: that is asked.
        return None
    another_time = not context.interpretation.signals.isdisjoint((CueId.PAST, CueId.HYPOTHETICAL))
    unanswered = context.interpretation.outcome is not Outcome.ANSWERED
    if another_time and unanswered:
        urgent = [one for one in context.interpretation.candidates if context.entry_of(one).act is Act.CRITICAL]
        best = urgent[0] if urgent and urgent[0].confidence >= MIN_TOPIC_OF_ANOTHER_TIME else best
    tills = another_time and unanswered and _names_a_till(context)
    if context.entry_of(best).act is not Act.CRITICAL and not tills:
        return None
    if context.session.outage_reported:
        return still_broken(context)
    enough = MIN_TOPIC_OF_ANOTHER_TIME if another_time else MIN_TOPIC_TOLD_OF
    told_of = best.confidence >= enough and len(context.text.split()) >= MIN_WORDS_TOLD_OF
    if not told_of and not tills:
        return None
    line = context.knowledge.base.directory.urgent_line
    known = context.knowledge.base.directory.lines[line]
    session = replace(context.resolved_session, line=line)
    said = context.say_line("not_now" if another_time else "partly", line)
    return context.result(Act.ANSWER, said, session=session, entry=known.entry, line=line)


def _names_a_till(context: HandlerContext) -> bool:
    """Whether what is told of names a till and no other device: "yesterday the till stood for two hours"."""
    stopped, known = critical_entry(context), context.knowledge.interpreter
    if stopped is None or "?" in context.text or context.act not in (None, DialogueAct.OUTAGE, DialogueAct.DETAIL):
        return False
    stood = _STOOD.search(context.text.casefold()) is not None
    return stood and bool(known.devices_in(context.text)) and not known.names_another_device(context.text, stopped.id)


def what_if(context: HandlerContext) -> HandlerResult | None:
    """ "And what do we do if it stops again?", of a till, by nothing but these words: the line, for then."""
    if not is_what_if(context.text) or context.outage >= MIN_OUTAGE_TO_ASK or context.session.outage_reported:
        return None
    urgent, best = context.knowledge.base.directory.urgent_line, context.interpretation.best
    line = context.knowledge.base.directory.lines[urgent]
    if best is None or not (best.entry == line.entry or _may_be_stopped(context)):
        return None
    session = replace(context.resolved_session, line=urgent)
    said = context.say_line("not_now", urgent)
    return context.result(Act.ANSWER, said, session=session, entry=line.entry, line=urgent)


def _may_be_stopped(context: HandlerContext) -> bool:
    """Whether of the candidates the stopped till, or who mends it, comes first."""
    candidates = context.interpretation.candidates
    urgent = context.knowledge.base.directory.lines[context.knowledge.base.directory.urgent_line].entry
    likely = any(one.confidence >= MIN_STOP_FEARED and context.entry_of(one).act is Act.CRITICAL for one in candidates)
    first = candidates[0]
    return likely and (context.entry_of(first).act is Act.CRITICAL or first.entry == urgent)


def if_again(context: HandlerContext) -> HandlerResult | None:
    """ "And if it freezes again tonight?", asked after a fault: the line of that fault, for then."""
    if context.last_turn is None or context.interpretation.signals.isdisjoint(_IF) or not context.talks_of_fault:
        return None
    best = context.interpretation.best
    same = best is not None and best.entry == context.session.entry
    own_topic = best is not None and not same and best.confidence >= SURE_HOW_TO
    fails = max(context.act_confidence(act) for act in _FAULT_ACTS) >= MIN_FAULT_AGAIN
    asks_else = context.act_confidence(DialogueAct.OTHER) >= SURELY_ELSE
    if own_topic or not (fails or (same and not asks_else)):
        return None
    line = context.line_of_conversation
    known = context.knowledge.base.directory.lines[line]
    session = replace(context.resolved_session, line=line)
    return context.result(Act.ANSWER, context.say_line("if_again", line), session=session, entry=known.entry, line=line)
