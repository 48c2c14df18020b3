"""Whether an answer helped: asks quietly under it, once, and offers people where it did not; pure."""

from typing import Final

from handlers.model.actions import Action, AskFeedback, RecordFeedback, Say, ShowTicketChannel
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.frozen import replace
from handlers.model.messages import MessageKind, Option
from kb.model import Act, Entry, EntryId, LineId
from kb.understanding.result import Outcome

HELPED: Final = "helped"
NOT_HELPED: Final = "nothelped"
_RATED_ACTS: Final = (Act.ANSWER, Act.PROBLEM)


def with_feedback_options(result: HandlerResult, context: HandlerContext) -> HandlerResult:
    """The ruling, with two quiet choices under a plain answer.

    Not where something else is to be chosen or done, not while trading is stopped, not for the same answer again.
    """
    entry = context.knowledge.base.entries.get(result.entry) if result.entry is not None else None
    plain = result.outcome is Outcome.ANSWERED and all(isinstance(action, Say) for action in result.actions)
    if entry is None or not plain or entry.act not in _RATED_ACTS or context.session.outage_reported:
        return result
    if context.session.entry == entry.id:
        return result
    options = tuple(
        Option(id=f"{choice}:{entry.id}", title=context.phrase(key), quiet=True)
        for choice, key in ((HELPED, "helped"), (NOT_HELPED, "not_helped"))
    )
    return replace(result, actions=(*result.actions, AskFeedback(options=options)))


def handle_feedback(context: HandlerContext) -> HandlerResult | None:
    """A tap on one of the two; the talk goes on as if nothing had been said. Tapped twice, it is answered twice."""
    if context.inbound.kind is not MessageKind.TAP or context.inbound.choice is None:
        return None
    choice, _, name = context.inbound.choice.partition(":")
    if choice == HELPED:
        return _record(context, (context.say("thanks_helped"),), helped=True)
    if choice != NOT_HELPED:
        return None
    entry = context.knowledge.base.entries.get(EntryId(name))
    line = _line_to_offer(context, entry)
    actions: tuple[Action, ...] = (context.say_line("sorry_not_helped", line),)
    if entry is not None and entry.act is Act.PROBLEM and not context.session.outage_reported:
        actions = (*actions, ShowTicketChannel())
    return replace(_record(context, actions, helped=False), line=line)


def _record(context: HandlerContext, actions: tuple[Action, ...], *, helped: bool) -> HandlerResult:
    note = RecordFeedback(helped=helped, turn=context.inbound.source_turn)
    return HandlerResult(actions=(*actions, note), session=context.session, act=Act.TALK)


def _line_to_offer(context: HandlerContext, entry: Entry | None) -> LineId:
    directory = context.knowledge.base.directory
    if context.session.outage_reported:
        return directory.urgent_line
    return entry.line if entry is not None and entry.line in directory.lines else directory.general_line
