"""Good news that mends nothing: it is over in the same breath, of another device, or has a "but"; pure."""

from typing import Final

from handlers.incident.detail import note_detail
from handlers.incident.device_titles import is_of_no_till
from handlers.incident.status import still_broken, trades_on
from handlers.input.good_news import SURELY_WORKS, good_news_probability, tells_of_return
from handlers.model.context import HandlerContext, HandlerResult
from handlers.statements.still_trades import says_of_the_till_that_it_works, says_that_it_sells
from kb.model import Act, Entry
from kb.text.lazy_pattern import LazyPattern

_BUT: Final = LazyPattern(
    r"(?:\b(?:but|bet|но|tikai|tolko|только)|(?:rabotaet|pechataet|zarabotal\w*),? no) "
    r"(?!thank|paldies|спасиб|spasib|how|why|what|k[aā]\b|k[aā]p[eē]c|kas\b|как|почему|kak|пришлось|prishlos|надо было"
    r"|vajadz|pap[iī]rs|bija|had to|уже|uzhe|jau|already)"
)


def half_mended(context: HandlerContext) -> HandlerResult | None:
    """The reply to good news that is over in the same breath, or of another device than the broken one."""
    if tells_of_return(context.text) and context.fault_lately:
        return still_broken(context)
    if _sells_beside_fault(context) or _has_a_but(context):
        return trades_on(context)
    return note_detail(context) if _is_of_another_device(context) else None


def _fault_beside_trading(context: HandlerContext) -> Entry | None:
    """The fault that is talked about, where it stops no trading."""
    topic = context.topic_entry
    stopped = context.session.outage_reported
    return topic if topic is not None and topic.act is Act.PROBLEM and not stopped else None


def _sells_beside_fault(context: HandlerContext) -> bool:
    """Whether it is told only that one sells, or that the till works: "the drawer is stuck", "we sell ok"."""
    fault, text = _fault_beside_trading(context), context.text
    if fault is None:
        return False
    works = says_of_the_till_that_it_works(text) and is_of_no_till(fault, context.knowledge)
    return works or says_that_it_sells(text)


def _has_a_but(context: HandlerContext) -> bool:
    """Whether what goes again is not as it should be: "it prints, but crooked"."""
    unsure = _fault_beside_trading(context) is not None and good_news_probability(context) < SURELY_WORKS
    return unsure and _BUT.search(context.text.casefold()) is not None


def _is_of_another_device(context: HandlerContext) -> bool:
    """Whether another device works than the broken one: "the printer works" of a drawer that does not open."""
    topic = context.topic_entry
    if topic is None or topic.act not in (Act.PROBLEM, Act.CRITICAL):
        return False
    return context.knowledge.interpreter.names_another_device(context.text, topic.id)
