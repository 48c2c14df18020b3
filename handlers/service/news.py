"""News of the helpdesk: /news, and each of them once to each person beside the answer to their message; pure.

It never stands beside an emergency, a call for people or an open question, and never in front of a number to call.
"""

from typing import Final

from handlers.model.actions import Ask, EraseUser, NotifyStaff, Say, ShowTicketChannel
from handlers.model.announcements import News
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.frozen import replace
from handlers.model.messages import MessageKind
from handlers.model.session import OPTED_OUT, Incident
from kb.model import Act

MAX_LISTED: Final = 5
"""So many are listed by /news."""
START: Final = "/start"

_NOT_BESIDE: Final = frozenset({OPTED_OUT, "opted", "command", "rated", "secret", "language"})
"""Handlers of what is said to the bot itself."""
_ALONE: Final = (Ask, EraseUser, NotifyStaff, ShowTicketChannel)
"""What is to be read and done alone."""


def show_news(context: HandlerContext) -> HandlerResult:
    """/news lists what is announced; /news on and /news off choose whether more is sent as soon as it is there."""
    wish = context.text.split()[1:2]
    if wish in (["on"], ["off"]):
        wanted = wish == ["on"]
        session = replace(context.resolved_session, wants_news=wanted)
        return context.result("talk", context.say("news_on" if wanted else "news_off"), session=session)
    listed = context.inbound.news[:MAX_LISTED]
    hint = context.say("news_off_hint" if context.session.wants_news else "news_on_hint")
    if not listed:
        return context.result("talk", context.say("no_news"), hint)
    told = (say_news(each, context) for each in listed)
    return replace(context.result("talk", *told, hint), news=tuple(each.id for each in listed))


def with_news(result: HandlerResult, context: HandlerContext, name: str) -> HandlerResult:
    """The result with the newest news that the person has not seen: after the answer, or before the greeting."""
    unseen = next((each for each in context.inbound.news if not each.seen), None)
    if unseen is None or _has_no_place(result):
        return result
    told = say_news(unseen, context)
    if name == "command" and context.text.split()[0].partition("@")[0].casefold() == START:
        return replace(result, actions=(told, *result.actions), news=(unseen.id,))
    if name in _NOT_BESIDE or _asks(result) or context.inbound.kind is MessageKind.TAP:
        return result
    return replace(result, actions=(*result.actions, told), news=(unseen.id,))


def say_news(news: News, context: HandlerContext) -> Say:
    """One of them with its day and its source."""
    day = f"{news.published_at:%d.%m.%Y}"
    return context.say("news_item", day=day, text=news.text[context.language], source=news.source)


def _has_no_place(result: HandlerResult) -> bool:
    stopped = result.session.incident in (Incident.STOPPED, Incident.PARTLY)
    waits = result.session.called_in is not None
    erased = any(isinstance(action, EraseUser) for action in result.actions)
    urgent = stopped or waits or result.act == Act.CRITICAL or result.outage is not None
    return urgent or erased or bool(result.news)


def _asks(result: HandlerResult) -> bool:
    question = result.session.question
    asked = question is not None and question.was_asked
    return asked or any(isinstance(action, _ALONE) for action in result.actions)
