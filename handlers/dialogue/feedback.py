"""Whether an answer helped: asks quietly under it, once, and offers people where it did not; pure."""

from dataclasses import replace
from typing import Final

from handlers.model.actions import Action, AskHelped, NoteFeedback, Say, ShowTicketChannel
from handlers.model.context import Ruling, Situation
from handlers.model.messages import Kind, Option
from kb.model import Act, Entry, EntryId, LineId
from kb.understanding.result import Outcome

HELPED: Final = "helped"
NOT_HELPED: Final = "nothelped"
_FACTS: Final = (Act.ANSWER, Act.PROBLEM)


def asks(ruling: Ruling, situation: Situation) -> Ruling:
    """The ruling, with two quiet choices under a plain answer.

    Not where something else is to be chosen or done, not while trading is stopped, not for the same answer again.
    """
    entry = situation.knowledge.base.entries.get(ruling.entry) if ruling.entry is not None else None
    plain = ruling.outcome is Outcome.ANSWERED and all(isinstance(action, Say) for action in ruling.actions)
    if entry is None or not plain or entry.act not in _FACTS or situation.session.stopped:
        return ruling
    if situation.session.entry == entry.id:
        return ruling
    options = tuple(
        Option(id=f"{choice}:{entry.id}", title=situation.phrase(key), quiet=True)
        for choice, key in ((HELPED, "helped"), (NOT_HELPED, "not_helped"))
    )
    return replace(ruling, actions=(*ruling.actions, AskHelped(options=options)))


def rated(situation: Situation) -> Ruling | None:
    """A tap on one of the two; the talk goes on as if nothing had been said. Tapped twice, it is answered twice."""
    if situation.inbound.kind is not Kind.TAP or situation.inbound.choice is None:
        return None
    choice, _, name = situation.inbound.choice.partition(":")
    if choice == HELPED:
        return _noted(situation, (situation.say("thanks_helped"),), helped=True)
    if choice != NOT_HELPED:
        return None
    entry = situation.knowledge.base.entries.get(EntryId(name))
    line = _line(situation, entry)
    actions: tuple[Action, ...] = (situation.say_line("sorry_not_helped", line),)
    if entry is not None and entry.act is Act.PROBLEM and not situation.session.stopped:
        actions = (*actions, ShowTicketChannel())
    return replace(_noted(situation, actions, helped=False), line=line)


def _noted(situation: Situation, actions: tuple[Action, ...], *, helped: bool) -> Ruling:
    note = NoteFeedback(helped=helped, turn=situation.inbound.asked_in)
    return Ruling(actions=(*actions, note), session=situation.session, act=Act.TALK)


def _line(situation: Situation, entry: Entry | None) -> LineId:
    directory = situation.knowledge.base.directory
    if situation.session.stopped:
        return directory.urgent_line
    return entry.line if entry is not None and entry.line in directory.lines else directory.general_line
