"""The person's own venue: said once to who came by its link, shown by /venue, and its tills as choices; pure."""

from typing import Final

from handlers.model.actions import Ask, EraseUser, Say, ShowTicketChannel
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.frozen import replace
from handlers.model.messages import Option
from handlers.model.session import CalledIn, QuestionKind
from handlers.model.venue import KnownVenue, VenueCall
from kb.model import CueId

START: Final = "/start"
MAX_TILLS_OFFERED: Final = 9
"""More are no choice on a phone: WhatsApp lists ten."""
_TITLE_CHARS: Final = 24
_PREFIX: Final = "till:"


def show_venue(context: HandlerContext) -> HandlerResult:
    """/venue: its tills, what is open, the lines, and the draft; nothing where the person did not come by a link."""
    venue = context.inbound.venue
    if venue is None or not venue.by_link:
        return context.result("talk", context.say("venue_unknown"))
    calls = [_say_call(call, context) for call in venue.calls] or [context.phrase("venue_no_calls")]
    tills = [context.phrase("venue_tills", devices=", ".join(venue.tills))] if venue.tills else []
    page = (context.say("venue_page", url=venue.page),) if venue.page else ()
    actions = (
        Say(text="\n".join((venue.label, *tills, *calls))),
        *page,
        context.say("lines"),
        *context.show_lines(),
        ShowTicketChannel(),
    )
    return context.result("talk", *actions)


def venue_by_text(context: HandlerContext) -> HandlerResult | None:
    """ "My restaurant", said in words."""
    return show_venue(context) if context.cue == CueId.MY_VENUE else None


def with_venue(result: HandlerResult, context: HandlerContext, name: str) -> HandlerResult:
    """The result, with the venue named to who has just come by its link: before the greeting, or after the answer."""
    venue = context.inbound.venue
    erased = any(isinstance(action, EraseUser) for action in result.actions)
    if venue is None or not venue.just_came or erased:
        return result
    told = context.say("venue_came", venue=venue.title)
    greets = name == "command" and context.text.split()[0].casefold() == START
    return replace(result, actions=(told, *result.actions) if greets else (*result.actions, told))


def ask_till(context: HandlerContext, result: HandlerResult, call: CalledIn) -> HandlerResult:
    """The result with the question which till it is, once, where the venue has several and none was told."""
    venue = context.inbound.venue
    told = result.session.details.device is not None or call.till_asked
    question = result.session.question
    asked = question is not None and question.was_asked
    asks = asked or any(isinstance(action, Ask) for action in result.actions)
    if venue is None or venue.till is not None or told or asks or not 1 < len(venue.tills) <= MAX_TILLS_OFFERED:
        return result
    options = tuple(
        Option(id=f"{_PREFIX}{number}", title=till[:_TITLE_CHARS]) for number, till in enumerate(venue.tills, 1)
    )
    session = replace(
        result.session,
        called_in=replace(call, till_asked=True),
        question=context.new_question(QuestionKind.TILL, options),
    )
    ask = Ask(text=context.phrase("ask_till"), options=options)
    return replace(result, actions=(*result.actions, ask), session=session)


def choose_till(context: HandlerContext, number: str) -> HandlerResult | None:
    """The chosen till is noted as the device; None where nobody is called in any more, or the till is gone."""
    venue, call = context.inbound.venue, context.called_in
    till = _till(venue, number)
    if till is None or call is None:
        return None
    line = context.knowledge.base.directory.lines[call.line]
    said = context.say("till_noted", device=till, name=line.name[context.language], phone=line.formatted_phone)
    details = replace(context.session.details, device=till)
    session = replace(context.resolved_session, details=details)
    return context.result("talk", said, session=session, line=call.line)


def _till(venue: KnownVenue | None, number: str) -> str | None:
    if venue is None or not number.isdecimal() or not 0 < int(number) <= len(venue.tills):
        return None
    return venue.tills[int(number) - 1]


def _say_call(call: VenueCall, context: HandlerContext) -> str:
    line = context.knowledge.base.directory.lines.get(call.line)
    name = call.line if line is None else line.name[context.language]
    state = context.phrase(f"venue_call_{call.state}")
    return context.phrase("venue_call", since=f"{call.since:%d.%m. %H:%M}", line=name, state=state)
