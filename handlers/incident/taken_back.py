""" "No, sorry, it works, the monitor was off": a stop that is taken back is asked about, so that nobody is called
off by mistake; pure."""

from typing import Final

from handlers.incident.recovery import ask_whether_trading_goes_on
from handlers.intents.dispatch import answer_entries
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.frozen import replace
from handlers.statements.still_trades import says_of_the_till_that_it_works, says_that_it_trades
from kb.model import Act, CueId, DialogueAct, Entry
from kb.text.lazy_pattern import LazyPattern

_TAKES_BACK: Final = LazyPattern(
    r"\W*(?:(?:oh?|ай|ой|oi|ai|а|a|nu|ну|wait|pag\w*|стоп|stop|nope|nē|нет|net|sorry|(?:my )?mistake"
    # "No till works" and "не работает" take nothing back.
    r"|(?:no|nee|ne|не)(?=\s*[,.!;:–-]|\s+(?:ne|не|no|nē|sorry|atvain|piedod|извин|прост|izvin|prost))"
    r"|(?:it'?s|it is|tas ir|это|eto) (?:just|only|tikai|просто|prosto)|atvainoj\w+|piedod\w*|k[lļ][uū]d\w+"
    r"|извин\w+|прост\w+|ошиб\w+|izvin\w+|prost\w+|oshib\w+|actually|patiesībā|вообще[- ]?то|voobshe-?to)\W+)+"
)
"""How a message opens that takes something back."""
SURELY_ANOTHER: Final = 0.8
"""From this confidence on another device is meant."""
MAX_WORDS: Final = 12
_QUESTION_MARK: Final = "?"


def taken_back(context: HandlerContext) -> HandlerResult | None:
    """While trading is said to be stopped: whether it goes on, where it was no stop, or is of another device."""
    asked = _QUESTION_MARK in context.text or len(context.text.split()) > MAX_WORDS
    if not context.session.outage_reported or asked or context.act is DialogueAct.WORKS_AGAIN:
        return None
    if context.cue == CueId.RESOLVED or context.open_question() is not None:
        return None
    opened = _TAKES_BACK.match(context.text.casefold())
    rest = context.text[opened.end() :] if opened is not None else ""
    if says_of_the_till_that_it_works(context.text) or (rest and says_that_it_trades(rest)):
        return ask_whether_trading_goes_on(context)
    meant = _another_device(context) if opened is not None or context.interpretation.corrects else None
    if meant is None:
        return None
    told, asks = answer_entries(context, meant), ask_whether_trading_goes_on(context)
    session = replace(told.session, question=asks.session.question)
    return replace(told, actions=(*told.actions, *asks.actions), session=session)


def _another_device(context: HandlerContext) -> Entry | None:
    """The fault of another device that the message surely means instead."""
    answered, best = context.answered_entry, context.interpretation.best
    critical = next(iter(context.knowledge.base.entries_of(Act.CRITICAL)), None)
    if answered is None or best is None or critical is None or answered.act is not Act.PROBLEM:
        return None
    another = context.knowledge.interpreter.names_another_device(context.text, critical.id)
    return answered if another and best.confidence >= SURELY_ANOTHER else None
