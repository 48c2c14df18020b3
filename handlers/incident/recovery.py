"""It works again, or trading goes on: who was called in is sent home only where that is plain; pure."""

from typing import Final

from handlers.incident.half_mended import half_mended
from handlers.incident.status import still_broken, trades_on
from handlers.input.good_news import (
    MIN_THANKS,
    SURELY_WORKS,
    denies_or_waits,
    good_news_probability,
    is_doubtful,
    is_reported,
    names_what_goes,
    says_it_fails,
    says_it_works,
    says_nothing_goes,
    waits,
)
from handlers.input.question_form import QUESTION_WORD
from handlers.model.actions import Action, Ask, CloseHandoffs
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.frozen import replace
from handlers.model.messages import MessageKind, Option
from handlers.model.session import Incident, QuestionKind
from handlers.statements.cannot_sell import cannot_sell
from handlers.statements.clauses import clauses_of
from handlers.statements.still_trades import says_that_it_sells, speaks_of_till
from kb.model import Act, CueId, DialogueAct
from kb.text.lazy_pattern import LazyPattern
from kb.understanding.result import Outcome

PLAINLY_WORKS: Final = 0.6
"""From this probability on "it works again" is a plain statement."""
SURE_FAULT_OPENS: Final = 0.8
"""A fault as likely as this is no good news, where none was talked about."""
MIN_WORKS_OF_STOPPED: Final = 0.25
"""While trading is stopped, words of good news that are as likely as this are good news, or asked about."""
TRADING_GOES_ON: Final = "trading:yes"
TRADING_STOPPED: Final = "trading:no"
_NOT_YET: Final = LazyPattern(
    r"\W*(?:no,? )?(?:not yet|vēl nē|vel ne|vēl ne|pagaidām nē|pagaidam ne|(?:ещ[её]|пока) нет"
    r"|(?:esche|eshe|esho|poka) net)\W*"
)
_BUT_NOT: Final = LazyPattern(
    r"\b(?:but|bet|но|no)\b.*\b(?:not|\w+n'?t|cannot|nothing|ne\w+|nav|не|ничего|нет|ne|nichego|net)\b"
)
_SELLS_SOMEHOW: Final = LazyPattern(
    r"\b(?:only|tikai|только|tolko|parād\w*|в долг|skaidr\w*|налич\w*|nalich\w*|cash|but|bet|но)\b"
)
"""One sells, but not as one should."""
_QUESTION_MARK: Final = "?"
MIN_CLAUSES: Final = 2
MIN_WORDS_OF_QUESTION: Final = 3
"""So many words without a question mark ask, unless they compare."""
_COMPARES: Final = LazyPattern(
    r"\W*(?:\w+ )?(?:k[aā] (?:tam|vajag|pien\w+|parast\w+|nākas)|как (?:надо|положено|ей|ему|обычно|раньше|прежде|часы)"
    r"|kak (?:nado|obychno|ranshe)|how it should|what a|which is)\b"
)
"""Opens no question: "works, as it should"."""


def works_again(context: HandlerContext) -> HandlerResult | None:
    """ "It works again": who was called in need not come; where that is not plain it is asked."""
    if (told := _works_and_asks(context)) is not None:
        return told
    answered = context.answered_entry
    # "It runs again, but I want a ticket for it": what is asked for is answered.
    asks_for_ticket = answered is not None and answered.act is Act.TICKET and not context.interpretation.leans
    if asks_for_ticket or not _tells_good_news(context) or _fails_at_first(context):
        return None
    enough = SURELY_WORKS if denies_or_waits(context) else PLAINLY_WORKS
    sure = good_news_probability(context) >= enough
    thanked = context.act_confidence(DialogueAct.THANKS) >= MIN_THANKS
    goes = good_news_probability(context) >= SURELY_WORKS or thanked or names_what_goes(context.text)
    plain = (sure and goes) or context.cue == CueId.RESOLVED or says_it_works(context)
    if context.session.outage_reported and cannot_sell(context.text):
        return still_broken(context)
    no_repair = half_mended(context)
    doubtful = not plain or no_repair is not None or is_doubtful(context) or _but_fails(context)
    if context.session.outage_reported and doubtful:
        return ask_whether_trading_goes_on(context)
    fails = _opens_with_fault(context) or says_it_fails(context.text)
    if _QUESTION_MARK in context.text or fails or not (plain or goes):
        return None
    return no_repair or mended(context, surely=plain)


def _tells_good_news(context: HandlerContext) -> bool:
    """Whether it may be said that something works again."""
    if context.cue == CueId.TODAY or says_nothing_goes(context.text):
        # "NOW!"
        return False
    fails = context.session.outage_reported and context.act is DialogueAct.PARTLY and _but_fails(context)
    told = context.act is DialogueAct.WORKS_AGAIN or context.cue == CueId.RESOLVED or fails
    return told or _thanks_for_it(context) or _good_news_of_stopped(context)


def _works_and_asks(context: HandlerContext) -> HandlerResult | None:
    """ "Works already, but what was it?", of trading that had stopped: good news, and the answer or who knows it."""
    clauses = clauses_of(context.text)
    asks = len(clauses) >= MIN_CLAUSES and not is_reported(context) and _asks_something(context.text, clauses[-1])
    if not context.session.outage_reported or not asks:
        return None
    if not any(_is_good_news(context, clause) for clause in clauses[:-1]):
        return None
    # Nobody is called off by a message that asks.
    told, answered = mended(context, surely=False), context.answered_entry
    known = answered is not None and answered.act is Act.ANSWER and not context.interpretation.leans
    said = (
        context.say_entry(answered)
        if answered is not None and known
        else context.say_line("line_knows", context.knowledge.base.directory.urgent_line)
    )
    return replace(told, actions=(*told.actions, said))


def _asks_something(text: str, clause: str) -> bool:
    """Whether the last clause asks: with a mark, or in so many words as no mere "as it should" has; and of no till."""
    asks = QUESTION_WORD.match(clause) is not None and _COMPARES.match(clause) is None
    return (
        asks
        and not speaks_of_till(clause)
        and (text.rstrip().endswith(_QUESTION_MARK) or len(clause.split()) >= MIN_WORDS_OF_QUESTION)
    )


def _is_good_news(context: HandlerContext, clause: str) -> bool:
    """Whether a clause alone says that it works again, and of no part of trading alone."""
    known = context.knowledge.interpreter
    told = known.understand(clause, language=context.language)
    likely = any(one.act is DialogueAct.WORKS_AGAIN and one.confidence >= PLAINLY_WORKS for one in told.acts[:1])
    whole = CueId.PART_OF_TRADING not in told.signals
    return whole and (likely or known.match_cue(clause) == CueId.RESOLVED)


def _but_fails(context: HandlerContext) -> bool:
    """Whether what follows a "but" denies: "it is on, but rings up nothing"; one till of several is no matter."""
    one_of_several = {CueId.ONE_DEVICE, CueId.FIRST, CueId.SECOND} & context.interpretation.signals
    return not one_of_several and (says_it_fails(context.text) or _BUT_NOT.search(context.text.casefold()) is not None)


def _fails_at_first(context: HandlerContext) -> bool:
    """Whether what opens a talk is no plain good news: "terminal 2 won't start, terminal 1 works"."""
    known = context.fault_lately or context.called_in is not None or context.last_turn is not None
    said = context.cue == CueId.RESOLVED or CueId.RESOLVED in context.interpretation.signals
    said = said or good_news_probability(context) >= SURELY_WORKS
    elsewhere = CueId.ELSEWHERE in context.interpretation.signals
    return not known and (denies_or_waits(context) or elsewhere or not said)


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
    if choice is None and says_that_it_sells(context.text):
        plainly = len(clauses_of(context.text)) == 1 and _SELLS_SOMEHOW.search(context.text.casefold()) is None
        return mended(context) if plainly else trades_on(context)
    denied = context.cue in (CueId.NO, CueId.SECOND) or _NOT_YET.fullmatch(context.text.casefold()) is not None
    if choice == TRADING_STOPPED or (choice is None and denied):
        return still_broken(context)
    return None


def ask_whether_trading_goes_on(context: HandlerContext) -> HandlerResult:
    """The question before anybody is called off."""
    options = (
        Option(id=TRADING_GOES_ON, title=context.phrase("trading_goes_on")),
        Option(id=TRADING_STOPPED, title=context.phrase("trading_stopped")),
    )
    ask = Ask(text=context.phrase("does_trading_go_on"), options=options)
    number = context.say_line("call_if_not", context.knowledge.base.directory.urgent_line)
    session = replace(context.session, question=context.new_question(QuestionKind.TRADING, options))
    return context.result("clarify", ask, number, session=session, outcome=Outcome.CLARIFIED)


def mended(context: HandlerContext, *, surely: bool = True) -> HandlerResult:
    """It works: nobody needs to come any more; who was called is sent home only where that is sure."""
    was_stopped = context.session.incident is not Incident.NONE
    session = replace(context.resolved_session, incident=Incident.WORKING if was_stopped else Incident.NONE)
    base = context.knowledge.base
    entry = base.directory.resolved_entry
    line = base.entries[entry].line if entry is not None else None
    asked_how = not context.talks_of_fault and context.topic_entry is not None and context.called_in is None
    said = context.say("managed" if asked_how else "resolved")
    actions: tuple[Action, ...] = (said, CloseHandoffs()) if surely else (said,)
    return context.result(Act.TALK, *actions, session=session, entry=entry, line=line)
